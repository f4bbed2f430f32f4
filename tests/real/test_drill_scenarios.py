"""Scenarios on the real scheduler: a zone that is lost, with a spread that survives it and one that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bailbondpro.facts.nodes import allocatable
from planner.capacity.node_groups import NodeGroup
from sandbox.drill.nodes.flags import Flags
from sandbox.drill.run import run
from sandbox.drill.scenarios import named
from sandbox.drill.scenarios.sizes import FIRST_START
from sandbox.drill.subject import subject_of
from tests.support.drilled import budget, deployment

if TYPE_CHECKING:
    from pathlib import Path

    from plan.drills.record import Drill

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
PACE = 30.0


def group(zone: str) -> NodeGroup:
    return NodeGroup(
        name=f"app-{zone[-1]}",
        region="us-east-1",
        zones=(zone,),
        least=1,
        wanted=1,
        most=4,
        instance="m8g.large",
        processors=2,
        memory_mib=8192,
        disk_gib=20,
        arch="arm64",
        capacity_type="ON_DEMAND",
        version="",
        labels=(),
        taints=(),
        room=allocatable(2, 8192, 20, 29, 29),
    )


def autoscaler() -> dict[str, Any]:
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "app", "namespace": "default"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app"},
            "minReplicas": 3,
            "maxReplicas": 9,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization"}}}],
        },
    }


def stack(folder: Path, scenario: str, **spread: str) -> Drill:
    constraint = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "app"}},
        **spread,
    }
    app = deployment("app", 3, cpu="200m", topologySpreadConstraints=[constraint])
    hpa = autoscaler()
    hpa["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"] = 70
    objects = (app, hpa, budget("app", maxUnavailable=1))
    subject = subject_of("test", objects, tuple(map(group, ZONES)), Flags(), ())
    return run(subject, named((scenario,)), folder / "cluster", lambda _: None, pace=PACE)


def test_a_spread_over_living_zones_survives_the_loss_of_one_at_the_most_pods(tmp_path: Path) -> None:
    found = stack(tmp_path, "zone-lost-maximum", nodeTaintsPolicy="Honor")
    assert [(item.scenario, item.problems) for item in found.outcomes] == [
        (FIRST_START.name, ()),
        ("zone-lost-maximum", ()),
    ]
    assert dict(found.outcomes[1].worst_ready)["default/app"] == pytest.approx(6 / 9)
    assert found.ok


def test_a_spread_that_counts_a_dead_zone_keeps_replacements_pending_in_the_schedulers_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sandbox.drill.stage.SETTLE_SECONDS", 300.0
    )  # seconds of the drill: enough to see that it waits
    found = stack(tmp_path, "zone-lost-maximum")
    lost = found.outcomes[1]
    assert not lost.passed
    assert "topology spread constraints" in " ".join(lost.problems)
    assert max(item.seconds for item in lost.pending) >= 270.0  # it was refused a little after the zone fell silent
    assert not found.ok
