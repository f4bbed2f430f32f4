"""What a row of `plan.types` leaves out or contradicts, in words that name the type, the aspect and the file."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING

from plan import SYSTEMS, system_of
from plan.types import TYPES
from plan.types.model import ResourceType
from planner.cost.charges import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bailbondpro.facts.quotas import Quota

ASPECTS = tuple(
    item.name for item in fields(ResourceType) if item.default is MISSING and item.default_factory is MISSING
)
"""What every row must say."""
HOMES = {"aws": "aws.py", "kubernetes": "kubernetes.py"}


def home(token: str) -> str:
    """The file that a type's row belongs in."""
    return f"plan/types/{HOMES.get(token.split(':', maxsplit=1)[0], 'others.py')}"


def without_row(tokens: Iterable[str], rows: Mapping[str, ResourceType] = TYPES) -> list[str]:
    """Types of resources that have no row: what to write, and where."""
    asked = ", ".join(name for name in ASPECTS if name != "token")
    return [f"{token}: say its {asked} in a ResourceType of {home(token)}" for token in sorted({*tokens} - rows.keys())]


def _asked(token: str, by: str) -> bool:
    """Whether a type has a row of its own that does not leave its encryption to the type that leaves it to it."""
    return token in TYPES and by not in TYPES[token].at_rest.by.split(" | ")


def contradictions(row: ResourceType, counted: Iterable[Quota]) -> list[str]:
    """What a row says twice or refers to in vain.

    Args:
        row: the row.
        counted: every quota that `./bbp quotas` counts.
    """
    bill, rest, known = row.bill, row.at_rest, set(counted)
    found = []
    if sum(map(bool, (bill.rule, bill.free, bill.unpriced))) != 1:
        found.append("bill is a rule, free or unpriced, and one of them only")
    if bill.rule and bill.rule not in RULES:
        found.append(f"bill: there is no rule {bill.rule!r} in planner/cost/charges.py")
    if sum(map(bool, (rest.properties, rest.by, rest.why))) != 1:
        found.append("at_rest is properties, another type or a reason, and one of them only")
    if rest.by and not all(_asked(token, row.token) for token in rest.by.split(" | ")):
        found.append(f"at_rest: {rest.by} is no type that is encrypted by itself")
    if row.holds is not None and not row.holds.what:
        found.append("holds: say what is lost with it")
    found += [f"quotas: infra/quotas.py does not count {quota.name}" for quota in row.quotas if quota not in known]
    return [f"{row.token}: {problem} ({home(row.token)})" for problem in found]


def without_system(urns: Iterable[str]) -> list[str]:
    """Modules of components that no system of `plan/systems.py` stands for."""
    known = {system.key for system in SYSTEMS}
    missing = sorted({system_of(urn) for urn in urns} - known)
    return [f"{system}: add a System or an alias for it to plan/systems.py" for system in missing]
