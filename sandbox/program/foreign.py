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
class _Project:
    """What a project file says: `document` has all of it."""

    name: str
    runtime: str
    options: dict[str, Any]
    document: dict[str, Any]


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
        own = SandboxWorkspace(self.kept, self.stack, f"program-{self.root.resolve().name}-{_digest(self.root)}")
        return own.folder

    @property
    def project_name(self) -> str:
        """What the engine keeps the stack's state under."""
        return self._project.name

    @property
    def runtime(self) -> str:
        """The language of the program."""
        return self._project.runtime

    @property
    def virtualenv(self) -> Path | None:
        """The virtual environment that the project names."""
        named = self._project.options.get("virtualenv")
        return self.root / str(named) if named else None

    @cached_property
    def _project(self) -> _Project:
        return _read_project(self.root)

    def _document(self) -> dict[str, Any]:
        """The program's own project file, with paths that hold from elsewhere and the rehearsal's backend."""
        project = self._project
        options = {**project.options, **({"virtualenv": str(self.virtualenv)} if self.virtualenv else {})}
        kept = {key: value for key, value in project.document.items() if key in {"name", "description", "config"}}
        return {
            **kept,
            "runtime": {"name": self.runtime, "options": options},
            "main": str(self.root / str(project.document.get("main") or "")),
            "backend": {"url": self.backend_url},
        }

    def stack_file(self, named: Path | None = None) -> Path:
        """The stack's file: another one where it is named.

        Raises:
            ProgramError: the folder is no program, or there is no such file; the message lists those that exist.
        """
        _ = self._project  # what is wrong with the folder is told first
        path = named or self.root / f"Pulumi.{self.stack}.yaml"
        if not path.is_file():
            others = ", ".join(sorted(item.name for item in self.root.glob("Pulumi.*.yaml"))) or "none"
            raise ProgramError(
                f"there is no {path}; stack files of this program: {others}\n"
                "  fix: name one of its stacks, or a file with --config FILE"
            )
        return path

    def raw_config(self, named: Path | None = None) -> dict[str, Any]:
        """The `config` of the stack's file.

        Raises:
            ProgramError: there is no such file, or it is no YAML.
        """
        path = self.stack_file(named)
        document = _mapping(path, _yaml(path) or {}, "stack file: `config:` with the values by key")
        return dict(_mapping(path, document.get("config") or {}, "stack file: its `config` has values by key"))

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


def _read_project(root: Path) -> _Project:
    path = root / "Pulumi.yaml"
    if not root.is_dir():
        raise ProgramError(f"there is no folder {root}\n  fix: --program names the folder that has the Pulumi.yaml")
    try:
        document = _mapping(path, _yaml(path), "project file: `name: ...` and `runtime: python`")
    except FileNotFoundError as error:
        raise ProgramError(f"{root} is no Pulumi project: it has no Pulumi.yaml") from error
    name, runtime = document.get("name"), document.get("runtime")
    language = runtime.get("name") if isinstance(runtime, dict) else runtime
    if not all(isinstance(item, str) and item for item in (name, language)):
        raise ProgramError(
            f"{path} must name the project and its runtime, each as a text: `name: ...` and `runtime: python`, "
            f"found: {name!r} and {language!r}"
        )
    options = runtime.get("options") or {} if isinstance(runtime, dict) else {}
    options = _mapping(path, options, "project file: `runtime.options` by name, such as `{virtualenv: venv}`")
    return _Project(str(name), str(language), options, document)


def _yaml(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where is not None else ""
        raise ProgramError(f"{path}{line} is no YAML: {str(error).splitlines()[0]}") from error


def _mapping(path: Path, found: Any, what: str) -> dict[str, Any]:  # noqa: ANN401 - as above
    if not isinstance(found, dict):
        raise ProgramError(f"{path} is no {what}; found: {type(found).__name__}")
    return found


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
