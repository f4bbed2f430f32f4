"""What a stack file gives up although it is valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.edge.problems import plan_notices
from infra.edge_policy import edge_policy
from infra.notices import notices
from infra.sample_values import sample_values
from plan.placement import Stated, empty_shards, placement_said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.problems import Problem
    from infra.settings import Settings


def notices_of(settings: Settings | None) -> tuple[str, ...]:
    """What a valid file gives up or leaves empty: production's protections, unused shards, the CDN's plan."""
    if settings is None:
        return ()
    postgres, cdn = settings.postgres, settings.cdn
    empty = empty_shards(postgres.shards.count, postgres.shards_reached)
    at = Stated(count=postgres.shards_in_use, moving_to=postgres.shards.moving_to, version=postgres.shard_map_version)
    said = [placement_said(at)] if at.moving_to is not None or at.count else []
    edge = plan_notices(edge_policy(settings)) if cdn.enabled and cdn.manage_rulesets else ()
    return (
        *map(str, notices(settings)),
        *(f"postgres: {text}" for text in (*said, empty) if text),
        *(f"cdn: {notice.text}" for notice in edge),
        *_examples(sample_values(settings)),
    )


def _examples(left: tuple[Problem, ...]) -> Iterator[str]:
    """One line for all values that a rehearsal takes and a real cloud must not."""
    if left:
        keys = ", ".join(problem.path.partition(":")[2] for problem in left)
        yield f"examples, which rehearsals take and `pulumi up` refuses: {keys}"
