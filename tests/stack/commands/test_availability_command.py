"""`./bbp availability` on plan files, whose pods were drilled before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.stack.commands.test_availability import filled, one_way_out
from tests.support.cli import Cli
from tests.support.kept_drills import keep_in
from tests.support.paths import ROOT
from tests.support.plans import stack_plan, write_plan
from tests.support.stack import FILLED

if TYPE_CHECKING:
    from pathlib import Path


REASON = "a client's shard is one database more on the way"


@pytest.fixture(autouse=True)
def drills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of kept drills."""
    folder = tmp_path / "drills"
    monkeypatch.setenv("BBP_DRILLS_DIR", str(folder))
    return folder


def raw_file(path: Path, accepted: dict[str, object]) -> Path:
    """A stack file of the third phase of production whose clients lie on shards."""
    document = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())
    document["config"] |= {
        "bailbondpro:phase": "microservices",
        "bailbondpro:postgres": FILLED,
        "bailbondpro:availability": accepted,
    }
    path.write_text(yaml.safe_dump(document))
    return path


def test_the_command_fails_for_too_little_uptime_and_prints_what_a_stack_accepts(tmp_path: Path, drills: Path) -> None:
    keep_in(drills, filled())
    plan = write_plan(tmp_path / "plan.json", filled())
    stated = raw_file(
        tmp_path / "stated.yaml", {"acceptedUptime": {"percent": 99.87, "reason": REASON, "until": "2099-12-31"}}
    )
    silent = raw_file(tmp_path / "silent.yaml", {})
    ran = Cli(tmp_path).run("availability", "prod", "--plan", str(plan), "--config", str(silent))
    assert ran.code == 1
    assert "vendors promise 99.870 % together, wanted are 99.9 %" in ran.err.replace("\n", " ")
    ran = Cli(tmp_path).run("availability", "prod", "--plan", str(plan), "--config", str(stated))
    assert ran.code == 0, ran.err
    far = "until 2099-12-31, more than a year ahead: nobody will look at it again"
    assert f"Accepted from 99.87 % on: {REASON} ({far})." in ran.out


def test_the_command_fails_and_names_what_a_plan_file_depends_on(tmp_path: Path, drills: Path) -> None:
    keep_in(drills, stack_plan("prod", "horizontal"))
    good = write_plan(tmp_path / "good.json", stack_plan("prod", "horizontal"))
    bad = write_plan(tmp_path / "bad.json", one_way_out())
    command = Cli(tmp_path)
    ran = command.run("availability", "prod", "--plan", str(good), "--json")
    assert (ran.code, ran.document["ok"], ran.document["single_points"]) == (0, True, [])
    ran = command.run("availability", "prod", "--plan", str(bad))
    assert ran.code == 1
    assert "network-nat-a" in ran.err
    assert "fix: network.natGateways: 3" in ran.out


def test_a_plan_of_development_is_known_by_its_own_tags(tmp_path: Path) -> None:
    file = write_plan(tmp_path / "dev.json", stack_plan("dev", "horizontal"))
    ran = Cli(tmp_path).run("availability", "prod", "--plan", str(file), "--json")
    assert (ran.code, ran.document["environment"]) == (0, "development")
