"""No property of any type of production's plan changes, comes or goes without a word of the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from plan.steps import Change, State
from policies.gate.judge import losses
from policies.gate.uncompared import HARMLESS, uncompared
from tests.support.plans import stack_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan import PlannedResource

Path = tuple[str | int, ...]
PLAN = stack_plan("prod", "microservices")
TYPES = sorted({item.type for item in PLAN if item.custom})
DESCRIBES = (*HARMLESS, "metadata.labels.app.kubernetes.io/")
BETTER = {
    "backupRetentionPeriod",
    "deletionWindowInDays",
    "numNodeGroups",
    "recoveryWindowInDays",
    "replicasPerNodeGroup",
    "snapshotRetentionLimit",
}
"""Numbers of which more is more of what protects, and that rules over steps compare."""
GUARDED = {"finalSnapshotIdentifier", "forceDelete", "forceDestroy", "recoveryWindowInDays", "skipFinalSnapshot"}
"""Protections, of which another value, or none, protects as well."""
ELSEWHERE = {"internal"}
"""What opens where it goes off, and forces a replacement, which stops."""


def says(item: PlannedResource, inputs: Mapping[str, Any]) -> list[str]:
    """What the gate says of other inputs of a resource, by the rules over steps alone."""
    before, after = (_state(item, side) for side in (item.inputs, inputs))
    changed = tuple(sorted(key for key in {*item.inputs, *inputs} if item.inputs.get(key) != inputs.get(key)))
    change = Change(
        urn=item.urn,
        kind="update",
        ops=("update",),
        before=before,
        after=after,
        forced=(),
        changed=changed,
        number=0,
        gone_first=False,
    )
    judged = losses(change, (frozenset(), {}), production=True)
    return [one.rule for one in (*judged, *uncompared(change, production=True))]


def _state(item: PlannedResource, inputs: Mapping[str, Any]) -> State:
    return State(
        type=item.type,
        urn=item.urn,
        inputs=dict(inputs),
        custom=True,
        protect=False,
        retained=False,
        leftover=False,
        external=False,
        parent="",
        provider="",
        dependencies=(),
    )


def parts(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401 - any value of a plan
    """Every part of inputs, objects and lists before what stands in them."""
    yield at, value
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in entries:
        yield from parts(part, (*at, key))


def without(value: Any, at: Path) -> Any:  # noqa: ANN401 - any value of a plan
    head, *rest = at
    if rest:
        return put(value, (head,), without(value[head], tuple(rest)))
    if isinstance(value, list):
        return [part for place, part in enumerate(value) if place != head]
    return {key: part for key, part in value.items() if key != head}


def put(value: Any, at: Path, part: Any) -> Any:  # noqa: ANN401 - any value of a plan
    if not at:
        return part
    head, *rest = at
    if isinstance(value, list):
        return [put(one, tuple(rest), part) if place == head else one for place, one in enumerate(value)]
    return {**value, head: put(value[head], tuple(rest), part)}


def other_values(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any value of a plan
    """Values that are none of those that stand there: off, none, far more, another one, one more."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float)):
        yield from (value * 10 + 10, 0)
    elif isinstance(value, str):
        yield "other"
    elif isinstance(value, dict):
        yield from ({**value, "other": "more"}, {**value, "other": {"more": 1}}, {**value, "other": 1})
    else:
        yield [*value, *([_altered(value[-1])] if value else ["other"])]
        yield [*value, "other"]


def _altered(value: Any) -> Any:  # noqa: ANN401 - any value of a plan
    if isinstance(value, dict):
        return {key: _altered(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_altered(part) for part in value]
    if isinstance(value, bool):
        return value
    return value + 1 if isinstance(value, (int, float)) else f"{value}x" if isinstance(value, str) else value


def changes_of(token: str) -> Iterator[tuple[PlannedResource, str, str, Mapping[str, Any]]]:
    """One change of each kind for each part of a type, and where it is."""
    seen: set[Path] = set()
    for item in (one for one in PLAN if "grafana_dashboard" not in str(one.inputs.get("metadata"))):
        for at, value in parts(item.inputs) if item.type == token and item.custom else ():
            shape = tuple("#" if isinstance(step, int) else step for step in at)
            where = ".".join(map(str, shape))
            if shape in seen or where.startswith(DESCRIBES) or "checksum/" in where:
                continue
            seen.add(shape)
            if at:
                yield item, where, "goes", without(item.inputs, at)
            for other in other_values(value):
                yield item, where, str(other)[-90:], put(item.inputs, at, other)


def meant(where: str, what: str) -> bool:
    if what == "goes":
        return where in GUARDED
    return where in BETTER or where in GUARDED or where in ELSEWHERE


@pytest.mark.parametrize("token", TYPES)
def test_every_other_value_of_every_property_stops_or_is_named(token: str) -> None:
    silent = [
        f"{where}: {what}"
        for item, where, what, inputs in changes_of(token)
        if inputs != item.inputs and not meant(where, what) and not says(item, inputs)
    ]
    assert silent == []
