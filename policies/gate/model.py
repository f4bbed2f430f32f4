"""What the gate says: findings, and the steps of a preview by how much hangs on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plan.steps import PARTS
from policies.rules.model import SEVERITIES, Severity

if TYPE_CHECKING:
    from plan.steps import Kind


STRANGE = (TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What a rule raises that meets a text where a provider takes a list: a plan may say anything."""


@dataclass(frozen=True, kw_only=True)
class StepRule:
    """One rule over what happens to a resource, beside those over what stands (`policies.rules`).

    Attributes:
        id: how waivers call it; it never changes.
        title: what must hold.
        severity: how bad it is where it does not.
        fix: the smallest change that keeps it.
    """

    id: str
    title: str
    severity: Severity
    fix: str


STATEFUL_DELETE = StepRule(
    id="stateful-delete",
    title="Nothing that holds data is deleted",
    severity="critical",
    fix="keep it in the program; where it was renamed or moved, an alias names what it was",
)
STATEFUL_REPLACE = StepRule(
    id="stateful-replace",
    title="Nothing that holds data is replaced",
    severity="critical",
    fix="take the change of this property back, or move the data first (docs/upgrades.md, docs/restore.md)",
)
BEARING_DELETE = StepRule(
    id="load-bearing-delete",
    title="Nothing that others run on is deleted",
    severity="high",
    fix="keep it in the program; where it was renamed or moved, an alias names what it was",
)
BEARING_REPLACE = StepRule(
    id="load-bearing-replace",
    title="Nothing that others run on is replaced",
    severity="high",
    fix="take the change of this property back, or make the other beside it and move over",
)
NAME_CHANGED = StepRule(
    id="name-changed",
    title="No name that clients connect to changes",
    severity="critical",
    fix="take the change of the name back",
)
SHRINKS = StepRule(
    id="shrinks",
    title="No storage, shards or replicas become fewer",
    severity="critical",
    fix="take the smaller number back, or move the data first",
)
PLACEMENT = StepRule(
    id="placement",
    title="Pods read and write clients where their rows lie",
    severity="critical",
    fix="move the rows first (docs/sharding.md)",
)
TURNS = StepRule(
    id="takes-turns",
    title="Pods keep a login and an authority that they trust until they have rolled",
    severity="critical",
    fix="two deployments: the next generation beside the one before, then without it (docs/runbooks/rotate-secrets.md)",
)
PROTECTION_LOST = StepRule(
    id="protection-lost",
    title="No protection against loss is taken away or made weaker",
    severity="critical",
    fix="leave it on; off is for the one update before a stack is taken down",
)
WEAKENED = StepRule(
    id="weakened",
    title="No lock, limit or log is taken away or made weaker",
    severity="high",
    fix="take the change back, or let somebody answer for it (waivers)",
)
ALONE = StepRule(
    id="stands-alone",
    title="Nothing of production that was there twice stands alone",
    severity="high",
    fix="take the smaller number back; ./bbp drill shows what one loss would do",
)
ELSEWHERE = StepRule(
    id="elsewhere",
    title="Everything is looked for in the account and region where it is",
    severity="critical",
    fix="take the change back; another region or account is another stack",
)
ENVIRONMENT = StepRule(
    id="environment",
    title="Production stays production",
    severity="critical",
    fix="take the change of bailbondpro:environment back; a stack for development is another stack",
)
ADMITS = StepRule(
    id="admits-more",
    title="No policy lets in or allows whom and what it did not, or asks less of them",
    severity="high",
    fix="name whom and what the policy named before, under its conditions, or let somebody answer for it (waivers)",
)
ROOM = StepRule(
    id="less-room",
    title="Nothing of production gets less room for its load",
    severity="high",
    fix="take the smaller number or class back, or let somebody answer for it (waivers)",
)
LED = StepRule(
    id="led-elsewhere",
    title="Nobody is led elsewhere, or finds nobody",
    severity="high",
    fix="take the change back, or make the other beside it and move over",
)
URN_DISAPPEARS = StepRule(
    id="urn-disappears",
    title="No resource leaves the program by accident",
    severity="high",
    fix="an alias where it was renamed or moved, `pulumi state move` where another stack keeps it",
)
ONE_WAY = StepRule(
    id="one-way",
    title="What cannot be taken back is known beforehand",
    severity="low",
    fix="a snapshot before it, and no other change with it",
)
COST = StepRule(
    id="cost",
    title="The plan costs no more than was allowed",
    severity="high",
    fix="./bbp cost --plan FILE names the lines; raise --most-usd or --most-percent where the money is meant",
)
OBJECTIVES = StepRule(
    id="objectives",
    title="No objective is missed that was met before",
    severity="high",
    fix="./bbp objectives STACK --plan FILE and ./bbp availability STACK --plan FILE name the part and its fix",
)
UNCOMPARED = StepRule(
    id="not-compared",
    title="What changes of production is compared with what was",
    severity="low",
    fix="look at these properties yourself; a row in plan/types/weaker compares them from then on",
)
UNJUDGED = StepRule(
    id="not-judged",
    title="Nothing of production changes that nobody judged",
    severity="high",
    fix="look at these properties yourself and answer for them (waivers); a row in plan/types/weaker, or in "
    "policies/gate/ordinary.py, judges them from then on",
)
UNKNOWN_STEP = StepRule(
    id="unknown-step",
    title="Every operation is one that the gate knows",
    severity="high",
    fix="an engine that is too new for this gate: look at the step yourself, and teach plan/steps.py the operation",
)
UNREAD_STEP = StepRule(
    id="unread-step",
    title="Every step can be read",
    severity="high",
    fix="make the preview again; a file that was cut or edited is no evidence",
)
UNKNOWN_TYPE = StepRule(
    id="unknown-type",
    title="Every type that changes is described",
    severity="high",
    fix="add its row to plan/types",
)
HIDDEN = StepRule(
    id="hidden-resources",
    title="The preview names what stays as it is",
    severity="high",
    fix="pulumi preview --json --show-sames: without it, nobody sees a protection that is taken away in silence",
)
FAILED = StepRule(
    id="failed-preview",
    title="The preview came to its end",
    severity="high",
    fix="repair what the engine reports, and preview again",
)

STACK_REMOVED = StepRule(
    id="stack-removed",
    title="No stack is left without a file (of reviews: no preview shows it)",
    severity="critical",
    fix="`pulumi destroy` of it first, and a waiver of this rule for the stack's own URN",
)
NOT_REVIEWED = StepRule(
    id="not-reviewed",
    title="What is deployed is what was reviewed",
    severity="high",
    fix="make the plan of the pull request again on what is deployed by now, and look at it",
)

STEP_RULES: tuple[StepRule, ...] = (
    *(STATEFUL_DELETE, STATEFUL_REPLACE, BEARING_DELETE, BEARING_REPLACE, NAME_CHANGED, SHRINKS, PLACEMENT),
    *(
        TURNS,
        PROTECTION_LOST,
        WEAKENED,
        ALONE,
        ELSEWHERE,
        ENVIRONMENT,
        ADMITS,
        ROOM,
        LED,
        URN_DISAPPEARS,
        STACK_REMOVED,
        ONE_WAY,
    ),
    *(COST, OBJECTIVES, NOT_REVIEWED, UNCOMPARED, UNJUDGED),
    *(UNKNOWN_STEP, UNREAD_STEP, UNKNOWN_TYPE, HIDDEN, FAILED),
)
NOT_JUDGED = frozenset(rule.id for rule in (UNJUDGED, UNKNOWN_STEP, UNREAD_STEP, UNKNOWN_TYPE, HIDDEN, FAILED))
"""What stands for something that nobody judged, and therefore does not pass."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something about a preview that somebody should know.

    Attributes:
        rule: id of the rule.
        severity: how bad it is.
        urn: the resource, or the stack.
        says: what would happen, in one sentence without its end.
        fix: the smallest change that avoids it.
        properties: the properties that cause it.
        stops: whether it stops the change, unless somebody waives it.
        judged: False where this is something that could not be judged.
    """

    rule: str
    severity: Severity
    urn: str
    says: str
    fix: str
    properties: tuple[str, ...] = ()
    stops: bool = True
    judged: bool = True

    @property
    def name(self) -> str:
        """The logical name of the resource, for people."""
        return self.urn.split("::", 3)[3] if self.urn.count("::") >= PARTS else self.urn

    @property
    def rank(self) -> tuple[bool, int]:
        """What stops comes first, then what is worse."""
        return not self.stops, SEVERITIES.index(self.severity)


def found(
    rule: StepRule,
    urn: str,
    says: str,
    properties: tuple[str, ...] = (),
    *,
    judged: bool = True,
    noted: bool = False,
    fix: str = "",
) -> Finding:
    """A finding of a rule over steps; one that is only noted is low and stops nothing.

    Args:
        rule: the rule.
        urn: the resource.
        says: what would happen.
        properties: the properties that cause it.
        judged: whether it could be judged.
        noted: whether it is only said.
        fix: the smallest change that avoids it; by default that of the rule.
    """
    return Finding(
        rule=rule.id,
        severity="low" if noted else rule.severity,
        urn=urn,
        says=says,
        fix=fix or rule.fix,
        properties=properties,
        stops=rule.severity in {"critical", "high"} and not noted,
        judged=judged and rule.id not in NOT_JUDGED,
    )


@dataclass(frozen=True, kw_only=True)
class Step:
    """One change of a preview, with what hangs on it.

    Attributes:
        urn: the resource.
        kind: what happens to it.
        holds: what it holds or carries; empty for what can be made again.
        forced: the properties that force its replacement.
        changed: the properties that change.
        reach: how many resources depend on it, directly or through others.
        at_least: whether the count was given up at that number.
        level: 4 for data that goes, 3 for what others run on, 2 for any other end or a finding, 1 for a change in
            place, 0 for what is made.
    """

    urn: str
    kind: Kind
    holds: str
    forced: tuple[str, ...]
    changed: tuple[str, ...]
    reach: int
    at_least: bool
    level: int

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.split("::", 3)[3]
