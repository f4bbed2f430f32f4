"""What AWS refuses in policy documents: the grammar of the IAM JSON policy language, not its meaning.

Source: IAM User Guide, IAM JSON policy element reference, and IAM and AWS STS quotas.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import On

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSIONS = ("2012-10-17", "2008-10-17")
_ELEMENTS = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}
_ACTION = re.compile(r"\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+")


@dataclass(frozen=True)
class Document:
    """What kind of policy stands in a property.

    Attributes:
        path: the property.
        principal: whether statements need a principal (resource and trust policies) or must have none.
        resource: whether statements need a resource; a trust policy must have none.
        longest: most characters without white space.
        error: what the service answers to a malformed document.
    """

    path: str
    principal: bool
    resource: bool = True
    longest: int = 20_480
    error: str = "MalformedPolicyDocument"


def check(document: Document) -> Callable[[Context], Iterator[Violation]]:
    """The check of one property that holds a policy document."""

    def run(context: Context) -> Iterator[Violation]:
        value = context.inputs.get(document.path)
        if isinstance(value, str) and value:
            for reason in _problems(value, document):
                yield Violation(document.path, f"{reason} ({document.error})")

    return run


def _problems(text: str, document: Document) -> Iterator[str]:
    try:
        found = json.loads(text)
    except ValueError as error:
        yield f"not valid JSON: {error}"
        return
    if not isinstance(found, dict):
        yield "not a JSON object"
        return
    size = len(re.sub(r"\s", "", text))
    if size > document.longest:
        yield f"{size} characters without white space, at most {document.longest} are allowed"
    if found.get("Version", VERSIONS[1]) not in VERSIONS:
        yield f"Version {found['Version']!r} is none of: {', '.join(VERSIONS)}"
    statements = found.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        yield "no Statement"
        return
    for index, statement in enumerate(statements):
        if isinstance(statement, dict):
            yield from (f"Statement[{index}]: {reason}" for reason in _statement(statement, document))
        else:
            yield f"Statement[{index}] is no object"


def _statement(statement: dict[str, Any], document: Document) -> Iterator[str]:
    for name in sorted(statement.keys() - _ELEMENTS):
        yield f"unknown element {name}"
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"Effect is {statement.get('Effect')!r}, not Allow or Deny"
    if ("Action" in statement) == ("NotAction" in statement):
        yield "exactly one of Action and NotAction is required"
    for action in _texts(statement.get("Action", statement.get("NotAction"))):
        if _ACTION.fullmatch(action) is None:
            yield f"{action!r} is no action, for example s3:GetObject"
    yield from _parties(statement, document)
    if not document.principal and not re.fullmatch(r"[A-Za-z0-9]*", str(statement.get("Sid", ""))):
        yield f"Sid {statement['Sid']!r} holds more than letters and digits"


def _parties(statement: dict[str, Any], document: Document) -> Iterator[str]:
    principal = "Principal" in statement or "NotPrincipal" in statement
    if document.principal and not principal:
        yield "a Principal is required here"
    if not document.principal and principal:
        yield "a Principal is not allowed in a policy of an identity"
    resource = "Resource" in statement or "NotResource" in statement
    if document.resource and not resource:
        yield "a Resource is required"
    if not document.resource and resource:
        yield "a Resource is not allowed here"


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def document(label: str, found: Document) -> Rule:
    """The rule for a row whose type holds a policy document."""
    return On(label, source="IAM User Guide, IAM JSON policy element reference").custom("document", check(found))
