"""Whose users are made, on which servers, and by which pods."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bailbondpro.facts import ports

from ..kubernetes.pods import Placement, Resources
from ..security.turns import Turns
from ..validation import require

if TYPE_CHECKING:
    import pulumi

USERS_RESOURCES = Resources(
    cpu_request="10m",
    memory_request="16Mi",
    cpu_limit="100m",
    memory_limit="64Mi",
    ephemeral_request="16Mi",
    ephemeral_limit="64Mi",
)
"""One psql for a few seconds; by judgement."""


@dataclass(frozen=True, kw_only=True)
class UsersServer:
    """One primary whose users are made; its replicas have the same.

    Attributes:
        name: of the server for people and for objects: "primary", "shard-0".
        host: DNS name of the primary.
        port: TCP port.
        database: the database in which users get their rights.
        master_username: who makes them.
        master_password: its password.
        generation: rotation counter of its users, see `Turns`.
        retired_before: users of generations before this one log in no more, see `Turns`.
    """

    name: str
    host: pulumi.Input[str]
    port: pulumi.Input[int] = ports.POSTGRES
    database: str
    master_username: str
    master_password: pulumi.Input[str]
    generation: int = 1
    retired_before: int = 1

    def __post_init__(self) -> None:
        self.turns  # noqa: B018 - refuses what cannot be a turn

    @property
    def turns(self) -> Turns:
        """Whose turn it is."""
        return Turns(generation=self.generation, retired_before=self.retired_before)


@dataclass(frozen=True, kw_only=True)
class DatabaseUsersArgs:
    """The users of all servers.

    Attributes:
        namespace: where the Jobs run, and where the Secrets are.
        image: has `psql`, of PostgreSQL 16 or newer.
        servers: the primaries; names are unique.
        ca_bundle: PEM of the servers' authority: whoever answers is verified.
        database_cidrs: where the servers are.
        resources: requests and limits of a Job's pod.
        placement: node pool.
    """

    namespace: pulumi.Input[str]
    image: pulumi.Input[str]
    servers: tuple[UsersServer, ...]
    ca_bundle: pulumi.Input[str]
    database_cidrs: tuple[pulumi.Input[str], ...]
    resources: Resources = USERS_RESOURCES
    placement: Placement = field(default_factory=Placement)

    def __post_init__(self) -> None:
        names = [server.name for server in self.servers]
        require(
            "database users",
            (bool(names), "at least one server is needed"),
            (len(set(names)) == len(names), f"names of servers are unique, got {names}"),
        )
