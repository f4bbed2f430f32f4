"""Shows which Pulumi engine is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Section, Text

if TYPE_CHECKING:
    from ops.answers.engine import Found


def section(found: Found) -> Section:
    """The engine, whether the plain CLI can run the program, and what was tried."""
    engine = found.engine
    host = (
        "yes: the plain CLI runs the program, too"
        if engine.has_language_host
        else "no: programs run inline, and `./bbp rehearse shell` brings a host of its own"
    )
    tried = tuple(Item(text=f"{attempt.where}: {attempt.result}") for attempt in engine.tried)
    blocks = (
        Text(text=f"Pulumi {engine.version} from {engine.source}: {engine.command}"),
        Text(text=f"Python language host beside it: {host}"),
        Items(caption="Tried, in this order", items=tried),
    )
    return Section(id="engine", title="Engine", blocks=blocks)
