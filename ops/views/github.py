"""Shows what was told to GitHub, or which plan was reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Section, Text

if TYPE_CHECKING:
    from pathlib import Path

    from ops.answers.github.notes import Note
    from ops.answers.github.reviewed import Reviewed

_SAID = {
    "created": "Written",
    "updated": "Brought up to date",
    "unchanged": "Already said",
    "closed": "Closed: there is nothing to say any more",
    "nothing": "Nothing to say, and nothing is open",
}


def section(note: Note) -> Section:
    """One line."""
    where = f": {note.address}" if note.address else ""
    return Section(id="github", title="GitHub", blocks=(Text(text=f"{_SAID[note.done]}{where}"),))


def reviewed_section(found: Reviewed, file: Path) -> Section:
    """Whose plan it is and where it was written."""
    text = f"{file}: the plan of commit {found.head[:12]}, reviewed in pull request {found.pull}"
    return Section(id="github", title="GitHub", blocks=(Text(text=text),))
