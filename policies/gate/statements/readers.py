"""Roles and people of the own account whom the policy of a resource lets in, and did not.

Of what a key or a secret keeps nobody new reads; of others, such as buckets and topics, a new reader is told. Roles
that a service of AWS has for itself, and the account, by which IAM decides, are judged by whom they name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan.tokens import KEY, SECRET
from policies.gate.model import ADMITS, found
from policies.gate.statements.permits import DESTROYS, ESCALATES, taken
from policies.gate.statements.rights import rights, some, takes
from policies.principals import ACCOUNT, fixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan.steps import Change
    from policies.gate.model import Finding
    from policies.gate.statements.rights import Right

_OF_SERVICES = ":role/aws-service-role/"
_KEYS = re.compile(r"\*|kms:(?:\*|d\*|de\*|dec[a-z*]*|re\*|reencrypt.*|create(?:grant|\*)|put.*|schedule.*|disable.*)")
_SECRETS = re.compile(r"\*|secretsmanager:(?:\*|get\*|getsecret.*|batchget.*|put.*|update.*|delete.*)")
READING: Mapping[str, re.Pattern[str]] = {
    KEY: _KEYS,
    "aws:kms/keyPolicy:KeyPolicy": _KEYS,
    SECRET: _SECRETS,
    "aws:secretsmanager/secretPolicy:SecretPolicy": _SECRETS,
}
"""Actions, in small letters, by which what is kept is read, lost, or given to somebody else, by the type whose policy
allows them (Service Authorization Reference, AWS KMS, AWS Secrets Manager; unverified 2026-11-30)."""
_PODS = "aws:requesttag/"
"""How a key begins by which a role knows its pods (EKS User Guide, EKS Pod Identities; unverified 2026-12-01)."""


def reads_more(change: Change, name: str, old: object, new: object) -> Iterator[Finding]:
    """Everybody of an account who may do something with a resource that they might not.

    Args:
        change: what happens.
        name: the property that holds the policy.
        old: the policy before; None for none.
        new: the policy after.
    """
    known, reading = rights(old), READING.get(change.type)
    gained: dict[tuple[str, bool], list[Right]] = {}
    for right in rights(new):
        if _somebody(right.who.pattern) and not right.covered(known):
            hurts = reading is not None and reading.fullmatch(right.action.pattern) is not None
            hurts = hurts or right.action.but != () or bool(taken(right, ESCALATES) or taken(right, DESTROYS))
            gained.setdefault((right.who.pattern, hurts), []).append(right)
    for (who, hurts), several in sorted(gained.items(), key=lambda one: one[0]):
        says = f"{name} would let {who[:120]} do {some(right.written for right in several)}"
        yield found(ADMITS, change.urn, says, (name,), noted=not hurts)


def _somebody(who: str) -> bool:
    named = who.startswith("AWS arn:") and ACCOUNT.search(who) is not None
    return named and not who.endswith(":root") and _OF_SERVICES not in who


def asks_less(change: Change, name: str, old: object, new: object, *, trusts: bool) -> Iterator[Finding]:
    """Conditions that ask for the same key as before, and take more values for it.

    Args:
        change: what happens.
        name: the property that holds the policy.
        old: the policy before.
        new: the policy after.
        trusts: whether it says who may take a role.
    """
    known, accounts = rights(old), frozenset(ACCOUNT.findall(str(old)))
    told: dict[tuple[str, str], set[str]] = {}
    for right in rights(new):
        if right.covered(known):
            continue
        for one in known:
            if (one.who, one.action, one.on) != (right.who, right.action, right.on):
                continue
            before = {test[:2]: test[2] for test in one.tests}
            for operator, key, values in right.tests:
                was = before.get((operator, key), values)
                others = frozenset(value for value in values if not takes(operator, was, value))
                more = _more(right, key, others, accounts, trusts=trusts)
                told.setdefault((right.who.pattern, key), set()).update(more)
    for (who, key), taken_now in sorted(told.items()):
        if taken_now:
            says = f"{name} would take {', '.join(sorted(taken_now))[:120]} as {key} of {who[:120]}, too"
            yield found(ADMITS, change.urn, says, (name,))


def _more(right: Right, key: str, values: frozenset[str], accounts: frozenset[str], *, trusts: bool) -> Iterator[str]:
    """Values by which somebody else is let in: of services, who act for an account, those of another or of any."""
    service = right.who.pattern.startswith("Service ") and not (trusts and key.startswith(_PODS))
    for value in values:
        strange = set(ACCOUNT.findall(value)) - accounts
        if strange or not fixed(value) or (not service and (trusts or right.who.pattern == "*")):
            yield value
