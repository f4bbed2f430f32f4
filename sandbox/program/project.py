"""What a Pulumi project says of itself: its name, its language, and where its program stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
"""The names of a project file, in the order in which the engine looks for them; JSON is YAML, too."""
ENTRY = "__main__.py"
"""The module that Python runs of a folder."""


class ProgramError(Exception):
    """The folder is no program that can be rehearsed; the message says what is missing."""


@dataclass(frozen=True)
class Project:
    """A project file.

    Attributes:
        path: the file.
        name: of the project; the prefix of its own configuration keys.
        runtime: the language.
        options: the language's own, such as `virtualenv`.
        document: all of the file.
    """

    path: Path
    name: str
    runtime: str
    options: dict[str, Any]
    document: dict[str, Any]

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.path.parent

    @property
    def main(self) -> Path:
        """The program: a folder, or a file where the project names one."""
        return self.root / str(self.document.get("main") or "")

    @property
    def program_folder(self) -> Path:
        """The folder that the program runs in, where relative paths of its files begin."""
        return self.main.parent if self.main.is_file() else self.main

    @property
    def entry(self) -> Path:
        """The file that is run."""
        return self.main if self.main.is_file() else self.main / ENTRY

    def engine_document(self, virtualenv: str | None, backend: str) -> dict[str, Any]:
        """The project file that an engine elsewhere reads instead: its paths hold from there.

        Args:
            virtualenv: the virtual environment that the program runs in; None leaves the options as they are.
            backend: the only backend that the engine may use.
        """
        kept: dict[str, Any] = {
            key: self.document[key] for key in ("name", "description", "config") if key in self.document
        }
        # Another toolchain would look for its own files beside the copy.
        options = {"toolchain": "pip", "virtualenv": virtualenv} if virtualenv is not None else self.options
        return {
            **kept,
            "runtime": {"name": self.runtime, "options": options},
            # The folder that relative paths of files and archives start from, as in the project itself.
            **({"main": str(self.main)} if self.main.exists() else {}),
            "backend": {"url": backend},
        }


def project_file(root: Path) -> Path | None:
    """The project file of a folder, where it has one."""
    return next((root / name for name in FILES if (root / name).is_file()), None)


def read_project(root: Path) -> Project:
    """The project of a folder.

    Raises:
        ProgramError: the folder has no project file, or it does not name a project and its language.
    """
    if not root.is_dir():
        raise ProgramError(f"there is no folder {root}\n  fix: --program names the folder that has the Pulumi.yaml")
    path = project_file(root)
    if path is None:
        below = sorted(str(found.parent.relative_to(root)) for name in FILES for found in root.glob(f"*/{name}"))
        fix = f"\n  fix: folders below that are: {', '.join(below)}" if below else ""
        raise ProgramError(f"{root} is no Pulumi project: it has no Pulumi.yaml{fix}")
    document = mapping(path, read_yaml(path), "project file: `name: ...` and `runtime: python`")
    name, runtime = document.get("name"), document.get("runtime")
    language = runtime.get("name") if isinstance(runtime, dict) else runtime
    if not all(isinstance(item, str) and item for item in (name, language)):
        raise ProgramError(
            f"{path} must name the project and its runtime, each as a text: `name: ...` and `runtime: python`, "
            f"found: {name!r} and {language!r}"
        )
    options = runtime.get("options") or {} if isinstance(runtime, dict) else {}
    options = mapping(path, options, "project file: `runtime.options` by name, such as `{virtualenv: venv}`")
    return Project(path, str(name), str(language), options, document)


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """The document of a file.

    Raises:
        ProgramError: it is no YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where is not None else ""
        raise ProgramError(f"{path}{line} is no YAML: {str(error).splitlines()[0]}") from error


def mapping(path: Path, found: Any, what: str) -> dict[str, Any]:  # noqa: ANN401 - as above
    """A document that must be a mapping.

    Raises:
        ProgramError: it is none.
    """
    if not isinstance(found, dict):
        raise ProgramError(f"{path} is no {what}; found: {type(found).__name__}")
    return found
