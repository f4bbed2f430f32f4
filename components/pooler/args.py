"""What a pooler is told: its servers, its clients, and what it shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bailbondpro.facts import ports

from ..kubernetes.exporters import PGBOUNCER_EXPORTER_IMAGE
from ..kubernetes.pods import Placement, Resources

if TYPE_CHECKING:
    import pulumi

POOLER_RESOURCES = Resources(
    cpu_request="100m",
    memory_request="64Mi",
    cpu_limit="500m",
    memory_limit="128Mi",
    ephemeral_request="64Mi",
    ephemeral_limit="256Mi",
)
"""PgBouncer is one thread: more than one cpu is never used. Memory by judgement: 2000 clients and their buffers."""


@dataclass(frozen=True, kw_only=True)
class PoolerEndpoint:
    """One database server behind the pooler; see `pooler_config.Endpoint`.

    Attributes:
        name: database name for clients: letters, digits and _.
        host: DNS name.
        port: TCP port.
        database: the real database name.
        username: user on this server.
        password: its password.
        pool_size: connections to this server that each pooler pod holds at most.
    """

    name: str
    host: pulumi.Input[str]
    database: pulumi.Input[str]
    username: pulumi.Input[str]
    password: pulumi.Input[str]
    pool_size: int
    port: pulumi.Input[int] = ports.POSTGRES

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(f"{self.name!r} cannot be a pooled database's name: use letters, digits and _")
        if self.pool_size < 1:
            raise ValueError(f"{self.name}: a pool needs at least one connection, got {self.pool_size}")


@dataclass(frozen=True, kw_only=True)
class PoolerClient:
    """One more login that the pooler lets in.

    Attributes:
        username: another one than `client_username`.
        password: its password.
        generation: rotation counter of the login, from 1.
    """

    username: str
    password: pulumi.Input[str]
    generation: int = 1


@dataclass(frozen=True, kw_only=True)
class PoolerTls:
    """What the pooler shows its clients.

    Attributes:
        certificate: PEM; names the pooler's Service.
        private_key: PEM.
        authority: PEM of whoever signed it, for the clients.
    """

    certificate: pulumi.Input[str]
    private_key: pulumi.Input[str]
    authority: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class PoolerArgs:
    """Pools connections to all databases.

    Attributes:
        namespace: where all objects live.
        image: PgBouncer 1.21 or newer (prepared statements in transaction mode), with `pgbouncer` on its PATH.
        endpoints: the servers; names are unique.
        users_ready: what makes the endpoints' users; the configuration is written, and the pods change, after it.
        client_username: the user that pods connect as.
        client_password: its password.
        client_generation: rotation counter of that login, from 1. The configuration is annotated with those that it
            lets in, so that a plan shows whether pods that run are among them.
        former_clients: the login before, for pods that still have it.
        client_apps: `app` labels of the pods that may connect.
        database_cidrs: where the servers are.
        replicas: number of pooler pods; each holds a pool of its own.
        ca_bundle: PEM of the servers' authority (RDS publishes it); None encrypts without checking the server.
        tls: certificate and key for clients, who then have to use TLS; None lets them speak plainly.
        resources: requests and limits.
        max_client_connections: clients of one pod.
        max_prepared_statements: prepared statements tracked per connection, 0 for none (PgBouncer 1.21).
        idle_transaction_seconds: how long a transaction may stay open without a query, at least 1.
        exporter_image: turns the pools' counters into metrics (container port "metrics").
        monitoring_namespace: may scrape the exporter.
        placement: node pool.
        finish_seconds: how long transactions may take while a pod stops; the longest request behind them.
    """

    namespace: pulumi.Input[str]
    image: pulumi.Input[str]
    endpoints: tuple[PoolerEndpoint, ...]
    users_ready: tuple[pulumi.Resource, ...] = ()
    client_username: pulumi.Input[str]
    client_password: pulumi.Input[str]
    client_generation: int = 1
    former_clients: tuple[PoolerClient, ...] = ()
    client_apps: tuple[str, ...]
    database_cidrs: tuple[pulumi.Input[str], ...]
    replicas: int = 2
    ca_bundle: pulumi.Input[str] | None = None
    tls: PoolerTls | None = None
    resources: Resources = POOLER_RESOURCES
    max_client_connections: int = 2000
    max_prepared_statements: int = 200
    idle_transaction_seconds: int = 60
    exporter_image: pulumi.Input[str] = PGBOUNCER_EXPORTER_IMAGE
    monitoring_namespace: str = "monitoring"
    placement: Placement = field(default_factory=Placement)
    finish_seconds: int = 60

    def __post_init__(self) -> None:
        names = [endpoint.name for endpoint in self.endpoints]
        if not names:
            raise ValueError("a pooler needs at least one endpoint")
        if len(set(names)) != len(names):
            raise ValueError(f"endpoint names must be unique, got {names}")
        if self.idle_transaction_seconds < 1:
            raise ValueError(f"idle_transaction_seconds is at least 1, got {self.idle_transaction_seconds}")
        if self.finish_seconds < 1:
            raise ValueError(f"finish_seconds is at least 1, got {self.finish_seconds}")
        if self.replicas < 1:
            raise ValueError(f"a pooler needs at least one pod, got {self.replicas}")
