"""What a loss may take away."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from sandbox.drill.readiness import Level, Readiness
from sandbox.drill.scenarios.base import Findings
from sandbox.drill.scenarios.losses import _alive

if TYPE_CHECKING:
    from sandbox.drill.api import ClusterApi
    from sandbox.drill.pace import Clock
    from sandbox.drill.stage import Stage


def found(**worst: tuple[int, int]) -> Findings:
    levels = {name.replace("__", "/"): Level(1.0, ready, wanted) for name, (ready, wanted) in worst.items()}
    seen = {name: [item] for name, item in levels.items()}
    stage = SimpleNamespace(readiness=Readiness(cast("ClusterApi", None), cast("Clock", None), seen))
    findings = Findings()
    _alive(cast("Stage", stage), 0.0, findings)
    return findings


def test_a_workload_of_users_that_has_no_pod_left_for_a_moment_is_a_problem() -> None:
    assert found(production__app=(0, 3)).problems == ["production/app: none of 3 pods was ready for a moment"]
    assert found(production__app=(1, 3)).problems == []


def test_without_names_no_request_is_answered() -> None:
    (name,) = {"kube-system__coredns": (0, 2)}
    assert found(**{name: (0, 2)}).problems == ["kube-system/coredns: none of 2 pods was ready for a moment"]


def test_operators_and_single_pods_are_said_and_nothing_waits_for_none() -> None:
    findings = found(keda__operator=(0, 2), production__tool=(0, 1), production__off=(0, 0))
    assert findings.problems == []
    assert findings.notes == [
        "keda/operator: none of 2 pods was ready for a moment",
        "production/tool: none of 1 pods was ready for a moment",
    ]
