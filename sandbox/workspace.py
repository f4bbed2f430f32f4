"""Where a rehearsal lives: its folder, its own file backend, and an environment that reaches nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.cache import write_atomically
from sandbox.collector import COLLECT_LESS
from sandbox.program.project import read_project

if TYPE_CHECKING:
    from sandbox.program.project import Project

_DROPPED_PREFIXES = ("PULUMI_", "AWS_", "CLOUDFLARE_", "KUBE", "HELM_", "GOOGLE_", "ARM_")
PROGRAM_LOG = "SANDBOX_PROGRAM_LOG"
"""Tells the process of a program where all of a traceback goes; `sandbox/program/language_program.py` reads it."""
REHEARSED_SECRET = "rehearsed-secret"


@dataclass(frozen=True)
class SandboxWorkspace:
    """The files of one stack's rehearsal, all below `.sandbox/<stack>/`.

    Attributes:
        root: the project's root folder.
        stack: the stack name.
        purpose: keeps a second simulated cloud of the same stack apart, for example a journey's.
    """

    root: Path
    stack: str
    purpose: str = ""

    @property
    def folder(self) -> Path:
        """The folder of this stack's rehearsal; `BBP_SANDBOX_DIR` moves the parent."""
        parent = os.environ.get("BBP_SANDBOX_DIR")
        # no stack name has an @, so no purpose of one stack is the folder of another
        name = f"{self.stack}@{self.purpose}" if self.purpose else self.stack
        return (Path(parent).absolute() if parent else self.root / ".sandbox") / name

    @cached_property
    def source(self) -> Project:
        """The project that is rehearsed.

        Raises:
            ProgramError: the folder has none.
        """
        return read_project(self.root)

    @property
    def project_name(self) -> str:
        """What the engine keeps the stack's state under."""
        return self.source.name

    @property
    def journal(self) -> Path:
        """The simulated cloud's objects."""
        return self.folder / "cloud.jsonl"

    @property
    def log(self) -> Path:
        """What the engine said when it last failed."""
        return self.folder / "engine.log"

    @property
    def backend(self) -> Path:
        """The engine's file backend."""
        return self.folder / "backend"

    @property
    def project(self) -> Path:
        """The engine's working directory: a project file and the stack's configuration."""
        return self.folder / "project"

    @property
    def home(self) -> Path:
        """The engine's own home, so that nothing of the user's is read or written."""
        return self.folder / "home"

    def prepare(self, raw_config: dict[str, Any], *, keep_edits: bool = False) -> None:
        """Make the folders and write the project file and the stack's configuration.

        Args:
            raw_config: the `config` mapping of the stack file, overrides applied. Encrypted values are replaced: only
                the real secrets provider can read them.
            keep_edits: keep what `pulumi config set` has changed in the rehearsal's copy since it was written here.

        Raises:
            OSError: the disk is full or the folder cannot be written; what was there is untouched.
        """
        for folder in (self.backend, self.project, self.home):
            folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._refuse_logs()
        if not self._passphrase.exists():
            write_atomically(self._passphrase, secrets.token_hex(16))
        write_atomically(self.project / "Pulumi.yaml", yaml.safe_dump(self._document(), sort_keys=False))
        given = {key: _readable(value) for key, value in raw_config.items()}
        config = self._edited(given) if keep_edits else given
        write_atomically(self._given, yaml.safe_dump(given, sort_keys=False))
        write_atomically(self._settings, yaml.safe_dump({**self._salt(), "config": config}, sort_keys=False))

    def _document(self) -> dict[str, Any]:
        """The project file that the engine reads instead of the project's own."""
        return self.source.engine_document(self._virtualenv, self.backend_url)

    @property
    def _virtualenv(self) -> str | None:
        """The virtual environment that the program runs in; None where the language knows none."""
        return sys.prefix

    @property
    def backend_url(self) -> str:
        """The only backend that a rehearsal uses."""
        return f"file://{self.backend}"

    @property
    def _passphrase(self) -> Path:
        return self.folder / "passphrase"

    @property
    def config_file(self) -> Path:
        """The stack's configuration as the engine reads it."""
        return self._settings

    @property
    def _settings(self) -> Path:
        return self.project / f"Pulumi.{self.stack}.yaml"

    @property
    def _given(self) -> Path:
        """The configuration as it was last written from the stack file: what differs from it is the user's edit."""
        return self.folder / "given.yaml"

    def _salt(self) -> dict[str, str]:
        """The encryption salt that the engine wrote on its first run; without it the stack's secrets are lost."""
        stored = _stored(self._settings)
        return {"encryptionsalt": stored["encryptionsalt"]} if "encryptionsalt" in stored else {}

    def _edited(self, given: dict[str, Any]) -> dict[str, Any]:
        if not self._given.exists():
            return given
        before, now = _stored(self._given), _stored(self._settings).get("config") or {}
        # The engine writes numbers and booleans as texts when it writes the file anew.
        edits = {key: value for key, value in now.items() if key not in before or _text(before[key]) != _text(value)}
        return {**{key: value for key, value in given.items() if key in now or key not in before}, **edits}

    def _refuse_logs(self) -> None:
        """Put a file where the engine makes its folder of logs: it works without them then.

        It writes what it does at its most verbose, compressed and encrypted, and has no setting for that: 3.6 of 8.9
        processor seconds for two previews and an update of production in its third phase (measured on 2026-12-01).
        What it says when it fails is in `log`. (Pulumi 3.259.0, pkg/logging/encrypted.go, StartLogging; read
        2026-12-01)
        """
        logs = self.home / "logs"
        if logs.is_dir():
            shutil.rmtree(logs)
        logs.touch()

    def forget(self) -> None:
        """Delete the stored rehearsal: cloud, state and configuration."""
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def environment(self, debug_providers: str, *, checkpoints: bool) -> dict[str, str]:
        """The complete environment of the engine; credentials and Pulumi settings of the caller are left out.

        Args:
            debug_providers: `package:port` pairs of the simulated providers.
            checkpoints: write state after every step. File checkpoints cost O(n^2): 1,000 creates took 132 s with and
                17 s without them; with them a killed engine loses nothing.
        """
        kept = {key: value for key, value in os.environ.items() if not key.startswith(_DROPPED_PREFIXES)}
        return {**COLLECT_LESS, **kept, **self.variables(debug_providers, checkpoints=checkpoints)}

    def variables(self, debug_providers: str, *, checkpoints: bool) -> dict[str, str]:
        """The variables that point an engine at this sandbox and nowhere else."""
        fast = {} if checkpoints else {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
        return {
            "PULUMI_BACKEND_URL": self.backend_url,
            "PULUMI_HOME": str(self.home),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self._passphrase),
            "PULUMI_DEBUG_PROVIDERS": debug_providers,
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PYTHONDONTWRITEBYTECODE": "1",  # nothing is written beside the program
            PROGRAM_LOG: str(self.folder / "program.log"),
            **fast,
        }

    def locked(self) -> bool:
        """Whether an engine is changing something in this sandbox's backend right now: it holds a lock there."""
        folder = self.backend / ".pulumi" / "locks"
        return folder.exists() and any(folder.rglob("*.json"))

    def unlock(self) -> int:
        """Remove locks that a killed engine left, also half a one of a full disk; returns how many there were."""
        stale = len(self._locks())
        for leftover in self._locks("*.json*"):
            with contextlib.suppress(FileNotFoundError):
                leftover.unlink()
        return stale

    def _locks(self, pattern: str = "*.json") -> list[Path]:
        folder = self.backend / ".pulumi" / "locks"
        return [path for path in folder.rglob(pattern) if path.parent.name == self.stack] if folder.exists() else []

    @property
    def state(self) -> Path:
        """The engine's state of the stack; there from the moment that the stack is made."""
        return self.backend / ".pulumi" / "stacks" / self.project_name / f"{self.stack}.json"

    def recorded(self) -> frozenset[tuple[str, str]]:
        """(type, id) of every resource in the engine's state; empty without one.

        Raises:
            ValueError: the state is no JSON document.
        """
        if not self.state.exists():
            return frozenset()
        latest = json.loads(self.state.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
        return frozenset((item["type"], item["id"]) for item in latest.get("resources") or () if "id" in item)

    def holds(self, prefix: str) -> bool:
        """Whether the engine's state has resources of types that begin so; a state that cannot be read may have any."""
        try:
            return any(token.startswith(prefix) for token, _ in self.recorded())
        except (OSError, ValueError, KeyError, TypeError):
            return True

    def guard(self) -> str | None:
        """Why a change must be refused, or None: only an engine on this sandbox's backend may change it.

        Somebody may export PULUMI_DEBUG_PROVIDERS and then run `pulumi up` against a real backend: fake ids would be
        written into real state. A real change always holds a lock in the backend it runs on.
        """
        if self.locked():
            return None
        return (
            f"the sandbox refuses to act for a backend that is not its own ({self.backend_url}); "
            "unset PULUMI_DEBUG_PROVIDERS to work with real providers"
        )


def _text(value: Any) -> str:  # noqa: ANN401 - configuration values have any shape
    return str(value).lower()


def _stored(path: Path) -> dict[str, Any]:
    """The document of a file of ours or the engine's; empty where there is none."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return {}
    return document if isinstance(document, dict) else {}


def _readable(value: Any) -> Any:  # noqa: ANN401 - configuration values have any shape
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return REHEARSED_SECRET
        return {key: _readable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    return value
