"""What is made beside what stands: two of one thing, objects over other objects, and what nothing of its type says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.gate.made.alike import unlike
from policies.gate.made.cluster import over_others
from policies.gate.made.edge import of_the_edge
from policies.gate.made.outside import leads_out
from policies.gate.made.twice import managed_twice
from policies.gate.model import STRANGE, UNREAD_STEP, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.steps import Preview
    from policies.gate.model import Finding


def made_beside(preview: Preview, *, production: bool) -> Iterator[Finding]:
    """What is made and takes something from what stands; where inputs have a form that nobody expected, that.

    Args:
        preview: what happens to each resource.
        production: whether the plan is of production.
    """
    try:
        yield from (
            *managed_twice(preview.changes),
            *over_others(preview.changes),
            *of_the_edge(preview.changes),
            *leads_out(preview.changes),
            *(unlike(preview) if production else ()),
        )
    except STRANGE as error:
        yield found(UNREAD_STEP, preview.stack, f"what is made has inputs of an unexpected form: {error!r}")


__all__ = ["made_beside"]
