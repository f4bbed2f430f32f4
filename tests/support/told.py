"""What a terminal or a pipe shows of a section."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

from ops.document.terminal import show

if TYPE_CHECKING:
    from ops.document.blocks import Section


def told(section: Section, width: int = 200) -> str:
    """The text of a section, without colour."""
    file = io.StringIO()
    show(section, Console(file=file, width=width, highlight=False, emoji=False))
    return file.getvalue()
