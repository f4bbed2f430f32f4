"""Policies of resources that shut out whom they let in: services, the account itself, or everybody.

Narrower rights of a role are what people aim at. A service that writes logs or reads a key, and the account by which
a key is managed at all, are no such rights (AWS KMS Developer Guide, Default key policy; unverified).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plan.unknown import is_unknown
from policies.gate.model import LED, found
from policies.gate.statements.refusals import refused_more
from policies.gate.statements.rights import negated, rights, takes
from policies.principals import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan.steps import Change
    from policies.gate.model import Finding
    from policies.gate.statements.rights import Right, Test

_ROOT = ":root"
_TLS = "aws:securetransport"
_SENDERS = frozenset(("aws:sourceaccount", "aws:sourcearn", "aws:principalaccount", "kms:calleraccount"))
"""Keys by which somebody acts for an account, in small letters (IAM User Guide, The confused deputy problem;
unverified 2026-12-01)."""


def shut_out(change: Change, name: str, old: object, new: object) -> Iterator[Finding]:
    """Whom the policy at a property lets in no more, and what it refuses that it did not.

    Args:
        change: what happens.
        name: the property.
        old: the policy before; None for none.
        new: the policy after.
    """
    if is_unknown(old) or is_unknown(new) or new is None:
        return
    after = rights(new)
    known = frozenset(ACCOUNT.findall(str(old)))
    lost: dict[str, list[str]] = {}
    for right in rights(old):
        if _served(right) and not right.covered(_as_before(one, right, known) for one in after):
            lost.setdefault(right.who.pattern, []).append(right.action.pattern)
    for who in sorted(lost):
        says = f"{name} would no longer let {who[:120]} do {', '.join(sorted(set(lost[who])))[:120]} as it did"
        yield found(LED, change.urn, says, (name,))
    yield from refused_more(change, name, old, new)


def _served(right: Right) -> bool:
    """Whether a right is that of a service, or of the account by which IAM decides."""
    return right.who.pattern.startswith("Service ") or right.who.pattern.endswith(_ROOT)


def _as_before(right: Right, before: Right, accounts: frozenset[str]) -> Right:
    """A right without the tests that somebody still passes: for these accounts, or with a value that is taken still."""
    asked = {test[:2]: test[2] for test in before.tests}
    left = (test for test in right.tests if not _still(test, asked) and not _passed(test, accounts))
    return replace(right, tests=frozenset(left))


def _still(test: Test, asked: Mapping[tuple[str, str], frozenset[str]]) -> bool:
    return any(takes(test[0], asked.get(test[:2], ()), value) for value in test[2])


def _passed(test: Test, accounts: frozenset[str]) -> bool:
    operator, key, values = test
    if key == _TLS:
        return operator == "bool" and values == {"true"}
    ours = not accounts or any(set(ACCOUNT.findall(value)) & accounts for value in values)
    return key in _SENDERS and not negated(operator) and ours
