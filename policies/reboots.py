"""In which order PostgreSQL servers must restart after a change of their parameters, read from a plan.

A primary and its replicas share one parameter group. RDS applies a static parameter at an instance's next reboot, and a
replica does not start with less than its primary of what hot standby depends on. So a raised number reaches replicas
first and a lowered one the primary first; one plan must not do both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from plan.tokens import DATABASE, PARAMETER_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan import Plan, PlannedResource


STANDBY_BOUND = frozenset(
    {
        "max_connections",
        "max_worker_processes",
        "max_wal_senders",
        "max_prepared_transactions",
        "max_locks_per_transaction",
    }
)
"""A replica does not start with less of these than its primary (PostgreSQL documentation, "Hot Standby")."""


class RebootOrder(StrEnum):
    """In which order instances that share a parameter group reboot for its static parameters."""

    NONE = "none"
    ANY = "any"
    REPLICAS_FIRST = "replicas-first"
    PRIMARY_FIRST = "primary-first"
    TWO_STEPS = "two-steps"
    """Some values rise and some fall: apply the rises first, then the falls."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """One parameter as RDS holds it.

    Attributes:
        value: its value, without unit.
        static: whether it waits for a reboot.
    """

    value: str
    static: bool


@dataclass(frozen=True, kw_only=True)
class Reboot:
    """What a plan means for the servers of one parameter group.

    Attributes:
        group: URN of the parameter group.
        order: in which order to reboot.
        changed: the static parameters that change, as "name old -> new".
        first: logical names of the instances to reboot first.
        then: logical names of those to reboot once the first answer again.
    """

    group: str
    order: RebootOrder
    changed: tuple[str, ...]
    first: tuple[str, ...]
    then: tuple[str, ...]

    @property
    def refused(self) -> bool:
        """Whether no order is safe, so that the change must be split."""
        return self.order is RebootOrder.TWO_STEPS

    def sentence(self) -> str:
        """The instruction for people."""
        what = ", ".join(self.changed)
        if self.refused:
            return f"{what}: no order of reboots is safe; deploy what rises first, reboot, then deploy what falls"
        if not self.then:
            return f"{what}: reboot {', '.join(self.first) or 'nothing'} for it to take effect"
        first, then = ", ".join(self.first), ", ".join(self.then)
        return f"{what}: reboot {first} first, wait until replication runs again, then {then}"

    def as_json(self) -> dict[str, object]:
        """The machine-readable instruction."""
        return {
            "group": self.group,
            "order": self.order.value,
            "changed": list(self.changed),
            "first": list(self.first),
            "then": list(self.then),
            "refused": self.refused,
        }


def reboot_order(before: Mapping[str, Value], after: Mapping[str, Value]) -> RebootOrder:
    """How to reboot a primary and its replicas after a change of their shared parameter group.

    Args:
        before: the group's parameters as they run, by name.
        after: the group's parameters as they will be; a name in only one of the two counts as changed.
    """
    static = _static_changes(before, after)
    bound = [name for name in static if name in STANDBY_BOUND and name in before and name in after]
    rises = any(int(after[name].value) > int(before[name].value) for name in bound)
    falls = any(int(after[name].value) < int(before[name].value) for name in bound)
    if rises and falls:
        return RebootOrder.TWO_STEPS
    if rises:
        return RebootOrder.REPLICAS_FIRST
    if falls:
        return RebootOrder.PRIMARY_FIRST
    return RebootOrder.ANY if static else RebootOrder.NONE


def reboots(plan: Plan) -> list[Reboot]:
    """What every parameter group of a plan that changes static parameters asks for, in the plan's order.

    Groups that the plan creates ask for nothing: their instances start with them.
    """
    return [found for group in plan.of_type(PARAMETER_GROUP) if (found := _reboot(plan, group)) is not None]


def _reboot(plan: Plan, group: PlannedResource) -> Reboot | None:
    if group.op != "update":
        return None
    before, after = parameters_of(group.old_inputs), parameters_of(group.inputs)
    order = reboot_order(before, after)
    if order is RebootOrder.NONE:
        return None
    # New instances start with the new values: only what runs already has to restart.
    servers = [item for item in plan.children(group.parent) if item.type == DATABASE and item.op != "create"]
    primaries = tuple(item.name for item in servers if not item.inputs.get("replicateSourceDb"))
    replicas = tuple(item.name for item in servers if item.inputs.get("replicateSourceDb"))
    first, then = (replicas, primaries) if order is RebootOrder.REPLICAS_FIRST else (primaries, replicas)
    if not first:
        first, then = then, ()
    if order is RebootOrder.ANY:
        first, then = (*replicas, *primaries), ()
    return Reboot(group=group.urn, order=order, changed=tuple(_changes(before, after)), first=first, then=then)


def parameters_of(inputs: Mapping[str, Any]) -> dict[str, Value]:
    """The parameters of a planned group by name; the provider's own default is to apply at once."""
    return {
        str(entry["name"]): Value(value=str(entry["value"]), static=entry.get("applyMethod") == "pending-reboot")
        for entry in inputs.get("parameters") or ()
        if isinstance(entry, dict)
    }


def _static_changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> list[str]:
    # How a parameter is applied is no part of its value: that alone restarts nothing.
    changed = sorted(name for name in before.keys() | after.keys() if _value(before, name) != _value(after, name))
    return [name for name in changed if _is_static(before.get(name)) or _is_static(after.get(name))]


def _value(values: Mapping[str, Value], name: str) -> str | None:
    found = values.get(name)
    return None if found is None else found.value


def _is_static(value: Value | None) -> bool:
    return value is not None and value.static


def _changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> Iterator[str]:
    for name in _static_changes(before, after):
        old, new = before.get(name), after.get(name)
        yield f"{name} {old.value if old else 'default'} -> {new.value if new else 'default'}"
