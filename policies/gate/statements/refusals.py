"""Statements that refuse what was not refused: whoever reads, writes or publishes may be whom they are about.

A statement that refuses wins over every one that allows (IAM User Guide, Policy evaluation logic; unverified
2026-12-01). What no proper client meets is no loss: a request without TLS, or by somebody of another account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.types.weaker.model import number
from policies.gate.model import LED, found
from policies.gate.statements.rights import EVERY, negated, rights, some
from policies.principals import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plan.steps import Change
    from policies.gate.model import Finding
    from policies.gate.statements.rights import Right

_TLS = 1.2
"""The version of TLS that every client of AWS has (AWS, TLS 1.2 to become the minimum; unverified 2026-12-01)."""
_SERVICE = ("bool", "aws:principalisawsservice")
_FINAL = frozenset(
    (
        *("s3:deletebucket", "s3:deletebucket*", "s3:deletebucketpolicy", "s3:deleteobjectversion"),
        *("s3:putbucketacl", "s3:putobjectacl", "kms:schedulekeydeletion", "kms:disablekey"),
        *("secretsmanager:deletesecret", "sns:deletetopic", "sqs:deletequeue", "ecr:deleterepository"),
        *("ecr:batchdeleteimage", "backup:deleterecoverypoint", "backup:deletebackupvault"),
        "backup:updaterecoverypointlifecycle",
    )
)
"""Actions, in small letters, that end what is kept, or open it: nothing that serves takes them (Service Authorization
Reference; unverified 2026-12-01)."""


def refused_more(change: Change, name: str, old: object, new: object) -> Iterator[Finding]:
    """Everything that a policy of a resource refuses, and did not.

    Args:
        change: what happens.
        name: the property that holds it.
        old: the policy before; None for none.
        new: the policy after.
    """
    known = rights(old, "Deny")
    accounts = frozenset(ACCOUNT.findall(str(old)))
    told: dict[tuple[str, str, bool], list[str]] = {}
    for right in rights(new, "Deny"):
        if not right.covered(known) and not _harmless(right, accounts):
            told.setdefault((_whom(right), _when(right), _told(right, accounts)), []).append(right.written)
    for (whom, when, low), actions in told.items():
        yield found(LED, change.urn, f"{name} would refuse {whom} {some(actions)}, {when}", (name,), noted=low)


def refused_role(
    change: Change, old: object, new: object, others: Iterable[Mapping[str, Any]] = ()
) -> Iterator[Finding]:
    """What a policy of permissions refuses whoever has it, and did not.

    Fewer rights are what people aim at, and are told; none at all are no aim.

    Args:
        change: what happens.
        old: the policy before; None for none.
        new: the policy after.
        others: the inputs of other policies of the same role.
    """
    known = rights(old, "Deny")
    more = [one for one in rights(new, "Deny") if not one.covered(known) and not _harmless(one, frozenset())]
    if not more:
        return
    allowed = [one for policy in (new, *(inputs.get("policy") for inputs in others)) for one in rights(policy)]
    everything = any(
        one.action.pattern == one.on.pattern == EVERY and not (one.action.but or one.tests) for one in more
    )
    nothing = everything or (bool(allowed) and all(one.covered(more) for one in allowed))
    says = f"policy would refuse {some(one.written for one in more)}, {_when(more[0])}"
    says += ": nothing is left to whoever has it" if nothing else "; whoever has it may need them"
    yield found(LED, change.urn, says, ("policy",), noted=not nothing)


def _harmless(right: Right, accounts: frozenset[str]) -> bool:
    """Whether no proper client meets a refusal: of tests that must all hold, one holds for none of them.

    Args:
        right: what is refused.
        accounts: the accounts that the policy named before.
    """
    asked = {(operator.removesuffix("ifexists"), key): values for operator, key, values in right.tests}
    of_services = {value.lower() for value in asked.get(_SERVICE, ())}
    sent = asked.get(("null", "aws:sourceaccount"), frozenset())
    for (operator, key), values in asked.items():
        if (operator, key) == ("bool", "aws:securetransport") and {value.lower() for value in values} == {"false"}:
            return True
        if (operator, key) == ("numericlessthan", "s3:tlsversion") and values:
            versions = [number(value) for value in values]
            if all(version is not None and version <= _TLS for version in versions):
                return True
        if negated(operator) and accounts & values:
            # Services have no account of their own, and nobody else acts for one: a key that is not there is another.
            if key in {"aws:principalaccount", "kms:calleraccount"} and of_services == {"false"}:
                return True
            if key == "aws:sourceaccount" and of_services == {"true"} and {*sent} == {"false"}:
                return True
    return False


def _told(right: Right, accounts: frozenset[str]) -> bool:
    """Whether people are only told of a refusal: of what ends things, or of somebody of another account."""
    whose = set(ACCOUNT.findall(right.who.pattern)) if right.who.pattern.startswith("AWS ") else set()
    return right.action.pattern in _FINAL or bool(whose and accounts and not whose & accounts)


def _whom(right: Right) -> str:
    if right.who.but:
        return f"everybody but {', '.join(right.who.but)[:120]}"
    return "everybody" if right.who.pattern in {EVERY, ""} else right.who.pattern[:120]


def _when(right: Right) -> str:
    keys = sorted({key for _, key, _ in right.tests})
    return f"under its condition ({', '.join(keys)[:120]})" if keys else "under no condition"
