"""The guide's capacity formulas, against its own code run by Node.js and against numbers worked by hand."""

from __future__ import annotations

import json
import math
from dataclasses import astuple
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.inputs.stack_file import settings_of
from ops.views.capacity import verdict as capacity_verdict
from planner.capacity.growth import (
    GUIDE_BASELINE,
    Baseline,
    CapacityError,
    Growth,
    bottlenecks,
    guide_cost,
    months_to_bottleneck,
    project,
    required_cores,
    required_memory_gb,
    required_servers,
    requirement,
)
from planner.capacity.platform import PHASE_TOP
from tests.support.cli import Cli
from tests.support.page import stack_report
from tests.support.paths import DATA, ROOT
from tests.support.stack import PHASES

if TYPE_CHECKING:
    from pathlib import Path

CASES = json.loads((DATA / "guide_capacity.json").read_text())["cases"]


ADVICE = {
    "CPU": "Consider upgrading to higher CPU instances or adding more servers",
    "Memory": "Consider upgrading to memory-optimized instances",
}
"""Scaling guide, Capacity Planning, CapacityPlanner.identifyBottlenecks."""


def started(case: dict[str, Any]) -> tuple[Baseline, Growth]:
    load = case["baseline"]
    baseline = Baseline(
        users=load["users"],
        requests_per_day=load["requests"],
        storage_gb=load["storage"],
        cpu_cores=load["cpu"],
        memory_gb=load["memory"],
    )
    return baseline, Growth(**case["growth"])


@pytest.mark.parametrize("number", range(len(CASES)))
def test_projections_are_to_the_last_bit_those_of_the_guides_own_code(number: int) -> None:
    baseline, growth = started(CASES[number])
    assert [list(astuple(month)) for month in project(baseline, growth, 24)] == CASES[number]["projections"]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_bottlenecks_are_those_of_the_guides_own_code(number: int) -> None:
    found = bottlenecks(*started(CASES[number]))
    assert [list(astuple(item)[:-1]) for item in found] == CASES[number]["bottlenecks"]
    assert [item.recommendation for item in found] == [ADVICE[item.resource] for item in found]


def test_a_bottleneck_comes_with_the_guides_own_advice() -> None:
    found = [item for case in CASES for item in bottlenecks(*started(case))]
    assert {item.resource: item.recommendation for item in found} == ADVICE


def test_the_first_month_of_the_guides_baseline_worked_by_hand() -> None:
    first = project()[0]
    # 115 users, although 100 * 1.15 is 114.99999999999999; 12 concurrent users at 8 MB round up to 1 GB, and 1.25 to 2
    assert (first.users, first.requests_per_day, first.storage_gb) == (115, 12_000, 125)
    assert (first.cpu_cores, first.memory_gb, first.servers) == (3, 2, 1)
    assert first.cost_usd == 262.5


@pytest.mark.parametrize(
    ("requests", "cores"), [(0, 0), (1, 2), (10_000, 2), (10_001, 3), (20_000, 3), (30_000, 5), (1_250_000, 188)]
)
def test_a_core_carries_ten_thousand_requests_a_day_and_half_is_added(requests: int, cores: int) -> None:
    assert required_cores(requests) == cores


@pytest.mark.parametrize(("users", "memory"), [(0, 0), (1, 2), (1280, 2), (1281, 3), (2500, 3)])
def test_a_tenth_of_the_users_takes_eight_megabytes_each_and_a_quarter_is_added(users: int, memory: int) -> None:
    assert required_memory_gb(users) == memory


@pytest.mark.parametrize(("cores", "memory", "servers"), [(8, 32, 1), (9, 32, 2), (8, 33, 2), (16, 96, 3), (0, 0, 0)])
def test_a_server_has_eight_cores_and_32_gigabytes(cores: int, memory: int, servers: int) -> None:
    assert required_servers(cores, memory) == servers


def test_a_server_costs_200_a_gigabyte_10_cents_and_the_network_50() -> None:
    assert guide_cost(1, 0) - guide_cost(0, 0) == 200
    assert guide_cost(0, 1) - guide_cost(0, 0) == pytest.approx(0.10)
    assert guide_cost(0, 0) == 50


def test_a_bottleneck_is_reached_at_80_percent_and_not_below() -> None:
    assert months_to_bottleneck(12.8, 16, 0.2) == 0
    assert months_to_bottleneck(12.79, 16, 0.2) == 1
    assert months_to_bottleneck(4, 16, 0.2) == 7
    assert months_to_bottleneck(4, 16, 0.0) == 24


def test_twelve_of_sixteen_cores_are_no_bottleneck_and_fourteen_are() -> None:
    # without growth 80,000 requests a day need 12 of the 16 cores, one more needs 14
    still = Growth(users=0, requests=0, storage=0)
    assert bottlenecks(Baseline(requests_per_day=80_000), still) == []
    assert [item.resource for item in bottlenecks(Baseline(requests_per_day=80_001), still)] == ["CPU"]


def test_the_guides_formula_at_the_top_of_each_phase_stays_what_the_documents_print() -> None:
    # servers * 200 + GB * 0.10 + 50 for 5, 10 and 24 servers and the guide's storage of 50, 100 and 250 GB
    by_hand = [round(servers * 200 + gigabytes * 0.10 + 50) for servers, gigabytes in ((5, 50), (10, 100), (24, 250))]
    assert by_hand == [1055, 2060, 4875] == [round(requirement(*PHASE_TOP[phase]).cost_usd) for phase in PHASES]


loads = st.builds(
    Baseline,
    users=st.integers(0, 10**6),
    requests_per_day=st.integers(0, 10**8),
    storage_gb=st.integers(0, 10**5),
    cpu_cores=st.floats(0, 1000),
    memory_gb=st.floats(0, 1000),
)


@given(loads)
def test_growing_loads_never_need_less_and_nothing_is_negative(baseline: Baseline) -> None:
    rows = [astuple(month)[1:] for month in project(baseline, months=24)]
    for earlier, later in pairwise(rows):
        assert all(before <= after for before, after in zip(earlier, later, strict=True))
    assert min(rows[0]) >= 0


@given(loads, st.floats(0, 1))
def test_faster_growth_is_never_reached_by_a_bottleneck_later(baseline: Baseline, rate: float) -> None:
    slow = months_to_bottleneck(baseline.cpu_cores, 16, rate)
    assert 0 <= months_to_bottleneck(baseline.cpu_cores, 16, rate + 0.1) <= slow <= 24


@pytest.mark.parametrize("months", [0, -1, 121])
def test_a_projection_has_1_to_120_months(months: int) -> None:
    with pytest.raises(CapacityError, match="1 to 120"):
        project(GUIDE_BASELINE, months=months)


@pytest.mark.parametrize("number", [-1.0, float("nan"), float("inf")])
def test_a_load_that_is_no_quantity_is_refused_by_name(number: float) -> None:
    with pytest.raises(CapacityError, match="requests per day"):
        Baseline(requests_per_day=number)
    with pytest.raises(CapacityError, match="growth of users"):
        Growth(users=number)


def test_the_command_prints_the_documented_document(tmp_path: Path) -> None:
    ran = Cli(tmp_path).run(
        "capacity", "--from", "guide", "--months", "2", "--cpu-cores", "12", "--growth", "requests=0.5", "--json"
    )
    assert ran.code == 0, ran.err
    assert list(ran.document)[:2] == ["projections", "bottlenecks"]
    assert ran.document["projections"][1] == {
        "month": 2,
        "users": 133,
        "requests_per_day": 22_500,
        "storage_gb": 157,
        "cpu_cores": 5,
        "memory_gb": 2,
        "servers": 1,
        "cost_usd": 265.7,
    }
    assert ran.document["bottlenecks"] == [
        {
            "resource": "CPU",
            "current_utilization": 75,
            "projected_utilization": pytest.approx(1218.75),
            "months_to_bottleneck": 1,
            "recommendation": "Consider upgrading to higher CPU instances or adding more servers",
        }
    ]


def test_the_command_begins_with_the_phase_that_the_stack_is_in_and_answers_as_the_report_does(tmp_path: Path) -> None:
    ran = Cli(tmp_path).run("capacity", "prod", "--config", str(ROOT / "Pulumi.prod.yaml"))
    assert ran.code == 0, ran.err
    phase = settings_of("prod", None, None).phase.value
    answer = capacity_verdict(stack_report("prod", phase).capacity).answer
    assert ran.out.strip().startswith(f"prod is in phase {phase}: by this projection it holds {answer}.")
    found = Cli(tmp_path).run("capacity", "prod", "--json").document["platform"]
    assert found["current"] == phase
    assert answer == f"until month {found['holds_until_month']}"


def test_the_command_shows_both_sides_of_the_contradiction_about_cores(tmp_path: Path) -> None:
    ran = Cli(tmp_path).run("capacity", "--from", "table", "--months", "24")
    assert ran.code == 0, ran.err
    assert "188 cores against 20" in ran.out
    assert "Month 12: change to horizontal; optimization carries 500 users, 536 are projected." in ran.out


@pytest.mark.parametrize(
    "arguments",
    [("--months", "0"), ("--users", "-5"), ("--growth", "pets=1"), ("--growth", "users=x"), ("--from", "x")],
)
def test_the_command_refuses_nonsense_with_exit_code_2_and_no_traceback(
    tmp_path: Path, arguments: tuple[str, str]
) -> None:
    ran = Cli(tmp_path).run("capacity", *arguments)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert ran.out == ""


HISTORY = ROOT / "examples" / "history.csv"


def test_measurements_say_where_it_starts_how_it_grows_and_when_each_phase_ends(tmp_path: Path) -> None:
    ran = Cli(tmp_path).run("capacity", "prod", "--history", str(HISTORY), "--months", "36", "--json")
    assert ran.code == 0, ran.err
    history = ran.document["history"]
    users = next(one for one in history["trends"] if one["metric"] == "users")
    assert (users["latest"], users["last"]) == (381, "2026-11-22")
    assert users["rate"]["low"] < 0.09 < users["rate"]["high"]
    first = ran.document["projections"][0]
    assert first["users"] == math.ceil(381 * (1 + users["rate"]["middle"]))
    for ending in history["endings"]:
        known = [ending[key] or math.inf for key in ("soonest", "expected", "latest")]
        assert known == sorted(known), ending
    horizontal = next(one for one in history["endings"] if one["leaves"] == "horizontal")
    assert ran.document["platform"]["holds_until_month"] == horizontal["expected"]
    assert horizontal["guide"] < horizontal["soonest"]


def test_what_is_not_measured_starts_and_grows_as_the_guide_says_and_that_is_told(tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text("date,users\n" + "".join(f"2026-0{month}-01,{100 * month}\n" for month in range(1, 6)))
    ran = Cli(tmp_path).run("capacity", "prod", "--history", str(file), "--json")
    assert ran.document["projections"][0]["requests_per_day"] == 60_000
    assert [line.split(" is known")[0] for line in ran.document["history"]["left_out"]] == [
        "requests_per_day",
        "storage_gb",
    ]
    shown = Cli(tmp_path).run("capacity", "prod", "--history", str(file)).out
    assert "requests_per_day is known of 0 days" in shown
    assert "Month in which a phase is outgrown" in shown


@pytest.mark.parametrize(
    "words", [("--growth", "users=0.1"), ("--users", "5"), ("--storage-gb", "5"), ("--memory-gb", "1")]
)
def test_measurements_and_numbers_of_ones_own_are_not_mixed(tmp_path: Path, words: tuple[str, str]) -> None:
    ran = Cli(tmp_path).run("capacity", "prod", "--history", str(HISTORY), *words)
    assert ran.code == 2
    assert "leave out --growth and today's numbers" in " ".join(ran.err.replace("│", " ").split())


def test_measurements_that_tell_no_growth_are_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text("date,users\n2026-01-01,5\n")
    ran = Cli(tmp_path).run("capacity", "prod", "--history", str(file))
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert "users is known of 1 days" in " ".join(ran.err.split())


def test_beyond_the_last_phase_the_answer_says_what_to_do(tmp_path: Path) -> None:
    shown = " ".join(Cli(tmp_path).run("capacity", "prod", "--months", "30").out.split())
    assert "no phase is larger; microservices carries" in shown
    assert "./bbp shard plan" in shown
