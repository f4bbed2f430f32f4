"""The whole of a stack's settings: scalars and one object per area."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, PrivateAttr

from infra.settings.app import AppSettings
from infra.settings.autoscaling import AutoscalingSettings
from infra.settings.availability import AvailabilitySettings
from infra.settings.aws import AwsSettings
from infra.settings.base import Area, DomainName, Environment, Phase, Region, StackName
from infra.settings.budget import BudgetSettings
from infra.settings.cdn import CdnSettings
from infra.settings.cluster import ClusterSettings
from infra.settings.gateway import GatewaySettings
from infra.settings.monitoring import MonitoringSettings
from infra.settings.network import NetworkSettings
from infra.settings.objectives import ObjectivesSettings
from infra.settings.pools import PoolsSettings
from infra.settings.postgres import PostgresSettings
from infra.settings.redis import RedisSettings
from infra.settings.services import ServiceSettings
from infra.settings.storage import StorageSettings


def _switch(value: object) -> object:
    """`pulumi config set` writes a top-level true as the text "true"."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


class Settings(Area):
    """Every setting of a stack, complete: defaults of the phase, overridden by the stack file."""

    environment: Annotated[Environment, BeforeValidator(Environment.spelled)] = Field(
        description="development or production (dev and prod in short): which defaults a stack has, its sizes and "
        "protection; never the architecture, and no part of a name: any number of stacks may be of one environment."
    )
    phase: Phase = Field(
        description="Growth phase: optimization (0-500 users), horizontal (500-1,500), microservices (1,500 and more); "
        "scaling guide, Scaling Phases."
    )
    domain: DomainName = Field(description="The domain of the platform, the apex of its own DNS zone.")
    region: Region = Field(description="The AWS region, read from aws:region.")
    protect: Annotated[bool, BeforeValidator(_switch)] = Field(
        description="Whether databases, caches, buckets, keys and network refuse deletion. Default: production yes, "
        "development no."
    )
    allow_shrink: Annotated[bool, BeforeValidator(_switch)] = Field(
        default=False,
        description="Whether this deployment may take databases, replicas, shards or nodes away, as a step back to an "
        "earlier phase does. Default: no.",
    )
    deploy_after: Annotated[tuple[StackName, ...], Field(max_length=50)] | None = Field(
        default=None,
        description="Stacks that a merge deploys before this one, by name (`./bbp stacks`). Default: all stacks of "
        "development for one of production, none for one of development.",
    )
    aws: AwsSettings = Field(default=AwsSettings(), description="The AWS account.")
    network: NetworkSettings = Field(description="The VPC: range, zones, NAT gateways, endpoints, flow logs.")
    cluster: ClusterSettings = Field(description="The EKS control plane.")
    pools: PoolsSettings = Field(description="The node pools.")
    app: AppSettings = Field(description="The application.")
    services: Annotated[tuple[ServiceSettings, ...], Field(max_length=50)] = Field(
        description="Services besides the application. Default by phase: six in the third, none before."
    )
    autoscaling: AutoscalingSettings = Field(description="The autoscalers of the application.")
    gateway: GatewaySettings = Field(description="The nginx gateway.")
    postgres: PostgresSettings = Field(description="PostgreSQL: primary, replicas, shards and PgBouncer.")
    redis: RedisSettings = Field(description="The Redis cluster.")
    storage: StorageSettings = Field(
        default=StorageSettings(), description="Uploaded documents, access logs, container images."
    )
    cdn: CdnSettings = Field(description="The Cloudflare CDN.")
    monitoring: MonitoringSettings = Field(default=MonitoringSettings(), description="Alerts and metrics.")
    budget: BudgetSettings = Field(description="The cost budget.")
    availability: AvailabilitySettings = Field(description="Single points of failure and uptime that are accepted.")
    objectives: ObjectivesSettings = Field(description="What `./bbp objectives` holds the stack to.")
    # No key of a stack file: the file's own name says it, and the engine.
    _stack: str = PrivateAttr(default="")

    @property
    def stack(self) -> str:
        """The stack's own name, which physical names hold; settings that belong to no stack go by `dev` or `prod`."""
        return self._stack or self.environment.short

    def of_stack(self, name: str) -> Self:
        """The same settings as those of a stack."""
        named = self.model_copy()
        named._stack = name  # noqa: SLF001 - a copy of this very class
        return named
