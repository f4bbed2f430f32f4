"""Another project's program in the simulated cloud: any folder with a `Pulumi.yaml`, run as Pulumi would run it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.program import language_host
from sandbox.program.environment import environment
from sandbox.program.project import ProgramError, mapping, read_yaml
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.engine import Engine
    from sandbox.program.environment import Environment

__all__ = ["ForeignWorkspace", "ProgramError"]
PYTHON = "python"
ENDINGS = (".yaml", ".yml", ".json")
DEFAULT_STACK = "dev"
LONGEST = 100
"""Characters of a stack's name (pulumi 3.259, `sdk/go/common/tokens/stack_name.go`)."""
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
"""The characters that the engine allows in one."""
NEAR = 0.7
"""How alike two names are, of which one is taken for a slip of the other: `prd` and `prod`, not `dev` and `test`."""


@dataclass(frozen=True)
class Configuration:
    """What a program is configured with, and what its user must know of where it comes from."""

    values: dict[str, Any]
    notices: tuple[str, ...] = ()


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
    def runtime(self) -> str:
        """The language of the program."""
        return self.source.runtime

    @cached_property
    def environment_of_program(self) -> Environment:
        """Where the program runs."""
        return environment(self.source)

    @property
    def _virtualenv(self) -> str | None:
        return str(self.environment_of_program.prefix) if self.runtime == PYTHON else None

    def notices(self) -> tuple[str, ...]:
        """What the program's user must know of where it runs.

        Raises:
            ProgramError: the program's virtual environment is none, or there is nothing to run.
        """
        if self.runtime != PYTHON:
            return ()
        if not self.source.entry.is_file():
            raise ProgramError(
                f"{self.source.path}: its program {self.source.entry} is not there\n"
                "  fix: `main` names the folder of __main__.py, or the file"
            )
        notice = self.environment_of_program.notice
        return (notice,) if notice else ()

    def stack_file(self) -> Path | None:
        """The stack's file; None where the program has none of this stack."""
        return self.stack_files().get(self.stack)

    def stack_files(self) -> dict[str, Path]:
        """The stack files of the program, by the name of their stack."""
        kept = self.source.document.get("stackConfigDir")
        folder = self.source.root / kept if isinstance(kept, str) else self.source.root
        found = sorted(path for end in ENDINGS for path in folder.glob(f"Pulumi.*{end}"))
        return {path.name.removeprefix("Pulumi.").removesuffix(path.suffix): path for path in found}

    def configuration(self, named: Path | None = None, given: Mapping[str, str] | None = None) -> Configuration:
        """What the program is configured with.

        Args:
            named: another file instead of the stack's own.
            given: values that stand above those of the file, by key; a key without a namespace is the project's own.

        Raises:
            ProgramError: there is no such file, it is no YAML, or the stack's name is almost one that has a file.
        """
        notices: list[str] = []
        path = named or self.stack_file()
        if named is not None and not named.is_file():
            raise ProgramError(f"there is no {named}\n  fix: --config names a file as Pulumi.<STACK>.yaml is one")
        document = _stack_document(path) if path is not None else {}
        values = dict(
            mapping(path or self.root, document.get("config") or {}, "stack file: its `config` has values by key")
        )
        if path is None:
            values, notice = self._unwritten()
            notices.append(notice)
        if document.get("environment"):
            notices.append(f"{path}: its `environment` (Pulumi ESC) is not read: nothing outside this machine is asked")
        own = {key if ":" in key else f"{self.project_name}:{key}": value for key, value in (given or {}).items()}
        return Configuration({**values, **own}, tuple(notices))

    def _unwritten(self) -> tuple[dict[str, Any], str]:
        """The configuration of a stack without a file: what `pulumi new` would propose for it, else nothing."""
        others = self.stack_files()
        if near := get_close_matches(self.stack, others, n=1, cutoff=NEAR):
            raise ProgramError(
                f"the program has no stack file of {self.stack}; those it has: {', '.join(others)}\n"
                f"  fix: did you mean {near[0]}?"
            )
        template = self.source.document.get("template")
        proposed = template.get("config") if isinstance(template, dict) else None
        values = {
            key if ":" in key else f"{self.project_name}:{key}": str(item["default"])
            for key, item in (proposed if isinstance(proposed, dict) else {}).items()
            if isinstance(item, dict) and item.get("default") is not None
        }
        has = f" (stacks with a file: {', '.join(others)})" if others else ""
        said = ", ".join(f"{key}={value}" for key, value in values.items())
        holds = f"what its project file proposes to new stacks: {said}" if said else "empty"
        return (
            values,
            f"there is no {self.source.root / f'Pulumi.{self.stack}.yaml'}{has}: the configuration is {holds}",
        )

    def host(self, engine: Engine) -> Path:
        """The folder with the language host that runs the program.

        Raises:
            ProgramError: the engine has no host for the program's language.
        """
        if engine.has_language_host:  # the engine looks for it beside itself, wherever else PATH leads
            return engine.command.parent
        if self.runtime != PYTHON:
            raise ProgramError(
                f"{self.source.path}: runtime {self.runtime}: the engine in use was built without language "
                "hosts, and only the one for Python is replaced\n  fix: put an official Pulumi on PATH"
            )
        folder = self.folder / "bin"
        language_host.placed(folder)
        language_host.dynamic_placed(folder, self.environment_of_program.prefix)
        return folder


def stack_named(root: Path, name: str | None) -> str:
    """The stack to rehearse where none is named: the only one that has a file, else `dev`.

    Raises:
        ProgramError: the folder is no program, its stack cannot be called so, or several of its stacks have files and
            none is dev.
    """
    if name is not None:
        _refuse_name(root, name)
        return name
    found = ForeignWorkspace(root, DEFAULT_STACK).stack_files()
    if not found or DEFAULT_STACK in found:
        return DEFAULT_STACK
    if len(found) == 1:
        return next(iter(found))
    raise ProgramError(f"{root} has several stacks: {', '.join(found)}\n  fix: name one: --stack {next(iter(found))}")


def _refuse_name(root: Path, name: str) -> None:
    """Refuse a name that the engine would refuse after half the files are made, or that leads to another folder."""
    *qualifiers, own = name.split("/")
    if len(qualifiers) > len(("organization", "project")) or not all(
        len(part) <= LONGEST and _NAME.fullmatch(part) and part.strip(".") for part in (*qualifiers, own)
    ):
        bare = re.sub(r"[^A-Za-z0-9_.-]+", "-", own)[:LONGEST].strip("-.")
        raise ProgramError(
            f"STACK {name[:LONGEST]!r}: no stack can be called so; allowed: 1 to {LONGEST} letters, digits, hyphens, "
            "underscores and periods, not periods alone; before them at most ORGANIZATION/PROJECT/\n"
            f"  fix: name the stack {bare or DEFAULT_STACK}"
        )
    project = ForeignWorkspace(root, own).project_name if len(qualifiers) == len(("organization", "project")) else ""
    if project and qualifiers[-1] != project:
        raise ProgramError(
            f"STACK {name}: the project of {root} is {project}, not {qualifiers[-1]}\n"
            f"  fix: {qualifiers[0]}/{project}/{own}, or {own} alone"
        )


def _stack_document(path: Path) -> dict[str, Any]:
    return mapping(path, read_yaml(path) or {}, "stack file: `config:` with the values by key")


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
