"""Whom a policy of a resource lets in: anybody, or who is named, under conditions that narrow it.

What narrows follows Amazon S3 User Guide, "The meaning of 'public'", and IAM User Guide, "AWS JSON policy elements:
Principal" and "AWS global condition context keys" (unverified).
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from policies.documents import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
NARROWING = frozenset(
    (
        *("aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths"),
        *("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:userid"),
        *("aws:username", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceip", "aws:vpcsourceip", "sts:externalid"),
        *("kms:calleraccount", "s3:dataaccesspointaccount", "s3:dataaccesspointarn"),
    )
)
"""Keys of conditions by which somebody is known, in small letters: AWS compares keys so."""
SUBJECT = ":sub"
"""How a key ends that names who a token of an identity provider is for."""
_POSITIVE = re.compile(
    r"(?:for(?:any|all)values:)?(?:string(?:equals|like|equalsignorecase)|arn(?:equals|like)|ipaddress)"
)
"""Operators, in small letters, that ask for a value. Those with `IfExists` let in who does not say it."""
_NOTHING_FIXED = re.compile(r"(?:arn|aws[\w-]*|[a-z0-9-]*|[*?:/])*?[*?].*")
_OPEN_SUBJECTS = frozenset(
    ("", "repo:", "repository:", "system:", "system:serviceaccount:", "project_path:", "organization:")
)
WIDEST = {4: 8, 6: 16}
"""Length of a prefix below which a block is the internet in all but name."""


def anybody(statement: Mapping[str, Any]) -> bool:
    """Whether a statement that allows lets in who is not named, and no condition narrows it."""
    return _unnamed(statement) and not narrowed(statement)


def _unnamed(statement: Mapping[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        return any(key == "*" or "*" in listed(value) for key, value in principal.items())
    return "*" in listed(principal)


def any_token(statement: Mapping[str, Any]) -> bool:
    """Whether everybody with a token of an identity provider is let in, whoever it is for."""
    principal = statement.get("Principal")
    actions = [str(action) for action in listed(statement.get("Action"))]
    if not isinstance(principal, dict) or "Federated" not in principal:
        return False
    if not any("webidentity" in action.lower() or "*" in action for action in actions):
        return False
    subjects = [values for key, values in _asked(statement) if key.endswith(SUBJECT)]
    return not any(all(_subject(value) for value in values) for values in subjects)


def _subject(value: str) -> bool:
    """Whether a subject names somebody: what stands before its first wildcard is more than a kind of subject."""
    return re.split(r"[*?]", value, maxsplit=1)[0] not in _OPEN_SUBJECTS


def narrowed(statement: Mapping[str, Any]) -> bool:
    """Whether a condition narrows a statement to some callers."""
    return any(
        (key in NARROWING or key.endswith(SUBJECT)) and bool(values) and all(map(fixed, values))
        for key, values in _asked(statement)
    )


def _asked(statement: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Keys that a statement asks for, in small letters, with the values that it takes."""
    conditions = statement.get("Condition")
    for operator, tests in conditions.items() if isinstance(conditions, dict) else ():
        if _POSITIVE.fullmatch(str(operator).lower()) and isinstance(tests, dict):
            for key, values in tests.items():
                yield str(key).lower(), [str(value) for value in listed(values)]


def fixed(value: str) -> bool:
    """Whether a value stands for some callers and not for all of them."""
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return bool(re.sub(r"^arn:[^:]*:[^:]*|[*?:/]", "", value))
    return network.prefixlen >= WIDEST[network.version]


def admitted(statements: list[dict[str, Any]]) -> dict[str, set[tuple[str, str]]]:
    """By whom statements let in, what all of the statements about them ask: (operator, key), in small letters."""
    found: dict[str, set[tuple[str, str]]] = {}
    for statement in statements:
        conditions = statement.get("Condition")
        asked = {
            (str(operator).lower(), str(key).lower())
            for operator, tests in (conditions.items() if isinstance(conditions, dict) else ())
            for key in (tests if isinstance(tests, dict) else ())
        }
        for name in _names(statement):
            found[name] = found[name] & asked if name in found else asked
    return found


def _names(statement: Mapping[str, Any]) -> Iterator[str]:
    if "NotPrincipal" in statement:
        yield "everybody but some"
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        for kind, values in principal.items():
            yield from (f"{kind} {value}" for value in listed(values))
    else:
        yield from map(str, listed(principal))
