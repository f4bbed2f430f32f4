"""The autoscalers that decide by a formula: as near to the guide's classes as said, and no pod goes by errors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.autoscaling import formula
from components.autoscaling.policy import guide_autoscaler, scaling_manager
from components.autoscaling.render import horizontal_pod_autoscaler_spec, scaled_object_spec
from planner.hpa.signals import SIGNALS, measures, understood
from tests.support.conformance_page import PAGE, compared, page
from tests.support.guide_scalers import TARGET, Step, autoscaler, conformance, followed, manager, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.autoscaling.policy import AutoscalingPolicy

POLICIES = (guide_autoscaler, scaling_manager)
STEPS = st.builds(
    Step,
    cpu=st.integers(1, 120),
    memory=st.integers(1, 120),
    latency=st.integers(1, 2000),
    errors=st.floats(0, 100),
    after=st.just(0),
)


def test_the_guides_classes_in_our_words_do_what_its_own_code_did() -> None:
    for name, steps, found in (
        ("autoscaler", recorded("autoscaler"), autoscaler(recorded("autoscaler"))),
        ("without", recorded("autoscaler without errors"), autoscaler(recorded("autoscaler"), errors=100)),
        ("manager", recorded("manager"), manager(recorded("manager"))),
    ):
        assert len(steps) >= 300
        assert list(found) == [step.after for step in steps], name


def test_the_autoscaler_has_as_many_pods_as_the_guides_after_every_recorded_step_but_for_its_rule_on_errors() -> None:
    without = conformance(guide_autoscaler(), recorded("autoscaler without errors"), 3)
    assert (without.same, without.apart) == (without.steps, 0)
    assert conformance(guide_autoscaler(), recorded("autoscaler"), 3).same >= 335


def test_the_scaling_manager_has_as_many_pods_as_the_guides_after_nearly_every_recorded_step() -> None:
    found = conformance(scaling_manager(), recorded("manager"), 2)
    assert found.same >= 390
    assert found.removed == 0 < found.guide_removed
    # What is left is the guard: without it all steps but one are those of the guide.
    policy = scaling_manager()
    assert policy.formula is not None
    unguarded = replace(policy, formula=replace(policy.formula, error_percent=101))
    assert conformance(unguarded, recorded("manager"), 2).same >= found.steps - 1


def test_the_page_shows_how_near_they_are() -> None:
    assert PAGE.read_text("utf-8") == page(compared()), "run .venv/bin/python -m tests.support.conformance_page --write"


@pytest.mark.parametrize("preset", POLICIES)
@settings(max_examples=40, deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=25), pods=st.integers(2, 10))
def test_no_pod_goes_in_a_minute_with_errors_whatever_else_is_measured(
    preset: Callable[[], AutoscalingPolicy], steps: list[Step], pods: int
) -> None:
    counts = [pods, *followed(preset(), steps, pods)]
    for step, before, after in zip(steps, counts, counts[1:], strict=False):
        assert step.errors < 1 or after >= before


@pytest.mark.parametrize("preset", POLICIES)
def test_without_the_guard_pods_would_go_while_requests_fail(preset: Callable[[], AutoscalingPolicy]) -> None:
    policy = preset()
    failing = [Step(cpu=10, memory=10, latency=50, errors=30, after=0)] * 10
    assert set(followed(policy, failing, 8)) == {8}
    assert policy.formula is not None
    unguarded = replace(policy, formula=replace(policy.formula, error_percent=101))
    assert min(followed(unguarded, failing, 8)) < 8


@pytest.mark.parametrize("preset", POLICIES)
@pytest.mark.parametrize("step", [Step(cpu=95, memory=50, latency=900, errors=0, after=0)])
@pytest.mark.parametrize("die", [595, 600, 607, 625])
def test_no_pod_goes_when_all_of_them_die_under_load(
    preset: Callable[[], AutoscalingPolicy], step: Step, die: int
) -> None:
    """The controller multiplies by ready pods, and none are; what it is told of them is up to half a minute old."""
    policy = preset()
    calm = Step(cpu=50, memory=50, latency=300, errors=0, after=0)
    steps = [*[calm] * 10, *[step] * 10]
    counts = list(followed(policy, steps, 6, lambda now, count: 0 if now >= die else count))
    assert counts == sorted(counts)
    assert counts[9] == 6


@pytest.mark.parametrize("preset", POLICIES)
def test_pods_that_start_keep_the_others(preset: Callable[[], AutoscalingPolicy]) -> None:
    policy = preset()
    calm = Step(cpu=5, memory=5, latency=20, errors=0, after=0)
    assert set(followed(policy, [calm] * 20, 6, lambda _, count: count - 1)) == {6}
    assert min(followed(policy, [calm] * 20, 6)) < 6


def test_one_pod_more_is_one_pod_more_at_every_count() -> None:
    for most in (3, 10, 50, 200):
        text = formula.text(
            formula.ScalingFormula(cpu_share=0.5, one_by_cpu=True),
            replace(scaling_manager(), max_replicas=most).thresholds,
        )
        found = understood(text, queries(scaling_manager()))
        assert found is not None
        told = int(found.value({"cpu": 80, "latency": 1, "errors": 0, "available": 100}) * 1000)
        for pods in range(1, most):
            assert -(-told * pods // 1000) == pods + 1


def test_thresholds_of_the_configuration_move_both_ends() -> None:
    policy = replace(guide_autoscaler(), cpu_percent=56, memory_percent=None)
    assert policy.formula is not None
    text = formula.text(policy.formula, policy.thresholds)
    assert "cpu > 56" in text
    assert "cpu < 24" in text
    assert "memory" not in text
    assert "memory" not in formula.signals(policy.formula, policy.thresholds)


@pytest.mark.parametrize("preset", POLICIES)
def test_every_name_of_a_formula_is_a_trigger_whose_query_is_known(preset: Callable[[], AutoscalingPolicy]) -> None:
    asked = queries(preset())
    assert {measures(query) for query in asked.values()} == set(asked) <= set(SIGNALS)
    spec = scaled_object_spec(preset(), TARGET, autoscaler_name="h")
    modifiers = spec["advanced"]["scalingModifiers"]
    assert (modifiers["metricType"], modifiers["target"]) == ("Value", "1")
    found = understood(modifiers["formula"], asked)
    assert found is not None
    assert found.names == set(asked)
    assert all(trigger["metadata"]["ignoreNullValues"] == "false" for trigger in spec["triggers"])
    assert "fallback" not in spec


def test_a_formula_needs_keda_and_leaves_requests_per_second_out() -> None:
    with pytest.raises(ValueError, match="KEDA"):
        horizontal_pod_autoscaler_spec(guide_autoscaler(), TARGET, custom_metrics=True)
    with pytest.raises(ValueError, match="requests per second"):
        replace(guide_autoscaler(), requests_per_second=100)


def queries(policy: AutoscalingPolicy) -> dict[str, str]:
    triggers = scaled_object_spec(policy, TARGET, autoscaler_name="h")["triggers"]
    return {trigger["name"]: trigger["metadata"]["query"] for trigger in triggers}
