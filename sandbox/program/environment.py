"""Which virtual environment a program of another folder runs in: its own, or this one where that is not there."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.program.project import ProgramError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.program.project import Project

POETRY_SECONDS = 30.0
"""How long poetry may take to name its environment."""
MAKE = (
    "in the program's folder `pulumi install`, or `python3 -m venv venv` and `venv/bin/pip install -r requirements.txt`"
)
"""How a program gets its environment."""
NAME_IT = "`runtime: {name: python, options: {virtualenv: venv}}`"
_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^]]*\])?\s*\(?([^;#)]*)")
"""A requirement's name and the versions that it allows."""
_BELOW = re.compile(r"<\s*(\d+)(?:\.0)*\s*(?:,|$)")
_SERIES = re.compile(r"(?:==|~=|\^)\s*(\d+)")


@dataclass(frozen=True)
class Environment:
    """A virtual environment for a program.

    Attributes:
        prefix: its folder.
        notice: what its user must know where it is not the program's own; empty where it is.
    """

    prefix: Path
    notice: str = ""


def environment(project: Project) -> Environment:
    """The program's own virtual environment where it is there, else the one of this process.

    Raises:
        ProgramError: the environment that the project names is none.
    """
    named = _named(project)
    if named is not None and interpreter(named).exists():
        return Environment(named)
    if named is not None and named.exists():
        raise ProgramError(
            f"the virtual environment of the program has no {interpreter(named)}\n"
            f"  fix: make it and install what the program needs: {MAKE}"
        )
    why = f"names the virtual environment {named}, which is not there" if named else "names no virtual environment"
    asked = requirements(project)
    unfit = [problem for text in asked if (problem := _unfit(text))]
    has = f"\n  not there as the program asks for it: {'; '.join(unfit)}" if unfit else ""
    name = "" if named else f", and name it: {NAME_IT}"
    notice = f"{project.path} {why}: the program runs in the one of this checkout{has}\n  fix: {MAKE}{name}"
    return Environment(Path(sys.prefix), notice)


def interpreter(prefix: Path) -> Path:
    """The Python of a virtual environment."""
    return prefix / "bin" / "python"


def _named(project: Project) -> Path | None:
    """The environment that the project's options lead to, whether it is there or not."""
    named = project.options.get("virtualenv")
    if named:
        return project.root / str(named)
    toolchain = project.options.get("toolchain")
    if toolchain not in {"uv", "poetry"}:
        return None
    beside = project.root / ".venv"  # where uv keeps it, and poetry if it is told to
    return beside if toolchain == "uv" or beside.exists() else _of_poetry(project.root)


def _of_poetry(root: Path) -> Path | None:
    if (command := shutil.which("poetry")) is None:
        return None
    answer = subprocess.run(  # noqa: S603 - poetry's own question, no shell
        [command, "env", "info", "--path"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=POETRY_SECONDS,
    )
    found = answer.stdout.strip()
    return Path(found) if answer.returncode == 0 and found else None


def requirements(project: Project) -> tuple[str, ...]:
    """What the program asks for, as its files write it; an unreadable file asks for nothing."""
    for folder in dict.fromkeys((project.program_folder, project.root)):
        if (path := folder / "requirements.txt").is_file():
            return tuple(_lines(path, frozenset()))
        if (path := folder / "pyproject.toml").is_file():
            return tuple(_of_pyproject(path))
    return ()


def _lines(path: Path, seen: frozenset[Path]) -> Iterable[str]:
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        text = line.split(" #")[0].strip()
        if (included := re.match(r"(?:-r|--requirement)[ =]\s*(.+)", text)) is not None:
            other = (path.parent / included[1]).resolve()
            if other.is_file() and other not in seen:
                yield from _lines(other, seen | {path.resolve(), other})
        elif text and text[0] not in "#-.":
            yield text


def _of_pyproject(path: Path) -> Iterable[str]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return
    yield from (item for item in document.get("project", {}).get("dependencies", ()) if isinstance(item, str))
    for name, wanted in document.get("tool", {}).get("poetry", {}).get("dependencies", {}).items():
        if name != "python":
            yield f"{name}{wanted}" if isinstance(wanted, str) and wanted != "*" else name


def _unfit(requirement: str) -> str | None:
    """What this environment has instead of a requirement; only a missing package and another series are told."""
    found = _NAME.match(requirement)
    if found is None or "://" in requirement:
        return None
    try:
        version = importlib.metadata.version(found[1])
    except importlib.metadata.PackageNotFoundError:
        return f"{requirement}: not installed"
    series = int(version.partition(".")[0])
    wanted = found[2]
    below, exact = _BELOW.search(wanted), _SERIES.search(wanted)
    if (below and series >= int(below[1])) or (exact and series != int(exact[1])):
        return f"{requirement}: {version} is installed"
    return None
