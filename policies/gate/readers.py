"""Pods that would read a Secret of others.

Whoever may start pods in a namespace may read its Secrets, so the plan is where somebody sees it. A Secret is a pod's
own where the same change makes it, or where pods of the same service account read it already. A workload that is new
may read what several others share, and have the variables that another service has, such as the login of the database;
that is said, and stops nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.tokens import DEPLOYMENT, KUBERNETES_SECRET
from plan.types.weaker.kubernetes.pods import PODS
from plan.types.weaker.kubernetes.programs import READ
from plan.types.weaker.kubernetes.secrets import FILES, keys_of, secrets_of
from plan.unknown import UNKNOWN, is_unknown
from policies.gate.model import WEAKENED, found
from policies.gate.weaker import value_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plan.steps import Change, State
    from policies.gate.model import Finding

NOBODYS = "default"
"""The account of pods that name none (Kubernetes documentation, Configure Service Accounts for Pods)."""
SHARED = 2
"""Accounts that read a Secret which is not that of one of them (ours)."""
_FIX = (
    "make the Secret in the same change, have a pod of the account that reads it do the work, "
    "or let somebody answer for it (waivers)"
)


def reads_others(changes: Iterable[Change]) -> Iterator[Finding]:
    """Every Secret that a pod would read and did not, and that is another's.

    Args:
        changes: what happens to each resource.
    """
    known = list(changes)
    readers = _readers(known)
    served = _served(known)
    made = {
        (_namespace(one.after.inputs), f"Secret {_name(one.after.inputs)}")
        for one in known
        if one.type == KUBERNETES_SECRET and one.before is None and one.after is not None
    }
    for change in known:
        after = change.after
        if change.type not in PODS or after is None or (change.before is not None and change.before.leftover):
            continue
        space, account = _namespace(after.inputs), _account(after)
        before = _secrets(change.before) if change.before is not None else {}
        shared: list[str] = []
        for secret, where in sorted(_secrets(after).items()):
            others = readers.get((space, secret), set())
            if secret in before or account in others:
                continue
            own = (space, secret) in made or is_unknown(secret.partition(" ")[2])
            if own and change.before is None:
                continue
            if change.before is None and (len(others) >= SHARED or _as_variables(after, secret) <= served):
                shared.append(secret)
                continue
            if own:
                says = f"{where} would read {secret}, which this change makes"
                yield found(WEAKENED, change.urn, says, (where,), noted=True, fix="look at who made what is in it")
                continue
            says = f"{where} would read {secret}{_whose(others)}: {READ[1]}"
            yield found(WEAKENED, change.urn, says, (where,), fix=_FIX)
        if shared:
            says = f"its pods would read {' and '.join(shared)}, as those of others do"
            yield found(WEAKENED, change.urn, says, noted=True, fix="look at whether they need it")


def _whose(others: set[str]) -> str:
    return f", which {', '.join(sorted(others)[:3])} read" if others else ", which no pod of the plan reads"


def _readers(changes: Iterable[Change]) -> dict[tuple[str, str], set[str]]:
    """The accounts of the pods that read each Secret before, by its namespace and its name."""
    found: dict[tuple[str, str], set[str]] = {}
    for change in changes:
        before = change.before
        if before is not None and not before.leftover and before.type in PODS:
            for secret in _secrets(before):
                found.setdefault((_namespace(before.inputs), secret), set()).add(_account(before))
    return found


def _served(changes: Iterable[Change]) -> set[tuple[str, str, str]]:
    """The keys of Secrets that Deployments had as variables before, by namespace: another service may have them."""
    found: set[tuple[str, str, str]] = set()
    for change in changes:
        before = change.before
        if before is not None and not before.leftover and before.type == DEPLOYMENT:
            for secret in _secrets(before):
                found |= _as_variables(before, secret)
    return {one for one in found if one[2] != FILES}


def _as_variables(side: State, secret: str) -> set[tuple[str, str, str]]:
    """The keys of a Secret that a pod has as variables, and whether it has all of them, or files."""
    return {(_namespace(side.inputs), secret, key) for key in keys_of(value_at(side.inputs, PODS[side.type]), secret)}


def _secrets(side: State) -> dict[str, str]:
    return secrets_of(value_at(side.inputs, PODS[side.type]))


def _account(side: State) -> str:
    pod = value_at(side.inputs, PODS[side.type])
    name = pod.get("serviceAccountName") or pod.get("serviceAccount") if isinstance(pod, dict) else None
    return str(name or NOBODYS)


def _namespace(inputs: Mapping[str, Any]) -> str:
    return str(value_at(inputs, ("metadata", "namespace")) or "")


def _name(inputs: Mapping[str, Any]) -> str:
    return str(value_at(inputs, ("metadata", "name")) or UNKNOWN)
