"""Policies of resources that shut out whom they let in: services, the account itself, or everybody.

Narrower rights of a role are what people aim at. A service that writes logs or reads a key, and the account by which
a key is managed at all, are no such rights (AWS KMS Developer Guide, Default key policy; unverified).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.unknown import is_unknown
from policies.documents import listed, statements
from policies.gate.model import LED, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan.steps import Change
    from policies.gate.model import Finding

_ROOT = ":root"
_EVERYBODY = "*"


def shut_out(change: Change, name: str, old: object, new: object) -> Iterator[Finding]:
    """Whom the policy at a property lets in no more, and whom it refuses everything.

    Args:
        change: what happens.
        name: the property.
        old: the policy before; None for none.
        new: the policy after.
    """
    if is_unknown(old) or is_unknown(new) or new is None:
        return
    before, after = (_allowed(statements(policy, "Allow") or []) for policy in (old, new))
    for who in sorted(before):
        lost = sorted(action for action in before[who] if not _covers(after.get(who, set()), action))
        if lost:
            says = f"{name} would no longer let {who[:120]} do {', '.join(lost)[:120]}"
            yield found(LED, change.urn, says, (name,))
    known = {action for entry in statements(old, "Deny") or [] for action in _refused(entry)}
    refused = sorted({action for entry in statements(new, "Deny") or [] for action in _refused(entry)} - known)
    if refused:
        says = f"{name} would refuse everybody {', '.join(refused)[:120]}, under no condition"
        yield found(LED, change.urn, says, (name,))


def _allowed(entries: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The actions that services and accounts may take, by who it is."""
    result: dict[str, set[str]] = {}
    for entry in entries:
        principal = entry.get("Principal")
        for kind, values in principal.items() if isinstance(principal, dict) else ():
            for value in listed(values):
                if kind == "Service" or str(value).endswith(_ROOT):
                    actions = result.setdefault(f"{kind} {value}", set())
                    actions.update(str(action).lower() for action in listed(entry.get("Action")))
    return result


def _covers(actions: set[str], action: str) -> bool:
    return any(one == action or (one.endswith("*") and action.startswith(one[:-1])) for one in actions)


def _refused(statement: Mapping[str, Any]) -> Iterator[str]:
    """Actions with a wildcard that a statement refuses to everybody, whatever they ask with."""
    principal = statement.get("Principal")
    whom = [value for values in principal.values() for value in listed(values)] if isinstance(principal, dict) else []
    if not statement.get("Condition") and _EVERYBODY in {*map(str, whom), *map(str, listed(principal))}:
        yield from (str(action).lower() for action in listed(statement.get("Action")) if "*" in str(action))
