"""What a simulation starts from: scenarios by name and from documents, and assumptions."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.simulation.assumptions import AssumptionError, Assumptions, override
from planner.simulation.gaps import understood_formula, understood_metric, understood_trigger
from planner.simulation.scenarios import SCENARIOS, Scenario, ScenarioError, parse_scenario, scenario

SCALER: dict[str, Any] = {
    "metadata": {"namespace": "production"},
    "spec": {"scaleTargetRef": {"name": "bailbondpro-app"}},
}
OWN_PODS = 'namespace="production",pod=~"bailbondpro-app-[a-z0-9]+-[a-z0-9]+"'


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_starts_at_zero_and_lasts_as_long_as_asked(name: str) -> None:
    found = scenario(name, peak_rps=10, hours=3)
    assert found.points[0][0] == 0
    assert found.seconds == 3 * 3600
    assert found.name == name


@pytest.mark.parametrize(
    ("phase", "rps"),
    # Requests a day at the end of each phase in the guide's table, five times the average.
    [("optimization", 250_000), ("horizontal", 500_000), ("microservices", 1_250_000), (None, 500_000)],
)
def test_the_load_is_that_at_the_top_of_the_phase_unless_given(phase: str | None, rps: float) -> None:
    assert scenario("steady", phase=phase).peak_rps == pytest.approx(rps / 86_400 * 5)
    assert scenario("steady", phase=phase, peak_rps=7).peak_rps == 7


def test_double_doubles_in_the_middle() -> None:
    found = scenario("double", peak_rps=50, hours=1)
    assert [found.rps(at) for at in (0, 1800, 1860, 3600)] == [50, 50, 100, 100]


def test_a_spike_is_ten_times_the_load_for_a_quarter_of_an_hour() -> None:
    found = scenario("spike", peak_rps=50, hours=1)
    assert [found.rps(at) for at in (0, 900, 960, 1800, 1860, 3600)] == [50, 50, 500, 500, 50, 50]


def test_a_day_is_quietest_at_four_and_busiest_at_sixteen() -> None:
    found = scenario("daily", peak_rps=100)
    assert found.rps(4 * 3600) == pytest.approx(10, abs=0.1)
    assert found.rps(16 * 3600) == pytest.approx(100, abs=0.1)
    assert all(10 - 0.1 <= found.rps(at) <= 100 for at in range(0, 86_400, 600))


def test_the_guides_growth_is_a_fifth_more_with_each_compressed_month() -> None:
    found = scenario("guide-growth", hours=24, months=24)
    assert found.rps(0) == pytest.approx(50_000 / 86_400 * 5)
    for month in range(24):
        assert found.rps((month + 1) * 3600) == pytest.approx(found.rps(month * 3600) * 1.2)
    assert scenario("guide-growth", peak_rps=10, hours=1, months=1).peak_rps == pytest.approx(12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hours": 0}, "hours is 0"),
        ({"hours": 1e9}, "at most 744"),
        ({"hours": math.nan}, "hours is nan"),
        ({"months": 0}, "months is 0"),
        ({"peak_rps": -1}, "rps is -1"),
        ({"peak_rps": math.inf}, "rps is inf"),
        ({"peak_rps": 1e9}, "give 0 to 1e+06"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_with_what_is_allowed(changes: dict[str, float], message: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        scenario("daily", **changes)  # type: ignore[arg-type]  # months is a whole number in these cases
    assert message in str(raised.value)


def test_an_unknown_scenario_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match="steady, double, spike, daily, guide-growth"):
        scenario("weekly")


@given(
    points=st.lists(st.tuples(st.integers(0, 86_400), st.floats(0, 1e5)), min_size=2, unique_by=lambda point: point[0]),
    at=st.floats(0, 1),
)
def test_between_points_the_rate_lies_on_the_straight_line(points: list[tuple[int, float]], at: float) -> None:
    ordered = tuple(sorted((float(second), rps) for second, rps in points))
    found = Scenario(name="any", points=ordered)
    (start, low), (end, high) = ordered[:2]
    assert found.rps(start + at * (end - start)) == pytest.approx(low + at * (high - low), rel=1e-6, abs=1e-3)
    assert found.rps(-1) == ordered[0][1]
    assert found.rps(1e9) == ordered[-1][1]


def test_a_document_is_a_list_of_points_or_names_itself() -> None:
    points = [{"at": 0, "rps": 1}, {"at": 60, "rps": 2.5}]
    assert parse_scenario(points, "file").name == "file"
    named = parse_scenario({"name": "Monday", "points": points}, "file")
    assert (named.name, named.points) == ("Monday", ((0, 1), (60, 2.5)))


def test_every_problem_of_a_document_is_reported_with_its_path() -> None:
    document = {
        "name": 5,
        "colour": "red",
        "points": [{"at": 0, "rps": "many"}, {"at": 5}, 7, {"at": 9, "rps": -1, "x": 1}, {"at": 8, "rps": True}],
    }
    with pytest.raises(ScenarioError) as raised:
        parse_scenario(document, "load.yaml")
    assert str(raised.value).splitlines() == [
        "load.yaml: colour: unknown key; there are name, points, routes, events",
        "load.yaml: name: must be a text, not 5",
        "load.yaml: points[0].rps: must be a number, not 'many'",
        "load.yaml: points[1].rps: missing",
        "load.yaml: points[2]: must be {at: seconds, rps: number}, not 7",
        "load.yaml: points[3].x: unknown key; there are at and rps",
        "load.yaml: points[4].rps: must be a number, not True",
        "load.yaml: points[3].rps is -1; give 0 to 1e+06 requests a second",
    ]


@pytest.mark.parametrize("document", [None, 3, "text", [], {}, {"points": []}, [{"at": 0, "rps": 1}]])
def test_a_document_without_two_points_is_refused(document: object) -> None:
    with pytest.raises(ScenarioError, match="points"):
        parse_scenario(document, "load.yaml")


def test_points_must_be_in_order_of_time() -> None:
    with pytest.raises(ScenarioError, match=r"points\[2\].at is 5, not after the point before, 10"):
        parse_scenario([{"at": 0, "rps": 1}, {"at": 10, "rps": 1}, {"at": 5, "rps": 1}], "load.yaml")


def test_the_processor_time_of_a_request_is_where_the_guides_two_targets_meet() -> None:
    """70 % of 500m and 100 requests a second for each pod are the same load."""
    assert Assumptions().cpu_ms_per_request == pytest.approx(0.70 * 500 / 100)


def test_assumptions_are_overridden_by_name_and_listed_completely() -> None:
    found = override(Assumptions(), {"database_ms": "25", "cache_keys": 5})
    assert (found.database_ms, found.cache_keys) == (25, 5)
    assert found.as_json()["database_ms"] == 25
    assert len(found.as_json()) == len(Assumptions.__dataclass_fields__)


def test_every_assumption_is_documented() -> None:
    assert Assumptions.__doc__ is not None
    for name in Assumptions.__dataclass_fields__:
        assert f"\n        {name}: " in Assumptions.__doc__, name


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("colour", "1", "there is no assumption 'colour'"),
        ("database_ms", "slow", "database_ms is no number: 'slow'"),
        ("database_ms", "0", "database_ms is 0; give 0.01 to 60000"),
        ("database_ms", "nan", "database_ms is nan"),
        ("write_percent", "101", "give 0 to 100"),
        ("threads_per_pod", "1.5", "give a whole number"),
    ],
)
def test_a_wrong_assumption_is_refused_with_what_is_allowed(name: str, value: str, message: str) -> None:
    with pytest.raises(AssumptionError) as raised:
        override(Assumptions(), {name: value})
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("query", "known"),
    [
        (f"sum(namespace_pod:http_requests:rate2m{{{OWN_PODS}}})", True),
        (f"sum(namespace_pod:http_requests:rate2m{{{OWN_PODS}}})*0.0001", False),
        (f"0 * sum(namespace_pod:http_requests:rate2m{{{OWN_PODS}}})", False),
        (f"sum(namespace_pod:http_requests:rate2m{{{OWN_PODS.replace('production', 'nowhere')}}})", False),
        (f"sum(namespace_pod:http_requests:rate2m{{{OWN_PODS.replace('app', 'web')}}})", False),
        ('sum(namespace_pod:http_requests:rate2m{namespace="production"})', False),
        ('sum(rate(http_requests_total{status=~"5.."}[2m]))', False),
        ("sum(rate(http_requests_total[2m])) / count(up)", False),
        ("sum(rate(http_requests_duration_seconds_sum[2m]))", False),
        ("up", False),
    ],
)
def test_only_the_rate_of_all_requests_of_its_own_pods_is_a_trigger_that_is_simulated(query: str, known: bool) -> None:
    metadata = {"query": query, "threshold": "100"}
    trigger: dict[str, object] = {"type": "prometheus", "metricType": "AverageValue", "metadata": metadata}
    assert understood_trigger(trigger, SCALER) is known


@pytest.mark.parametrize(
    ("threshold", "known"), [("100", True), (100, True), ("abc", False), (None, False), ("0", False), ("-5", False)]
)
def test_only_a_threshold_that_is_a_number_above_zero_is_simulated(threshold: object, known: bool) -> None:
    metadata = {"query": f"sum(namespace_pod:http_requests:rate2m{{{OWN_PODS}}})", "threshold": threshold}
    trigger: dict[str, object] = {"type": "prometheus", "metricType": "AverageValue", "metadata": metadata}
    assert understood_trigger(trigger, SCALER) is known
    cpu: dict[str, object] = {"type": "cpu", "metricType": "Utilization", "metadata": {"value": threshold}}
    assert understood_trigger(cpu, SCALER) is known
    source = {"name": "cpu", "target": {"averageUtilization": threshold}}
    assert understood_metric({"type": "Resource", "resource": source}) is known


@pytest.mark.parametrize(
    ("matchers", "known"), [(OWN_PODS, True), (OWN_PODS.replace("production", "nowhere"), False), ("", False)]
)
def test_only_the_response_time_of_its_own_pods_is_a_trigger_that_is_simulated(matchers: str, known: bool) -> None:
    series = f"http_request_duration_seconds_bucket{{{matchers}}}"
    query = f"1000 * histogram_quantile(0.95, sum by (le) (rate({series}[5m])))"
    metadata = {"query": query, "threshold": "500"}
    trigger: dict[str, object] = {"type": "prometheus", "metricType": "Value", "metadata": metadata}
    assert understood_trigger(trigger, SCALER) is known


@pytest.mark.parametrize(
    ("matchers", "known"),
    [
        ('namespace="production",deployment="bailbondpro-app"', True),
        ('namespace="nowhere",deployment="bailbondpro-app"', False),
        ('namespace="production",deployment="bailbondpro-web"', False),
    ],
)
def test_only_a_formula_over_its_own_deployment_is_simulated(matchers: str, known: bool) -> None:
    assert (understood_formula(by_formula(matchers, "1")) is not None) is known


@pytest.mark.parametrize("target", [None, "0", "abc"])
def test_a_formula_without_a_target_is_not_simulated(target: object) -> None:
    matchers = 'namespace="production",deployment="bailbondpro-app"'
    assert understood_formula(by_formula(matchers, target)) is None


def by_formula(matchers: str, target: object) -> dict[str, Any]:
    """A ScaledObject whose formula asks for changes of its count."""
    query = f"max(changes(kube_deployment_spec_replicas{{{matchers}}}[5m]))"
    modifiers = {"metricType": "Value", "formula": "changed < 1 ? 2 : 1", "target": target}
    spec = {
        **SCALER["spec"],
        "advanced": {"scalingModifiers": modifiers},
        "triggers": [{"type": "prometheus", "name": "changed", "metadata": {"query": query}}],
    }
    return {**SCALER, "spec": spec}


@pytest.mark.parametrize(
    ("metric", "known"),
    [
        ({"name": "http_requests_per_second"}, True),
        ({"name": "http_requests_errors_per_second"}, False),
        ({"name": "http_requests_per_second", "selector": {"matchLabels": {"status": "500"}}}, False),
    ],
)
def test_only_the_requests_of_each_pod_are_a_metric_that_is_simulated(metric: dict[str, Any], known: bool) -> None:
    source: dict[str, object] = {"pods": {"metric": metric, "target": {"averageValue": "100"}}}
    assert understood_metric(source) is known
