"""What of a stack's plans its roles must know: types, names that Pulumi makes, and whom its roles are handed to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plan.permissions.scopes import NAMED_BY_PULUMI, ROLE
from plan.permissions.table import PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plan.model import Plan, PlannedResource

SHORTEST_NAME = 40
"""Characters of a name that a pattern keeps. IAM's names have 64 and Pulumi ends them in a random part of 8; what is
longer is cut."""
_NUMBER = re.compile(r"-\d+(?=-|$)")


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What the roles of one stack must be granted.

    Attributes:
        types: types of AWS and Cloudflare, sorted; of Cloudflare's rulesets with their phase behind `#`.
        names: patterns of the names that Pulumi makes, by type, sorted.
        services: service principals that the stack's roles are handed to, sorted.
    """

    types: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]
    services: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """For a file."""
        return {
            "types": list(self.types),
            "names": {token: list(names) for token, names in sorted(self.names.items())},
            "services": list(self.services),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Needs:
        """Read what `as_data` wrote."""
        return cls(
            types=tuple(data["types"]),
            names={token: tuple(names) for token, names in data["names"].items()},
            services=tuple(data["services"]),
        )


def needs_of(plans: Iterable[Plan]) -> Needs:
    """What the plans of one stack need together.

    Args:
        plans: of every phase that the stack may have: a role must still delete what another phase made.
    """
    plans = tuple(plans)
    items = [item for plan in plans for item in plan if item.custom and item.op != "delete"]
    names = {token: {_pattern(item.name) for item in items if item.type == token} for token in NAMED_BY_PULUMI}
    services = {service for plan in plans for service in _handed_to(plan)}
    return Needs(
        types=tuple(sorted({_kind(item) for item in items if item.type.startswith(("aws:", "cloudflare:"))})),
        names={token: tuple(sorted(found)) for token, found in names.items() if found},
        services=tuple(sorted(services)),
    )


def _kind(item: PlannedResource) -> str:
    phase = item.inputs.get("phase")
    return f"{item.type}#{phase}" if item.type == "cloudflare:index/ruleset:Ruleset" and phase else item.type


def _pattern(name: str) -> str:
    """The beginning of a name: shards differ by their number alone, and long names are cut."""
    return f"{_NUMBER.sub('-*', name)[:SHORTEST_NAME]}*"


def _handed_to(plan: Plan) -> Iterable[str]:
    """The services that roles of a plan are handed to: those of what depends on a role.

    Who may assume a role its trust policy says, and a preview may not know that yet.
    """
    roles = {item.urn for item in plan if item.type == ROLE}
    for item in plan:
        row = PERMISSIONS.get(item.type)
        if row is not None and row.passes and item.op != "delete" and roles & set(item.dependencies):
            yield row.passes
