"""Parts of the platform as programs of their own: its wiring without most of what runs inside the cluster.

What an engine does to a database, a cache or a node group does not depend on the other three hundred resources.
"""

from __future__ import annotations

import pulumi

from components.cluster.cluster import Cluster
from components.network.network import Network
from components.postgres.component import Postgres
from components.postgres.shards import Shards
from components.redis import Redis
from components.security.keys import DataKey
from components.security.secrets import Credential
from infra.settings import Settings, load
from infra.settings.reading.stack_config import raw_stack_config
from infra.stack import Platform
from infra.wiring import cluster, encryption, network, postgres, redis
from infra.wiring.names import names_of


class Data(Platform):
    """The platform's databases, with what they stand on."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or load(raw_stack_config(), pulumi.get_stack())
        self.names = names_of(self.settings)
        self.aws = pulumi.ResourceOptions(provider=self._aws_provider())
        key = DataKey("data-key", encryption.key_args(self.settings), self.aws)
        vpc = Network("network", network.args(self.settings, key), self.aws)
        eks = Cluster("cluster", cluster.args(self.settings, key, vpc), self.aws)
        login = Credential("postgres-credential", postgres.credential_args(self.settings, key), self.aws)
        Postgres("postgres", postgres.args(self.settings, key, vpc, eks, login), self.aws)
        if self.settings.postgres.shards.count:
            Shards("shards", postgres.shards_args(self.settings, key, vpc, eks), self.aws)


class Cache(Platform):
    """The platform's cache, with what it stands on."""

    def __init__(self) -> None:
        self.settings = load(raw_stack_config(), pulumi.get_stack())
        self.names = names_of(self.settings)
        self.aws = pulumi.ResourceOptions(provider=self._aws_provider())
        key = DataKey("data-key", encryption.key_args(self.settings), self.aws)
        vpc = Network("network", network.args(self.settings, key), self.aws)
        eks = Cluster("cluster", cluster.args(self.settings, key, vpc), self.aws)
        token = Credential("redis-credential", redis.credential_args(self.settings, key), self.aws)
        Redis("redis", redis.args(self.settings, key, vpc, eks, token), self.aws)


class Nodes(Platform):
    """The platform's cluster: control plane, add-ons, node groups."""

    def __init__(self) -> None:
        self.settings = load(raw_stack_config(), pulumi.get_stack())
        self.names = names_of(self.settings)
        self.aws = pulumi.ResourceOptions(provider=self._aws_provider())
        self._foundation()


def data_program() -> None:
    """The databases as a program."""
    Data()


def nodes_program() -> None:
    """The cluster as a program."""
    Nodes()
