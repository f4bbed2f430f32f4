"""A charge, and what the rules that make charges look at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from plan.tokens import ENDPOINT
from planner.plan_values import at, items, text

if TYPE_CHECKING:
    from plan import Plan, PlannedResource
    from planner.cost.usage import Usage


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One thing that a resource is billed for.

    Attributes:
        sku: what is bought, as the price book calls it.
        quantity: how many at a time for `hour` (it then runs all month), otherwise how many a month.
        unit: unit of the quantity, as in the price book.
        why: where the quantity is from.
        assumed: whether it rests on an assumption about usage and not on the plan.
    """

    sku: str
    quantity: float
    unit: str
    why: str
    assumed: bool = False


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What rules look at besides the resource itself; what several of them ask is counted once."""

    plan: Plan
    usage: Usage

    def count(self, token: str) -> int:
        """How many resources of a type will exist."""
        return self.plan.count(token)

    @cached_property
    def interface_endpoints(self) -> int:
        """How many interface endpoints will exist."""
        found = self.plan.of_type(ENDPOINT)
        return sum(text(item.inputs, "vpcEndpointType") == "Interface" for item in found)

    @cached_property
    def expiring(self) -> list[Any]:
        """Rules of the plan that delete what a bucket keeps."""
        found = self.plan.of_type("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
        return [rule for item in found for rule in items(item.inputs, "rules") if at(rule, "expiration", "days")]

    def beside(self, item: PlannedResource) -> int:
        """How many resources of its type will exist with its parent, itself included."""
        return self._families[item.type, item.parent]

    def identified(self, token: str, identifier: str) -> PlannedResource | None:
        """The first resource of a type that states this identifier; an empty one stands for those that state none."""
        return self._identified(token).get(identifier)

    @cached_property
    def _families(self) -> Counter[tuple[str, str]]:
        return Counter((item.type, item.parent) for item in self.plan if item.op != "delete")

    def _identified(self, token: str) -> dict[str, PlannedResource]:
        if token not in self._by_identifier:
            found = reversed(self.plan.of_type(token))
            self._by_identifier[token] = {text(item.inputs, "identifier"): item for item in found}
        return self._by_identifier[token]

    @cached_property
    def _by_identifier(self) -> dict[str, dict[str, PlannedResource]]:
        return {}
