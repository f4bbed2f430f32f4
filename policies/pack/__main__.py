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

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from policies.packed import of_all, of_one, packed

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


PolicyPack(name="bailbondpro", policies=[policy(rule) for rule in packed()])
