"""Limits of the users of databases and of the pooler: how far a rotation may go in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings


@rule("users-take-turns", source="docs/runbooks/rotate-secrets.md: two users for each role", areas=("postgres",))
def users_take_turns(settings: Settings) -> Iterator[Finding]:
    """With two users, the next generation takes the one that is to be retired first."""
    postgres = settings.postgres
    shards, pooler = postgres.shards, postgres.pooler
    pairs = [
        (
            "postgres.usersRetiredBefore",
            "postgres.userGeneration",
            postgres.user_generation,
            postgres.users_retired_before,
        ),
        (
            "postgres.pooler.usersRetiredBefore",
            "postgres.pooler.userGeneration",
            pooler.user_generation,
            pooler.users_retired_before,
        ),
    ]
    for index in range(max(len(shards.user_generations), len(shards.users_retired_before))):
        generation = shards.user_generations[index] if index < len(shards.user_generations) else 1
        retired = shards.users_retired_before[index] if index < len(shards.users_retired_before) else 1
        pairs.append(
            (
                f"postgres.shards.usersRetiredBefore.{index}",
                f"postgres.shards.userGenerations.{index}",
                generation,
                retired,
            )
        )
    for path, partner, generation, retired in pairs:
        least = max(generation - 1, 1)
        if not least <= retired <= generation:
            yield Finding(
                path=path,
                value=retired,
                allowed=f"{least} or {generation} at {partner} {generation}: of two users one is on turn and one may "
                "still log in"
                if generation > 1
                else f"1 at {partner} 1: there is nobody else to log in",
                fix=f"set it to {least}; rotate by one at a time, and retire the users before in a step of its own",
            )


@rule("users-of-shards", source="docs/runbooks/rotate-secrets.md", areas=("postgres",))
def only_shards_that_exist_rotate(settings: Settings) -> Iterator[Finding]:
    """A generation of a shard that is not there rotates nothing."""
    shards = settings.postgres.shards
    for key, values in (
        ("userGenerations", shards.user_generations),
        ("usersRetiredBefore", shards.users_retired_before),
    ):
        if len(values) > shards.count:
            yield Finding(
                path=f"postgres.shards.{key}",
                value=list(values),
                allowed=f"at most {shards.count} entries, one for each shard by its index",
                fix=f"keep the first {shards.count}",
            )


RULES = (users_take_turns, only_shards_that_exist_rotate)
