"""The entry of a seed file that would have answered a look-up: ready to paste, with the values that were asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.invokes.matching import Meant, UnclearError, looked_up_as, matching
from sandbox.model.lookups import IDENTITY
from sandbox.model.outputs import short_hash
from sandbox.providers.computed import resource_id
from sandbox.seed.entries import Existing, LookUp, StackOutputs
from sandbox.seed.planting import as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.cloud import Cloud
    from sandbox.invokes.functions import FunctionSchema
    from sandbox.model.place import Place
    from sandbox.protocol.schema import JsonType, ResourceSchema, SchemaOracle

YOURS = "REPLACE-ME"
"""Stands where only the user knows the value."""
_GO_ON_WITH = ("availabilityZone", "cidrBlock", "secretString", "value", "vpcId")
_WILD = re.compile(r"[*?^$]|\.\*|\\")
_ACCOUNT = re.compile(r"\d{12}")


def text_of(entry: Existing | LookUp | StackOutputs) -> str:
    """An entry as it stands in a seed file."""
    return yaml.safe_dump([_document(entry)], sort_keys=False, allow_unicode=True, width=120)


def _document(entry: Existing | LookUp | StackOutputs) -> dict[str, Any]:
    if isinstance(entry, StackOutputs):
        return {"stack": entry.stack, "outputs": entry.outputs}
    if isinstance(entry, LookUp):
        found: dict[str, Any] = {"invoke": entry.invoke, "args": entry.args, "result": entry.result}
    else:
        found = {"type": entry.type, "id": entry.id, "inputs": entry.inputs, "outputs": entry.outputs}
    kept = {key: value for key, value in found.items() if value or key in {"inputs", "result"}}
    return {**kept, **({"region": entry.region} if entry.region else {})}


def wanted(  # noqa: PLR0917 - what was asked, and where
    schema: FunctionSchema,
    asked: Meant | None,
    args: Mapping[str, Any],
    place: Place,
    oracle: SchemaOracle,
    cloud: Cloud,
) -> Existing | LookUp:
    """The entry that answers a look-up: an object where objects are looked for, else the answer itself."""
    region = place.region if "region" in schema.args.inputs else None
    if asked is not None:
        found = _object(asked, args, place, oracle, region)
        if found is not None and _answers(found, asked, args, place, cloud):
            return found
    given = {key: value for key, value in args.items() if value is not None and key != "region"}
    result = {
        key: example(kind, key, schema.result, place)
        for key, kind in schema.result.inputs.items()
        if key in schema.result.required and key not in {*given, "region", "id"}
    }
    return LookUp(schema.token, given, result, region)


def existing(token: str, identity: str, place: Place, oracle: SchemaOracle) -> Existing:
    """The entry of an object that is asked for by its id."""
    schema = oracle.get(token)
    region = place.region if schema is not None and "region" in schema.inputs else None
    return Existing(token, identity, _required(schema, {}, place), {}, region)


def _answers(entry: Existing, asked: Meant, args: Mapping[str, Any], place: Place, cloud: Cloud) -> bool:
    try:
        return bool(matching(asked, args, [as_object(entry, place)], cloud))
    except UnclearError:
        return False


def _object(
    asked: Meant, args: Mapping[str, Any], place: Place, oracle: SchemaOracle, region: str | None
) -> Existing | None:
    token = asked.types[0]
    schema = oracle.get(token)
    if schema is None:
        return None
    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    identity = ""
    for name, value in _given(asked, args):
        if name.startswith("tag:"):
            inputs.setdefault("tags", {})[name[4:]] = _plain(value)
            continue
        found = asked.properties(name)
        if found is None:
            return None
        key = _chosen(found, value)
        if key == IDENTITY:
            identity = _plain(value)
        elif key in schema.inputs:
            inputs[key] = _as(schema.inputs[key], value)
        else:
            outputs[key] = value if isinstance(value, bool) else _plain(value)
    inputs = {**_required(schema, inputs, place), **_told(asked, schema, place), **inputs}
    return Existing(token, identity or _identity(token, inputs, place), inputs, outputs, region)


def _told(asked: Meant, schema: ResourceSchema, place: Place) -> dict[str, Any]:
    """What an answer says that programs go on with, and that nothing else could say."""
    answer = looked_up_as(asked.types[0])
    return {
        key: example(schema.inputs[key], key, schema, place)
        for key in _GO_ON_WITH
        if key in schema.inputs and key in answer
    }


def _identity(token: str, inputs: dict[str, Any], place: Place) -> str:
    """An example of an id; where only the name would stand for one, EC2 still makes one up of its type."""
    formed = resource_id(token, YOURS, inputs, place)
    made_up = token.startswith("aws:ec2/") and formed.startswith((YOURS, str(inputs.get("name") or YOURS)))
    return (
        f"{token.rsplit(':', 1)[1].lower()}-{short_hash(token, place.region, repr(inputs), length=17)}"
        if made_up
        else formed
    )


def _given(asked: Meant, args: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is asked for, one property and one value at a time."""
    for name, value in args.items():
        if value is None or name in {"region", "mostRecent"} or asked.ignores(name):
            continue
        if name == "tags":
            yield from ((f"tag:{key}", wanted) for key, wanted in value.items())
        elif name == "filters":
            for item in value:
                yield str(item.get("name")), next(iter(item.get("values") or ()), "")
        elif name == "filter" and isinstance(value, dict):
            yield from ((key, wanted) for key, wanted in value.items() if wanted is not None)
        else:
            yield name, value[0] if isinstance(value, list) and value else value


def _chosen(properties: tuple[str, ...], value: Any) -> str:  # noqa: ANN401 - any property value
    """Of several properties that may hold a value the one whose form it has."""
    text = str(value)
    for key in properties:
        is_arn, is_id = key.lower().endswith("arn"), key.endswith("Id")
        if (is_arn and text.startswith("arn:")) or (is_id and _ACCOUNT.fullmatch(text)):
            return key
    return next(
        (key for key in properties if not key.lower().endswith("arn") and not key.endswith("Id")), properties[0]
    )


def _as(kind: JsonType, value: Any) -> Any:  # noqa: ANN401 - any property value
    plain = value if isinstance(value, (bool, int, float, dict)) else _plain(value)
    return [plain] if "list" in kind else plain


def _plain(value: Any) -> str:  # noqa: ANN401 - any property value
    return _WILD.sub("", str(value)) or YOURS


def _required(schema: ResourceSchema | None, given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    if schema is None:
        return {}
    return {
        key: example(schema.inputs[key], key, schema, place)
        for key in schema.required
        if key not in given and key in schema.inputs
    }


def example(kind: JsonType, key: str, schema: ResourceSchema, place: Place) -> Any:  # noqa: ANN401 - any property value
    """A value in the form of a property, to be replaced by the real one."""
    if "list" in kind:
        return [example(kind["list"], key.removesuffix("s"), schema, place)]
    if "map" in kind:
        return {}
    if "enum" in kind:
        return kind["enum"][0]
    if "union" in kind:
        return example(kind["union"][0], key, schema, place)
    if "ref" in kind:
        nested = schema.types[kind["ref"]]
        keys = nested["required"] or nested["properties"]
        return {
            name: example(nested["properties"][name], name, schema, place)
            for name in keys
            if "ref" not in nested["properties"][name] or name in nested["required"]
        }
    plain: dict[str, Any] = {"boolean": False, "integer": 0, "number": 0}
    return plain.get(kind.get("kind", ""), _text(key, place))


def _text(key: str, place: Place) -> str:
    lower = key.lower()
    if lower.endswith("arn"):
        return f"arn:{place.partition}:service:{place.region}:{place.account}:{YOURS}"
    if lower == "availabilityzone":
        return f"{place.region}a"
    if "cidr" in lower:
        return "10.0.0.0/16"
    if lower == "ownerid" or lower.endswith("accountid"):
        return place.account
    if lower.endswith(("date", "time", "at")):
        return "2026-01-01T00:00:00Z"
    return YOURS
