"""Limits of the placement: pods read and write clients where the stack file says that their rows lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.limits.rule import Finding, rule
from infra.settings.postgres import DataPlacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

_HASH = "scaling guide, Database Sharding: hash modulo the number of shards"


@rule("shard-count", source=_HASH, areas=("postgres",))
def one_shard_is_no_sharding(settings: Settings) -> Iterator[Finding]:
    """A single shard costs a database and divides nothing."""
    for key, value, allowed in (
        ("count", settings.postgres.shards.count, "0, or 2 and more (guide: 4)"),
        ("movingTo", settings.postgres.shards.moving_to, "0 (the primary), or 2 and more (guide: 4)"),
    ):
        if value == 1:
            yield Finding(path=f"postgres.shards.{key}", value=1, allowed=allowed, fix="set it to 4 or 0")


@rule("shards-placed", source=_HASH, areas=("postgres",))
def placement_follows_the_data(settings: Settings) -> Iterator[Finding]:
    """Shards are created empty, and pods stay on the primary until the stack file says that shards are filled."""
    postgres = settings.postgres
    count, filled = postgres.shards.count, postgres.shards.placed_on
    if postgres.placement is DataPlacement.PRIMARY and filled is not None:
        yield Finding(
            path="postgres.shards.placedOn",
            value=filled,
            allowed=f"nothing while postgres.placement is primary: it says that {filled} shards hold clients, and "
            "every pod would use the primary",
            fix="set postgres.placement to shards, or remove this key once every row is back on the primary",
        )
    elif postgres.placement is DataPlacement.SHARDS and filled is None:
        yield Finding(
            path="postgres.placement",
            value=postgres.placement.value,
            allowed=f"primary or moving until a finished move is stated: the {count} shards are created empty and pods "
            "stay on the primary"
            if count
            else "primary: there are no shards (postgres.shards.count is 0)",
            fix=f"set it to moving with postgres.shards.movingTo: {count} and a mapVersion, move "
            "(docs/runbooks/shards-fill.md), and state the filled and verified shards with postgres.shards.placedOn"
            if count
            else "set it to primary",
        )
    elif filled is not None and filled > count:
        yield Finding(
            path="postgres.shards.placedOn",
            value=filled,
            allowed=f"at most postgres.shards.count ({count}): pods would be pointed at servers that do not exist",
            fix=f"set it to {count}" if count > 1 else "remove it, and set postgres.placement to primary",
        )


@rule("shards-moving", source="docs/sharding.md: primary, moving, shards", areas=("postgres",))
def a_move_has_an_aim_and_a_version(settings: Settings) -> Iterator[Finding]:
    """A move goes to servers that exist, from where clients are to somewhere else, under a map of its own."""
    postgres, shards = settings.postgres, settings.postgres.shards
    aim, source = shards.moving_to, shards.placed_on or 0
    if postgres.placement is not DataPlacement.MOVING:
        if aim is not None:
            yield Finding(
                path="postgres.shards.movingTo",
                value=aim,
                allowed=f"nothing while postgres.placement is {postgres.placement.value}",
                fix="set postgres.placement to moving, or remove this key once the move has ended",
            )
        return
    if aim is None:
        yield Finding(
            path="postgres.placement",
            value="moving",
            allowed="moving beside postgres.shards.movingTo: the number of shards afterwards",
            fix=f"set postgres.shards.movingTo{f' to {shards.count}' if shards.count else ''}, or placement to primary",
        )
    elif aim > shards.count:
        yield Finding(
            path="postgres.shards.movingTo",
            value=aim,
            allowed=f"at most postgres.shards.count ({shards.count}): clients would be copied to servers that do not "
            "exist",
            fix=f"create the servers first: postgres.shards.count: {aim}, in a deployment before this one",
        )
    elif aim == source:
        yield Finding(
            path="postgres.shards.movingTo",
            value=aim,
            allowed=f"anything but {source}: clients are on "
            + (f"{source} shards (postgres.shards.placedOn)" if source else "the primary"),
            fix="set it to more shards" + (", to fewer, or to 0: the primary" if source else ""),
        )
    if not shards.map_version:  # 0 is the version before the first move
        yield Finding(
            path="postgres.shards.mapVersion",
            value=shards.map_version,
            allowed="a number above the version before, stated while clients are moved",
            fix=f"set it to {source + 1}, or to one more than /bailbondpro/<stack>/db/shards/placement says in SSM",
        )


@rule("shards-returned", source="docs/sharding.md: the way back", areas=("postgres",))
def a_way_back_ends_under_a_later_map(settings: Settings) -> Iterator[Finding]:
    """The acknowledgement of a way back says nothing while clients are moved, and is older than the map."""
    postgres, returned = settings.postgres, settings.postgres.shards.returned_from
    if returned is not None and postgres.placement is DataPlacement.MOVING:
        yield Finding(
            path="postgres.shards.returnedFrom",
            value=returned,
            allowed="nothing while postgres.placement is moving: it says that a way back has ended",
            fix="remove it",
        )
    elif returned is not None and returned >= postgres.shard_map_version:
        yield Finding(
            path="postgres.shards.returnedFrom",
            value=returned,
            allowed=f"less than postgres.shards.mapVersion ({postgres.shard_map_version}): it names the map before",
            fix=f"set postgres.shards.mapVersion to {returned + 1}",
        )


RULES = (
    placement_follows_the_data,
    a_move_has_an_aim_and_a_version,
    a_way_back_ends_under_a_later_map,
    one_shard_is_no_sharding,
)
