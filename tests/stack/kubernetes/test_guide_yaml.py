"""Every field of the guide's YAML blocks: where the platform has its value, or the deviation that says why not."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.support.manifests import manifests
from tests.support.paths import ROOT
from tests.support.stack import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = ROOT / "tests" / "data"
STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]|\[(\w+)=([^\]]+)\]")


@dataclass(frozen=True)
class Row:
    """One field of the guide: where it is, and how it is spelled there where that differs."""

    block: str
    field: str
    place: str
    ours: str | None

    def __str__(self) -> str:
        return f"{self.block}: {self.field}"


@cache
def rows() -> tuple[Row, ...]:
    lines = (DATA / "guide_fields.tsv").read_text().splitlines()
    cells = [line.split("\t") for line in lines if not line.startswith("#")]
    return tuple(Row(row[0], row[1], row[2], row[3] if len(row) > 3 else None) for row in cells)


@cache
def blocks() -> dict[str, Any]:
    found = yaml.safe_load((DATA / "guide_blocks.yaml").read_text())
    assert isinstance(found, dict)
    return found


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - YAML of any shape
    """Every value with its path: `spec.ports[0].port`."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, value


def at(value: Any, path: str) -> Any:  # noqa: ANN401 - a manifest and any part of it
    """What stands at a path; `[name=app]` picks the item of a list with that name."""
    for key, index, name, wanted in STEP.findall(path):
        if key:
            value = value[key]
        elif index:
            value = value[int(index)]
        else:
            value = next(item for item in value if item[name] == wanted)
    return value


@cache
def shipped(environment: str, phase: str, kind: str, name: str) -> dict[str, Any]:
    found = [
        item
        for item in manifests(recorded(environment, phase))
        if (item["kind"], item["metadata"]["name"]) == (kind, name)
    ]
    assert len(found) == 1, f"{kind} {name} in {environment}, {phase}: {len(found)}"
    return found[0]


@cache
def deviations() -> tuple[str, ...]:
    lines = (ROOT / "docs" / "deviations.md").read_text().splitlines()
    return tuple(re.split(r"(?<!\\)\|", line)[1].strip() for line in lines if line.startswith("| "))


def test_every_field_of_the_guide_is_listed_once() -> None:
    fields = [(block, path) for block, content in blocks().items() for path, _ in leaves(content)]
    assert [(row.block, row.field) for row in rows()] == fields
    assert len(fields) > 100


@pytest.mark.parametrize("row", [row for row in rows() if not row.place.startswith("deviation ")], ids=str)
def test_the_platform_has_the_guides_value(row: Row) -> None:
    environment, phase, reference, path = row.place.split(" ", 3)
    expected = json.loads(row.ours) if row.ours is not None else dict(leaves(blocks()[row.block]))[row.field]
    assert at(shipped(environment, phase, *reference.split("/")), path) == expected


@pytest.mark.parametrize("row", [row for row in rows() if row.place.startswith("deviation ")], ids=str)
def test_a_field_without_its_value_has_a_recorded_deviation(row: Row) -> None:
    wanted = row.place.removeprefix("deviation ")
    assert [text for text in deviations() if text == wanted], f"docs/deviations.md has no row for {wanted!r}"


def test_a_wrong_value_is_seen() -> None:
    app = shipped("prod", "microservices", "Deployment", "bailbondpro-app")
    assert at(app, "spec.template.spec.containers[name=app].resources.limits.memory") == "1Gi"
    assert at({"a": [{"name": "x", "b": [7]}]}, "a[name=x].b[0]") == 7
