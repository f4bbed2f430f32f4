"""Every row of the reference tables at work: what dangles is refused, what exists is not, what is in use stays."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.cloud import CloudObject
from sandbox.protocol.packages import tokens
from sandbox.services import REFERENCE_TABLES
from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.model.references import Reference

ROWS = [
    pytest.param(table, row, id=f"{row.source.split(':')[1]} {row.path}")
    for table in REFERENCE_TABLES
    for row in table.rows
]
VALUES = ("value", "arn:aws:sns:us-east-1:000000000000:value", "arn:aws:iam::000000000000:role/value")
"""Texts that one row or another takes for a reference into the simulated account."""


def inputs_with(path: str, value: str) -> dict[str, Any]:
    """Inputs that hold the value at a path such as `vpcConfig.subnetIds[*]`, and nothing else."""
    first, _, rest = path.partition(".")
    inner: Any = inputs_with(rest, value) if rest else value
    return {first[:-3]: [inner]} if first.endswith("[*]") else {first: inner}


def at(path: str) -> str:
    return path.replace("[*]", "[0]")


def source_of(row: Reference) -> str:
    """A type that the row speaks about."""
    if not any(mark in row.source for mark in "*?["):
        return row.source
    return next(token for token in tokens(row.source.split(":")[0]) if fnmatchcase(token, row.source))


def put_target(world: World, row: Reference, value: str) -> CloudObject:
    """Let something exist that the value refers to, by the first property that the row allows."""
    target = row.targets[0]
    by = target.by[0]
    outputs = {} if by == "id" else inputs_with(by, value)
    item = CloudObject(target.token, value if by == "id" else "target", "urn:pulumi:dev::p::t::target", {}, outputs)
    world.cloud.put(item)
    return item


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize(("table", "row"), ROWS)
def test_a_reference_is_refused_until_its_target_exists(world: World, table: Any, row: Reference) -> None:  # noqa: ANN401 - a table
    value = next(value for value in VALUES if not row.spared(value))
    inputs, token = inputs_with(row.path, value), source_of(row)

    def dangling() -> list[str]:
        found = table.rule.check(world.context(token, inputs))
        return [item.reason for item in found if item.path == at(row.path)]

    assert len(dangling()) == 1
    assert row.error in dangling()[0]
    put_target(world, row, value)
    assert dangling() == []


@pytest.mark.parametrize(("table", "row"), [item for item in ROWS if item.values[1].blocks])  # type: ignore[union-attr]  # rows stand second
def test_a_target_stays_while_it_is_referred_to(world: World, table: Any, row: Reference) -> None:  # noqa: ANN401 - a table
    value = next(value for value in VALUES if not row.spared(value))
    item = put_target(world, row, value)
    assert table.blocking(world.cloud, item) is None
    world.add(source_of(row), "user", **inputs_with(row.path, value))
    user, blocking = table.blocking(world.cloud, item)
    assert (user.id, blocking.blocks) == ("user", row.blocks)
