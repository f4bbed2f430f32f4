"""What each metric proposes: tolerance, whole percents, and pods that are missing or only starting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.hpa.formula import FormulaError, formula_of
from planner.hpa.metrics import (
    Pod,
    Sample,
    alike_proposal,
    average_value_proposal,
    pods_proposal,
    utilization_proposal,
    value_proposal,
    within_tolerance,
)
from planner.hpa.signals import measures, understood
from planner.hpa.spec import bounded

SPEC = bounded(3, 20, None)
REQUEST = 500
"""Milli-cores of the guide's container (Horizontal Scaling, k8s-deployment.yml)."""


def busy(percent: float, count: int, request: int = REQUEST) -> list[Pod]:
    return [Pod(sample=Sample(milli=int(request * percent / 100)), request=request)] * count


def cpu(pods: list[Pod], current: int, *, now: float = 1e6, target: int = 70) -> int | None:
    return utilization_proposal(SPEC, current, pods, target, cpu=True, now=now)


@pytest.mark.parametrize(("percent", "proposal"), [(62, 8), (62.9, 8), (54, 7), (63, 8), (77.9, 8), (78, 9), (140, 16)])
def test_cpu_between_63_and_77_percent_changes_nothing_and_the_percent_is_a_whole_number(
    percent: float, proposal: int
) -> None:
    assert cpu(busy(percent, 8), 8) == proposal


@pytest.mark.parametrize(("rps", "proposal"), [(89, 9), (90, 10), (110, 10), (111, 12)])
def test_requests_between_90_and_110_per_pod_change_nothing(rps: int, proposal: int) -> None:
    pods = [Pod(sample=Sample(milli=rps * 1000))] * 10
    assert pods_proposal(SPEC, 10, pods, 100_000) == proposal


def test_a_pod_without_a_request_makes_utilization_an_error() -> None:
    assert cpu([*busy(90, 3), Pod(sample=Sample(milli=1), request=0)], 4) is None


def test_no_measured_pod_is_an_error() -> None:
    assert cpu([Pod(sample=None, request=REQUEST)], 1) is None
    assert pods_proposal(SPEC, 3, [Pod(sample=None)], 100_000) is None


def test_a_pod_without_a_sample_counts_as_idle_on_the_way_up() -> None:
    pods = [*busy(140, 3), Pod(sample=None, request=REQUEST)]
    assert cpu(pods, 4) == 6  # 105 % over four pods: 1.5 x 4


def test_a_pod_without_a_sample_counts_as_full_on_the_way_down() -> None:
    pods = [*busy(10, 3), Pod(sample=None, request=REQUEST)]
    assert cpu(pods, 4) == 2  # 32 % over four pods, 0.457 x 4
    requests = [*[Pod(sample=Sample(milli=10_000))] * 3, Pod(sample=None)]
    assert pods_proposal(SPEC, 4, requests, 100_000) == 2  # (3 x 10 + 100) / 4 = 32.5 of 100 each


def test_missing_pods_never_turn_the_direction() -> None:
    assert cpu([*busy(75, 1), Pod(sample=None, request=REQUEST)], 2) == 2
    assert cpu([*busy(60, 2), *[Pod(sample=None, request=REQUEST)] * 2], 4) == 4


def test_a_starting_pod_counts_as_idle_on_the_way_up_and_not_at_all_on_the_way_down() -> None:
    starting = Pod(sample=Sample(milli=2000, at=100), request=REQUEST, ready=False, started=50, ready_changed=60)
    assert cpu([*busy(140, 3), starting], 4, now=100) == 6
    assert cpu([*busy(35, 3), starting], 4, now=100) == 2


def test_a_pod_counts_once_it_is_ready_and_a_whole_window_has_been_measured_since() -> None:
    def proposal(measured_at: float) -> int | None:
        fresh = Pod(sample=Sample(milli=1000, at=measured_at), request=REQUEST, started=50, ready_changed=100)
        return cpu([*busy(140, 3), fresh], 4, now=200)

    assert proposal(measured_at=129) == 6  # idle
    assert proposal(measured_at=130) == 9  # 200 %: 155 % over four pods


def test_long_after_its_start_a_pod_that_was_ready_once_counts_although_it_is_not_ready() -> None:
    def proposal(changed: float) -> int | None:
        pod = Pod(sample=Sample(milli=1000), request=REQUEST, ready=False, started=0, ready_changed=changed)
        return cpu([*busy(140, 3), pod], 4, now=1000)

    assert proposal(changed=900) == 9
    assert proposal(changed=20) == 6


@pytest.mark.parametrize("gone", [{"terminating": True}, {"phase": "Failed"}])
def test_pods_that_go_do_not_count(gone: dict[str, object]) -> None:
    leaving = Pod(sample=Sample(milli=5000), request=REQUEST, **gone)  # type: ignore[arg-type]  # one field each
    assert cpu([*busy(140, 3), leaving], 3) == 6


def test_pending_pods_keep_a_rise_from_being_counted_twice() -> None:
    pending = Pod(sample=None, request=REQUEST, phase="Pending")
    assert cpu([*busy(140, 3), *[pending] * 3], 6) == 6  # 70 % over six: on target
    assert cpu([*busy(35, 3), pending], 4) == 2  # on the way down they are left out


def test_a_sum_is_divided_by_the_target() -> None:
    assert average_value_proposal(SPEC, 3, usage_milli=1_501_000, target_milli=100_000) == 16
    assert average_value_proposal(SPEC, 15, usage_milli=1_501_000, target_milli=100_000) == 15


def test_each_direction_has_a_tolerance_of_its_own() -> None:
    spec = bounded(2, 20, {"scaleUp": {"tolerance": "0"}, "scaleDown": {"tolerance": "0.6"}})
    assert not within_tolerance(spec, 1.01)
    assert within_tolerance(spec, 0.4)
    assert not within_tolerance(spec, 0.39)


def test_more_pods_than_wanted_never_turn_a_fall_into_a_rise() -> None:
    pods = [*busy(42, 5), Pod(sample=None, request=REQUEST)]
    assert cpu(pods, 3) == 3  # 51 % over six pods of a rollout would be 5


@given(count=st.integers(1, 30), used=st.integers(0, 5000), request=st.integers(1, 4000), target=st.integers(1, 100))
def test_pods_that_are_alike_ask_for_the_same_without_a_list_of_them(
    count: int, used: int, request: int, target: int
) -> None:
    pods = [Pod(sample=Sample(milli=used), request=request)] * count
    assert alike_proposal(SPEC, count, used, request, target) == cpu(pods, count, target=target)


@given(
    st.integers(0, 40),
    st.integers(1, 40),
    st.integers(0, 4000),
    st.integers(1, 2000),
    st.integers(1, 200),
)
def test_alike_pods_of_which_some_are_pending_ask_for_the_same_without_a_list_of_them(
    measured: int, pending: int, used: int, request: int, target: int
) -> None:
    pods = [Pod(sample=Sample(milli=used), request=request)] * measured
    pods += [Pod(sample=None, request=request, phase="Pending", ready=False)] * pending
    count = measured + pending
    found = alike_proposal(SPEC, count, used, request, target, pending=pending)
    assert found == cpu(pods, count, target=target)


def test_alike_pods_without_a_request_are_an_error_too() -> None:
    assert alike_proposal(SPEC, 3, 100, 0, 70) is None


@pytest.mark.parametrize(
    ("usage_ms", "ready", "proposal"), [(500, 4, 4), (540, 4, 4), (560, 4, 5), (1000, 4, 8), (1000, 2, 4), (200, 4, 2)]
)
def test_a_value_multiplies_the_ready_pods_by_how_far_it_is_from_its_target(
    usage_ms: int, ready: int, proposal: int
) -> None:
    assert value_proposal(SPEC, 4, ready, usage_ms * 1000, 500_000) == proposal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a > 2 && b < 3 ? 1 : 0", 1),
        ("a > 2 && b > 3 ? 1 : 0", 0),
        ("a > 5 || !(b > 3) ? a : b", 4),
        ("a > 5 ? 1 : b == 2 ? 7 : 8", 7),
        ("1 + a * 2 - 6 / b", 6),
        ("-(a - 1) * -2", 6),
        ("(a)", 4),
        ("a >= 4 && a <= 4 && a != b ? 2.5 : 0", 2.5),
    ],
)
def test_a_formula_of_keda_says_what_its_language_says(text: str, value: float) -> None:
    found = formula_of(text)
    assert found.value({"a": 4, "b": 2}) == value
    assert found.names <= {"a", "b"}


@pytest.mark.parametrize("text", ["", "a >", "a ? b", "(a", "a b", "count([a], {# > 1})", "max(a, b)", "a ?? b", "'a'"])
def test_a_formula_that_is_not_understood_is_refused_and_never_guessed(text: str) -> None:
    with pytest.raises(FormulaError):
        formula_of(text)


def test_a_query_is_known_only_as_it_is_written() -> None:
    every = 'sum(rate(http_requests_total{pod="a"}[5m]))'
    failed = 'sum(rate(http_requests_total{pod="a",status=~"5.."}[5m]))'
    query = f"(100 * ({failed} or vector(0)) / {every} >= 0) or (({every} == 0) + 100)"
    assert measures(query) == "errors"
    assert measures(query.replace("5..", "4..")) is None
    assert measures(query.replace("[5m]", "[1m]")) is None
    cpu = 'sum(kube_pod_container_resource_requests{resource="cpu"})'
    used = f"100 * sum(rate(container_cpu_usage_seconds_total{{}}[2m])) / {cpu}"
    assert measures(used) == "cpu"
    assert measures(used.replace('resource="cpu"', 'resource="memory"')) is None
    assert understood("errors < 1 ? 0 : 1", {"errors": query}) is not None
    assert understood("errors < 1 ? 0 : 1", {"errors": used}) is None
    assert understood("errors < 1 ? 0 : queue", {"errors": query}) is None
    assert understood("errors <", {"errors": query}) is None
