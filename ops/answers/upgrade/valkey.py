"""The way from one version of Valkey to another on ElastiCache: one deployment, one failover of each shard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bailbondpro.facts.upgrades import ELASTICACHE, VALKEY_VERSIONS
from ops.answers.upgrade.steps import WEEK, Edit, Step, Wait

if TYPE_CHECKING:
    from infra.settings import Settings
    from ops.answers.upgrade.steps import Refused

_VERSION = re.compile(r"(\d+)\.(\d+)")


def refusals(settings: Settings, before: str, after: str, found: Refused) -> None:
    """Everything that makes the way impossible."""
    runs, known = settings.redis.engine_version, ", ".join(VALKEY_VERSIONS)
    for name, version in (("FROM", before), ("TO", after)):
        if version not in VALKEY_VERSIONS:
            found.add(
                name,
                version,
                f"Valkey {known}: another major needs a parameter group of another family, for which no way is "
                "rehearsed, and the platform never ran Redis OSS",
                f"use one of {known}",
            )
    if before != runs:
        found.add("FROM", before, f"{runs}: redis.engineVersion of this stack file", f"use {runs}")
    old, new = _parts(before), _parts(after)
    if before == after:
        found.add("TO", after, f"a version after {before}", "nothing is to be done")
    elif old and new and new < old:
        found.add(
            "TO",
            after,
            f"a version after {before}: ElastiCache never goes back",
            "a new cache; a cache can be filled anew",
        )


def _parts(version: str) -> tuple[int, int] | None:
    found = _VERSION.fullmatch(version)
    return (int(found[1]), int(found[2])) if found else None


def steps(settings: Settings, before: str, after: str) -> tuple[Step, ...]:
    """The steps of a way that nothing refuses."""
    redis, stack = settings.redis, settings.stack
    waits, alone = not redis.apply_immediately, redis.replicas_per_shard == 0
    window = Wait(
        what=f"until the window has passed, within a week: {redis.maintenance_window} UTC",
        source="Amazon ElastiCache API Reference, ModifyReplicationGroup, ApplyImmediately",
        documented=True,
    )
    length = Wait(
        what="minutes to an hour for the whole group, by its data", source="no document gives it", documented=False
    )
    return (
        Step(
            title=f"Ask for Valkey {after}",
            by_hand=(
                f"go this way in a stack of less weight first, with the application's client against {after}",
                "aws elasticache create-snapshot, if what the cache holds cannot be filled anew",
                "redis.tokenGeneration stays as it is: a new token takes along what waits for the window",
            ),
            edits=(Edit(path="redis.engineVersion", old=before, new=after),),
            service=(ELASTICACHE["order"], ELASTICACHE["alone" if alone else "answers"], ELASTICACHE["way"]),
            restarts=(
                "every node; nothing answers meanwhile, for no shard has a replica"
                if alone
                else "every node: each shard fails over once, some seconds without writes",
            ),
            waits=(*((window,) if waits else ()), length),
            advance=WEEK if waits else None,
            shown=("engineVersion",) if waits else (),
            preview="engineVersion of the replication group, until the window has passed and the state is refreshed"
            if waits
            else "nothing after the deployment",
            no_return="the window" if waits else "the deployment itself",
            back="before the window: aws elasticache modify-replication-group --apply-immediately --engine-version "
            "with the version that runs, then the edit in reverse; after it: a new cache"
            if waits
            else "a new cache",
            checks=("pulumi preview --diff", f"./bbp rehearse {stack}{f' --advance {WEEK}' if waits else ''}"),
        ),
        Step(
            title="See that it runs",
            by_hand=("pulumi refresh",),
            back="a new cache",
            checks=(
                "aws elasticache describe-replication-groups: available, and describe-cache-clusters: EngineVersion",
                "hit rate and evictions on the dashboard, against those before",
            ),
        ),
    )
