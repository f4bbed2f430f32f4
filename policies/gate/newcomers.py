"""Who is let in by what is made or replaced: everybody of another account is a stranger there.

The accounts of a plan are those that its AWS provider may deploy to; a plan that names none is not judged by them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plan.unknown import is_unknown
from policies.documents import listed, statements
from policies.gate.model import ADMITS, found
from policies.principals import ACCOUNT, admitted
from policies.rules.policies import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan
    from plan.steps import Change
    from policies.gate.model import Finding

PROVIDER = "pulumi:providers:aws"
ADMINISTRATORS = "system:masters"
"""The group that Kubernetes asks nothing (Kubernetes documentation, RBAC, User-facing roles)."""
NAMED = {
    "aws:eks/accessEntry:AccessEntry": "principalArn",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "principalArn",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "roleArn",
}
"""Types that give rights to a role, with the property that names it."""


def accounts(plan: Plan) -> frozenset[str]:
    """The accounts that a plan may deploy to."""
    said = (json.dumps(item.inputs.get("allowedAccountIds")) for item in plan.of_type(PROVIDER))
    return frozenset(found for text in said for found in ACCOUNT.findall(text))


def let_in(change: Change, own: frozenset[str]) -> Iterator[Finding]:
    """Everybody of another account whom something new lets in.

    Args:
        change: what happens.
        own: the plan's accounts.
    """
    if change.kind != "create" or change.after is None or change.before is not None:
        return
    inputs = change.state.inputs
    if ADMINISTRATORS in listed(inputs.get("kubernetesGroups")):
        says = f"kubernetesGroups would have {ADMINISTRATORS}, whom the cluster refuses nothing"
        yield found(ADMITS, change.urn, says, ("kubernetesGroups",))
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
