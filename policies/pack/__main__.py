"""The rules of `policies/rules` as a Pulumi policy pack: `pulumi preview --policy-pack policies/pack`.

Rules that look at one resource at a time stop before it is made; the others judge the whole stack.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ResourceValidationPolicy,
    Severity,
    StackValidationPolicy,
)
from pulumi_policy import policy as sdk

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from policies.packed import hidden, of_all, of_one
from policies.rules import rules

if TYPE_CHECKING:
    from pulumi_policy import ReportViolation, ResourceValidationArgs, StackValidationArgs

    from policies.rules import Rule


def judge_one(rule: Rule, args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Report what a rule finds about one resource."""
    for one in of_one(rule, args):
        report(one.says, one.urn)


def judge_all(rule: Rule, args: StackValidationArgs, report: ReportViolation) -> None:
    """Report what a rule finds about the stack."""
    for one in of_all(rule, args.resources):
        report(one.says, one.urn)


def policy(rule: Rule) -> ResourceValidationPolicy | StackValidationPolicy:
    """A rule in the words of the SDK."""
    kind, judge = (ResourceValidationPolicy, judge_one) if rule.alone else (StackValidationPolicy, judge_all)
    return kind(
        name=rule.id,
        description=rule.title,
        validate=partial(judge, rule),
        enforcement_level=EnforcementLevel.MANDATORY if rule.stops else EnforcementLevel.ADVISORY,
        severity=Severity(rule.severity),
        remediation_steps=rule.fix,
    )


def keep_marks() -> None:
    """Let the SDK, whose version `requirements.txt` pins, hand secrets over as previews show them: masked.

    By itself it hands over what is in them without a mark (`pulumi_policy.deserialize`), and no rule could tell a
    secret from a text.
    """
    read = sdk.deserialize_properties
    sdk.deserialize_properties = lambda props, proxied=False: read(props if proxied else hidden(props), proxied)


keep_marks()
PolicyPack(name="bailbondpro", policies=[policy(rule) for rule in rules()])
