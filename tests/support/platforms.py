"""Parts of the platform as programs of their own: its wiring without most of what runs inside the cluster.

What an engine does to a database, a cache or a node group does not depend on the other three hundred resources.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import pulumi
import pulumi_kubernetes as k8s

from components.cdn.cdn import Cdn
from components.cdn.origin_certificate import OriginCertificate
from components.cluster.addons import Addons
from components.cluster.cluster import Cluster
from components.cluster.node_pools import NodePools
from components.gateway.gateway import Gateway
from components.kubernetes.namespace import Namespace
from components.pooler.pooler import Pooler, PoolerArgs, PoolerEndpoint
from components.postgres.component import Postgres
from components.postgres.database_trust import DatabaseTrust
from components.postgres.shards import Shards
from components.postgres.users import DatabaseUsers, RetiredUsers
from components.redis import Redis
from components.security.keys import DataKey
from components.security.private_certificate import PrivateCertificate
from components.security.secrets import Credential
from infra.settings import Settings, load
from infra.settings.reading.stack_config import raw_stack_config
from infra.stack import Platform
from infra.wiring import app, cdn, cluster, database_users, encryption, gateway, pools, postgres, redis
from infra.wiring.names import names_of
from infra.wiring.order import after
from tests.support.ground import Subnets, ground

if TYPE_CHECKING:
    from components.network.load_balancer import LoadBalancer
    from components.network.network import Network


class Data(Platform):
    """The platform's databases, with what they stand on."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or load(raw_stack_config(), pulumi.get_stack())
        self.names = names_of(self.settings)
        self.aws = pulumi.ResourceOptions(provider=self._aws_provider())
        key = DataKey("data-key", encryption.key_args(self.settings), self.aws)
        self._servers(key, *ground(self.settings, key, self.aws))

    def _servers(self, key: DataKey, vpc: Network, eks: Cluster) -> tuple[Postgres, Shards | None]:
        login = Credential("postgres-credential", postgres.credential_args(self.settings, key), self.aws)
        server = Postgres("postgres", postgres.args(self.settings, key, vpc, eks, login), self.aws)
        if not self.settings.postgres.shards.count:
            return server, None
        return server, Shards("shards", postgres.shards_args(self.settings, key, vpc, eks), self.aws)


class Users(Data):
    """The platform's databases with their users, and the pooler that logs in as them."""

    def _servers(self, key: DataKey, vpc: Network, eks: Cluster) -> tuple[Postgres, Shards | None]:
        server, shards = super()._servers(key, vpc, eks)
        inside = pulumi.ResourceOptions(provider=k8s.Provider("kubernetes", enable_secret_mutable=True))
        space = Namespace("namespace", app.namespace_args(self.settings), inside)
        args = database_users.args(self.settings, space.namespace, server, shards)
        users = DatabaseUsers("database-users", args, inside)
        logins = {
            turn: Credential(name, postgres.pooler_credential_args(self.settings, key, turn), self.aws)
            for turn, name in postgres.pooler_logins(self.settings)
        }
        certificate = PrivateCertificate("pooler-certificate", postgres.pooler_certificate_args(self.settings))
        databases = database_users.Databases(server, shards, users)
        pooled = postgres.pooler_args(self.settings, space.namespace, logins, certificate, databases)
        pooler = Pooler("pooler", pooled, inside)
        RetiredUsers("retired-users", args, after(inside, pooler.deployment))
        return server, shards


class Cache(Platform):
    """The platform's cache, with what it stands on."""

    def __init__(self) -> None:
        self.settings = load(raw_stack_config(), pulumi.get_stack())
        self.names = names_of(self.settings)
        self.aws = pulumi.ResourceOptions(provider=self._aws_provider())
        key = DataKey("data-key", encryption.key_args(self.settings), self.aws)
        vpc, eks = ground(self.settings, key, self.aws)
        token = Credential("redis-credential", redis.credential_args(self.settings, key), self.aws)
        Redis("redis", redis.args(self.settings, key, vpc, eks, token), self.aws)


class Nodes(Platform):
    """The platform's cluster: control plane, add-ons, node groups."""

    def __init__(self) -> None:
        self.settings = load(raw_stack_config(), pulumi.get_stack())
        self.names = names_of(self.settings)
        self.aws = pulumi.ResourceOptions(provider=self._aws_provider())
        key = DataKey("data-key", encryption.key_args(self.settings), self.aws)
        vpc = cast("Network", Subnets(self.settings, key, self.aws, "app", "control-plane"))
        eks = Cluster("cluster", cluster.args(self.settings, key, vpc), self.aws)
        nodes = NodePools("node-pools", pools.args(self.settings, eks, vpc), after(self.aws, *eks.node_prerequisites))
        Addons("addons", cluster.addons_args(self.settings, eks, nodes), self.aws)


def data_program() -> None:
    """The databases as a program."""
    Data()


def nodes_program() -> None:
    """The cluster as a program."""
    Nodes()


class Certified(Platform):
    """Both ends of every certificate of the platform, and Grafana's password, without anything behind them."""

    def __init__(self) -> None:
        self.settings = load(raw_stack_config(), pulumi.get_stack())
        self.names = names_of(self.settings)
        self.aws = pulumi.ResourceOptions(provider=self._aws_provider())
        key = DataKey("data-key", encryption.key_args(self.settings), self.aws)
        Credential("grafana-credential", cluster.grafana_credential_args(self.settings, key), self.aws)
        objects = {"enable_server_side_apply": True, "enable_config_map_mutable": True, "enable_secret_mutable": True}
        kubernetes = pulumi.ResourceOptions(provider=k8s.Provider("kubernetes", **objects))
        space = Namespace("namespace", app.namespace_args(self.settings), kubernetes)
        self._between_cloudflare_and_the_gateway(space, kubernetes)
        self._between_pods_and_the_pooler(space, kubernetes)

    def _between_cloudflare_and_the_gateway(self, space: Namespace, kubernetes: pulumi.ResourceOptions) -> None:
        balancer = cast("LoadBalancer", Balancer())
        certificate = OriginCertificate("origin-certificate", cdn.certificate_args(self.settings))
        args = gateway.args(self.settings, space.namespace, certificate, balancer)
        front = Gateway("gateway", replace(args, target_groups=None), kubernetes)
        Cdn("cdn", cdn.args(self.settings, balancer, certificate, front))

    def _between_pods_and_the_pooler(self, space: Namespace, kubernetes: pulumi.ResourceOptions) -> None:
        certificate = PrivateCertificate("pooler-certificate", postgres.pooler_certificate_args(self.settings))
        user = "app"
        server = PoolerEndpoint(
            name="primary", host="db.internal", database="app", pool_size=20, username=user, password=user
        )
        args = PoolerArgs(
            namespace=space.namespace,
            image=self.settings.postgres.pooler.image,
            endpoints=(server,),
            client_username=user,
            client_password=user,
            client_apps=("bailbondpro",),
            database_cidrs=("10.20.104.0/24",),
            tls=postgres.pooler_tls(certificate),
        )
        pooler = Pooler("pooler", args, kubernetes)
        DatabaseTrust("database-trust", postgres.trust_args(self.settings, space.namespace, pooler), kubernetes)


@dataclass(frozen=True)
class Balancer:
    """A load balancer of which only the name matters."""

    dns_name: str = "balancer.elb.us-east-1.amazonaws.com"
    https_target_group_arn: str = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/https/1"
    http_target_group_arn: str = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/http/1"
