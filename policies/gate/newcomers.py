"""Who is let in by what is made or replaced: everybody of another account is a stranger there.

The accounts of a plan are those that its AWS provider may deploy to; a plan that names none is not judged by them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plan.tokens import CLUSTER, TOPIC_SUBSCRIPTION
from plan.unknown import is_unknown
from policies.documents import listed, statements
from policies.gate.model import ADMITS, found
from policies.gate.statements.readers import reads_more
from policies.gate.statements.refusals import refused_more
from policies.gate.statements.rights import rights
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
READS = ("AmazonEKSEditPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSSecretReaderPolicy")
"""Policies with which somebody reads Secrets (the same page; unverified 2026-12-01)."""
OWNERS = ("bucket", "keyId", "arn", "secretArn", "queueUrl", "repository", "backupVaultName", "domainName")
"""Properties by which a policy that is a resource of its own says what it is about."""
IDENTITIES = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
HELD = (ATTACHMENT, "aws:iam/rolePolicy:RolePolicy")
"""Types by which a role that stands has what it may do."""
NAMED = {
    ENTRY: "principalArn",
    RIGHTS: "principalArn",
    ASSOCIATION: "roleArn",
    ATTACHMENT: "policyArn",
    TOPIC_SUBSCRIPTION: "endpoint",
}
"""Types that give rights, or what is said, to somebody, with the property that names them."""


def accounts(plan: Plan) -> frozenset[str]:
    """The accounts that a plan may deploy to."""
    said = (json.dumps(item.inputs.get("allowedAccountIds")) for item in plan.of_type(PROVIDER))
    return frozenset(found for text in said for found in ACCOUNT.findall(text))


def let_in(change: Change, own: frozenset[str], stand: Standing) -> Iterator[Finding]:
    """Whom something new lets in, or refuses: what is made, and a policy where none stood.

    Args:
        change: what happens.
        own: the plan's accounts.
        stand: the inputs of what stands, by type.
    """
    if change.after is None or (change.before is not None and change.before.leftover):
        return
    inputs = change.after.inputs
    was = change.before.inputs if change.before is not None else {}
    named = []
    if change.kind == "create" and change.before is None:
        yield from _whatever_account(change, inputs, stand)
        if stand.get(CLUSTER):
            yield from _strong(change, inputs, stand)
        named = [(name, str(inputs.get(name))) for name in listed(NAMED.get(change.type))]
    for name in POLICIES.get(change.type, ()):
        policy = inputs.get(name)
        if was.get(name) is not None or policy is None or is_unknown(policy):
            continue
        if change.type not in TRUSTS and (change.before is not None or _known(inputs)):
            yield from reads_more(change, name, None, policy)
            yield from refused_more(change, name, None, policy)
        named += [(name, who) for who in sorted(admitted(statements(policy, "Allow") or []))]
    if not own:
        return
    for name, who in named:
        if set(ACCOUNT.findall(who)) - own:
            yield found(ADMITS, change.urn, f"{name} would let in {who[:120]}, which is of another account", (name,))


def _same(inputs: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two things are about one role that is known."""
    role = inputs.get("role")
    return role is not None and not is_unknown(role) and other.get("role") == role


def _known(inputs: Mapping[str, Any]) -> bool:
    """Whether what a policy is about is known by its name: what does not stand yet is not."""
    return any(inputs.get(name) is not None and not is_unknown(inputs[name]) for name in OWNERS)


def _whatever_account(change: Change, inputs: Mapping[str, Any], stand: Standing) -> Iterator[Finding]:
    """Rights for everybody, or every right, whoever has them."""
    if ADMINISTRATORS in listed(inputs.get("kubernetesGroups")):
        says = f"kubernetesGroups would have {ADMINISTRATORS}, whom the cluster refuses nothing"
        yield found(ADMITS, change.urn, says, ("kubernetesGroups",))
    if change.type == ASSOCIATION and inputs.get("serviceAccount") == NOBODYS:
        says = f"its role would be that of serviceAccount {NOBODYS}, which every pod has that names none"
        yield found(ADMITS, change.urn, says, ("serviceAccount",))
    if change.type == ATTACHMENT and any(_same(inputs, other) for kind in HELD for other in stand.get(kind, ())):
        says = f"policyArn would give {inputs['role']} what {inputs.get('policyArn')} allows: it stands in no plan"
        yield found(ADMITS, change.urn, says, ("policyArn",), noted=True)
    if change.type == IDENTITIES:
        says = f"url would be {inputs.get('url')}: roles that trust it take whoever has a token of it"
        yield found(ADMITS, change.urn, says, ("url",), noted=True)
    if change.type in TRUSTS:
        yield from _trusted(change, inputs.get("assumeRolePolicy"))
        yield from _whole_accounts(change, inputs.get("assumeRolePolicy"))


def _strong(change: Change, inputs: Mapping[str, Any], stand: Standing) -> Iterator[Finding]:
    """Somebody who may do everything in a cluster that stands, or pods that get a role that somebody else has."""
    if change.type == RIGHTS:
        yield from _of_the_cluster(change, inputs, stand)
    role = inputs.get("roleArn")
    if change.type == ASSOCIATION and role is not None and not is_unknown(role):
        others = [other for other in stand.get(ASSOCIATION, ()) if other.get("roleArn") == role]
        known = {other.get("principalArn") for kind in (ENTRY, RIGHTS) for other in stand.get(kind, ())}
        whose = others[0].get("serviceAccount") if others else "whoever deploys" if role in known else None
        if whose is not None and all(other.get("serviceAccount") != inputs.get("serviceAccount") for other in others):
            says = f"roleArn would give pods of {inputs.get('serviceAccount')} the rights of {whose}"
            yield found(ADMITS, change.urn, says, ("roleArn",))


def _of_the_cluster(change: Change, inputs: Mapping[str, Any], stand: Standing) -> Iterator[Finding]:
    """What somebody may do in a cluster that stands, unless they may do everything in it already."""
    who, policy = inputs.get("principalArn"), str(inputs.get("policyArn"))
    theirs = [other for other in stand.get(RIGHTS, ()) if other.get("principalArn") == who]
    if any(whole_cluster(other) and str(other.get("policyArn")).endswith(EVERYTHING[0]) for other in theirs):
        return
    what = "do everything" if policy.endswith(EVERYTHING) else "read Secrets" if policy.endswith(READS) else ""
    whom = "somebody who is not known yet" if is_unknown(who) else who
    does = f"let {whom} {what}" if what else f"give {whom} {policy.rpartition('/')[2]}"
    says = f"policyArn would {does} in {_where(inputs)}"
    yield found(ADMITS, change.urn, says, ("policyArn",), noted=not (what and whole_cluster(inputs)))


def whole_cluster(inputs: Mapping[str, Any]) -> bool:
    """Whether rights are those of the whole cluster: names of namespaces may have wildcards."""
    scope = inputs.get("accessScope")
    parts = scope if isinstance(scope, dict) else {}
    return parts.get("type") == "cluster" or any("*" in str(name) for name in listed(parts.get("namespaces")))


def _where(inputs: Mapping[str, Any]) -> str:
    scope = inputs.get("accessScope")
    names = listed(scope.get("namespaces")) if isinstance(scope, dict) else []
    return f"namespaces {', '.join(map(str, names))[:80]}" if names else "the cluster"


def _trusted(change: Change, policy: object) -> Iterator[Finding]:
    """Who takes a new role, with what is asked of them: services take what runs in them, people and pipelines come."""
    for right in [] if is_unknown(policy) else rights(policy):
        if right.who.pattern and not right.who.pattern.startswith("Service "):
            asked = ", ".join(f"{key} {' '.join(sorted(values))}" for _, key, values in sorted(right.tests, key=str))
            says = f"assumeRolePolicy lets in {right.who.pattern[:120]}{f' where {asked}'[:160] if asked else ''}"
            yield found(ADMITS, change.urn, says, ("assumeRolePolicy",), noted=True)


def _whole_accounts(change: Change, policy: object) -> Iterator[Finding]:
    """Accounts of which everybody may take a role whom a policy of the account lets, and no condition narrows it."""
    if policy is None or is_unknown(policy):
        return
    unasked = [entry for entry in statements(policy, "Allow") or [] if not entry.get("Condition")]
    for who in sorted(admitted(unasked)):
        if who.endswith(":root"):
            says = f"assumeRolePolicy would let in everybody of {who[:120]}, under no condition"
            yield found(ADMITS, change.urn, says, ("assumeRolePolicy",))
