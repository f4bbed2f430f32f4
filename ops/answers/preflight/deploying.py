"""Who deploys: whether that role may do what the plan takes, long enough, and who may take it.

IAM's policy simulator is asked with the statements that the bootstrap would grant for the plan, one after the other:
the actions, on names that the stack would choose, in the stack's regions. It sees policies, boundaries and service
control policies; policies of resources and of sessions it does not see (IAM API Reference, SimulatePrincipalPolicy;
read 2026-11-30).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

from bootstrap.access import PIPELINE_SESSION_SECONDS
from bootstrap.policies import Scope, deploy_policies
from ops.answers.preflight import reads
from ops.answers.preflight.model import (
    Answer,
    NotJudgedError,
    Permission,
    Question,
    met,
    not_asked,
    not_judged,
    not_met,
)
from ops.answers.preflight.subject import text
from ops.answers.preflight.trust import trusts
from plan.permissions import needs_of, without_permissions
from planner.waiting import longest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ops.answers.preflight.account import Account
    from ops.answers.preflight.model import Clouds
    from ops.answers.preflight.subject import Subject

AREA = "deploying role"
ACCESS = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
ADMIN = "/AmazonEKSClusterAdminPolicy"
"""How the access policy ends that lets everything be changed (Amazon EKS User Guide, "Review access policy
permissions"; read 2026-11-30)."""
NO_ROLE = ("NoSuchEntity", "NoSuchEntityException")
MIXED = ("InvalidInput", "InvalidInputException")
"""What the simulator answers where actions of one call take different information; it is asked for fewer then."""
SAMPLE = "preflight"
"""What stands for the part of a name that only an update will know."""
SHOWN = 5
"""Actions that are named where many are refused."""


class NoRoleError(Exception):
    """There is no role of the name that deploys."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One statement's actions as the simulator is asked for them.

    Attributes:
        actions: the actions.
        resources: ARNs of things that the stack would make, or `*`.
        context: condition keys with their value and type.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    context: tuple[tuple[str, str, str], ...]


def questions(subject: Subject) -> Iterator[Question]:
    """What must hold of who deploys."""
    if not subject.uses_aws:
        return
    who, account = subject.deployer.label, subject.arn("iam", "", "role/*")
    looks = (Permission(reads.ROLE, account),)
    simulates = (Permission(reads.SIMULATION, account), Permission(reads.SIMULATION, subject.arn("iam", "", "user/*")))
    known = subject.settings is not None
    yield Question(
        area=AREA,
        name=f"{who} may do what the plan takes",
        why="an update ends half-way at the first call that is refused",
        needs=(*looks, *simulates) if known else (),
        ask=partial(_held, _may, subject)
        if known
        else lambda _: not_asked("nobody here knows what this program's plan takes"),
    )
    yield Question(
        area=AREA,
        name=f"sessions of {who} last long enough",
        why="an update whose credentials end stops half-way and leaves a lock",
        needs=looks,
        ask=partial(_held, _lasts, subject),
    )
    if subject.of(ACCESS):
        yield Question(
            area=AREA,
            name=f"{who} administers the cluster",
            why="EKS turns away whoever has no access entry: the update ends at the first object of Kubernetes",
            needs=looks,
            ask=partial(_held, _administers, subject),
        )
    if subject.deployer.repository:
        yield Question(
            area=AREA,
            name=f"jobs of {subject.deployer.repository} may take {who}, and no other jobs",
            why="without it no pipeline deploys; with more than it, others' jobs do",
            needs=(*looks, Permission(reads.OIDC_PROVIDER, subject.arn("iam", "", "oidc-provider/*"))),
            ask=partial(_held, _trusts, subject),
        )


def _held(ask: Callable[[Subject, Clouds], Answer], subject: Subject, clouds: Clouds) -> Answer:
    """The answer, where there is such a role."""
    try:
        return ask(subject, clouds)
    except NoRoleError as error:
        fix = "make the bootstrap (README, Run it for real, Account), or name who deploys with --role"
        return not_met(f"there is no role {error} in this account", fix)


def principal(subject: Subject, aws: Account) -> str | None:
    """The ARN of the role or user whose policies count: the named one, else who asks; None where it is neither.

    Raises:
        NoRoleError: there is no such role.
    """
    named = subject.deployer.named
    arn = named if named.startswith("arn:") else aws.identity.arn
    if ":user/" in arn and (arn == named or not named):
        return arn
    return str(found["Arn"]) if (found := role_of(subject, aws)) is not None else None


def role_of(subject: Subject, aws: Account) -> Mapping[str, Any] | None:
    """What IAM says of the role that deploys; None where it is none.

    Raises:
        NoRoleError: there is no such role.
    """
    named = subject.deployer.named
    if ":user/" in named:
        return None
    name = named.rpartition("/")[2] if named else aws.identity.role
    if not name:
        return None
    found = aws.look(reads.ROLE, missing=NO_ROLE, RoleName=name)
    if found is None:
        raise NoRoleError(name)
    role: Mapping[str, Any] = found["Role"]
    return role


def _may(subject: Subject, clouds: Clouds) -> Answer:
    aws = clouds.aws
    fix = f"grant what `./bbp bootstrap policies {subject.stack}` prints, or name who deploys with --role"
    who = principal(subject, aws)
    if who is None:
        return not_judged(f"permissions of {aws.identity.arn} cannot be simulated", "name who deploys with --role")
    needs = needs_of((subject.plan,))
    if missing := without_permissions(needs.types):
        return not_judged("; ".join(missing), "write these rows, then ask again")
    scope = _scope(subject, aws)
    refused: dict[str, str] = {}
    count = 0
    for asked in _asked(deploy_policies(needs, scope)):
        for action, where, decision in _simulated(aws, who, asked):
            count += 1
            if decision != "allowed":
                refused.setdefault(f"{action} ({decision})", where)
    if refused:
        shown = "; ".join(f"{action} on {where}" for action, where in sorted(refused.items())[:SHOWN])
        more = f"; and {len(refused) - SHOWN} more" if len(refused) > SHOWN else ""
        return not_met(f"{who} may not: {shown}{more}", fix)
    return met(f"{who}: {count} pairs of action and resource are allowed, as IAM simulates its policies")


def _scope(subject: Subject, aws: Account) -> Scope:
    """Where the role must be able to act: in this account, on this stack's own."""
    settings = subject.settings
    boundary = settings.aws.permissions_boundary_arn if settings else None
    return Scope(
        stack=subject.stack,
        account=aws.identity.account,
        partition=aws.identity.partition,
        regions=subject.regions,
        boundary_arn=boundary,
    )


def _asked(policies: Mapping[str, str]) -> Iterator[Asked]:
    """The simulator's questions for what policies grant: every value of a condition by itself."""
    for document in policies.values():
        for statement in json.loads(document)["Statement"]:
            if statement["Effect"] != "Allow":
                continue
            pairs = [
                [(key, value, "boolean" if operator == "Bool" else "string") for value in values]
                for operator, keys in statement.get("Condition", {}).items()
                for key, values in keys.items()
            ]
            for context in product(*pairs):
                region = next((value for key, value, _ in context if key == "aws:RequestedRegion"), "")
                named = tuple(_sample(arn, region) for arn in statement["Resource"])
                yield Asked(actions=tuple(statement["Action"]), resources=named, context=context)


def _sample(pattern: str, region: str) -> str:
    """Something that a pattern covers; all there is stays all."""
    if pattern == "*":
        return pattern
    head, rest = pattern.split(":", 5)[:5], pattern.split(":", 5)[5]
    head[3] = region or SAMPLE if head[3] == "*" else head[3]
    return ":".join((*head, rest.replace("*", SAMPLE)))


def _simulated(aws: Account, who: str, asked: Asked) -> Iterator[tuple[str, str, str]]:
    """Action, resource and decision for each pair.

    Raises:
        NotJudgedError: the simulator leaves an action out, or does not take it.
    """
    entries = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": kind}
        for key, value, kind in asked.context
    ]
    found = aws.look(
        reads.SIMULATION,
        missing=MIXED,
        PolicySourceArn=who,
        ActionNames=list(asked.actions),
        ContextEntries=entries,
        ResourceArns=list(asked.resources),
    )
    if found is None:
        yield from _halved(aws, who, asked)
        return
    results = found["EvaluationResults"]
    told = {item["EvalActionName"] for item in results}
    if silent := sorted(set(asked.actions) - told):
        raise NotJudgedError(f"the simulator says nothing of {', '.join(silent)}", "ask again")
    for item in results:
        yield item["EvalActionName"], item.get("EvalResourceName", "*"), item["EvalDecision"]
        for one in item.get("ResourceSpecificResults") or ():
            yield item["EvalActionName"], one["EvalResourceName"], one["EvalResourceDecision"]


def _halved(aws: Account, who: str, asked: Asked) -> Iterator[tuple[str, str, str]]:
    if len(asked.actions) == 1:
        raise NotJudgedError(
            f"the simulator does not take {asked.actions[0]} on {', '.join(asked.resources)}",
            f"look yourself: aws iam simulate-principal-policy --policy-source-arn {who} --action-names ...",
        )
    middle = len(asked.actions) // 2
    for actions in (asked.actions[:middle], asked.actions[middle:]):
        yield from _simulated(aws, who, Asked(actions=actions, resources=asked.resources, context=asked.context))


def _lasts(subject: Subject, clouds: Clouds) -> Answer:
    role = role_of(subject, clouds.aws)
    if role is None:
        fix = "credentials must last as long as the longest update: `./bbp journey` prints the waits"
        if principal(subject, clouds.aws) is None:
            return not_judged(f"nobody here knows how long a session of {clouds.aws.identity.arn} lasts", fix)
        return not_asked("a user's keys do not end; those that it took with a second factor do", fix)
    seconds, chain = int(role["MaxSessionDuration"]), longest(subject.plan)
    pipeline = PIPELINE_SESSION_SECONDS if subject.deployer.repository else 0
    least = max(chain.minutes * 60, pipeline)
    wanted = f"{chain.minutes} minutes of waits that follow each other ({', '.join(chain.names)})"
    asks = f"; the pipeline asks for {pipeline // 60} minutes" if pipeline else ""
    if seconds < least:
        update = f"aws iam update-role --role-name {role['RoleName']} --max-session-duration {_hours(least)}"
        return not_met(f"{seconds // 60} minutes at most, for {wanted}{asks}", update)
    return met(f"{seconds // 60} minutes at most, for {wanted}{asks}")


def _hours(seconds: int) -> int:
    """Whole hours of seconds, IAM's most at most (IAM API Reference, UpdateRole: 12 hours)."""
    return min(-(-seconds // 3600), 12) * 3600


def _administers(subject: Subject, clouds: Clouds) -> Answer:
    who = principal(subject, clouds.aws)
    if who is None:
        return not_judged(f"{clouds.aws.identity.arn} is neither role nor user", "name who deploys with --role")
    let_in = {text(item, "principalArn") for item in subject.of(ACCESS)}
    named = {text(item, "principalArn") for item in subject.of(ASSOCIATION) if text(item, "policyArn").endswith(ADMIN)}
    if who not in let_in & named:
        said = f"{who} is none of its administrators: {', '.join(sorted(let_in & named)) or 'nobody'}"
        return not_met(said, f"add {who} to bailbondpro:cluster.adminPrincipalArns")
    return met(f"{who} has an access entry")


def _trusts(subject: Subject, clouds: Clouds) -> Answer:
    role = role_of(subject, clouds.aws)
    if role is None:
        return not_judged("whoever deploys is no role", "name the role that jobs take with --role")
    return trusts(role, subject.deployer, clouds.aws)
