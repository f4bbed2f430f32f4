"""The autoscaler's control loop: recorded runs of the real controller, known courses, and laws that always hold."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.autoscaling.policy import guide_a, guide_autoscaler, guide_b, scaling_manager
from components.autoscaling.render import Target, horizontal_pod_autoscaler_spec, scaled_object_spec
from planner.hpa.controller import HpaController, highest
from planner.hpa.metrics import Pod, Sample, pods_proposal
from planner.hpa.spec import SYNC_SECONDS, HpaSpec, bounded, quantity, spec_of
from planner.hpa.traces import TraceError, compare, read_traces, replay
from tests.support.paths import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

TRACES = DATA / "hpa_controller_traces.json"
TARGET = Target(deployment="bailbondpro-app", namespace="production", prometheus_address="http://prometheus:9090")
GUIDE_B = spec_of(horizontal_pod_autoscaler_spec(guide_b(), TARGET, custom_metrics=True))
GUIDE_A = spec_of(horizontal_pod_autoscaler_spec(guide_a(), TARGET))


def course(spec: HpaSpec, start: int, propose: Callable[[float, int], int | None], seconds: int) -> dict[int, int]:
    """Replicas from each second on at which they change, the start included."""
    controller = HpaController(spec)
    changes, current = {}, start
    for now in range(0, seconds + 1, SYNC_SECONDS):
        after = controller.sync(now, current, [propose(now, current)]).replicas
        if after != current or now == 0:
            changes[now] = after
        current = after
    return changes


def test_every_recorded_run_of_the_real_controller_is_repeated_exactly() -> None:
    comparison = compare(read_traces(json.loads(TRACES.read_text())))
    assert comparison.as_json() == {"scenarios": 150, "equal": 150, "first_mismatch": None}


def test_a_run_that_the_controller_would_decide_otherwise_is_named_with_its_place() -> None:
    document = json.loads(TRACES.read_text())[:3]
    document[1]["out"][10] += 1
    found = compare(read_traces(document)).as_json()
    assert (found["scenarios"], found["equal"]) == (3, 2)
    wrong = found["first_mismatch"]
    assert (wrong["name"], wrong["sync"]) == (document[1]["name"], 10)
    assert wrong["expected"] == wrong["found"] + 1
    assert wrong["seconds"] == sum(document[1]["dt"][:11])


def test_guide_b_goes_up_by_half_and_at_least_two_a_minute() -> None:
    assert course(GUIDE_B, 3, lambda _now, _current: 25, 400) == {0: 3, 60: 5, 120: 8, 180: 12, 240: 18, 300: 20}


def test_guide_b_comes_down_by_a_tenth_a_minute_after_five_minutes() -> None:
    expected = {
        0: 20,
        300: 18,
        360: 16,
        420: 14,
        480: 12,
        540: 10,
        600: 9,
        660: 8,
        720: 7,
        780: 6,
        840: 5,
        900: 4,
        960: 3,
    }
    assert course(GUIDE_B, 20, lambda _now, _current: 1, 1200) == expected


def test_guide_b_follows_a_rush_of_five_times_the_load_and_back() -> None:
    def proposal(now: float, current: int) -> int | None:
        rps = 1500 if 120 <= now < 1200 else 300
        pods = [Pod(sample=Sample(milli=1000 * rps // current))] * current
        return pods_proposal(GUIDE_B, current, pods, 100_000)

    changes = course(GUIDE_B, 3, proposal, 2400)
    assert list(changes.items())[:6] == [(0, 3), (165, 5), (225, 8), (285, 12), (345, 15), (1485, 13)]
    assert list(changes.items())[-1] == (1965, 3)


def test_guide_a_without_a_behavior_doubles_at_once_and_falls_in_one_step() -> None:
    assert course(GUIDE_A, 3, lambda _now, _current: 30, 60) == {0: 6, 15: 10}
    assert course(GUIDE_A, 10, lambda now, _current: 30 if now == 0 else 1, 400) == {0: 10, 315: 3}


def test_the_guides_own_autoscaler_goes_up_by_half_and_down_by_a_fifth_every_five_minutes() -> None:
    spec = spec_of(scaled_object_spec(guide_autoscaler(), TARGET, autoscaler_name="bailbondpro-hpa"))
    assert list(course(spec, 3, lambda _now, _current: 40, 2000).values()) == [5, 8, 12, 18, 20]
    down = list(course(spec, 20, lambda _now, _current: 1, 3600).values())
    assert down == [20, 16, 12, 9, 7, 5, 4, 3, 2]


def test_the_scaling_manager_moves_two_up_or_one_down_a_minute() -> None:
    spec = spec_of(scaled_object_spec(scaling_manager(), TARGET, autoscaler_name="bailbondpro-hpa"))
    assert list(course(spec, 2, lambda _now, _current: 40, 300).values()) == [4, 6, 8, 10]
    assert list(course(spec, 10, lambda _now, _current: 1, 240).values()) == [10, 9, 8, 7, 6]


def test_the_autoscaler_and_the_scaled_object_of_a_policy_are_the_same_to_the_controller() -> None:
    for policy in (guide_a(), guide_b()):
        native = horizontal_pod_autoscaler_spec(policy, TARGET, custom_metrics=True)
        assert spec_of(native) == spec_of(scaled_object_spec(policy, TARGET, autoscaler_name="bailbondpro-hpa"))


def test_a_count_outside_the_bounds_is_corrected_at_once_without_asking_the_metrics() -> None:
    controller = HpaController(GUIDE_B)
    assert controller.sync(0, 50, [None]).replicas == 20
    assert controller.sync(15, 1, [None]).replicas == 3
    assert controller.sync(30, 0, [9]).replicas == 0


def test_a_missing_metric_stops_scaling_down_but_not_up() -> None:
    assert highest([5, None], 3) == 5
    assert highest([3, None], 5) is None
    assert highest([5, None], 5) == 5
    assert highest([2, 4], 5) == 4
    assert highest([None], 5) is None


def test_a_missing_metric_holds_the_count_for_as_long_as_it_is_missing() -> None:
    controller = HpaController(GUIDE_B)
    decisions = [controller.sync(now, 10, [1, None]) for now in range(0, 3600, SYNC_SECONDS)]
    assert {(decision.replicas, decision.reason) for decision in decisions} == {(10, "FailedGetMetrics")}


@pytest.mark.parametrize(
    ("now", "reason"),
    [(0, "ScaleUpStabilized"), (60, "ScaleUpLimit"), (300, "TooManyReplicas")],
)
def test_a_decision_says_what_held_it_back(now: int, reason: str) -> None:
    controller, current = HpaController(GUIDE_B), 3
    for second in range(0, now, SYNC_SECONDS):
        current = controller.sync(second, current, [99]).replicas
    assert controller.sync(now, current, [99]).reason == reason


def test_a_direction_that_the_behavior_leaves_out_gets_the_defaults_of_the_api_server() -> None:
    spec = bounded(1, 20, {"scaleDown": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}})
    assert course(spec, 3, lambda _now, _current: 20, 60) == {0: 7, 15: 14, 30: 20}
    assert list(course(spec, 5, lambda _now, _current: 1, 420)) == [0, 300, 360, 420]


def test_a_disabled_direction_never_moves() -> None:
    down = {"selectPolicy": "Disabled", "policies": [{"type": "Pods", "value": 9, "periodSeconds": 15}]}
    assert course(bounded(1, 20, {"scaleDown": down}), 9, lambda _now, _current: 1, 3600) == {0: 9}


@pytest.mark.parametrize(("text", "value"), [("0.6", 0.6), ("600m", 0.6), (1, 1), ("0", 0)])
def test_a_tolerance_is_a_quantity(text: str, value: float) -> None:
    assert float(quantity(text)) == value


@pytest.mark.parametrize("text", ["1Gi", "", "-1", "abc"])
def test_what_is_no_plain_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantity"):
        quantity(text)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "list of scenarios"),
        ([], "list of scenarios"),
        ([3], "scenario 0: expected an object"),
        ([{"dt": [], "rec": [], "out": []}], "scenario 0: min is missing"),
        ([{"dt": [1], "rec": [], "out": [], "min": 1, "max": 2, "current": 1}], "equally long, they have 1, 0 and 0"),
        ([{"dt": [], "rec": [], "out": [], "min": 3, "max": 2, "current": 3}], "minReplicas <= maxReplicas"),
    ],
)
def test_a_file_that_holds_no_recorded_runs_is_refused_with_the_place(document: Any, message: str) -> None:  # noqa: ANN401 - any JSON
    with pytest.raises(TraceError, match=message):
        read_traces(document)


def test_the_replay_of_a_run_without_a_behavior_takes_the_controllers_own_limits() -> None:
    run = {"name": "a", "min": 3, "max": 10, "current": 3, "dt": [15, 15], "rec": [30, 30], "out": [6, 10]}
    assert replay(read_traces([run])[0]) is None


# Laws.

DEMANDS = st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=80)


def run(spec: HpaSpec, start: int, demands: list[int]) -> list[int]:
    controller, current, counts = HpaController(spec), start, [start]
    for look, demand in enumerate(demands):
        current = controller.sync(look * SYNC_SECONDS, current, [demand]).replicas
        counts.append(current)
    return counts


@given(start=st.integers(min_value=3, max_value=20), demands=DEMANDS)
@settings(max_examples=200, deadline=None)
def test_the_count_never_leaves_its_bounds_and_never_moves_faster_than_the_policies_allow(
    start: int, demands: list[int]
) -> None:
    counts = run(GUIDE_B, start, demands)
    assert all(3 <= count <= 20 for count in counts)
    looks = 60 // SYNC_SECONDS
    for earlier, later in ((counts[i], counts[i + looks]) for i in range(len(counts) - looks)):
        assert later - earlier <= max(math.ceil(earlier / 2), 2)
        assert earlier - later <= math.ceil(earlier / 10)


@given(start=st.integers(min_value=3, max_value=20), demands=DEMANDS, more=st.integers(min_value=0, max_value=20))
@settings(max_examples=100, deadline=None)
def test_more_demand_never_means_fewer_pods(start: int, demands: list[int], more: int) -> None:
    less = run(GUIDE_A, min(start, 10), demands)
    busier = run(GUIDE_A, min(start, 10), [demand + more for demand in demands])
    assert all(high >= low for low, high in zip(less, busier, strict=True))


@given(start=st.integers(min_value=3, max_value=20))
@settings(max_examples=18, deadline=None)
def test_without_load_the_minimum_is_reached(start: int) -> None:
    steps, count = 0, start
    while count > 3:
        count, steps = max(3, math.trunc(count * 0.9)), steps + 1
    counts = run(GUIDE_B, start, [1] * (1 + (300 + steps * 60) // SYNC_SECONDS))
    assert counts[-1] == 3


@given(current=st.integers(min_value=4, max_value=19), demand=st.integers(min_value=1, max_value=40))
@settings(max_examples=60, deadline=None)
def test_a_restarted_controller_holds_the_count_for_a_whole_window(current: int, demand: int) -> None:
    window = 60 if demand > current else 300
    counts = run(GUIDE_B, current, [demand] * (window // SYNC_SECONDS))
    assert set(counts) == {current}
