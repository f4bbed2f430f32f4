"""Horizontal shards: equal PostgreSQL servers over which clients are spread by a hash, and the published shard map."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from bailbondpro.facts.shards import GUIDE_SHARDS, MAX_SHARDS

from ..naming import NameKind, physical_name
from ..security.secrets import Credential, CredentialArgs
from ..validation import require, within
from .args import PostgresArgs
from .component import Postgres

if TYPE_CHECKING:
    from .args import PostgresTemplate

SHARD_HASH = "int32-times-31-abs-modulo"
"""Names the guide's placement (Database Sharding): h = 31 h + UTF-16 code unit in 32-bit arithmetic, absolute value,
modulo the number of shards."""

_PARAMETER_PATH = re.compile(r"(/[a-z0-9_.-]+)+")


@dataclass(frozen=True, kw_only=True)
class ShardCredentials:
    """How each shard's own credential is made; see `components.security.secrets.CredentialArgs` for ranges.

    Attributes:
        username: master user of every shard.
        length: characters of each password.
        generation: rotation counter; a higher number rotates all shards in one update.
        recovery_window_days: days a deleted secret can be restored.
    """

    username: str
    length: int = 40
    generation: int = 1
    recovery_window_days: int = 30


@dataclass(frozen=True, kw_only=True)
class ShardsArgs:
    """What the shards need.

    Attributes:
        prefix: beginning of identifiers and secret names: "<prefix>-shard-<i>".
        count: number of shards, 1 to 16. It decides where data lies: it may grow only with a resharding plan and never
            shrinks. With `protect` in the template a lower number is refused at preview.
        shard: everything the servers have in common.
        credentials: how the credential of each is made.
        database_name: first database of every shard.
        parameter_path: SSM path below which the map is published, for example "/bailbondpro/prod/db/shards".
        placed: over how many of them clients are placed, 0 to `count`: so many hold all their clients' rows. 0 while
            all clients are elsewhere: new shards are empty. The map lists these and no others, and publishes the number
            as its count. With `protect` in the template a lower number is refused at preview, as a lower count is.
        moving_to: over how many of them clients lie after the move that goes on, 0 when it leads away from them; None
            while nothing moves. Those beyond `placed` are published as the move's targets: nobody reads them.
        map_version: of the published map, raised with every change of it; None takes `placed`.
        returned_from: version of the map whose rows all lie elsewhere again, published as the acknowledgement of a
            finished way back; None without one.
        maintenance_windows: of each shard's primary, by index, so that no two restart at once; empty takes the
            template's for all.
    """

    prefix: str
    count: int = GUIDE_SHARDS
    shard: PostgresTemplate
    credentials: ShardCredentials
    database_name: str
    parameter_path: str
    placed: int = 0
    moving_to: int | None = None
    map_version: int | None = None
    returned_from: int | None = None
    maintenance_windows: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(
            f"shards {self.prefix!r}",
            (within(self.count, 1, MAX_SHARDS), f"count is 1..{MAX_SHARDS}, not {self.count}"),
            (
                bool(_PARAMETER_PATH.fullmatch(self.parameter_path)),
                f"parameter_path is '/segment/segment', lower case, no trailing slash, not {self.parameter_path!r}",
            ),
            (within(self.placed, 0, self.count), f"placed is 0..{self.count} (count), not {self.placed}"),
            (
                self.moving_to is None or within(self.moving_to, 0, self.count),
                f"moving_to is 0..{self.count} (count) or None, not {self.moving_to}",
            ),
            (
                len(self.maintenance_windows) in {0, self.count},
                f"maintenance_windows are {self.count} or none, not {len(self.maintenance_windows)}",
            ),
        )

    def template(self, index: int) -> PostgresTemplate:
        """What a shard is made like, in its own maintenance window."""
        if not self.maintenance_windows:
            return self.shard
        return replace(self.shard, maintenance_window=self.maintenance_windows[index])

    @property
    def version(self) -> int:
        """The published map's."""
        return self.placed if self.map_version is None else self.map_version

    @property
    def placement(self) -> str:
        """Where clients' rows lie, in the words of the stack file."""
        return "moving" if self.moving_to is not None else "shards" if self.placed else "primary"

    @property
    def reached(self) -> int:
        """How many of them pods can reach: those that hold clients, and those that a move fills."""
        return max(self.placed, self.moving_to or 0)

    def identifier(self, index: int) -> str:
        """RDS identifier of a shard's primary, counted from 0."""
        return physical_name(NameKind.RDS_IDENTIFIER, self.prefix, "shard", str(index))


class Shards(pulumi.ComponentResource):
    """N equal PostgreSQL servers, numbered from 0, and the shard map in SSM.

    A shard's names hold only its index, so that growing from N to M adds servers and touches none.

    Example:
        ```python
        template = PostgresTemplate(
            instance_class="db.m7g.large",
            allocated_storage_gib=100,
            vpc_id=vpc.id,
            subnet_ids=subnets,
            client_security_group_ids=(nodes,),
            key_arn=key.key_arn,
            parameters=parameters(Profile.GUIDE, 8),
        )
        shards = Shards(
            "shards",
            ShardsArgs(
                prefix="bailbondpro-prod",
                count=4,
                placed=4,
                shard=template,
                database_name="bailbondpro",
                credentials=ShardCredentials(username="bbp_admin"),
                parameter_path="/bailbondpro/prod/db/shards",
            ),
        )
        pulumi.export("shardHosts", list(shards.hosts))
        ```
    """

    servers: tuple[Postgres, ...]
    """The shards, by index."""
    placed: tuple[Postgres, ...]
    """Those over which clients are placed: the only ones that an application reads and writes."""
    reached: tuple[Postgres, ...]
    """Those, and the ones that a move fills."""
    hosts: tuple[pulumi.Output[str], ...]
    """DNS names of the shards' primaries, by index."""
    urls: tuple[pulumi.Output[str], ...]
    """Connection URLs of the shards' primaries, by index; secret."""
    identifiers: tuple[pulumi.Output[str], ...]
    """RDS identifiers of the shards' primaries, by index."""
    shard_map: pulumi.Output[str]
    """The published map: JSON with version, hash, placement ("primary" while no shard holds clients, else "shards"),
    count (of the placement) and one entry per shard that holds clients; during a move also where it leads, and which
    shards it fills; no secrets."""

    def __init__(self, name: str, args: ShardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:shards:Shards", name, None, opts)
        self.servers = tuple(self._server(name, args, index) for index in range(args.count))
        self.hosts = tuple(server.host for server in self.servers)
        self.urls = tuple(server.url for server in self.servers)
        self.identifiers = tuple(server.primary_identifier for server in self.servers)
        self.placed = self.servers[: args.placed]
        self.reached = self.servers[: args.reached]
        self.shard_map = _map(args, self.reached)
        self._publish(name, args)
        self.register_outputs(
            {
                "hosts": list(self.hosts),
                "urls": list(self.urls),
                "identifiers": list(self.identifiers),
                "shardMap": self.shard_map,
            }
        )

    def _server(self, name: str, args: ShardsArgs, index: int) -> Postgres:
        child = pulumi.ResourceOptions(parent=self)
        credential = Credential(
            f"{name}-{index}-credential",
            CredentialArgs(
                secret_name=physical_name(NameKind.SECRET, args.prefix, "shard", str(index)),
                username=args.credentials.username,
                length=args.credentials.length,
                generation=args.credentials.generation,
                recovery_window_days=args.credentials.recovery_window_days,
                key_arn=args.shard.key_arn,
                protect=args.shard.protect,
            ),
            child,
        )
        identity = PostgresArgs.from_template(
            args.template(index),
            identifier=args.identifier(index),
            database_name=args.database_name,
            credential=credential,
        )
        return Postgres(f"{name}-{index}", identity, child)

    def _publish(self, name: str, args: ShardsArgs) -> None:
        """Endpoints are no secrets: `insecure_value` is what keeps them readable in a preview."""
        for index, server in enumerate(self.servers):
            aws.ssm.Parameter(
                f"{name}-{index}-endpoint",
                name=f"{args.parameter_path}/{index}/endpoint",
                type="String",
                insecure_value=pulumi.Output.format("{0}:{1}", server.host, server.port),
                description=f"Endpoint of {_shard_name(index)}",
                opts=pulumi.ResourceOptions(parent=self),
            )
        for index in range(args.placed):
            # Holds nothing that others lack: it is there to be protected. Pods that leave a shard leave its rows.
            aws.ssm.Parameter(
                f"{name}-{index}-placed",
                name=f"{args.parameter_path}/{index}/placed",
                type="String",
                insecure_value="clients",
                description=f"{_shard_name(index)} holds clients: it may not leave the shard map",
                opts=pulumi.ResourceOptions(parent=self, protect=args.shard.protect),
            )
        # Nothing of it waits for a server, so that every preview shows which placement an update would bring.
        state = {
            "placement": args.placement,
            "count": args.placed,
            "movingTo": args.moving_to,
            "version": args.version,
            "returnedFrom": args.returned_from,
        }
        aws.ssm.Parameter(
            f"{name}-placement",
            name=f"{args.parameter_path}/placement",
            type="String",
            insecure_value=json.dumps(state, sort_keys=True),
            description="Where clients' rows lie, and the version of the shard map",
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.ssm.Parameter(
            f"{name}-map",
            name=f"{args.parameter_path}/map",
            type="String",
            insecure_value=self.shard_map,
            description="Shard map: which server holds which clients",
            opts=pulumi.ResourceOptions(parent=self),
        )


def _shard_name(index: int) -> str:
    """The guide's name of a shard (Database Sharding)."""
    return f"shard_{index}"


def _map(args: ShardsArgs, servers: tuple[Postgres, ...]) -> pulumi.Output[str]:
    entries = [
        {
            "index": index,
            "name": _shard_name(index),
            "host": server.host,
            "port": server.port,
            "database": args.database_name,
        }
        for index, server in enumerate(servers)
    ]
    document: dict[str, object] = {
        "version": args.version,
        "hash": SHARD_HASH,
        "placement": "shards" if args.placed else "primary",
        "count": args.placed,
        "shards": entries[: args.placed],
    }
    if args.moving_to is not None:
        document["moving"] = {"to": args.moving_to, "targets": entries[args.placed :]}
    return pulumi.Output.json_dumps(document, sort_keys=True)
