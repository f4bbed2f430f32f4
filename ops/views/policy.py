"""Shows what every rule says of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.gate.answer import clean
from ops.document.blocks import Item, Items, Section, State, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.policy import Broken, Policies
    from ops.document.blocks import Block

SHOWN = 10
"""Resources of one rule that are named; `--json` names all."""


def section(found: Policies) -> Section:
    """The sum, then each rule that is broken with who breaks it, then what nobody judged."""
    return Section(id="policy", title="Policies", blocks=tuple(_blocks(found)))


def _blocks(found: Policies) -> Iterator[Block]:
    yield Text(text=found.headline)
    items = tuple(item for one in found.broken for item in _items(one))
    if items:
        yield Items(items=items)
    if found.undescribed:
        yield Text(text=clean(f"Types that no row describes, and no rule knows: {', '.join(found.undescribed)}."))
    if found.unseen:
        yield Text(text=f"{found.unseen:,} resources are not named in the preview (--show-sames), or cannot be read.")


def _items(one: Broken) -> Iterator[Item]:
    title = f"{one.rule.id} ({one.rule.severity}): {one.rule.title}"
    if one.unable:
        yield Item(text=f"{title}: {clean(one.unable)}", detail="look at what it is about yourself", state="bad")
    if one.violations:
        state: State = "bad" if one.rule.stops else "note"
        named = "; ".join(f"{found.urn.rsplit('::', 1)[-1]}: {found.says}" for found in one.violations[:SHOWN])
        more = f"; and {len(one.violations) - SHOWN:,} more" if len(one.violations) > SHOWN else ""
        yield Item(text=f"{title}: {clean(named)}{more}", detail=one.rule.fix, state=state)
    if one.later:
        names = ", ".join(found.urn.rsplit("::", 1)[-1] for found in one.later[:SHOWN])
        more = f" and {len(one.later) - SHOWN:,} more" if len(one.later) > SHOWN else ""
        yield Item(text=f"{title}: known only after an update: {clean(names)}{more}", state="note")
