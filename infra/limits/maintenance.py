"""When each database may be patched: one after the other, replicas before their primaries, never two shards at once.

RDS restarts an instance in its own maintenance window, and knows nothing of the others. So the range that the stack
file names is cut into windows of half an hour (the least that RDS takes: API reference, CreateDBInstance), and goes on
at the same hour of the following days where one day is too short. The first three belong to the replicas, one for each
zone; a primary follows, then each shard in turn. Which window a server has depends on its own number alone, so that
another replica or shard moves nobody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.facts.rds import MAX_WINDOW_MINUTES, MIN_WINDOW_MINUTES
from bailbondpro.facts.windows import MINUTES_PER_DAY, daily_length, overlap, week_minute, week_text, weekly_length
from infra.limits.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

SLOT_MINUTES = MIN_WINDOW_MINUTES
"""As short as a maintenance window may be."""
REPLICA_SLOTS = 3
"""One for the replicas in each zone: replica 4 is in the zone of replica 1."""
WEEKDAYS = 5


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The maintenance windows of every database.

    Attributes:
        replicas: of the replicas of any server, by their zones.
        primary: of the primary.
        shards: of each shard's primary.
    """

    replicas: tuple[str, ...]
    primary: str
    shards: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every window, in order."""
        return (*self.replicas, self.primary, *self.shards)


def slots(window: str) -> int:
    """How many databases one after the other fit into a range: on its own day, and on those that follow."""
    return _per_day(window) * len(_days(window))


def slots_needed(settings: Settings) -> int:
    """How many windows a stack needs, those of replicas that it may get later among them."""
    return REPLICA_SLOTS + 1 + settings.postgres.shards.count


def schedule(settings: Settings) -> Schedule:
    """The windows of a stack; a range too short for all shards begins again at its first, which a limit refuses."""
    window = settings.postgres.maintenance_window
    return Schedule(
        replicas=tuple(slot(window, number) for number in range(REPLICA_SLOTS)),
        primary=slot(window, REPLICA_SLOTS),
        shards=tuple(slot(window, REPLICA_SLOTS + 1 + index) for index in range(settings.postgres.shards.count)),
    )


def slot(window: str, number: int) -> str:
    """One of the windows that a weekly range is cut into, counted from 0."""
    start, per_day, days = week_minute(window.split("-", maxsplit=1)[0]), _per_day(window), _days(window)
    day = days[number // per_day % len(days)]
    begin = start + day * MINUTES_PER_DAY + number % per_day * SLOT_MINUTES
    return f"{week_text(begin)}-{week_text(begin + SLOT_MINUTES)}"


def _per_day(window: str) -> int:
    return max(weekly_length(window) // SLOT_MINUTES, 1)


def _days(window: str) -> tuple[int, ...]:
    """Days after the range's own on which it goes on.

    A range that begins on a weekday keeps to weekdays on those, with its end after midnight too.
    """
    begin = week_minute(window.split("-", maxsplit=1)[0])
    first, over = begin // MINUTES_PER_DAY, (begin % MINUTES_PER_DAY + weekly_length(window) - 1) // MINUTES_PER_DAY
    week = range(7)
    if first >= WEEKDAYS:
        return tuple(week)
    return tuple(day for day in week if day == 0 or ((first + day) % len(week)) + over < WEEKDAYS)


def window_findings(area: str, daily: str, copies: str, patching: str, *, least: int) -> Iterator[Finding]:
    """What is wrong with a database's two windows: too short, longer than a day, or one over the other.

    Args:
        area: Area of the settings, such as `postgres`.
        daily: What the daily window is for: backup or snapshot.
        copies: The daily window.
        patching: The weekly window.
        least: Minutes that either lasts at least.
    """
    for key, window, minutes in (
        (f"{daily}Window", copies, daily_length(copies)),
        ("maintenanceWindow", patching, weekly_length(patching)),
    ):
        if not least <= minutes <= MAX_WINDOW_MINUTES:
            allowed = f"at least {least} minutes, at most {MAX_WINDOW_MINUTES // 60} hours"
            yield Finding(path=f"{area}.{key}", value=window, allowed=allowed, fix="make it an hour long")
    if overlap(copies, patching):
        yield Finding(
            path=f"{area}.maintenanceWindow",
            value=patching,
            allowed=f"a window that does not touch {daily}Window ({copies})",
            fix=f"move it behind the {daily} window",
        )
