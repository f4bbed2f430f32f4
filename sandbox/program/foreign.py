"""Another project's program in the simulated cloud: any folder with a `Pulumi.yaml`, run as Pulumi would run it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.program import language_host
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from sandbox.engine import Engine

PYTHON = "python"


class ProgramError(Exception):
    """The folder is no program that can be rehearsed; the message says what is missing."""


@dataclass(frozen=True)
class ForeignWorkspace(SandboxWorkspace):
    """The rehearsal of a program elsewhere: its folder is read, and never written to.

    Attributes:
        kept: the project below whose `.sandbox` the rehearsal is stored.
    """

    kept: Path = Path()

    @property
    def folder(self) -> Path:
        """The folder of this program's rehearsal, apart from those of all others."""
        own = SandboxWorkspace(self.kept, self.stack, f"program-{self.root.name}-{_digest(self.root)}")
        return own.folder

    @property
    def project_name(self) -> str:
        """What the engine keeps the stack's state under."""
        return str(self._project["name"])

    @property
    def runtime(self) -> str:
        """The language of the program."""
        runtime = self._project["runtime"]
        return str(runtime["name"] if isinstance(runtime, dict) else runtime)

    @cached_property
    def _project(self) -> dict[str, Any]:
        path = self.root / "Pulumi.yaml"
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ProgramError(f"{self.root} is no Pulumi project: it has no Pulumi.yaml") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ProgramError(f"{path} is no YAML: {str(error).splitlines()[0]}") from error
        if not isinstance(document, dict) or not {"name", "runtime"} <= document.keys():
            raise ProgramError(f"{path} must name the project and its runtime: `name: ...` and `runtime: python`")
        return document

    def _document(self) -> dict[str, Any]:
        """The program's own project file, with paths that hold from elsewhere and the rehearsal's backend."""
        runtime = self._project["runtime"]
        options = dict(runtime.get("options") or {}) if isinstance(runtime, dict) else {}
        if "virtualenv" in options:
            options["virtualenv"] = str(self.root / str(options["virtualenv"]))
        kept = {key: value for key, value in self._project.items() if key in {"name", "description", "config"}}
        return {
            **kept,
            "runtime": {"name": self.runtime, "options": options},
            "main": str(self.root / str(self._project.get("main", ""))),
            "backend": {"url": self.backend_url},
        }

    def stack_file(self, named: Path | None = None) -> Path:
        """The stack's file: another one where it is named.

        Raises:
            ProgramError: there is none; the message lists those that exist.
        """
        path = named or self.root / f"Pulumi.{self.stack}.yaml"
        if not path.is_file():
            others = ", ".join(sorted(item.name for item in self.root.glob("Pulumi.*.yaml"))) or "none"
            raise ProgramError(f"there is no {path}; stack files of this program: {others}")
        return path

    def raw_config(self, named: Path | None = None) -> dict[str, Any]:
        """The `config` of the stack's file.

        Raises:
            ProgramError: there is no such file, or it is no YAML.
        """
        path = self.stack_file(named)
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            return dict(document.get("config") or {})
        except (yaml.YAMLError, UnicodeDecodeError, AttributeError, ValueError, TypeError) as error:
            raise ProgramError(f"{path} is no stack file: {str(error).splitlines()[0]}") from error

    def host(self, engine: Engine) -> Path:
        """The folder with the language host that runs the program.

        Raises:
            ProgramError: the engine has no host for the program's language.
        """
        if engine.has_language_host:
            return engine.command.parent
        if self.runtime != PYTHON:
            raise ProgramError(
                f"{self.root / 'Pulumi.yaml'}: runtime {self.runtime}: the engine in use was built without language "
                "hosts, and only the one for Python is replaced\n  fix: put an official Pulumi on PATH"
            )
        folder = self.folder / "bin"
        language_host.placed(folder)
        return folder


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
