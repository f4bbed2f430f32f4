"""Which existing objects a look-up means: types by the function's name, objects by its arguments and filters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

from sandbox.invokes.functions import function_schema
from sandbox.model.lookups import IDENTITY, Found, Through
from sandbox.protocol.packages import tokens
from sandbox.protocol.schema import SchemaOracle
from sandbox.services.aws import lookups as aws
from sandbox.services.cloudflare import lookups as cloudflare

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox.cloud import Cloud, CloudObject

_FOUND = (*aws.FOUND, *cloudflare.FOUND)
_USUAL = {row.token: dict(row.values) for row in (*aws.USUAL, *cloudflare.USUAL)}
_NOT_ASKED = frozenset(("region", "mostRecent", "filters", "filter", "tags"))
"""Arguments that are no property: where to look, which of several, and those that are looked at in their own way."""
_SUFFIXES = ("Ids", "Arns", "Names")
_OWN = {"Id": IDENTITY, "Name": "name", "Arn": "arn", "Identifier": IDENTITY}
"""The end of an argument that names the object itself: roleName of a role."""


class UnclearError(Exception):
    """An argument or a filter that says nothing about properties: nobody can tell which objects it means."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


@dataclass(frozen=True)
class Meant:
    """What a function looks for.

    Attributes:
        token: the function's token.
        types: the types of the objects.
        rows: what is known of it beside its name.
        several: whether it answers with all of them.
    """

    token: str
    types: tuple[str, ...]
    rows: tuple[Found, ...]
    several: bool = False

    def properties(self, argument: str) -> tuple[str, ...] | None:
        """The properties that an argument or a filter is compared with; None where none is known."""
        for row in self.rows:
            if argument in row.by:
                return row.by[argument]
        name = _camel(argument)
        if name == IDENTITY or name in self.known():
            return (name,)
        for suffix, own in _OWN.items():
            noun = name.removesuffix(suffix)
            if noun != name and any(token.rsplit(":", 1)[1].lower().endswith(noun.lower()) for token in self.types):
                return (own,)
        return None

    def through(self, argument: str) -> Through | None:
        """The other object that leads from an argument to what is looked for."""
        return next((row.through[argument] for row in self.rows if argument in row.through), None)

    def ignores(self, argument: str) -> bool:
        """Whether an argument does not say what is found."""
        return any(argument in row.ignored for row in self.rows)

    def renamed(self, result: str) -> str | None:
        """The property that a result has under another name."""
        return next((row.results[result] for row in self.rows if result in row.results), None)

    def known(self) -> frozenset[str]:
        """Every property that an object of these types can have."""
        return _properties(self.types)


@cache
def _properties(types: tuple[str, ...]) -> frozenset[str]:
    oracle = schemas()
    found: set[str] = set()
    for token in types:
        schema = oracle.get(token)
        found |= {*(schema.inputs if schema else ()), *(schema.outputs if schema else ()), *looked_up_as(token)}
        found |= _USUAL.get(token, {}).keys()
    return frozenset(found)


@cache
def schemas() -> SchemaOracle:
    """The schemas of resource types."""
    return SchemaOracle()


@cache
def meant(token: str) -> Meant | None:
    """What a function looks for; None for one that looks for no resource."""
    package, middle, name = token.split(":")
    rows = tuple(row for row in _FOUND if fnmatchcase(token, row.token))
    noun = name.removeprefix("get")
    named = next((row.types for row in rows if row.types), ())
    single = _at(package, middle, noun)
    for short in () if single else _singular(noun):
        if found := _at(package, middle, short) or named:
            return Meant(token, named or found, rows, several=True)
    types = named or single
    return Meant(token, types, rows) if types else None


def _singular(noun: str) -> Iterable[str]:
    for suffix in _SUFFIXES:
        if noun.endswith(suffix):
            yield noun.removesuffix(suffix)
    if noun.endswith("ies"):
        yield f"{noun[:-3]}y"
    if noun.endswith("es"):
        yield noun[:-2]
    if noun.endswith("s"):
        yield noun[:-1]


def _at(package: str, middle: str, noun: str) -> tuple[str, ...]:
    return _by_noun(package).get((middle.split("/", maxsplit=1)[0], noun.lower()), ())


@cache
def _by_noun(package: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """(module, class in lower case) -> the types of that name."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for token in tokens(package):
        _, middle, name = token.split(":")
        key = (middle.split("/", maxsplit=1)[0], name.lower())
        found[key] = (*found.get(key, ()), token)
    return found


@cache
def looked_up_as(token: str) -> frozenset[str]:
    """What the function that looks up one object of a type says of it: more than the type's own properties."""
    package, middle, name = token.split(":")
    part = middle.split("/", maxsplit=1)[0]
    schema = function_schema(f"{package}:{part}/get{name}:get{name}")
    return frozenset(schema.result.inputs) if schema is not None else frozenset()


def usual(token: str) -> dict[str, Any]:
    """What an object of a type has as long as nobody says otherwise."""
    return _USUAL.get(token, {})


def properties_of(item: CloudObject, *, told: bool = False) -> dict[str, Any]:
    """Every property of an object, with what it has as long as nobody says otherwise.

    Args:
        item: the object.
        told: without what only the schema says of somebody else's object: nothing is found by it.
    """
    hidden = item.made_up if told and item.was_there else ()
    has = {**item.inputs, **item.outputs}.items()
    given = {key: value for key, value in has if value is not None and key not in hidden}
    return {**_USUAL.get(item.token, {}), **given, IDENTITY: item.id}


def matching(asked: Meant, args: Mapping[str, Any], items: Iterable[CloudObject], cloud: Cloud) -> list[CloudObject]:
    """The objects among these that the arguments mean.

    Raises:
        UnclearError: an argument or a filter is none of their properties.
    """
    conditions = list(_conditions(asked, args, cloud))
    return [item for item in items if all(condition.holds(item) for condition in conditions)]


@dataclass(frozen=True)
class _Condition:
    """One argument: any of the properties has any of the values."""

    properties: tuple[str, ...]
    values: tuple[Any, ...]
    pattern: bool = False
    """Whether `*` and `?` in a value stand for anything, as in the filters of EC2."""
    expression: bool = False

    def holds(self, item: CloudObject) -> bool:
        has = properties_of(item, told=True)
        found = [value for name in self.properties for value in _each(_at_path(has, name))]
        return any(self._same(want, value) for want in self.values for value in found)

    def _same(self, want: Any, value: Any) -> bool:  # noqa: ANN401 - any property value
        left, right = _text(want), _text(value)
        if self.expression:
            return re.search(left, right) is not None
        return fnmatchcase(right, left.replace("[", "[[]")) if self.pattern else left == right


def _conditions(asked: Meant, args: Mapping[str, Any], cloud: Cloud) -> Iterable[_Condition]:
    for name, value in args.items():
        if value is None or asked.ignores(name) or name in {"region", "mostRecent"}:
            continue
        if name == "tags":
            yield from (_Condition((f"tags/{key}",), (wanted,)) for key, wanted in value.items())
        elif name == "filters":
            for item in value:
                yield _filter(asked, str(item.get("name")), tuple(item.get("values") or ()), cloud)
        elif name == "filter" and isinstance(value, dict):
            for key, wanted in value.items():
                if wanted is not None and key not in {"direction", "match", "order"}:
                    yield _condition(asked, key, _each(wanted), cloud)
        else:
            yield _condition(asked, name, tuple(_each(value)), cloud)


def _filter(asked: Meant, name: str, values: tuple[Any, ...], cloud: Cloud) -> _Condition:
    if name.startswith("tag:"):
        return _Condition((f"tags/{name[4:]}",), values, pattern=True)
    found = _condition(asked, name, values, cloud)
    return _Condition(found.properties, found.values, pattern=True)


def _condition(asked: Meant, name: str, values: Iterable[Any], cloud: Cloud) -> _Condition:
    wanted = tuple(values)
    if (other := asked.through(name)) is not None:
        refers = [
            properties_of(item, told=True).get(other.refers)
            for item in cloud.of_type(other.token)
            if _text(properties_of(item, told=True).get(other.key)) in {_text(value) for value in wanted}
        ]
        wanted = (*wanted, *(value for value in refers if value is not None))
        return _Condition((*(asked.properties(name) or ()), IDENTITY, "arn"), wanted)
    found = asked.properties(name)
    if found is None:
        raise UnclearError(name)
    return _Condition(found, wanted, expression=name == "nameRegex")


def _each(value: Any) -> list[Any]:  # noqa: ANN401 - any property value
    if isinstance(value, dict):
        return [item for inner in value.values() for item in _each(inner)]
    return [item for inner in value for item in _each(inner)] if isinstance(value, list) else [value]


def _at_path(has: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - any property value
    outer, _, inner = path.partition("/")
    value = has.get(outer)
    return value.get(inner) if inner and isinstance(value, dict) else None if inner else value


def _text(value: Any) -> str:  # noqa: ANN401 - any property value
    """A value as services compare it: names of zones with and without their last dot are the same."""
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".")


def _camel(name: str) -> str:
    """A filter's name as that of a property: vpc-id is vpcId."""
    first, *others = re.split(r"[-_.]", name)
    return first + "".join(part[:1].upper() + part[1:] for part in others)
