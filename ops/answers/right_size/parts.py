"""What of a stack has a size of its own in the stack file, and what is measured of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.wiring.names import APP, GATEWAY_APP, POOLER_APP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bailbondpro.facts.instance_classes import Service
    from infra.settings import Settings
    from infra.settings.base import Resources

OF_PODS = ("cpu_millicores", "memory_mib")
OF_SERVERS = ("cpu_percent", "memory_percent")
OF_DATABASES = (*OF_SERVERS, "disk_percent")
SERVICES = "services"


@dataclass(frozen=True, kw_only=True)
class Pods:
    """Pods that are alike.

    Attributes:
        name: as a file of measurements calls them; `services.auth` for a service.
        path: key path of their requests and limits.
        resources: today's.
        deployment: metadata.name of their Deployment.
        container: the container that is sized; exporters beside it are not.
    """

    name: str
    path: str
    resources: Resources
    deployment: str
    container: str

    @property
    def measures(self) -> tuple[str, ...]:
        """What is measured of one of them."""
        return OF_PODS


@dataclass(frozen=True, kw_only=True)
class Storage:
    """A database's storage, in GiB.

    Attributes:
        path: key path of what it has at first.
        gib: that.
        most_path: key path of what it may grow to by itself.
        most_gib: that.
    """

    path: str
    gib: int
    most_path: str
    most_gib: int


@dataclass(frozen=True, kw_only=True)
class Servers:
    """Machines of one class.

    Attributes:
        name: as a file of measurements calls them.
        path: key path of the class.
        service: whose class it is.
        instance_class: today's.
        storage: of databases with storage of their own.
    """

    name: str
    path: str
    service: Service
    instance_class: str
    storage: Storage | None = None

    @property
    def measures(self) -> tuple[str, ...]:
        """What is measured of one of them."""
        return OF_DATABASES if self.storage is not None else OF_SERVERS


def parts_of(settings: Settings) -> tuple[Pods | Servers, ...]:
    """Every part of a stack that can be sized."""
    return (*pods_of(settings), *servers_of(settings))


def pods_of(settings: Settings) -> Iterator[Pods]:
    """The application, the gateway, the pooler and every service."""
    yield Pods(
        name="app",
        path="app.resources",
        resources=settings.app.resources,
        deployment=f"{APP}-app",
        container="app",
    )
    yield Pods(
        name="gateway",
        path="gateway.resources",
        resources=settings.gateway.resources,
        deployment=GATEWAY_APP,
        container="nginx",
    )
    pooler = settings.postgres.pooler
    if pooler.enabled:
        yield Pods(
            name="pooler",
            path="postgres.pooler.resources",
            resources=pooler.resources,
            deployment=POOLER_APP,
            container="pgbouncer",
        )
    for service in settings.services:
        yield Pods(
            name=f"{SERVICES}.{service.name}",
            path=f"{SERVICES}.{service.name}.resources",
            resources=service.resources,
            deployment=f"{APP}-{service.name}",
            container="app",
        )


def servers_of(settings: Settings) -> Iterator[Servers]:
    """Databases, cache nodes and the application's nodes."""
    postgres = settings.postgres
    yield Servers(
        name="postgres",
        path="postgres.instanceClass",
        service="rds",
        instance_class=postgres.instance_class,
        storage=Storage(
            path="postgres.allocatedStorageGib",
            gib=postgres.allocated_storage_gib,
            most_path="postgres.maxAllocatedStorageGib",
            most_gib=postgres.max_allocated_storage_gib,
        ),
    )
    if postgres.replicas:
        yield Servers(
            name="replicas",
            path="postgres.replicaInstanceClass",
            service="rds",
            instance_class=postgres.replica_instance_class,
        )
    shards = postgres.shards
    if shards.count:
        yield Servers(
            name="shards",
            path="postgres.shards.instanceClass",
            service="rds",
            instance_class=shards.instance_class,
            storage=Storage(
                path="postgres.shards.allocatedStorageGib",
                gib=shards.allocated_storage_gib,
                most_path="postgres.shards.maxAllocatedStorageGib",
                most_gib=shards.max_allocated_storage_gib,
            ),
        )
    yield Servers(name="redis", path="redis.nodeType", service="elasticache", instance_class=settings.redis.node_type)
    yield Servers(
        name="nodes",
        path="pools.app.instanceType",
        service="ec2",
        instance_class=settings.pools.app.instance_type,
    )
