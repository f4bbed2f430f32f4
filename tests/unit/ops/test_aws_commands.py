from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bailbondpro.facts.quotas import SOURCE
from ops.cli import app

if TYPE_CHECKING:
    from pathlib import Path

GROUP = "urn:pulumi:prod::bailbondpro::bailbondpro:postgres:Postgres$aws:rds/parameterGroup:ParameterGroup::parameters"


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    def inputs(connections: int, workers: int) -> dict[str, object]:
        numbers = {"max_connections": connections, "max_worker_processes": workers}
        return {
            "parameters": [
                {"name": name, "value": str(value), "applyMethod": "pending-reboot"} for name, value in numbers.items()
            ]
        }

    state = {"type": "aws:rds/parameterGroup:ParameterGroup", "custom": True, "parent": "p"}
    step = {"op": "update", "urn": GROUP, "oldState": {**state, "inputs": inputs(200, 8)}}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"steps": [{**step, "newState": {**state, "inputs": inputs(300, 4)}}]}))
    return path


def test_a_plan_that_raises_and_lowers_at_once_ends_with_its_own_exit_code(plan: Path) -> None:
    code, output = run("reboots", "--plan", str(plan))
    assert code == 2
    assert "max_connections 200 -> 300, max_worker_processes 8 -> 4" in output
    assert json.loads(run("reboots", "--plan", str(plan), "--json")[1])["reboots"][0]["order"] == "two-steps"


def test_a_plan_whose_parameters_stay_needs_no_reboot(tmp_path: Path) -> None:
    state = {"type": "aws:rds/parameterGroup:ParameterGroup", "custom": True, "parent": "p", "inputs": {}}
    step = {"op": "same", "urn": GROUP, "oldState": state, "newState": state}
    (tmp_path / "plan.json").write_text(json.dumps({"steps": [step]}))
    code, output = run("reboots", "--plan", str(tmp_path / "plan.json"))
    assert code == 0
    assert "no server has to reboot for this plan: none of 1 parameter groups" in output


def test_an_empty_plan_says_nothing_about_reboots(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"steps": []}')
    code, output = run("reboots", "--plan", str(tmp_path / "plan.json"))
    assert code == 1
    assert "there is nothing to judge" in output


def test_a_file_that_is_no_plan_is_explained(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    code, output = run("reboots", "--plan", str(tmp_path / "plan.json"))
    assert code == 1
    assert "no engine preview" in output


def test_quotas_say_what_to_raise_before_production_starts() -> None:
    code, output = run("quotas", "prod", "--phase", "microservices")
    assert code == 0
    assert any(line.startswith("RAISE") and "L-1216C47A" in line for line in output.splitlines())
    assert any(line.startswith("fits") and "L-7B6409FD" in line for line in output.splitlines())
    assert SOURCE in " ".join(output.split())


def test_quotas_as_json_count_the_same() -> None:
    document = json.loads(run("quotas", "prod", "--phase", "microservices", "--json")[1])
    assert {item["code"]: item["needed"] for item in document["quotas"]}["L-7B6409FD"] == 8


def test_the_stored_ranges_are_shown_with_their_date_and_source() -> None:
    code, output = run("cloudflare-ranges", "show")
    assert code == 0
    assert "173.245.48.0/20" in output
    assert "https://www.cloudflare.com/ips" in output
    assert json.loads(run("cloudflare-ranges", "show", "--json")[1])["date"] >= "2026-11-24"
