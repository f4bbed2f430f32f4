"""What a checkout has that rows of the ledger name: keys of the stack file, tests, deviations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from infra.problems import NAMESPACE
from infra.settings.reading.schema import json_schema

if TYPE_CHECKING:
    from pathlib import Path

_TEST = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)
_CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Checkout:
    """What a checkout has.

    Attributes:
        tests: names of its tests, each with how many have it; None where it has no tests, as in an installed copy.
        deviations: first cells of its deviations' rows; None where it has no documents.
    """

    tests: dict[str, int] | None
    deviations: frozenset[str] | None


def read_checkout(root: Path) -> Checkout:
    """What stands in a checkout.

    Args:
        root: its folder.
    """
    folder, page = root / "tests", root / "docs" / "deviations.md"
    tests: dict[str, int] | None = None
    if folder.is_dir():
        tests = {}
        for path in folder.rglob("test_*.py"):
            for name in _TEST.findall(path.read_text(encoding="utf-8")):
                tests[name] = tests.get(name, 0) + 1
    return Checkout(tests, frozenset(deviation_rows(page)) if page.is_file() else None)


def deviation_rows(page: Path) -> tuple[str, ...]:
    """The first cell of each row of docs/deviations.md, in its order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| the guide says")]
    return tuple(_CELL.split(row)[1].strip() for row in rows)


@cache
def settings_keys() -> frozenset[str]:
    """Every key of the stack file by its path, as `autoscaling.minReplicas`; entries of a list have no index."""
    schema: dict[str, Any] = json_schema()
    definitions = schema["$defs"]
    found: set[str] = set()
    for name, own in schema["properties"]["config"]["properties"].items():
        key = name.removeprefix(f"{NAMESPACE}:").removeprefix("aws:")
        found.add(key)
        _below(own, key, definitions, found)
    return frozenset(found)


def _below(schema: dict[str, Any], path: str, definitions: dict[str, Any], found: set[str]) -> None:
    own = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    for one in (*own.get("anyOf", ()), *own.get("allOf", ()), *([own["items"]] if "items" in own else ())):
        _below(one, path, definitions, found)
    for name, inner in own.get("properties", {}).items():
        found.add(f"{path}.{name}")
        _below(inner, f"{path}.{name}", definitions, found)
