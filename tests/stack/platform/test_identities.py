"""A renamed URN or physical name is a deletion in a running stack: the lists in git notice it."""

from __future__ import annotations

import ast
import importlib
import re
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

import pulumi
import pytest

from tests.support.identities import (
    LISTS,
    aliased,
    difference,
    differences,
    identities,
    identity,
    listed,
    waived,
)
from tests.support.paths import ROOT
from tests.support.recording import Recording
from tests.support.stack import EVERY_STACK, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.recording import RecordedResource

PROD = "prod-horizontal"
FOLDER = ROOT / "components"
REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"


def renamed(item: RecordedResource, name: str, aliases: tuple[str, ...] = ()) -> RecordedResource:
    """A resource under another logical name."""
    return replace(item, name=name, urn=item.urn.rpartition("::")[0] + f"::{name}", aliases=aliases)


def test_every_stack_makes_the_urns_and_names_that_are_listed() -> None:
    found = [item for item in differences() if item.lost or item.allowed or item.added]
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize(("environment", "phase"), EVERY_STACK)
def test_every_resource_that_is_renamed_is_noticed(environment: str, phase: str) -> None:
    name = f"{environment}-{phase}"
    items = {item.urn: item for item in recorded(environment, phase)}
    lines = set(listed(name))
    assert len(lines) > 200
    unnoticed = [item.urn for item in items.values() if identity(renamed(item, f"{item.name}-x"), items) in lines]
    assert not unnoticed


def test_every_component_has_a_resource_in_a_list_so_that_none_is_renamed_unseen() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "components").rglob("*.py"))
    components = set(re.findall(r'"(bailbondpro:[a-z_]+:[A-Z][A-Za-z]+)"', sources))
    assert len(components) > 30
    lines = "\n".join(line for environment, phase in EVERY_STACK for line in listed(f"{environment}-{phase}"))
    assert {component for component in components if f"{component}$" not in lines} == PASSING


ALONE = {("kubernetes/namespace.py", "k8s.core.v1.ResourceQuota"), ("postgres/restored.py", "aws.rds.Instance")}
PASSING = {"bailbondpro:postgres:RestoredServer"}
"""What a component can make and no stack has: its own unit test asserts its logical name. A component that passes."""


def places() -> Iterator[tuple[str, ast.Call]]:
    """Every call in `components/` that makes a provider's resource, with its file."""
    for path in sorted(FOLDER.rglob("*.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                names = ast.unparse(node.func).split(".")
                made = reduce(lambda value, name: getattr(value, name, None), names[1:], vars(module).get(names[0]))
                if isinstance(made, type) and issubclass(made, pulumi.Resource):
                    yield str(path.relative_to(FOLDER)), node


def test_every_place_that_makes_a_resource_does_so_in_a_listed_stack() -> None:
    used = {item.made_at for environment, phase in EVERY_STACK for item in recorded(environment, phase)}
    calls = list(places())
    assert len(calls) > 120
    unused = [
        f"{path}:{call.lineno}: {ast.unparse(call.func)}"
        for path, call in calls
        if not any((path, line) in used for line in range(call.lineno, (call.end_lineno or 0) + 1))
        and (path, ast.unparse(call.func)) not in ALONE
    ]
    assert not unused, "a new name there would be noticed by no list: switch them on in tests/data/everything.yaml"


def test_a_renamed_cache_is_lost_unless_it_names_its_old_name_as_an_alias() -> None:
    recording = recorded("prod", "horizontal")
    cache = recording.one(REDIS)
    others = [item for item in recording if item.urn != cache.urn]

    def compare(aliases: tuple[str, ...]) -> tuple[str, ...]:
        changed = Recording(resources=[*others, renamed(cache, "elsewhere", aliases)])
        return difference(PROD, identities(changed), listed(PROD), aliased(changed), frozenset()).lost

    assert [line for line in compare(()) if REDIS in line]
    assert not compare((cache.name,))
    urn = next(line for line in listed(PROD) if REDIS in line).split(" ", 1)[0]
    assert not compare((f"urn:pulumi:prod::bailbondpro::{urn}",))


def test_an_alias_does_not_excuse_another_physical_name() -> None:
    recording = recorded("prod", "horizontal")
    primary = next(item for item in recording if item.inputs.get("identifier") == "bailbondpro-prod-primary")
    others = [item for item in recording if item.urn != primary.urn]
    moved = replace(primary, inputs={**primary.inputs, "identifier": "elsewhere"}, aliases=(primary.name,))
    changed = Recording(resources=[*others, moved])
    lost = difference(PROD, identities(changed), listed(PROD), aliased(changed), frozenset()).lost
    assert len(lost) == 1
    assert "identifier=bailbondpro-prod-primary" in lost[0]


def test_a_waiver_covers_exactly_its_line() -> None:
    before = ("a::one", "a::two")
    found = difference("x", ("a::three",), before, frozenset(), frozenset({"a::one"}))
    assert (found.lost, found.allowed, found.added) == (("a::two",), ("a::one",), ("a::three",))
    assert "GONE: a::two" in str(found)


def test_a_waiver_without_a_reason_is_refused(tmp_path: Path) -> None:
    (tmp_path / "waivers.txt").write_text("# comment\n* | a::one | moved\nx | a::two | \n")
    with pytest.raises(ValueError, match="a::two"):
        waived("x", tmp_path)


@pytest.mark.parametrize(("environment", "phase"), EVERY_STACK)
def test_no_waiver_stands_for_what_is_still_there(environment: str, phase: str) -> None:
    name = f"{environment}-{phase}"
    assert not waived(name) & set(listed(name))


def test_every_list_belongs_to_a_stack() -> None:
    wanted = {f"{environment}-{phase}" for environment, phase in EVERY_STACK} | {"waivers"}
    assert {path.stem for path in LISTS.iterdir()} == wanted
