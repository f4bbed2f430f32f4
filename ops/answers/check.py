"""What a stack file gives up although it is valid."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bailbondpro.edge.problems import plan_notices
from infra.edge_policy import edge_policy
from infra.notices import notices
from infra.problems import NAMESPACE
from infra.sample_values import sample_values
from plan.days import LONGEST_ACCEPTED, end_of
from plan.placement import Stated, empty_shards, placement_said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from infra.problems import Problem
    from infra.settings import Settings


def notices_of(settings: Settings | None, today: date | None = None) -> tuple[str, ...]:
    """What a valid file gives up or leaves empty: production's protections, unused shards, the CDN's plan.

    Args:
        settings: of a valid file.
        today: the day of the check; by default the current one, UTC.
    """
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
        *_far_ends(settings, today or datetime.now(UTC).date()),
        *_examples(sample_values(settings)),
    )


def _far_ends(settings: Settings, today: date) -> Iterator[str]:
    """What is accepted until a day that is further ahead than anybody looks."""
    uptime, losses = settings.availability.accepted_uptime, settings.availability.accepted_losses
    stated = [
        *((f"availability.acceptedLosses[{at}].until", one.until) for at, one in enumerate(losses)),
        *((f"objectives.accepted[{at}].until", one.until) for at, one in enumerate(settings.objectives.accepted)),
        *([("availability.acceptedUptime.until", uptime.until)] if uptime is not None else []),
    ]
    for path, until in stated:
        end = end_of(until)
        if end is not None and end - today > LONGEST_ACCEPTED:
            yield f"{NAMESPACE}:{path}: {end} is more than a year ahead: nobody will look again; give a nearer day"


def _examples(left: tuple[Problem, ...]) -> Iterator[str]:
    """One line for all values that a rehearsal takes and a real cloud must not."""
    if left:
        keys = ", ".join(problem.path.partition(":")[2] for problem in left)
        yield f"examples, which rehearsals take and `pulumi up` refuses: {keys}"
