"""Who is let in by what is made or replaced: everybody of another account is a stranger there.

The accounts of a plan are those that its AWS provider may deploy to; a plan that names none is not judged by them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plan.tokens import CLUSTER
from plan.unknown import is_unknown
from policies.documents import listed, statements
from policies.gate.model import ADMITS, found
from policies.principals import ACCOUNT, admitted
from policies.rules.policies import POLICIES, TRUSTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from plan import Plan
    from plan.steps import Change
    from policies.gate.model import Finding
    from policies.gate.peers import Standing

PROVIDER = "pulumi:providers:aws"
ADMINISTRATORS = "system:masters"
"""The group that Kubernetes asks nothing (Kubernetes documentation, RBAC, User-facing roles)."""
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
NOBODYS = "default"
"""The account of pods that name none (Kubernetes documentation, Configure Service Accounts for Pods)."""
ENTRY = "aws:eks/accessEntry:AccessEntry"
RIGHTS = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
EVERYTHING = ("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy")
"""Policies with which somebody may give rights to others (EKS User Guide, Review access policy permissions)."""
NAMED = {
    ENTRY: "principalArn",
    RIGHTS: "principalArn",
    ASSOCIATION: "roleArn",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
}
"""Types that give rights to a role, with the property that names it."""


def accounts(plan: Plan) -> frozenset[str]:
    """The accounts that a plan may deploy to."""
    said = (json.dumps(item.inputs.get("allowedAccountIds")) for item in plan.of_type(PROVIDER))
    return frozenset(found for text in said for found in ACCOUNT.findall(text))


def let_in(change: Change, own: frozenset[str], stand: Standing) -> Iterator[Finding]:
    """Everybody of another account whom something new lets in.

    Args:
        change: what happens.
        own: the plan's accounts.
        stand: the inputs of what stands, by type.
    """
    if change.kind != "create" or change.after is None or change.before is not None:
        return
    inputs = change.state.inputs
    yield from _whatever_account(change, inputs)
    if stand.get(CLUSTER):
        yield from _strong(change, inputs, stand)
    if not own:
        return
    named = [(name, str(inputs.get(name))) for name in listed(NAMED.get(change.type))]
    for name in POLICIES.get(change.type, ()):
        policy = inputs.get(name)
        if policy is not None and not is_unknown(policy):
            named += [(name, who) for who in sorted(admitted(statements(policy, "Allow") or []))]
    for name, who in named:
        if set(ACCOUNT.findall(who)) - own:
            yield found(ADMITS, change.urn, f"{name} would let in {who[:120]}, which is of another account", (name,))


def _whatever_account(change: Change, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    """Rights for everybody, or every right, whoever has them."""
    if ADMINISTRATORS in listed(inputs.get("kubernetesGroups")):
        says = f"kubernetesGroups would have {ADMINISTRATORS}, whom the cluster refuses nothing"
        yield found(ADMITS, change.urn, says, ("kubernetesGroups",))
    if change.type == ASSOCIATION and inputs.get("serviceAccount") == NOBODYS:
        says = f"its role would be that of serviceAccount {NOBODYS}, which every pod has that names none"
        yield found(ADMITS, change.urn, says, ("serviceAccount",))
    if change.type in TRUSTS:
        yield from _whole_accounts(change, inputs.get("assumeRolePolicy"))


def _strong(change: Change, inputs: Mapping[str, Any], stand: Standing) -> Iterator[Finding]:
    """Somebody who may do everything in a cluster that stands, or pods that get a role that somebody else has."""
    scope = inputs.get("accessScope")
    whole = isinstance(scope, dict) and scope.get("type") == "cluster"
    if change.type == RIGHTS and whole and str(inputs.get("policyArn")).endswith(EVERYTHING):
        who = "somebody who is not known yet" if is_unknown(inputs.get("principalArn")) else inputs.get("principalArn")
        says = f"policyArn would let {who} do everything in the cluster"
        yield found(ADMITS, change.urn, says, ("policyArn",))
    role = inputs.get("roleArn")
    if change.type == ASSOCIATION and role is not None and not is_unknown(role):
        others = [other for other in stand.get(ASSOCIATION, ()) if other.get("roleArn") == role]
        known = {other.get("principalArn") for kind in (ENTRY, RIGHTS) for other in stand.get(kind, ())}
        whose = others[0].get("serviceAccount") if others else "whoever deploys" if role in known else None
        if whose is not None and all(other.get("serviceAccount") != inputs.get("serviceAccount") for other in others):
            says = f"roleArn would give pods of {inputs.get('serviceAccount')} the rights of {whose}"
            yield found(ADMITS, change.urn, says, ("roleArn",))


def _whole_accounts(change: Change, policy: object) -> Iterator[Finding]:
    """Accounts of which everybody may take a role whom a policy of the account lets, and no condition narrows it."""
    if policy is None or is_unknown(policy):
        return
    unasked = [entry for entry in statements(policy, "Allow") or [] if not entry.get("Condition")]
    for who in sorted(admitted(unasked)):
        if who.endswith(":root"):
            says = f"assumeRolePolicy would let in everybody of {who[:120]}, under no condition"
            yield found(ADMITS, change.urn, says, ("assumeRolePolicy",))
