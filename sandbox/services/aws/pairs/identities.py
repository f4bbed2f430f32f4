"""Managed policies of AWS, by the ARNs that its SDK lists, and principals that no service has."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.pairs import pair, texts
from sandbox.protocol.packages import packages

if TYPE_CHECKING:
    from collections.abc import Iterator

_ATTACHED = ("policyArn", "managedPolicyArns[*]", "policyArns[*]", "permissionsBoundary")
_OF_AWS = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/(?P<path>(?:\S+/)?)(?P<name>[^/\s]+)")


@cache
def _listed() -> dict[str, frozenset[str]]:
    """Name -> the paths under which AWS has a managed policy of it, from the SDK's enumeration of them."""
    package = packages().get("aws")
    file = package.directory / "iam" / "_enums.py" if package is not None else None
    text = file.read_text(encoding="utf-8") if file is not None and file.exists() else ""
    found: dict[str, set[str]] = {}
    for match in _OF_AWS.finditer(text.replace('"', "\n")):
        found.setdefault(match["name"].strip(), set()).add(match["path"])
    return {name: frozenset(paths) for name, paths in found.items()}


def _paths(context: Context) -> Iterator[Violation]:
    for at, value in texts(context.inputs, *_ATTACHED):
        found = _OF_AWS.fullmatch(value)
        paths = _listed().get(found["name"], frozenset()) if found is not None else frozenset()
        if found is not None and paths and found["path"] not in paths:
            right = f"{value.split(':policy/', maxsplit=1)[0]}:policy/{min(paths)}{found['name']}"
            yield Violation(at, f"no managed policy {value} exists; did you mean {right}?")


MANAGED = pair(
    "managed-policy-arn",
    _paths,
    refused="a managed policy of AWS under another path than it has, such as one of service-role/ without it",
    says="NoSuchEntity: Policy does not exist or is not attachable",
    source="AWS Managed Policy Reference Guide, ARN of each policy; IAM API Reference, AttachRolePolicy, Errors",
    at_once=True,
)
