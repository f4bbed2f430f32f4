"""Whoever only reads in a cluster, and does so no more: nothing waits for them, and they are let in again as easily."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from policies.gate.model import URN_DISAPPEARS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan.steps import Change
    from policies.gate.model import Finding

ENTRY = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
READS = ("/AmazonEKSViewPolicy", "/AmazonEKSAdminViewPolicy")
"""Policies that change nothing (Amazon EKS User Guide, Review access policy permissions; unverified 2026-12-01)."""
FIX = "leave the role in cluster.viewerPrincipalArns where it should still read"


def viewers_leave(findings: Iterable[Finding], changes: Iterable[Change]) -> list[Finding]:
    """The findings, of which those about the end of a reader's entry are low; two of one name say which they are.

    Args:
        findings: what was found.
        changes: what happens to each resource.
    """
    listed = [one for one in changes if one.type in {ENTRY, ASSOCIATION} and one.before is not None]
    gone = {one.urn: one for one in listed if one.kind == "delete"}
    told: list[Finding] = []
    for one in findings:
        change = gone.get(one.urn)
        if change is None or one.rule != URN_DISAPPEARS.id:
            told.append(one)
            continue
        named = replace(one, says=f"{change.type.rpartition(':')[2]} {one.says}")
        reads = "refresh" not in change.ops and _reads(change, listed)
        told.append(replace(named, severity="low", stops=False, fix=FIX) if reads else named)
    return told


def _reads(change: Change, listed: list[Change]) -> bool:
    """Whether all that this principal had is the reading of what is there."""
    inputs = change.before.inputs if change.before is not None else {}
    if change.type == ENTRY and inputs.get("kubernetesGroups"):
        return False
    whom = ("clusterName", "principalArn")
    policies = [
        str(one.before.inputs.get("policyArn"))
        for one in listed
        if one.type == ASSOCIATION
        and one.before is not None
        and all(one.before.inputs.get(key) == inputs.get(key) for key in whom)
    ]
    return bool(policies) and all(policy.endswith(READS) for policy in policies)
