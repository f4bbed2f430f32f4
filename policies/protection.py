"""Whether what holds data is protected twice: Pulumi refuses to delete it, and so does the service itself.

Pulumi's `protect` ends where somebody deletes in the console, or takes the resource out of the state first. The
services' own protection does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.types import TYPES
from policies.restored import restored_copies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plan import PlannedResource
    from plan.types.model import Guard

GUARDS = {token: row.holds.guards for token, row in TYPES.items() if row.holds is not None and row.holds.guards}
"""What each service can do itself. Other stateful types can only be protected by Pulumi."""


def bare(resources: Iterable[PlannedResource]) -> list[str]:
    """Names of stateful resources that Pulumi may delete, without those whose value is kept elsewhere.

    A server of `postgres.restored` is a copy of one that is protected: it is to be taken away again.
    """
    return sorted(item.name for item in wanted(resources) if not item.protect)


def unguarded(resources: Iterable[PlannedResource]) -> list[str]:
    """Protections of the services that are off: `<name> (<what protects>)`, by name.

    A read replica holds nothing that its source does not hold: it needs none.
    """
    return sorted(f"{item.name} ({guard.wanted})" for item, guard in off(resources))


def off(resources: Iterable[PlannedResource]) -> Iterator[tuple[PlannedResource, Guard]]:
    """Each protection of the services that is off, with what it would protect."""
    for item in wanted(resources):
        for guard in guards(item):
            if not guard.holds(item.inputs.get(guard.property)):
                yield item, guard


def guards(item: PlannedResource) -> tuple[Guard, ...]:
    """What the service of a resource can do itself against its loss; nothing for a read replica."""
    return () if item.inputs.get("replicateSourceDb") is not None else GUARDS.get(item.type, ())


def protectable(resources: Iterable[PlannedResource]) -> int:
    """How many resources are to be protected."""
    return len(wanted(resources))


def wanted(resources: Iterable[PlannedResource]) -> list[PlannedResource]:
    """What is to be protected: what holds data that is kept nowhere else."""
    kept = [(item, row.holds) for item in resources if item.op != "delete" and (row := TYPES.get(item.type))]
    copies = restored_copies(item for item, _ in kept)
    return [item for item, holds in kept if holds is not None and not holds.recoverable and item.name not in copies]
