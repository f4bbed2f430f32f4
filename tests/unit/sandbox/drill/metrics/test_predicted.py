"""The planner's scaler at the moments of the real controller, and where two runs differ."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.drill.metrics.answers import Look
from sandbox.drill.metrics.comparison import Compared, autoscaler, deployment, lateness, workload
from sandbox.drill.metrics.predicted import Change, Predictor, Scenario, difference, looks_of
from sandbox.drill.metrics.scenarios import GUIDE_A, GUIDE_B, RPS, SCENARIOS
from sandbox.drill.metrics.series import Series


def _looks(count: int, metrics: int = 2) -> list[tuple[float, ...]]:
    return [(15.0 * number,) * metrics for number in range(count)]


def _guide_a(cpu: Series, **more: Any) -> Scenario:  # noqa: ANN401 - fields of a scenario
    series = {"cpu": cpu, "memory": Series(points=((0, 200),), shared=False)}
    return Scenario(name="a", note="", spec=GUIDE_A, start=3, series=series, **more)


def test_the_guides_first_autoscaler_doubles_at_most_and_then_reaches_what_the_load_needs() -> None:
    scenario = _guide_a(Series(points=((0, 1000), (60, 3000))))

    assert Predictor(scenario).run(_looks(10)) == [Change(60.0, 6), Change(75.0, 9)]


def test_pods_that_are_not_ready_hold_a_rise_back() -> None:
    quick = _guide_a(Series(points=((0, 1000), (60, 1300))), boot_seconds=2)
    slow = _guide_a(Series(points=((0, 1000), (60, 1300), (75, 4000))), boot_seconds=100)

    assert Predictor(quick).run(_looks(10)) == [Change(60.0, 4)]
    assert [change.replicas for change in Predictor(slow).run(_looks(10))] == [4, 8, 10]


def test_pods_without_a_node_do_not_hold_a_fall_back() -> None:
    down = {"stabilizationWindowSeconds": 0, "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]}
    spec = {"minReplicas": 1, "maxReplicas": 10, "metrics": GUIDE_A["metrics"], "behavior": {"scaleDown": down}}
    series = {
        "cpu": Series(points=((0, 1000), (60, 2000), (75, 300))),
        "memory": Series(points=((0, 100),), shared=False),
    }
    scenario = Scenario(name="p", note="", spec=spec, start=3, series=series, start_seconds=300)

    assert Predictor(scenario).run(_looks(6)) == [Change(60.0, 6), Change(75.0, 1)]


def test_an_autoscaler_that_begins_out_of_its_bounds_goes_back_at_once() -> None:
    requests = Series(points=((0, 600),))
    metric = {"type": "External", "external": {"metric": {"name": RPS}, "target": {"averageValue": "100"}}}
    spec = {"minReplicas": 3, "maxReplicas": 8, "metrics": [metric]}
    scenario = Scenario(name="e", note="", spec=spec, start=12, series={RPS: requests})

    assert Predictor(scenario).run(_looks(3, 1)) == [Change(0.0, 8)]


def test_counts_are_remembered_from_the_moment_of_the_decision() -> None:
    metric = {"type": "External", "external": {"metric": {"name": RPS}, "target": {"averageValue": "100"}}}
    down = {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}
    spec = {"minReplicas": 3, "maxReplicas": 8, "metrics": [metric], "behavior": {"scaleDown": down}}
    scenario = Scenario(name="e", note="", spec=spec, start=8, series={RPS: Series(points=((0, 300),))})

    at_once = Predictor(scenario).run(_looks(7, 1))
    late = Predictor(scenario).run(_looks(7, 1), [Change(4.0, 7), Change(77.0, 6)])

    assert at_once == [Change(0.0, 7), Change(60.0, 6)]
    assert late == [Change(4.0, 7), Change(77.0, 6)]


def test_a_look_is_complete_or_left_out() -> None:
    scenario = _guide_a(Series(points=((0, 1),)))
    asked = [Look(at, "a", "resources") for at in (100.0, 100.1, 115.0, 115.2, 130.0)]
    other = Look(101.0, "b", "resources")

    looks = looks_of([*asked, other], scenario, 100.0)

    assert looks == [pytest.approx((0.0, 0.1)), pytest.approx((15.0, 15.2))]


def test_metrics_of_several_kinds_make_one_look_in_their_order() -> None:
    scenario = Scenario(name="b", note="", spec=GUIDE_B, start=3, series={})
    names = ["resources", RPS, "resources", "resources", RPS]

    looks = looks_of([Look(float(at), "b", name) for at, name in enumerate(names)], scenario, 0.0)

    assert looks == [(2.0, 3.0, 4.0)]


def test_runs_agree_within_one_sync_period() -> None:
    real = [Change(60, 6), Change(75, 9)]

    assert difference(real, [Change(60, 6), Change(90, 9)]) == ""
    assert difference(real, [Change(60, 6), Change(91, 9)]) == "change 2 to 9: at 75 s, and at 91 s in the planner"
    assert difference(real, [Change(60, 5)]) == ("change 1: the controller sets 6 at 60 s, the planner 5 at 60 s")
    assert difference(real, real[:1]) == "only the controller sets 9 at 75 s"
    assert difference([], real) == "only the planner sets 6 at 60 s"


def test_a_controller_that_does_not_keep_to_its_times_proves_nothing() -> None:
    assert lateness(_looks(5), [Change(30.5, 4)]) == ""
    assert lateness([(0.0,), (15.0,), (40.0,)], []) == "25 s passed between two looks"
    assert lateness(_looks(5), [Change(38.0, 4)]) == "a decision came 8 s after its look"
    assert Compared("s", (), (), 3, problem="differs").differs
    assert not Compared("s", (), (), 3, problem="differs", late="busy").differs


def test_scenarios_have_names_of_their_own_and_cover_what_is_compared() -> None:
    names = [scenario.name for scenario in SCENARIOS]

    assert len(set(names)) == len(names) >= 20
    assert {"preset-double", "preset-spike", "preset-daily", "preset-guide-growth"} <= set(names)


def test_a_scenario_becomes_a_workload_an_autoscaler_and_what_is_measured() -> None:
    by_name = {scenario.name: scenario for scenario in SCENARIOS}
    external, pods = by_name["external"], by_name["b-flapping"]

    spec = autoscaler(external, "n")["spec"]
    assert spec["scaleTargetRef"]["name"] == "external"
    assert spec["metrics"][0]["external"]["metric"]["selector"] == {"matchLabels": {"app": "external"}}
    assert deployment(pods, "n")["spec"]["replicas"] == 3
    assert list(workload(pods, "n").custom) == [RPS]
    assert sorted(workload(pods, "n").resources) == ["cpu", "memory"]
    assert list(workload(external, "n").external) == [RPS]
