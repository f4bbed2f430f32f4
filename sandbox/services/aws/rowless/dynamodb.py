"""Amazon DynamoDB: attributes, keys and indexes of a table, and items that fit its keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, values_at
from sandbox.model.checks import given, items, number
from sandbox.model.pairs import find, pair, told
from sandbox.model.rows import Alike, Service, alone
from sandbox.protocol.wire import has_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE, ITEM = "aws:dynamodb/table:Table", "aws:dynamodb/tableItem:TableItem"
_API = "Amazon DynamoDB API Reference"
_KEYS = (
    "hashKey",
    "rangeKey",
    "globalSecondaryIndexes[*].hashKey",
    "globalSecondaryIndexes[*].rangeKey",
    "globalSecondaryIndexes[*].keySchemas[*].attributeName",
    "localSecondaryIndexes[*].rangeKey",
)
_INDEXES = ("globalSecondaryIndexes", "localSecondaryIndexes")
_RESTORED = ("restoreSourceName", "restoreSourceTableArn", "restoreBackupArn", "importTable")
"""With one of these the table has the keys of what it is made from."""


def _attributes(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if any(given(inputs, name) for name in _RESTORED) or has_unknown(inputs.get("attributes")):
        return
    names = [(at, str(name)) for at, name in values_at(inputs, "attributes[*].name")]
    keys = [(at, str(name)) for path in _KEYS for at, name in values_at(inputs, path) if name]
    defined, used = {name for _, name in names}, {name for _, name in keys}
    for at, name in keys:
        if name not in defined:
            yield Violation(
                at,
                f"{name!r} is a key and stands in no attribute; add {{name: {name}, type: S}}, N or B to attributes "
                "(ValidationException: Some index key attributes are not defined in AttributeDefinitions. "
                f"Keys: [{name}])",
            )
    if has_unknown([inputs.get(name) for name in ("hashKey", "rangeKey", *_INDEXES)]):
        return
    for at, name in names:
        if name not in used:
            yield Violation(
                at,
                f"{name!r} is the key of neither the table nor an index; take it out: items may have any attribute "
                "(ValidationException: Some AttributeDefinitions are not used)",
            )


ATTRIBUTES = pair(
    "table-attributes",
    _attributes,
    refused="a table with an attribute that is no key, or a key that is no attribute",
    says="ValidationException: One or more parameter values were invalid; the provider says so before: all attributes "
    "must be indexed",
    source=f"{_API}, CreateTable: AttributeDefinitions; terraform-provider-aws, internal/service/dynamodb/table.go, "
    "validateTableAttributes",
    at_once=True,
)


def _indexes(context: Context) -> Iterator[Violation]:
    inputs, seen = context.inputs, dict[str, str]()
    for kind in _INDEXES:
        for place, index in enumerate(items(inputs, kind)):
            at, name, shown = f"{kind}[{place}]", index.get("name"), index.get("projectionType")
            if isinstance(name, str) and name in seen:
                yield Violation(
                    f"{at}.name",
                    f"{name!r} is the name of {seen[name]} (ValidationException: Duplicate index name: {name})",
                )
            seen.setdefault(str(name), at)
            if shown == "INCLUDE" and not given(index, "nonKeyAttributes"):
                yield Violation(
                    f"{at}.nonKeyAttributes",
                    "INCLUDE needs them (ValidationException: ProjectionType is INCLUDE, but "
                    "NonKeyAttributes is not specified)",
                )
            if shown in {"ALL", "KEYS_ONLY"} and given(index, "nonKeyAttributes"):
                yield Violation(
                    f"{at}.nonKeyAttributes",
                    f"not together with {shown} (ValidationException: ProjectionType is {shown}, but "
                    "NonKeyAttributes is "
                    "specified)",
                )
    if items(inputs, "localSecondaryIndexes") and not given(inputs, "rangeKey"):
        yield Violation(
            "rangeKey",
            "a table with local indexes needs one (ValidationException: Table KeySchema does not have a "
            "range key, which is "
            "required when specifying a LocalSecondaryIndex)",
        )


INDEXES = pair(
    "table-indexes",
    _indexes,
    refused="indexes of a table with one name, without what they include, or local ones of a table without a range key",
    says="ValidationException: One or more parameter values were invalid",
    source=f"{_API}, CreateTable: LocalSecondaryIndexes, Projection",
    at_once=True,
)


def _capacity(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if inputs.get("billingMode", "PROVISIONED") != "PROVISIONED" or any(given(inputs, name) for name in _RESTORED):
        return
    places = [
        ("", inputs),
        *((f"globalSecondaryIndexes[{at}].", item) for at, item in enumerate(items(inputs, _INDEXES[0]))),
    ]
    for at, item in places:
        if has_unknown([item.get(name) for name in ("readCapacity", "writeCapacity")]):
            continue
        for name in ("readCapacity", "writeCapacity"):
            if name not in item or (number(item[name]) is not None and (number(item[name]) or 0) < 1):
                yield Violation(
                    f"{at}{name}",
                    "a provisioned table needs at least 1; give it, or billingMode PAY_PER_REQUEST "
                    "(ValidationException: "
                    "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED)",
                )


CAPACITY = pair(
    "table-capacity",
    _capacity,
    refused="a provisioned table, as one is that says nothing, without capacities",
    says="ValidationException: ReadCapacityUnits and WriteCapacityUnits must both be specified when "
    "BillingMode is PROVISIONED",
    source=f"{_API}, CreateTable: ProvisionedThroughput, BillingMode",
    at_once=True,
)


def _item(context: Context) -> Iterator[Violation]:
    table = (
        find(context.cloud, TABLE, context.inputs.get("tableName"), ("name",)) if context.cloud is not None else None
    )
    if table is None:
        return
    held = _document(context.inputs.get("item"))
    types = {str(item.get("name")): item.get("type") for item in items(table.inputs, "attributes")}
    for key in ("hashKey", "rangeKey"):
        name, given_name = told(table, key), context.inputs.get(key)
        if isinstance(name, str) and isinstance(given_name, str) and given_name != name:
            yield Violation(key, f"{given_name!r}, that of table {table.name} is {name!r}")
        if not isinstance(name, str) or held is None:
            continue
        if name not in held:
            yield Violation(
                "item",
                f"has no {name!r}, a key of table {table.name} (ValidationException: Missing the key {name} "
                "in the item)",
            )
        elif isinstance(held[name], dict) and types.get(name) and types[name] not in held[name]:
            yield Violation(
                "item",
                f"{name!r} is of type {types[name]} in table {table.name} (ValidationException: Type "
                f"mismatch for key {name})",
            )


def _document(value: object) -> dict[str, Any] | None:
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


ITEMS = pair(
    "table-item-key",
    _item,
    refused="an item without the keys of its table, or with one of another type",
    says="ValidationException: Missing the key in the item; Type mismatch for key",
    source=f"{_API}, PutItem: Item",
)
DYNAMODB = Service(
    "dynamodb",
    f"{_API}, Common Errors",
    (),
    (
        Alike(alone(TABLE), values=(ATTRIBUTES, INDEXES, CAPACITY)),
        Alike(alone(ITEM), state=(ITEMS,)),
    ),
)
