"""Mistakes that a cloud reports only after a long update are refused by the check, at their key, with a way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ops.inputs.stack_file import check
from tests.support.configs import smallest_raw
from tests.support.paths import DATA

if TYPE_CHECKING:
    from pathlib import Path

    from infra.problems import Problem

TRAPS: list[dict[str, Any]] = yaml.safe_load((DATA / "traps.yaml").read_text("utf-8"))


def stack_file(trap: dict[str, Any], folder: Path) -> Path:
    environment, phase = trap["in"].split()
    values = smallest_raw(environment, phase, **trap["config"])
    config = {f"bailbondpro:{key}": value for key, value in values.items() if key != "region"}
    path = folder / "Pulumi.trap.yaml"
    path.write_text(yaml.safe_dump({"config": {"aws:region": values["region"], **config}}), "utf-8")
    return path


def problem_at(key: str, trap: dict[str, Any], folder: Path) -> Problem:
    result = check("trap", stack_file(trap, folder))
    assert result.exit_code == 1, "the check accepts it"
    found = [item for item in result.problems if item.path == f"bailbondpro:{key}"]
    assert found, [f"{item.path}: {item.allowed}" for item in result.problems]
    return found[0]


def test_there_are_more_than_forty_traps_and_none_twice() -> None:
    assert len(TRAPS) > 40
    assert len({trap["trap"] for trap in TRAPS}) == len(TRAPS)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap["trap"])
def test_a_trap_is_refused_at_its_key_with_the_numbers_and_the_ways_out(trap: dict[str, Any], tmp_path: Path) -> None:
    problem = problem_at(trap["key"], trap, tmp_path)
    for words in trap["says"]:
        assert words in problem.allowed, problem.allowed
    for words in trap["fix"]:
        assert words in problem.fix, problem.fix
    assert problem.fix


def test_the_three_ways_out_of_too_many_connections_each_work(tmp_path: Path) -> None:
    trap = TRAPS[0]
    ways: list[dict[str, Any]] = [
        {"postgres": {"maxConnections": 200, "pooler": {"enabled": True}}},
        {"postgres": {"pooler": {"enabled": False}, "clientPools": {"primary": 8, "replica": 8, "shard": 8}}},
        {"postgres": {"pooler": {"enabled": False}}, "autoscaling": {"maxReplicas": 8}},
    ]
    for way in ways:
        config = {"services": [], "autoscaling": {"maxReplicas": 20}, **way}
        assert check("trap", stack_file({**trap, "config": config}, tmp_path)).problems == ()
