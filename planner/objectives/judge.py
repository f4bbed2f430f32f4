"""Judges objectives by what the tools found: each is met, missed, or not judged. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planner.availability.analysis import OBJECTIVE_PERCENT
from planner.objectives.model import Answer, Verdict, against

if TYPE_CHECKING:
    from datetime import date

    from planner.availability.analysis import Availability
    from planner.availability.drilled import PodsDrilled
    from planner.cost.monthly import Cost
    from planner.objectives.recovery import DatabaseRecovery
    from planner.simulation import Limit, Simulation

GROWTH = 10
"""Scaling guide, Scaling Objectives: 10x user growth without architecture changes."""
TRUSTED_DAYS = 180
"""How long a restore that was timed says something: data grow, and people change (our choice)."""


@dataclass(frozen=True, kw_only=True)
class Goals:
    """What a stack is to reach.

    Attributes:
        users: active users.
        user_rps: what one of them asks for in the busiest second.
        response_ms: 95th percentile of every route.
        error_percent: share of requests that may fail.
        usd_per_user: USD a month for an active user; None where nobody says.
        usd_reason: where that number comes from.
        recovery_point_minutes: writes that a loss may cost.
        recovery_time_minutes: until users are served again.
    """

    users: int
    user_rps: float
    response_ms: float
    error_percent: float
    usd_per_user: float | None
    usd_reason: str
    recovery_point_minutes: float
    recovery_time_minutes: float


@dataclass(frozen=True, kw_only=True)
class RestoreTimed:
    """A restore that was tried.

    Attributes:
        minutes: until users were served again.
        day: when.
    """

    minutes: int
    day: date


def availability_answer(found: Availability) -> Answer:
    """Uptime on paper, and nothing that fails alone; both with what the configuration accepts."""
    wanted = found.accepted.least_percent(OBJECTIVE_PERCENT)
    open_points = [point for point in found.single_points if not point.accepted and point.kind != "drill"]
    accepted = [point for point in found.single_points if point.accepted]
    less = wanted < OBJECTIVE_PERCENT and found.composite_percent < OBJECTIVE_PERCENT
    reasons = list(dict.fromkeys(point.accepted for point in accepted))
    if less and found.accepted.uptime is not None:
        reasons.append(found.accepted.uptime.reason)
    short = bool(found.short_of_uptime)
    missed = bool(open_points) or short
    points = f"{len(open_points)} single points of failure" if open_points else "nothing fails alone"
    if accepted and not open_points:
        points = f"{len(accepted)} single points of failure, all accepted"
    whole = not accepted and not less
    return Answer(
        name="availability",
        goal=f"{OBJECTIVE_PERCENT:g} % uptime, no single point of failure (guide, Scaling Objectives)",
        found=f"{found.composite_percent:.3f} % promised on paper; {points}",
        verdict="met" if whole and not missed else "missed",
        tool="availability",
        value=found.composite_percent,
        evidence=(
            f"{len(found.removals)} parts removed one at a time",
            *(f"{point.title} takes {', '.join(point.stops)}" for point in open_points[:3]),
        ),
        accepted="" if missed or whole else "; ".join(filter(None, reasons)),
        fix="; ".join(dict.fromkeys(point.fix for point in open_points)) or found.short_of_uptime,
    )


def pods_answer(pods: PodsDrilled) -> Answer:
    """Whether pods find nodes and survive the loss of each: said by the real scheduler alone."""
    said: dict[str, Verdict] = {"survive": "met", "fail": "missed"}
    verdict = said.get(pods.ready, "not judged")
    return Answer(
        name="pods",
        goal="pods start, and survive the loss of any node or zone",
        found=pods.sentence() if verdict != "not judged" else f"{pods.undecided}: only the real scheduler may say yes",
        verdict=verdict,
        tool="drill",
        fix="" if verdict == "met" else "./bbp drill STACK runs them on a real Kubernetes control plane",
    )


def traffic_answers(day: Simulation, limit: Limit, grown: Simulation, goals: Goals) -> list[Answer]:
    """Response time and errors of a day, the largest load that still holds, and ten times the users.

    Args:
        day: a simulated day whose peak is that of the users.
        limit: the largest multiple of a steady load at that peak which holds.
        grown: an hour of `GROWTH` times that peak.
        goals: what is to be reached.
    """
    gaps = ", ".join(gap.name for gap in day.gaps)
    summary = day.summary
    slowest = max(summary.routes, key=lambda item: item.worst_p95_ms, default=None)
    errors = 100 - summary.availability_percent
    broken = summary.first_break
    fix = f"first to break: {broken.resource}: {broken.reason}" if broken else ""
    carried = limit.peak_rps / goals.user_rps
    then = f"; then {limit.then.resource}: {limit.then.reason}" if limit.then else ""
    assumed = day.assumptions
    each = f"{assumed.storage_ios_per_request:g} I/O of {assumed.storage_kib_per_io:g} KiB"
    response = Answer(
        name="response",
        goal=f"{goals.response_ms:g} ms at the 95th percentile, on every route",
        found=f"{summary.worst_p95_ms:,.0f} ms at worst" + (f" ({slowest.name})" if slowest else ""),
        verdict=against(summary.worst_p95_ms, goals.response_ms, "response"),
        tool="simulate",
        value=summary.worst_p95_ms,
        evidence=(
            f"a day of {goals.users:,} users, {summary.requests:,.0f} requests, up to {summary.peak_rps:,.0f} a second",
            *(f"{item.name} {item.worst_p95_ms:,.0f} ms" for item in summary.routes),
        ),
        fix=fix,
    )
    failed = Answer(
        name="errors",
        goal=f"at most {goals.error_percent:g} % of the requests fail",
        found=f"{errors:.3f} % of a day fail",
        verdict=against(round(errors, 9), goals.error_percent, "errors"),
        tool="simulate",
        value=errors,
        evidence=tuple(
            f"{item.name} busy to {item.utilization_percent:.0f} %"
            for item in sorted(summary.stations, key=lambda item: -item.utilization_percent)[:3]
        ),
        fix=fix,
    )
    load = Answer(
        name="load",
        goal=f"{goals.users:,} active users, {goals.users * goals.user_rps:,.1f} requests in the busiest second",
        found=f"both targets hold up to {carried:,.0f} users, {limit.peak_rps:,.0f} requests a second{then}",
        verdict=against(carried, goals.users, "load"),
        tool="simulate",
        value=carried,
        evidence=(f"volumes: each request that reaches a database takes {each} (assumed, measure yours)",),
        fix=f"{limit.then.resource}: {limit.then.reason}" if limit.then else "",
    )
    return [_unjudged(answer, gaps) for answer in (response, failed, load, _growth(grown, goals))]


def _growth(grown: Simulation, goals: Goals) -> Answer:
    """Ten times the users: both targets hold, and no autoscaler wants more pods than it may have."""
    summary = grown.summary
    capped = ", ".join(summary.capped)
    broken = summary.first_break
    found = (
        "both targets hold" if grown.holds else f"first to break: {broken.resource}: {broken.reason}" if broken else ""
    )
    return Answer(
        name="growth",
        goal=f"{GROWTH} times the users without another architecture (guide, Scaling Objectives)",
        found=f"at {GROWTH * goals.users:,} users {found}"
        + (f"; {capped} would add more pods than it may" if capped else ""),
        verdict="met" if grown.holds and not capped else "missed",
        tool="simulate",
        evidence=(f"{summary.peak_rps:,.0f} requests a second, up to {summary.peak_replicas} pods of the application",),
        fix=f"maxReplicas of {capped}" if capped else f"{broken.resource}: {broken.reason}" if broken else "",
    )


def _unjudged(answer: Answer, gaps: str) -> Answer:
    """What misses its goal without the parts that are not simulated misses it with them; it is never met."""
    if not gaps or answer.verdict == "missed":
        return answer
    return replace(
        answer,
        found=f"not simulated: {gaps}; without them {answer.found}",
        verdict="not judged",
        value=None,
        fix="./bbp simulate names each and why",
    )


def cost_answer(cost: Cost, goals: Goals) -> Answer:
    """USD a month for an active user; not judged while any charge has no price."""
    if goals.usd_per_user is None:
        return Answer(
            name="cost",
            goal=f"USD a month for a user ({goals.usd_reason})",
            found="the plan has no budget that it could be held against",
            verdict="not judged",
            tool="cost",
            fix="objectives.usdPerUser says how much it may be",
        )
    goal = f"{goals.usd_per_user:,.2f} USD a month for a user ({goals.usd_reason})"
    if cost.total.usd is None:
        unpriced = list(dict.fromkeys(line.charge.sku for line in cost.unknown()))
        return Answer(
            name="cost",
            goal=goal,
            found=f"{cost.total.unknown} charges have no known price, such as {unpriced[0]}",
            verdict="not judged",
            tool="cost",
            evidence=(f"{cost.total.known_usd:,.2f} USD are known",),
            fix="./bbp cost names them; ./bbp prices refresh --region REGION reads them from AWS's price list",
        )
    each = cost.total.usd / goals.users
    return Answer(
        name="cost",
        goal=goal,
        found=f"{each:,.2f} USD: {cost.total.usd:,.0f} for {goals.users:,} users",
        verdict=against(round(each, 2), round(goals.usd_per_user, 2), "cost"),
        tool="cost",
        value=each,
        evidence=(f"{cost.assumed.known_usd:,.0f} USD of it rest on assumptions about usage",),
        fix="./bbp cost lists what could go, with its saving",
    )


def recovery_answers(
    databases: list[DatabaseRecovery], timed: RestoreTimed | None, goals: Goals, today: date
) -> list[Answer]:
    """What a lost database costs in writes and in time.

    Args:
        databases: what the plan promises for each that takes writes.
        timed: the last restore that was tried.
        goals: what is to be reached.
        today: the day of the judgement.
    """
    goal = f"at most {goals.recovery_point_minutes:g} minutes of writes are lost with a database"
    unknown = [item.name for item in databases if item.point_minutes is None and item.backed_up is None]
    never = [item.name for item in databases if item.backed_up is False]
    if not databases or unknown:
        point = Answer(
            name="recovery-point",
            goal=goal,
            found=f"the plan does not say what is kept of {', '.join(unknown)}"
            if unknown
            else "the plan has no database",
            verdict="not judged",
            tool="restore",
        )
    elif never:
        point = Answer(
            name="recovery-point",
            goal=goal,
            found=f"no backups are kept of {', '.join(never)}: all writes are lost",
            verdict="missed",
            tool="restore",
            fix="postgres.backupRetentionDays: 1 at least",
        )
    else:
        worst = max(item.point_minutes or 0.0 for item in databases)
        point = Answer(
            name="recovery-point",
            goal=goal,
            found=f"{worst:g} minutes, of {len(databases)} databases",
            verdict=against(worst, goals.recovery_point_minutes, "recovery-point"),
            tool="restore",
            value=worst,
            evidence=("point-in-time recovery reaches to about five minutes ago (RDS User Guide)",),
        )
    return [point, _recovery_time(timed, goals, today)]


def _recovery_time(timed: RestoreTimed | None, goals: Goals, today: date) -> Answer:
    goal = f"users are served again within {goals.recovery_time_minutes:g} minutes of the loss of the data"
    fix = "restore once as docs/restore.md says, and state it: objectives.restoreTimed: {minutes: ..., day: YYYY-MM-DD}"
    if timed is None:
        found = "nobody has stated a restore that was tried: how long it takes depends on the data"
        return Answer(name="recovery-time", goal=goal, found=found, verdict="not judged", tool="restore", fix=fix)
    age = (today - timed.day).days
    if not 0 <= age <= TRUSTED_DAYS:
        found = f"the restore of {timed.day} is {age} days old, more than {TRUSTED_DAYS}"
        if age < 0:
            found = f"the restore of {timed.day} lies in the future"
        return Answer(name="recovery-time", goal=goal, found=found, verdict="not judged", tool="restore", fix=fix)
    return Answer(
        name="recovery-time",
        goal=goal,
        found=f"{timed.minutes} minutes, tried on {timed.day}",
        verdict=against(timed.minutes, goals.recovery_time_minutes, "recovery-time"),
        tool="restore",
        value=timed.minutes,
    )
