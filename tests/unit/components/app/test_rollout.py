"""How many pods a rollout or a drain may take away."""

from __future__ import annotations

from typing import Any

import pytest

from components.app.workload import Workload, WorkloadArgs
from components.kubernetes.objects import Rollout
from tests.support.recording import Recording, record


def workload(**changes: Any) -> Recording:  # noqa: ANN401 - any field of the args
    return record(lambda: Workload("app", WorkloadArgs(namespace="production", image="app:1", **changes)))


def test_a_rollout_moves_by_the_steps_that_are_set() -> None:
    spec = workload(rollout=Rollout(max_surge=3, max_unavailable=2)).one("kubernetes:apps/v1:Deployment").inputs["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 3, "maxUnavailable": 2}


def test_a_rollout_that_could_never_start_is_refused() -> None:
    with pytest.raises(ValueError, match="never starts"):
        Rollout(max_surge=0, max_unavailable=0)


def test_as_many_pods_are_drained_at_a_time_as_is_set() -> None:
    recording = workload(disruption_max_unavailable=2)
    assert recording.one("kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"]["maxUnavailable"] == 2


def test_a_disruption_budget_that_blocks_drains_is_refused() -> None:
    with pytest.raises(ValueError, match="blocks every drain"):
        workload(disruption_max_unavailable=0)
