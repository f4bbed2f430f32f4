"""What must hold for a plan, each with its verdict: limits, protection, data, restarts, delivery, single points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from infra.limits import RULES
from ops.answers.cdn.edge import audit_plan
from plan.placement import placement_said, stated, unreadable
from plan.types import undescribed
from planner.availability.analysis import OBJECTIVE_PERCENT
from policies.encryption import keeps, unencrypted
from policies.exposure import open_doors, stores
from policies.logins import master_logins, masters, serving, unjudged
from policies.placement import unplaced
from policies.posture import posture_of
from policies.protection import bare, protectable, unguarded
from policies.restored import restored_copies
from policies.stateful import is_stateful
from policies.windows import meetings, patched, unscheduled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings import Settings
    from ops.answers.availability import AvailabilityReport
    from ops.answers.cost import CostReport
    from ops.answers.journey import Journey
    from plan import Plan
    from planner.availability.drilled import PodsDrilled, Verdict
    from planner.cost.budget import BudgetState

State = Literal["ok", "note", "failed", "unknown"]
PROTECT = "set bailbondpro:protect to true; off is for the one update before a stack is taken down"
"""The way out of a production that protects nothing."""
UNREADABLE = "the plan publishes a placement of clients that nobody can read, before the update or after it"
NOT_REHEARSED = "unknown: the journey was not rehearsed"
NO_STEP = "the journey has no step"
PODS = "Pods survive the loss of nodes and zones, drains, upgrades and rollouts"
PROTECTED = "Production protects what holds data, in Pulumi and in AWS"


@dataclass(frozen=True, kw_only=True)
class PolicyCheck:
    """One policy and whether a plan keeps it.

    Attributes:
        title: what must hold.
        state: `ok`, `failed`, `unknown` for what could not be judged, or `note` for what is allowed and worth knowing.
        detail: what was found.
    """

    title: str
    state: State
    detail: str


def policy_checks(
    settings: Settings, plan: Plan, cost: CostReport, availability: AvailabilityReport, journey: Journey | None
) -> tuple[PolicyCheck, ...]:
    """Every policy, in the order of its weight.

    Args:
        settings: the stack's configuration.
        plan: its plan in an empty cloud.
        cost: what the plan costs.
        availability: what may fail.
        journey: the way to this phase. Only its steps change what exists: in an empty cloud no database can be lost
            and none has to restart. None where it was not rehearsed; what it would show is then noted as unknown.

    Raises:
        CdnError: the plan's CDN rules are not understood.
    """
    return (
        _limits(settings, availability),
        _data(journey),
        _placement(plan),
        _protection(settings, plan),
        _exposure(plan),
        _logins(plan),
        _encryption(plan),
        _posture(settings, plan),
        _restarts(journey),
        *_windows(plan),
        *_delivery(settings, plan),
        _single_points(availability),
        _pods(availability),
        _uptime(availability),
        *_budget(cost),
    )


def _limits(settings: Settings, availability: AvailabilityReport) -> PolicyCheck:
    broken = [problem for rule in RULES for problem in rule.problems(settings)]
    detail = "; ".join(f"{problem.path}: {problem.allowed}" for problem in broken)
    return PolicyCheck(
        title="The configuration keeps every limit",
        state="failed" if broken else "ok",
        detail=detail or f"all {len(RULES)} rules hold; nodes-hold-pods: {_room(availability.found.pods)}",
    )


def _room(pods: PodsDrilled) -> str:
    """Who says that pods have room: arithmetic may say no, and never yes."""
    said = {"survive": "drilled", "fail": "the drill says no", "not drilled": "not drilled"}
    return f"fits by arithmetic; {said[pods.ready]}"


def _data(journey: Journey | None) -> PolicyCheck:
    title = "Nothing that holds data is replaced, deleted, renamed or made smaller"
    if journey is None:
        return PolicyCheck(title=title, state="note", detail=NOT_REHEARSED)
    if not journey.steps:
        return PolicyCheck(title=title, state="unknown", detail=NO_STEP)
    refused = [loss for step in journey.steps for loss in step.losses]
    allowed = [loss for step in journey.steps for loss in step.allowed]
    detail = "; ".join(f"{loss.op} of {loss.holds} {loss.urn.rsplit('::', 1)[-1]}" for loss in (*refused, *allowed))
    held = sum(map(is_stateful, journey.steps[-1].plan)) if journey.steps else 0
    return PolicyCheck(
        title=title,
        state="failed" if refused else "note" if allowed else "ok",
        detail=detail or f"{held} resources hold data or names; {len(journey.steps)} steps touch none of them",
    )


def _placement(plan: Plan) -> PolicyCheck:
    """Judged on the plan alone: one of `pulumi preview --json` knows what stands, as a step of a journey does."""
    wrong, at = unplaced(plan), stated(plan)
    return PolicyCheck(
        title="Pods read and write clients where their rows lie",
        state="failed" if wrong else "unknown" if unreadable(plan) else "ok",
        detail=wrong
        or (UNREADABLE if unreadable(plan) else "")
        or (placement_said(at) if at is not None else "no shards: every client is on the primary"),
    )


def _protection(settings: Settings, plan: Plan) -> PolicyCheck:
    missing = {"by Pulumi": bare(plan), "by AWS": unguarded(plan)}
    wanted, prod = protectable(plan), settings.environment.production
    if not wanted:
        return PolicyCheck(title=PROTECTED, state="unknown", detail="the plan has nothing that could be protected")
    listed = "; ".join(f"not {how}: {', '.join(names)}" for how, names in missing.items() if names)
    unknown, copies = _unknown(plan), ", ".join(restored_copies(plan))
    return PolicyCheck(
        title=PROTECTED,
        state="failed" if listed and prod else "unknown" if unknown else "note" if listed else "ok",
        detail=f"{wanted - len(missing['by Pulumi'])} of {wanted} are protected by Pulumi"
        + (
            "; this is no production"
            if not prod
            else f"; {listed}; {PROTECT}"
            if listed
            else ", and by AWS where it can"
        )
        + (f"; not counted, a copy to take rows out of and to take away again: {copies}" if copies else "")
        + unknown,
    )


def _exposure(plan: Plan) -> PolicyCheck:
    title = "No database, cache or search engine is reachable from the internet"
    found = open_doors(plan)
    if not (count := len(stores(plan))):
        return PolicyCheck(title=title, state="unknown", detail="the plan has none")
    is_open = any(door.known for door in found)
    return PolicyCheck(
        title=title,
        state="failed" if is_open else "unknown" if found else "ok",
        detail="; ".join(f"{door.name}: {door.why}" for door in found) or f"{count} of them, all closed to it",
    )


def _logins(plan: Plan) -> PolicyCheck:
    title = "No pod that serves has the login of a database's master user"
    found, pods = master_logins(plan), len(serving(plan))
    if not pods or not (count := len(set(masters(plan).values()))):
        return PolicyCheck(title=title, state="unknown", detail="the plan has no such login, or no pods")
    later = unjudged(plan)
    return PolicyCheck(
        title=title,
        state="failed" if found else "unknown" if later else "ok",
        detail="; ".join(found)
        or (f"it does not say whose password opens {', '.join(later)}" if later else "")
        or f"{count} master users; {pods} workloads, which log in as others",
    )


def _encryption(plan: Plan) -> PolicyCheck:
    title = "What keeps data is encrypted at rest"
    found, count = unencrypted(plan), sum(map(keeps, plan))
    if not count:
        return PolicyCheck(title=title, state="unknown", detail="the plan has nothing that keeps data")
    detail = f"not: {', '.join(found)}" if found else f"all {count} resources that keep data are"
    unknown = _unknown(plan)
    return PolicyCheck(
        title=title, state="failed" if found else "unknown" if unknown else "ok", detail=f"{detail}{unknown}"
    )


def _posture(settings: Settings, plan: Plan) -> PolicyCheck:
    """Security Hub's standards: what is open is noted, as a stack file may open what the checked-in ones do not."""
    found = posture_of(plan, settings.environment.value)
    counts = "; ".join(
        f"{one.standard}: {one.met} met, {one.accepted} accepted, {one.open} open, {one.account} of the account"
        for one in found.tallies
    )
    still = "; ".join(f"{one.control.id}: {', '.join(one.offending)}" for one in found.findings if one.offending)
    later = sum(len(one.undecided) for one in found.findings)
    return PolicyCheck(
        title="Each control of Security Hub's standards is met, or accepted with a reason",
        state="unknown" if found.unjudged or not found.findings else "note" if still or later else "ok",
        detail=counts
        + (f"; open: {still}" if still else "")
        + (f"; {later} answers are known only after an update" if later else "")
        + (f"; nobody judged {', '.join(found.unjudged)} (policies/posture/posture.yaml)" if found.unjudged else ""),
    )


def _unknown(plan: Plan) -> str:
    """The end of a verdict that knows only a part of a plan's types; nothing where it knows all of them."""
    types = ", ".join(undescribed(plan))
    return f"; unknown whether what has no row in plan/types keeps data: {types}" if types else ""


def _restarts(journey: Journey | None) -> PolicyCheck:
    title = "Databases can restart in a safe order"
    if journey is None:
        return PolicyCheck(title=title, state="note", detail=NOT_REHEARSED)
    if not journey.steps:
        return PolicyCheck(title=title, state="unknown", detail=NO_STEP)
    found = [reboot for step in journey.steps for reboot in step.reboots]
    refused = any(item.refused for item in found)
    detail = "; ".join(item.sentence() for item in found)
    return PolicyCheck(
        title=title,
        state="failed" if refused else "note" if found else "ok",
        detail=detail or "no step makes a server restart for its parameters",
    )


def _windows(plan: Plan) -> Iterator[PolicyCheck]:
    found, met, drawn = patched(plan), meetings(plan), unscheduled(plan)
    if len(found) > 1:
        yield PolicyCheck(
            title="No two servers whose data is needed at once are patched at once",
            state="failed" if met else "unknown" if drawn else "ok",
            detail="; ".join(met)
            or (f"left to the service: {', '.join(drawn)}" if drawn else f"{len(found)} servers, each in its window"),
        )


def _delivery(settings: Settings, plan: Plan) -> Iterator[PolicyCheck]:
    audit = audit_plan(settings, plan)
    if audit is not None:
        yield PolicyCheck(
            title="The CDN keeps nothing personal",
            state="failed" if audit.leaks else "ok" if audit.requests else "unknown",
            detail=f"{len(audit.leaks)} of {audit.requests:,} requests leak; {audit.cached:,} harmless ones are cached",
        )


def _single_points(availability: AvailabilityReport) -> PolicyCheck:
    points = [point for point in availability.found.single_points if point.kind != "drill"]
    open_points = [point.title for point in points if not point.accepted]
    detail = f"not accepted: {', '.join(open_points)}" if open_points else f"{len(points)}, all accepted"
    drilled = not availability.found.pods.undecided
    by = "" if drilled else ", by arithmetic as far as pods are concerned"
    return PolicyCheck(
        title="No single point of failure",
        state="failed" if open_points else "note" if points or not drilled else "ok",
        detail=detail if points else f"every function goes on, whatever fails alone{by}",
    )


def _pods(availability: AvailabilityReport) -> PolicyCheck:
    found = availability.found
    open_points = any(point.kind == "drill" and not point.accepted for point in found.single_points)
    states: dict[Verdict, State] = {"survive": "ok", "fail": "note", "not drilled": "note"}
    state = "failed" if open_points else "unknown" if found.undecided else states[found.pods.verdict]
    return PolicyCheck(title=PODS, state=state, detail=found.pods.sentence())


def _uptime(availability: AvailabilityReport) -> PolicyCheck:
    found = availability.found
    below = found.composite_percent < OBJECTIVE_PERCENT
    detail = f"vendors promise {found.composite_percent:.3f} % together for what one request needs"
    if below and found.accepted.uptime is not None:
        detail += f"; accepted: {found.accepted.uptime.reason}"
    return PolicyCheck(
        title=f"{OBJECTIVE_PERCENT} % uptime is promised, or less is accepted with a reason",
        state="failed" if found.short_of_uptime else "note" if below else "ok",
        detail=found.short_of_uptime or detail,
    )


def _budget(cost: CostReport) -> Iterator[PolicyCheck]:
    states: dict[BudgetState, State] = {"under": "ok", "over": "note", "unknown": "unknown"}
    if cost.budget is not None:
        state = states[cost.budget.state]
        yield PolicyCheck(
            title="The plan costs no more than its budget",
            # A limit far above the plan is kept by anything, and its alarm comes too late.
            state="note" if state == "ok" and not cost.budget.fits else state,
            detail=cost.budget.sentence(),
        )
