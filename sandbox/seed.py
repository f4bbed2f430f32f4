"""Objects that exist before a program runs: what it refers to by id and somebody else has made.

A seed file (`sandbox.seed.yaml` beside the program) lists them:

    - type: aws:ec2/vpc:Vpc
      id: vpc-0a1b2c3d4e5f60718
      inputs: {cidrBlock: 10.20.0.0/16}

`inputs` are the properties with which it would have been created, by their names in the provider's schema; only those
that others' rules look at are needed. What the service adds, such as an ARN, follows from the type and the id.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.cloud import Cloud, CloudObject
from sandbox.protocol.schema import SchemaOracle
from sandbox.providers.computed import computed_outputs, merge

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.protocol.schema import ResourceSchema

FILE = "sandbox.seed.yaml"
KEYS = frozenset(("type", "id", "inputs"))


class SeedError(Exception):
    """The seed file cannot be used; the message has every problem in it."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(f"{path}: {len(problems)} {noun}\n{lines}")


@dataclass(frozen=True)
class Existing:
    """One object that exists.

    Attributes:
        type: the type token, for example "aws:ec2/vpc:Vpc".
        id: what the program refers to it by.
        inputs: what it was created with, as far as it matters.
    """

    type: str
    id: str
    inputs: dict[str, Any]


def read_seed(path: Path) -> tuple[Existing, ...]:
    """The objects of a seed file.

    Raises:
        SeedError: the file is no list of objects, or names a type, a property or an id that cannot be.
        OSError: the file cannot be read.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SeedError(path, [f"no YAML: {str(error).splitlines()[0]}"]) from error
    if not isinstance(document, list):
        raise SeedError(path, ["must be a list of objects with `type`, `id` and `inputs`"])
    oracle = SchemaOracle()
    problems = [problem for number, item in enumerate(document) for problem in _problems(f"[{number}]", item, oracle)]
    named = Counter(
        f"{item.get('type')} {item['id']}" for item in document if isinstance(item, dict) and item.get("id") is not None
    )
    problems += [f"{name} stands in it twice" for name, times in named.items() if times > 1]
    if problems:
        raise SeedError(path, problems)
    return tuple(Existing(item["type"], item["id"], item.get("inputs") or {}) for item in document)


def _problems(where: str, item: Any, oracle: SchemaOracle) -> list[str]:  # noqa: ANN401 - read from a file
    if not isinstance(item, dict):
        return [f"{where}: must have `type`, `id` and `inputs`, got {item!r}"]
    found = [f"{where}.{key}: unknown; allowed: {', '.join(sorted(KEYS))}" for key in item if key not in KEYS]
    found += [
        f"{where}.{key}: must be a text, got {item.get(key)!r}"
        for key in ("type", "id")
        if not isinstance(item.get(key), str) or not item[key]
    ]
    inputs = item.get("inputs") or {}
    if not isinstance(inputs, dict):
        return [*found, f"{where}.inputs: must be properties by name, got {inputs!r}"]
    if found:
        return found
    schema = oracle.get(item["type"])
    if schema is None:
        return [f"{where}.type: no installed SDK has the resource type {item['type']}"]
    unknown = [
        _unknown(f"{where}.inputs.{key}", item["type"], str(key), schema) for key in inputs if key not in schema.inputs
    ]
    try:
        return [*unknown, *_unfit(f"{where}.inputs", inputs)]
    except RecursionError:
        return [f"{where}.inputs: holds itself"]


def _unknown(where: str, token: str, key: str, schema: ResourceSchema) -> str:
    near = get_close_matches(key, schema.inputs, n=1)
    return f"{where}: {token} has no such property{f'; did you mean {near[0]}?' if near else ''}"


def _unfit(where: str, value: Any) -> list[str]:  # noqa: ANN401 - read from a file
    """What YAML can say and no property can hold: dates, sets, bytes."""
    if isinstance(value, dict):
        return [problem for key, item in value.items() for problem in _unfit(f"{where}.{key}", item)]
    if isinstance(value, list):
        return [problem for number, item in enumerate(value) for problem in _unfit(f"{where}[{number}]", item)]
    if value is None or isinstance(value, (str, bool, int, float)):
        return []
    return [f"{where}: YAML reads a {type(value).__name__} here, no property holds one; put the text into quotes"]


def planted(cloud: Cloud, existing: tuple[Existing, ...]) -> None:
    """See to it that these objects exist; one that is there already stays as it is."""
    for item in existing:
        if cloud.get(item.type, item.id) is None:
            outputs = merge(item.inputs, computed_outputs(item.type, item.id, item.inputs, item.id))
            # No program's: an object of the engine has the URN of its stack.
            cloud.put(CloudObject(item.type, item.id, f"urn:existing::{item.type}::{item.id}", item.inputs, outputs))
