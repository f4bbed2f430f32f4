"""Values of Helm charts that are weaker than they were: who is told, what runs, from where, and who is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.tokens import RELEASE
from plan.types.weaker.kubernetes.alertmanager import configurations, told_no_more
from plan.types.weaker.kubernetes.charts import values_of, weaker_value
from plan.unknown import is_hidden
from policies.gate.model import ADMITS, WEAKENED, found
from policies.gate.weaker import OF_PRODUCTION, RULES, said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from plan.steps import Change
    from policies.gate.model import Finding

MOST = 3
"""Alerts that are named; more are counted."""


def charts_weaker(change: Change, *, production: bool) -> Iterator[Finding]:
    """Every value of a chart that is weaker than before; of one that is made, what lets somebody in.

    Args:
        change: what happens.
        production: whether the plan is of production: elsewhere nothing need be there twice, or in plenty.
    """
    before, after = change.before, change.after
    if change.type != RELEASE or after is None or (before is not None and before.leftover):
        return
    was = before.inputs.get("values") if before is not None else None
    becomes = after.inputs.get("values")
    old, new = dict(values_of(was)), dict(values_of(becomes))
    for path in sorted(old.keys() | new.keys()):
        first, second = old.get(path), new.get(path)
        if first == second or is_hidden(first) or is_hidden(second):
            continue
        lost = weaker_value(path, first, second)
        if lost is None or (before is None and lost[0] != "admits") or (lost[0] in OF_PRODUCTION and not production):
            continue
        says = f"{path} would go from {said(first) or 'what it is'} to {said(second) or 'another value'}: {lost[1]}"
        yield found(ADMITS if lost[0] == "admits" else RULES[lost[0]], change.urn, says, (path,))
    yield from _tells_fewer(change.urn, was, becomes)


def _tells_fewer(urn: str, was: Any, becomes: Any) -> Iterator[Finding]:  # noqa: ANN401 - any value of a plan
    now = dict(configurations(becomes))
    for path, configuration in configurations(was):
        if silent := told_no_more(configuration, now.get(path, {})):
            more = f" and {len(silent) - MOST} more kinds" if len(silent) > MOST else ""
            says = f"{path} would no longer tell whom it told of alerts with {'; '.join(silent[:MOST])}{more}"
            yield found(WEAKENED, urn, says, (path,))
