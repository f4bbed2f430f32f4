"""Policy documents as data: who may do what to which resource, as far as the document itself says it.

Source: IAM User Guide, IAM JSON policy element reference. Nothing here evaluates a policy: conditions are looked at by
their keys alone, and whatever is not understood counts as if it allowed what is asked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

SERVICE, AWS, FEDERATED = "Service", "AWS", "Federated"


@dataclass(frozen=True)
class Statement:
    """One statement of a policy.

    Attributes:
        allow: whether it allows; it denies otherwise.
        principals: (kind, value) pairs; `("AWS", "*")` is everybody.
        everybody_but: whether the principals are those of whom it does not speak.
        actions: patterns, in lower case.
        all_actions_but: whether the actions are those of which it does not speak.
        resources: patterns.
        all_resources_but: whether the resources are those of which it does not speak.
        conditions: the keys that its conditions look at, in lower case, each with the texts that it is held against.
    """

    allow: bool
    principals: tuple[tuple[str, str], ...]
    everybody_but: bool
    actions: tuple[str, ...]
    all_actions_but: bool
    resources: tuple[str, ...]
    all_resources_but: bool
    conditions: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def everybody(self) -> bool:
        """Whether it speaks of anyone at all."""
        return self.everybody_but or any(value == "*" for _, value in self.principals)

    def does(self, action: str) -> bool:
        """Whether it speaks of an action."""
        named = any(fnmatchcase(action.lower(), pattern) for pattern in self.actions)
        return named != self.all_actions_but

    def of_service(self, *names: str) -> bool:
        """Whether it speaks of one of these services, or of everybody."""
        given = [value for kind, value in self.principals if kind == SERVICE]
        return self.everybody or any(is_service(value, name) for value in given for name in names)

    def looks_at(self, *beginnings: str) -> bool:
        """Whether a condition looks at a key that begins like one of these, in lower case."""
        return any(key.startswith(beginnings) for key, _ in self.conditions)


def is_service(principal: str, service: str) -> bool:
    """Whether a principal is a service, also by its name of a region: `states.us-east-1.amazonaws.com`."""
    head = service.removesuffix(".amazonaws.com")
    plain = principal.removesuffix(".cn")
    return plain == service or (plain.startswith(f"{head}.") and plain.endswith(".amazonaws.com"))


def statements(document: object) -> tuple[Statement, ...] | None:
    """The statements of a policy document, or None where it is not known or no policy."""
    return _parsed(document) if isinstance(document, str) and document else None


@lru_cache(maxsize=512)
def _parsed(document: str) -> tuple[Statement, ...] | None:
    try:
        found = json.loads(document)
    except ValueError:
        return None
    listed = found.get("Statement") if isinstance(found, dict) else None
    listed = [listed] if isinstance(listed, dict) else listed
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        return None
    return tuple(_statement(item) for item in listed)


def _statement(item: dict[str, Any]) -> Statement:
    return Statement(
        allow=item.get("Effect") == "Allow",
        principals=tuple(_principals(item.get("Principal", item.get("NotPrincipal")))),
        everybody_but="NotPrincipal" in item,
        actions=tuple(text.lower() for text in listed(item.get("Action", item.get("NotAction")))),
        all_actions_but="NotAction" in item,
        resources=tuple(listed(item.get("Resource", item.get("NotResource")))),
        all_resources_but="NotResource" in item,
        conditions=tuple(_conditions(item.get("Condition"))),
    )


def _principals(value: object) -> list[tuple[str, str]]:
    if value == "*":
        return [(AWS, "*")]
    if not isinstance(value, dict):
        return []
    return [(str(kind), text) for kind, held in value.items() for text in listed(held)]


def _conditions(value: object) -> list[tuple[str, tuple[str, ...]]]:
    if not isinstance(value, dict):
        return []
    blocks = [block for block in value.values() if isinstance(block, dict)]
    return [(str(key).lower(), tuple(listed(held))) for block in blocks for key, held in block.items()]


def listed(value: object) -> list[str]:
    """A text or a list of texts as a list."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def allows_service(document: object, action: str, *services: str) -> bool | None:
    """Whether a policy lets one of some services do something; None where the policy is not known."""
    found = statements(document)
    if found is None:
        return None
    return any(item.allow and item.does(action) and item.of_service(*services) for item in found)
