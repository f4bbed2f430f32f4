"""Arguments of the database users by role of use, and which of them the platform's own pods log in as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.postgres.rds_authorities import rds_authority
from components.postgres.users_args import DatabaseUsersArgs, UsersServer
from components.postgres.users_sql import UserRole
from components.security.turns import Turns
from infra.wiring.names import APP
from infra.wiring.pods import batch_placement

if TYPE_CHECKING:
    import pulumi

    from components.postgres.component import Postgres
    from components.postgres.shards import Shards
    from components.postgres.users import DatabaseUsers
    from components.security.turns import Turn
    from infra.settings import Settings

PRIMARY = "primary"


def shard_server(index: int) -> str:
    """What a shard is called among the servers."""
    return f"shard-{index}"


def args(
    settings: Settings, namespace: pulumi.Input[str], postgres: Postgres, shards: Shards | None
) -> DatabaseUsersArgs:
    """Users of the primary and of every shard, those without clients included."""
    servers = [_server(PRIMARY, postgres, primary_turns(settings))]
    for index, server in enumerate(shards.servers if shards is not None else ()):
        servers.append(_server(shard_server(index), server, shard_turns(settings, index)))
    return DatabaseUsersArgs(
        namespace=namespace,
        image=settings.postgres.users_image,
        servers=tuple(servers),
        ca_bundle=rds_authority(settings.region),
        database_cidrs=(settings.network.vpc_cidr,),
        placement=batch_placement(),
    )


def primary_turns(settings: Settings) -> Turns:
    """Whose turn it is on the primary and its replicas."""
    wanted = settings.postgres
    return Turns(generation=wanted.user_generation, retired_before=wanted.users_retired_before)


def shard_turns(settings: Settings, index: int) -> Turns:
    """Whose turn it is on a shard."""
    each = settings.postgres.shards
    return Turns(generation=_at(each.user_generations, index), retired_before=_at(each.users_retired_before, index))


def pooler_turns(settings: Settings) -> Turns:
    """Whose turn it is among the pods' logins at the pooler."""
    wanted = settings.postgres.pooler
    return Turns(generation=wanted.user_generation, retired_before=wanted.users_retired_before)


def pooler_user(turn: Turn) -> str:
    """One of the two users that pods connect to the pooler as."""
    return APP if turn == "a" else f"{APP}_{turn}"


def _at(values: tuple[int, ...], index: int) -> int:
    return values[index] if index < len(values) else 1


def _server(name: str, server: Postgres, turns: Turns) -> UsersServer:
    return UsersServer(
        name=name,
        host=server.host,
        port=server.port,
        database=server.database_name,
        master_username=server.credential.username or "",
        master_password=server.credential.password,
        generation=turns.generation,
        retired_before=turns.retired_before,
    )


@dataclass(frozen=True)
class Databases:
    """The servers of a stack and their users."""

    postgres: Postgres
    shards: Shards | None
    users: DatabaseUsers

    @property
    def reached(self) -> tuple[Postgres, ...]:
        """The shards that pods are told of."""
        return self.shards.reached if self.shards is not None else ()

    def urls(self) -> tuple[pulumi.Output[str], tuple[pulumi.Output[str], ...], tuple[pulumi.Output[str], ...]]:
        """Straight to the servers: the primary, its replicas, the shards in use.

        A replica takes no writes from anybody, so that its URL is the reader's: the guide's code only reads there, and
        asks the primary where a replica refuses (Database Scaling, Read Replicas).
        """
        replicas = (self.users.url(PRIMARY, UserRole.READER, host) for host in self.postgres.replica_hosts)
        shards = (self.users.url(shard_server(index), UserRole.APPLICATION) for index in range(len(self.reached)))
        return self.users.url(PRIMARY, UserRole.APPLICATION), tuple(replicas), tuple(shards)
