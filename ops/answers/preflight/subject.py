"""What a plan says that a question is made of: regions, zones, names, tags, accounts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bailbondpro.facts.regions import home_of, partition_of
from plan import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.quotas import QuotaNeed
    from infra.settings import Settings
    from plan import Plan, PlannedResource

PROVIDER = "pulumi:providers:aws"
DATABASE_SUBNETS = "aws:rds/subnetGroup:SubnetGroup"
CACHE_SUBNETS = "aws:elasticache/subnetGroup:SubnetGroup"
_HEX = r"-[0-9a-f]{7,}"
_UNKNOWN = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
"""The engine's mark for a value that only an update will know."""


@dataclass(frozen=True, kw_only=True)
class Deployer:
    """Who makes the updates.

    Attributes:
        named: name or ARN of a role, or ARN of a user; empty for whoever asks.
        repository: owner/name of the GitHub repository whose jobs take the role; empty where nobody knows one.
        environment: the environment of GitHub that those jobs are in.
    """

    named: str = ""
    repository: str = ""
    environment: str = ""

    @property
    def label(self) -> str:
        """For people: the last part of the name."""
        return self.named.rpartition("/")[2] or "whoever asks"


@dataclass(frozen=True)
class Subject:
    """A stack as a preflight sees it.

    Attributes:
        plan: everything that will exist.
        settings: its configuration; None for a plan of something else.
        later: what it takes of quotas in its largest phase, with that phase's name; empty where this is it.
        deployer: who makes its updates.
    """

    plan: Plan
    settings: Settings | None
    later: tuple[str, Sequence[QuotaNeed]] = ("", ())
    deployer: Deployer = Deployer()

    @cached_property
    def resources(self) -> dict[str, PlannedResource]:
        """What will exist, by URN."""
        return {item.urn: item for item in self.plan if item.op != "delete"}

    @property
    def stack(self) -> str:
        """The stack's name, as its URNs have it."""
        first = next(iter(self.plan), None)
        return first.urn.split(":")[2] if first else ""

    @property
    def uses_aws(self) -> bool:
        """Whether anything of AWS is planned."""
        return any(item.type.startswith("aws:") for item in self.resources.values())

    @cached_property
    def region(self) -> str:
        """The stack's region: its configuration's, else its provider's."""
        own = self.settings.region if self.settings else str(self.plan.config.get("aws:region", ""))
        named = (str(item.inputs.get("region") or "") for item in self.plan.of_type(PROVIDER))
        return own or next((name for name in named if name), "us-east-1")

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Every region in which something of AWS is planned; the stack's own first."""
        found = {self.region_of(item) for item in self.resources.values() if item.type.startswith("aws:")}
        return (self.region, *sorted(found - {self.region}))

    @property
    def partition(self) -> str:
        """The partition that the region belongs to."""
        return partition_of(self.region)

    @property
    def home(self) -> str:
        """A region that is never opted into, for questions that are global."""
        return home_of(self.region)

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that the plan's providers allow; none where they say nothing."""
        found = [name for item in self.plan.of_type(PROVIDER) for name in _listed(item.inputs.get("allowedAccountIds"))]
        return tuple(dict.fromkeys(found))

    def of(self, *types: str) -> list[PlannedResource]:
        """What will exist of these types."""
        return self.plan.of_type(*types)

    def region_of(self, item: PlannedResource) -> str:
        """Where a resource will be."""
        own = item.inputs.get("region")
        if isinstance(own, str) and own and not unknown(own):
            return own
        provider = self._provider(item)
        return str((provider.inputs.get("region") if provider else "") or self.region)

    def arn(self, service: str, region: str, resource: str) -> str:
        """A pattern for a policy; the account is known where the plan allows exactly one."""
        account = self.accounts[0] if len(self.accounts) == 1 else "*"
        return f"arn:{self.partition}:{service}:{region}:{account}:{resource}"

    def tags_of(self, item: PlannedResource) -> Mapping[str, str]:
        """The tags that tell a resource of this stack from any other; empty where none holds the stack's name."""
        provider = self._provider(item)
        found = _tags(provider.inputs.get("defaultTags")) if provider else {}
        found = found or _tags(item.inputs.get("tagsAll")) or _tags(item.inputs.get("tags"))
        own = re.compile(rf".+[^a-z0-9]{re.escape(self.stack)}$")
        return found if any("stack" in key.lower() or own.match(value) for key, value in found.items()) else {}

    def owns(self, item: PlannedResource, tags: Mapping[str, str]) -> bool:
        """Whether tags of something that exists say that it is this stack's."""
        own = self.tags_of(item)
        return bool(own) and own.items() <= tags.items()

    def zones_of(self, item: PlannedResource) -> tuple[str, ...]:
        """The zones of the subnets that a resource is put into; those of the network where the plan does not say."""
        near = [self.resources[urn] for urn in item.dependencies if urn in self.resources]
        groups = [found for found in near if found.type in {DATABASE_SUBNETS, CACHE_SUBNETS}]
        for group in groups:
            near += [self.resources[urn] for urn in group.dependencies if urn in self.resources]
        subnets = [found for found in near if found.type == tokens.SUBNET]
        return _zones(subnets) or self.zones(self.region_of(item))

    def zones(self, region: str) -> tuple[str, ...]:
        """The zones of all planned subnets of a region."""
        return _zones([item for item in self.of(tokens.SUBNET) if self.region_of(item) == region])

    def _provider(self, item: PlannedResource) -> PlannedResource | None:
        """Its provider, known by URN and id; the only one there is, for what names none."""
        named = self.resources.get(item.provider.rpartition("::")[0])
        every = self.of(PROVIDER)
        return named or (every[0] if len(every) == 1 else None)


def chosen(item: PlannedResource, key: str) -> str:
    """The physical name that the program chose; empty where Pulumi adds a random part, or an update will know it."""
    value = item.inputs.get(key)
    if not isinstance(value, str) or not value or unknown(value):
        return ""
    return "" if re.fullmatch(rf"{re.escape(item.name)}{_HEX}", value) else value


def unknown(value: object) -> bool:
    """Whether a value is known only after an update."""
    return isinstance(value, str) and bool(_UNKNOWN.match(value))


def text(item: PlannedResource, key: str) -> str:
    """An input that is a known text; else empty."""
    value = item.inputs.get(key)
    return value if isinstance(value, str) and not unknown(value) else ""


def _zones(subnets: Sequence[PlannedResource]) -> tuple[str, ...]:
    return tuple(sorted({zone for item in subnets if (zone := text(item, "availabilityZone"))}))


def _decoded(value: object) -> Any:  # noqa: ANN401 - any JSON document
    """What a provider's input holds: providers get objects and lists as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def _listed(value: object) -> list[str]:
    found = _decoded(value)
    return [str(item) for item in found] if isinstance(found, list) else []


def _tags(value: object) -> dict[str, str]:
    found = _decoded(value)
    if isinstance(found, dict) and isinstance(found.get("tags"), dict):
        found = found["tags"]
    return {str(key): str(tag) for key, tag in found.items()} if isinstance(found, dict) else {}
