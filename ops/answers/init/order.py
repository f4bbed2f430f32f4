"""Where a new stack stands among the others when a merge deploys them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.deploy_order import PATH, before, deploy_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.settings import Settings


def place(stack: str, settings: Settings, others: Mapping[str, Settings]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All stacks in the order of their deployment, and what to write in which file so that production waits for it.

    Production waits for all of development by itself, and for another stack of production where its file says so.

    Args:
        stack: the new stack's name.
        settings: what it means.
        others: those of the stacks beside it, by name.
    """
    stacks = {**others, stack: settings}
    order = deploy_order(stacks)
    if not settings.environment.production:
        return order, ()
    waits = {
        name: before(stacks[name], stacks) for name in order if name != stack and stacks[name].environment.production
    }
    return order, tuple(
        f"where {stack} shall be deployed before {name}, which it is not now: "
        f"`{PATH}: [{', '.join(sorted({stack, *earlier}))}]` in Pulumi.{name}.yaml"
        for name, earlier in waits.items()
        if stack not in earlier
    )
