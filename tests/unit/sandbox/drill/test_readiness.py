"""How many pods of a workload are ready, as its own status says."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.drill.pace import Clock, Pace
from sandbox.drill.readiness import Level, Readiness, complete, level


def workload(
    status: dict[str, int], kind: str = "Deployment", *, replicas: int | None = 3, generation: int = 1
) -> dict[str, Any]:
    spec = {} if replicas is None else {"replicas": replicas}
    return {
        "kind": kind,
        "metadata": {"name": "app", "namespace": "production", "generation": generation},
        "spec": spec,
        "status": status,
    }


RUNS = {"observedGeneration": 1, "updatedReplicas": 3, "replicas": 3, "readyReplicas": 3, "availableReplicas": 3}


def test_a_workload_is_complete_when_all_wanted_pods_and_no_others_are_there() -> None:
    assert complete(workload(RUNS))


@pytest.mark.parametrize(
    "change",
    [
        {"updatedReplicas": 2},
        {"replicas": 4},
        {"readyReplicas": 2},
        {"availableReplicas": 2},
        {"observedGeneration": 0},
    ],
)
def test_a_workload_with_a_pod_too_few_too_many_or_too_old_is_not_complete(change: dict[str, int]) -> None:
    assert not complete(workload({**RUNS, **change}))


def test_a_stateful_set_reports_no_available_pods_of_its_own_and_is_judged_by_ready_ones() -> None:
    status = {key: value for key, value in RUNS.items() if key != "availableReplicas"}
    assert complete(workload(status, "StatefulSet"))


def test_without_a_number_one_pod_is_wanted() -> None:
    assert level(workload({"readyReplicas": 1}, replicas=None), 2.0) == Level(2.0, 1, 1)


def test_of_no_wanted_pods_all_are_ready() -> None:
    assert level(workload({}, replicas=0), 2.0).share == 1.0


def test_the_worst_level_counts_the_one_that_was_in_force_at_the_beginning() -> None:
    readiness = Readiness(api=None, clock=Clock(Pace.begin(1.0)))  # type: ignore[arg-type]  # nothing is watched
    readiness._levels["production/app"] = [Level(1.0, 3, 3), Level(5.0, 1, 3), Level(9.0, 3, 3)]
    assert readiness.worst(6.0)["production/app"] == Level(5.0, 1, 3)
    assert readiness.worst(9.0)["production/app"] == Level(9.0, 3, 3)
    assert readiness.worst(0.0)["production/app"] == Level(5.0, 1, 3)
