"""Whether a preview is of production: by what stands as well as by what it wants to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.gate.model import ENVIRONMENT, found
from policies.rules import is_production
from policies.rules.model import tagged_production

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.steps import Preview
    from policies.gate.model import Finding


def of_production(preview: Preview) -> bool:
    """Whether either side is production's.

    A preview has one configuration, that of what it wants. What stands says by its tags what it is: a change that
    calls production a development stack is held to production's rules.
    """
    return is_production(preview.after) or was_production(preview)


def was_production(preview: Preview) -> bool:
    """Whether what stands says by its tags that it is production's."""
    return tagged_production(preview.before) is True


def left_production(preview: Preview) -> Iterator[Finding]:
    """That what stands is production's, and its configuration or tags no longer say so."""
    becomes = tagged_production(preview.after)
    if was_production(preview) and (not is_production(preview.after) or becomes is False):
        says = "production would call itself development, and be held to no rule of production from then on"
        yield found(ENVIRONMENT, preview.stack, says, ("environment",))
