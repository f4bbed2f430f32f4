"""Which spellings the AWS provider takes for the same: JSON documents, policies, lifecycle rules, numbers, networks."""

from __future__ import annotations

import ipaddress
import json
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from sandbox.model.returned import Bag

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs

_SETS = ("Action", "NotAction", "Resource", "NotResource")
_PRINCIPALS = ("Principal", "NotPrincipal")
_ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root")
_PROTOCOLS: Final = {"icmp": "1", "tcp": "6", "udp": "17", "icmpv6": "58", "all": "-1"}
"""IANA, Assigned Internet Protocol Numbers; `all` is EC2's."""


def document(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    """JSON, however it is spaced and whatever the order of its keys."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def policy(value: Any, inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    """A policy document as hashicorp/awspolicyequivalence compares it.

    Order of statements, actions, resources, principals and condition values; a text for a list of one; booleans and
    numbers as texts; the case of Effect; an account's number for the ARN of its root. Sid, Id and Version count.
    """
    found = document(value, inputs)
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if not isinstance(found, dict):
        return value
    statements = found.get("Statement")
    listed = [statements] if isinstance(statements, dict) else statements
    if not isinstance(listed, list):
        return found
    return {
        "Version": found.get("Version", ""),
        "Id": found.get("Id", ""),
        "Statement": Bag(tuple(_statement(item) for item in listed)),
    }


def _statement(item: Any) -> Any:  # noqa: ANN401 - what stands in a document
    if not isinstance(item, dict):
        return item
    found = {name: _texts(item.get(name)) for name in _SETS}
    conditions = item.get("Condition")
    if isinstance(conditions, dict):
        conditions = {
            operator: {key: _texts(values) for key, values in keys.items()} if isinstance(keys, dict) else keys
            for operator, keys in conditions.items()
        }
    return {
        "Sid": item.get("Sid", ""),
        "Effect": str(item.get("Effect", "")).lower(),
        "Condition": conditions,
        **found,
        **{name: _principal(item.get(name)) for name in _PRINCIPALS},
    }


def _principal(value: Any) -> Any:  # noqa: ANN401 - what stands in a document
    if isinstance(value, dict):
        return {kind: Bag(tuple(map(_account, _texts(names).items))) for kind, names in value.items() if names != []}
    return _account(value)


def _account(name: Any) -> Any:  # noqa: ANN401 - what stands in a document
    root = _ROOT.fullmatch(name) if isinstance(name, str) else None
    return root[1] if root is not None else name


def _texts(value: Any) -> Bag:  # noqa: ANN401 - what stands in a document
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return Bag(tuple(_text(item) for item in listed))


def _text(item: Any) -> Any:  # noqa: ANN401 - what stands in a document
    if isinstance(item, bool):
        return str(item).lower()
    return f"{item:g}" if isinstance(item, (int, float)) else item


def lifecycle(value: Any, inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    """A lifecycle policy of ECR: rules in the order of their priorities, lists of tags in any order."""
    found = document(value, inputs)
    rules = found.get("rules") if isinstance(found, dict) else None
    if not isinstance(rules, list):
        return found
    return {"rules": sorted((_rule(rule) for rule in rules), key=lambda rule: str(_priority(rule)))}


def _priority(rule: Any) -> object:  # noqa: ANN401 - what stands in a document
    number = rule.get("rulePriority") if isinstance(rule, dict) else None
    return f"{number:09d}" if isinstance(number, int) else number


def _rule(rule: Any) -> Any:  # noqa: ANN401 - what stands in a document
    selection = rule.get("selection") if isinstance(rule, dict) else None
    if not isinstance(selection, dict):
        return rule
    lists = {name: Bag(tuple(items)) for name, items in selection.items() if isinstance(items, list) and items}
    kept = {name: item for name, item in selection.items() if not isinstance(item, list) and item is not None}
    return {**rule, "selection": {**kept, **lists}}


def amount(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    """A number, however many zeros it is written with."""
    try:
        return Decimal(str(value)).normalize()
    except InvalidOperation:
        return value


def network(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    """A CIDR block, however its address is written."""
    try:
        return str(ipaddress.ip_network(value, strict=False)) if isinstance(value, str) else value
    except ValueError:
        return value


def protocol(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    """An IP protocol as EC2 names it: small letters, and names for the numbers that have one."""
    lowered = value.lower() if isinstance(value, str) else value
    names = {number: name for name, number in _PROTOCOLS.items() if name != "all"}
    return "-1" if lowered == "all" else names.get(lowered, lowered) if isinstance(lowered, str) else lowered


def upper(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    """A text in capital letters."""
    return value.upper() if isinstance(value, str) else value


def lower(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    """A text in small letters."""
    return value.lower() if isinstance(value, str) else value
