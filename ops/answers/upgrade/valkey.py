"""The way from one version of Valkey to another on ElastiCache: one failover of each shard.

Another major version takes two deployments, because both versions' parameter groups stand until the cache is in the
later one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bailbondpro.facts.upgrades import ELASTICACHE, VALKEY_VERSIONS
from ops.answers.upgrade.steps import WEEK, Edit, Step, Wait

if TYPE_CHECKING:
    from infra.settings import Settings
    from ops.answers.upgrade.steps import Refused

_STATES = (
    "aws elasticache describe-cache-clusters --query "
    "'CacheClusters[].[CacheClusterId,EngineVersion,CacheParameterGroup.CacheParameterGroupName]'"
)
_VERSION = re.compile(r"(\d+)\.(\d+)")


def refusals(settings: Settings, before: str, after: str, found: Refused) -> None:
    """Everything that makes the way impossible."""
    runs, known = settings.redis.engine_version, ", ".join(VALKEY_VERSIONS)
    for name, version in (("FROM", before), ("TO", after)):
        if version not in VALKEY_VERSIONS:
            found.add(
                name,
                version,
                f"Valkey {known}: the platform runs on no other, and never ran Redis OSS",
                f"use one of {known}",
            )
    if before != runs:
        found.add("FROM", before, f"{runs}: redis.engineVersion of this stack file", f"use {runs}")
    if settings.redis.upgrading_from is not None:
        found.add(
            "bailbondpro:redis.upgradingFrom",
            settings.redis.upgrading_from,
            "no upgrade under way: both versions' parameter groups still stand",
            f"finish it: once the cache runs {runs}, `pulumi refresh`, remove the key, and deploy",
        )
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


def _group_gone(settings: Settings, old: str) -> Step:
    """The deployment that takes the parameter group of the version before away."""
    return Step(
        title=f"Take the parameter group of Valkey {old} away",
        by_hand=("pulumi refresh: the state learns the version that runs",),
        edits=(Edit(path="redis.upgradingFrom", old=old, new=None),),
        service=(ELASTICACHE["in use"],),
        preview="nothing once the deployment has ended",
        no_return="passed: the cache runs the later version",
        back="a new cache",
        checks=(
            _STATES,
            f"./bbp rehearse {settings.stack}",
        ),
    )


def _parts(version: str) -> tuple[int, int] | None:
    found = _VERSION.fullmatch(version)
    return (int(found[1]), int(found[2])) if found else None


def steps(settings: Settings, before: str, after: str) -> tuple[Step, ...]:
    """The steps of a way that nothing refuses."""
    redis, stack = settings.redis, settings.stack
    waits, alone = not redis.apply_immediately, redis.replicas_per_shard == 0
    old, new = before.split(".", maxsplit=1)[0], after.split(".", maxsplit=1)[0]
    major = old != new
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
            title=f"Ask for Valkey {after}"
            + (": both versions' parameter groups stand beside each other" if major else ""),
            by_hand=(
                f"go this way in a stack of less weight first, with the application's client against {after}",
                "aws elasticache create-snapshot, if what the cache holds cannot be filled anew",
                "redis.tokenGeneration stays as it is: a new token takes along what waits for the window",
            ),
            edits=(
                Edit(path="redis.engineVersion", old=before, new=after),
                *((Edit(path="redis.upgradingFrom", old=None, new=old),) if major else ()),
            ),
            service=(
                ELASTICACHE["order"],
                ELASTICACHE["alone" if alone else "answers"],
                *((ELASTICACHE["family"], ELASTICACHE["in use"]) if major else ()),
                ELASTICACHE["way"],
            ),
            restarts=(
                "every node; nothing answers meanwhile, for no shard has a replica"
                if alone
                else "every node: each shard fails over once, some seconds without writes",
            ),
            waits=(*((window,) if waits else ()), length),
            advance=WEEK if waits else None,
            shown=("engineVersion", *(("parameterGroupName",) if major else ())) if waits else (),
            preview=f"engineVersion{' and parameterGroupName' if major else ''} of the replication group, until the "
            "window has passed and the state is refreshed"
            if waits
            else "nothing after the deployment",
            no_return="the window" if waits else "the deployment itself",
            back="before the window: aws elasticache modify-replication-group --apply-immediately --engine-version "
            "with the version that runs, then the edit in reverse; after it: a new cache"
            if waits
            else "a new cache",
            checks=("pulumi preview --diff", f"./bbp rehearse {stack}{f' --advance {WEEK}' if waits else ''}"),
        ),
        *((_group_gone(settings, old),) if major else ()),
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
