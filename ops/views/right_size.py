"""Shows what measurements ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Section, Table, Text

if TYPE_CHECKING:
    from ops.answers.right_size.sizing import RightSizing
    from ops.document.blocks import Block


def section(found: RightSizing) -> Section:
    """Every key of the stack file that measurements ask to change."""
    fits: Block = Text(text=f"Every measured part of {found.stack} fits.")
    changes = Table(
        caption="What the measurements ask to change",
        columns=("Key", "Now", "Recommended", "Because"),
        rows=tuple((item.path, str(item.current), str(item.recommended), item.reason) for item in found.changes),
        numbers=frozenset({1, 2}),
    )
    return Section(id="right-size", title="Right-sizing", blocks=(changes if found.changes else fits,))
