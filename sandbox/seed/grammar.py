"""Reads a seed file and holds every entry against the SDKs: all problems at once, each with its line and its key."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.invokes.functions import function_schema
from sandbox.invokes.matching import looked_up_as
from sandbox.protocol.diff import format_path
from sandbox.protocol.schema import ResourceSchema, SchemaOracle
from sandbox.protocol.validate import describe, nearest, validate
from sandbox.seed.document import Document, Keys, read
from sandbox.seed.entries import Existing, LookUp, Seed, StackOutputs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "sandbox.seed.yaml"
_KINDS = {
    "type": ("type", "id", "inputs", "outputs", "region", "account"),
    "invoke": ("invoke", "args", "result", "region"),
    "stack": ("stack", "outputs"),
}
"""The key that says what an entry is, and all keys that it may have; the first two must stand in objects."""
_FORMS = "`type`, `id` and `inputs` (an object), `invoke`, `args` and `result` (a look-up), or `stack` and `outputs`"
_MAPPINGS = ("inputs", "outputs", "args", "result")
_STACK = re.compile(r"[\w.-]+/[\w.-]+/[\w.-]+")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_ACCOUNT = re.compile(r"\d{12}")
_PATH = re.compile(r'\["([^"]*)"\]|\[(\d+)\]|([^.\[\]]+)')
_INCOMPLETE = "missing required property"


class SeedError(Exception):
    """The seed file cannot be used; the message has every problem in it."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(f"{path}: {len(problems)} {noun}\n{lines}")


def read_seed(path: Path) -> Seed:
    """The entries of a seed file.

    Raises:
        SeedError: the file is no list of entries, or an entry names a type, a function, a property or an id that
            cannot be.
        OSError: the file cannot be read.
    """
    try:
        document = read(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise SeedError(path, [f"no YAML: {error}"]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark is not None else ""
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise SeedError(path, [f"{line}no YAML: {what}"]) from error
    except RecursionError as error:
        raise SeedError(path, ["no YAML that can be read: it is too deep, or holds itself"]) from error
    if not isinstance(document.value, list):
        raise SeedError(path, [f"must be a list of entries, each with {_FORMS}"])
    reading = _Reading(document)
    problems = list(reading.problems())
    if problems:
        raise SeedError(path, problems)
    entries = [_entry(item) for item in document.value]
    return Seed(
        tuple(item for item in entries if isinstance(item, Existing)),
        tuple(item for item in entries if isinstance(item, LookUp)),
        tuple(item for item in entries if isinstance(item, StackOutputs)),
    )


def read_beside(folder: Path) -> Seed:
    """The entries of the seed file in a folder; none where there is no such file.

    Raises:
        SeedError: as in `read_seed`.
        OSError: as in `read_seed`.
    """
    path = folder / FILE
    return read_seed(path) if path.exists() else Seed()


def _entry(item: dict[str, Any]) -> Existing | LookUp | StackOutputs:
    given = {key: value for key, value in item.items() if value is not None}
    if "account" in given:
        given["account"] = str(given["account"])
    return Existing(**given) if "type" in item else LookUp(**given) if "invoke" in item else StackOutputs(**given)


class _Reading:
    """One file's entries, each held against what its SDK says."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.oracle = SchemaOracle()

    def problems(self) -> Iterator[str]:
        for keys in self.document.twice:
            yield self.at(keys, "stands here twice")
        names: list[tuple[str, int]] = []
        for number, item in enumerate(self.document.value):
            found = list(self._entry(number, item))
            yield from found
            if isinstance(item, dict) and (name := _name(item)):
                names.append((name, number))
        times = Counter(name for name, _ in names)
        last = {name: number for name, number in names if times[name] > 1}
        for name, number in last.items():
            yield self.at((number,), f"{name} stands in it twice")

    def at(self, keys: Keys, what: str) -> str:
        return f"line {self.document.line(keys)}, {format_path(keys)}: {what}"

    def _entry(self, number: int, item: Any) -> Iterator[str]:  # noqa: ANN401 - read from a file
        if not isinstance(item, dict):
            yield self.at((number,), f"must have {_FORMS}, got {describe(item)}")
            return
        kinds = [kind for kind in _KINDS if kind in item]
        if len(kinds) != 1:
            what = f"is {' and '.join(kinds)} at once; must have" if kinds else "must have"
            yield self.at((number,), f"{what} {_FORMS}")
            return
        (kind,) = kinds
        malformed = list(self._form(number, item, kind))
        yield from malformed
        if malformed:
            return
        try:
            for key in _MAPPINGS:
                yield from self._unfit((number, key), item.get(key))
            yield from getattr(self, f"_{kind}")(number, item)
        except RecursionError:
            yield self.at((number,), "holds itself")

    def _form(self, number: int, item: dict[str, Any], kind: str) -> Iterator[str]:
        allowed = _KINDS[kind]
        for key in item:
            if key not in allowed:
                hint = nearest(str(key), list(allowed))
                yield self.at((number, str(key)), f"unknown; allowed: {', '.join(allowed)}{hint}")
        for key in ("type", "id") if kind == "type" else (kind,):
            if not isinstance(item.get(key), str) or not item[key]:
                got = f", got {describe(item[key])}" if item.get(key) is not None else ""
                yield self.at((number, key), f"must be a text{got}")
        for key in _MAPPINGS:
            if not isinstance(item.get(key) or {}, dict):
                yield self.at((number, key), f"must be properties by name, got {describe(item[key])}")
        region, account = item.get("region"), item.get("account")
        if region is not None and not (isinstance(region, str) and _REGION.fullmatch(region)):
            yield self.at((number, "region"), f"must be a region such as eu-central-1, got {describe(region)}")
        if account is not None and not (isinstance(account, str) and _ACCOUNT.fullmatch(account)):
            yield self.at((number, "account"), f"must be 12 digits in quotes, got {describe(account)}")

    def _type(self, number: int, item: dict[str, Any]) -> Iterator[str]:
        schema = self.oracle.get(item["type"])
        if schema is None:
            yield self.at((number, "type"), f"no installed SDK has the resource type {item['type']}")
            return
        yield from self._held(schema, (number, "inputs"), item)
        known = {*schema.outputs, *schema.inputs, *looked_up_as(item["type"])}
        for key in item.get("outputs") or {}:
            if key not in known:
                hint = nearest(str(key), sorted(known))
                yield self.at((number, "outputs", str(key)), f"{item['type']} has no such property{hint}")

    def _invoke(self, number: int, item: dict[str, Any]) -> Iterator[str]:
        schema = function_schema(item["invoke"]) if item["invoke"].count(":") == 2 else None  # noqa: PLR2004 - a token's
        if schema is None:
            yield self.at((number, "invoke"), f"no installed SDK has the function {item['invoke']}")
            return
        yield from self._held(schema.args, (number, "args"), item)
        yield from self._held(schema.result, (number, "result"), item)

    def _stack(self, number: int, item: dict[str, Any]) -> Iterator[str]:
        if not _STACK.fullmatch(item["stack"]):
            yield self.at((number, "stack"), f"must be organization/project/stack, got {describe(item['stack'])}")

    def _held(self, schema: ResourceSchema, at: Keys, item: dict[str, Any]) -> Iterator[str]:
        """What the schema says against properties; what is left out is nobody's business."""
        for found in validate(schema, item.get(str(at[-1])) or {}):
            if found.reason != _INCOMPLETE:
                unknown = found.reason.startswith("unknown property")
                what = found.reason.replace("unknown property", f"{schema.token} has no such property", 1)
                yield self.at((*at, *_keys(found.path)), what if unknown else found.reason)

    def _unfit(self, at: Keys, value: Any) -> Iterator[str]:  # noqa: ANN401 - read from a file
        """What YAML can say and no property can hold: dates, sets, bytes, keys that are no texts."""
        if isinstance(value, dict):
            for key, item in value.items():
                if not isinstance(key, str):
                    yield self.at((*at, str(key)), f"the name of a property must be a text; write '{key}' in quotes")
                yield from self._unfit((*at, str(key)), item)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield from self._unfit((*at, number), item)
        elif value is not None and not isinstance(value, (str, bool, int, float)):
            kind = type(value).__name__
            yield self.at(at, f"YAML reads a {kind} here, no property holds one; put the text into quotes")


def _name(item: dict[str, Any]) -> str:
    """What no two entries share."""
    if "type" in item:
        region = f" in {item['region']}" if item.get("region") else ""
        return f"{item['type']} {item['id']}{region}" if item.get("id") is not None else ""
    if "stack" in item and isinstance(item["stack"], str):
        return f"the stack {'/'.join(item['stack'].split('/')[1:])}"
    return f"{item['invoke']} {item.get('region') or ''} {item.get('args') or {}!r}" if "invoke" in item else ""


def _keys(path: str) -> Keys:
    """A path in the engine's notation as keys."""
    return tuple(int(index) if index else quoted or plain for quoted, index, plain in _PATH.findall(path))
