"""The steps of docs/add-a-part.md, read and applied to a copy of this repository."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DOCUMENT = ROOT / "docs" / "add-a-part.md"
_NEW = r"New file `(?P<new>[^`\n]+)`"
_INSERTED = r"In `(?P<path>[^`\n]+)`,\s(?P<how>after|instead of)\s(?P<quote>[`\"])(?P<anchor>[^\n]+)(?P=quote)"
_STEP = re.compile(rf"(?:{_NEW}|{_INSERTED}):\n\n~~~\w+\n(?P<text>.*?)^~~~$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One new file, or one insertion.

    Attributes:
        path: the file, below the root of the repository.
        text: what is added, whole lines.
        anchor: the line that it follows or replaces; empty for a new file.
        replaces: whether the anchor goes.
    """

    path: str
    text: str
    anchor: str = ""
    replaces: bool = False

    def apply(self, root: Path) -> None:
        """Make the change in a copy.

        Raises:
            ValueError: the anchor does not stand there exactly once; the message says which.
        """
        file = root / self.path
        if not self.anchor:
            if file.exists():
                raise ValueError(f"{DOCUMENT.name}: {self.path} is there already")
            file.write_text(self.text, encoding="utf-8")
            return
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        found = [number for number, line in enumerate(lines) if line.rstrip("\n") == self.anchor]
        if not found:
            raise ValueError(f"{DOCUMENT.name}: {self.path} has no line {self.anchor!r}; name another in the document")
        at = found[0]
        lines[at : at + 1] = [*([] if self.replaces else lines[at : at + 1]), self.text]
        file.write_text("".join(lines), encoding="utf-8")


def steps() -> list[Step]:
    """Every step of the document, in its order."""
    return [
        Step(found["new"] or found["path"], found["text"], found["anchor"] or "", found["how"] == "instead of")
        for found in _STEP.finditer(DOCUMENT.read_text(encoding="utf-8"))
    ]


def before_tests(wanted: Iterable[Step]) -> list[Step]:
    """The steps that change the product: no tests, no documents."""
    return [step for step in wanted if not step.path.startswith(("tests/", "docs/"))]


def copied(folder: Path) -> Path:
    """A copy of every file that git knows or does not ignore, as it is in the working tree."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    for name in filter(None, listed):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return folder
