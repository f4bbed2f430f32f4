"""Scenarios on the real scheduler and controllers: zones, volumes, autoscalers, and another scheduler."""

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


def scaled_object() -> dict[str, Any]:
    triggers = [{"type": "cpu", "metricType": "Utilization", "metadata": {"value": "70"}}]
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "app", "namespace": "default"},
        "spec": {
            "scaleTargetRef": {"name": "app"},
            "minReplicaCount": 3,
            "maxReplicaCount": 9,
            "advanced": {"horizontalPodAutoscalerConfig": {"name": "app"}},
            "triggers": triggers,
        },
    }


def job(release: str) -> dict[str, Any]:
    containers = [{"name": "job", "image": "example.com/job:1", "env": [{"name": "RELEASE", "value": release}]}]
    template = {"spec": {"restartPolicy": "Never", "containers": containers}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "release", "namespace": "default"},
        "spec": {"template": template},
    }


def stored(name: str, replicas: int) -> tuple[dict[str, Any], ...]:
    """A StatefulSet whose pods keep something, in different zones, and the class of their volumes."""
    labels = {"app": name}
    term = {"topologyKey": "topology.kubernetes.io/zone", "labelSelector": {"matchLabels": labels}}
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "zonal",
        "resources": {"requests": {"storage": "1Gi"}},
    }
    storage = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "zonal"},
        "provisioner": "ebs.csi.aws.com",
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    pod = {
        "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}},
        "containers": [{"name": "db", "image": "example.com/db:1", "resources": {"requests": {"cpu": "100m"}}}],
    }
    workload = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "serviceName": name,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
        },
    }
    return storage, workload


def stack(folder: Path, *scenarios: str, stores: int = 0, keda: bool = False, **spread: str) -> Drill:
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
    objects = (app, hpa, budget("app", maxUnavailable=1), job("1"), *(stored("db", stores) if stores else ()))
    groups = tuple(map(group, ZONES))
    subject = subject_of("test", objects, groups, Flags(), ())
    later = subject_of("later", (app, scaled_object(), job("2")), groups, Flags(), ()) if keda else None
    return run(subject, named(scenarios), folder / "cluster", lambda _: None, neighbour=later, pace=PACE)


def test_a_spread_over_living_zones_survives_the_loss_of_one_at_the_most_pods(tmp_path: Path) -> None:
    found = stack(tmp_path, "zone-lost-maximum", stores=3, nodeTaintsPolicy="Honor")
    assert [(item.scenario, item.problems) for item in found.outcomes] == [
        (FIRST_START.name, ()),
        ("zone-lost-maximum", ()),
    ]
    worst = dict(found.outcomes[1].worst_ready)
    assert worst["default/app"] == pytest.approx(6 / 9)
    # A pod stays where its volume is, and waits for its zone; those of the other zones go on.
    assert worst["default/db"] == pytest.approx(2 / 3)
    assert {item.pod for item in found.outcomes[1].pending if not item.ended} < {f"default/db-{n}" for n in range(3)}
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


def test_a_load_is_followed_an_autoscaler_handed_over_and_a_scheduler_started_anew(tmp_path: Path) -> None:
    wanted = ("load-followed", "autoscaler-handover", "phase-change", "control-plane-upgrade")
    found = stack(tmp_path, *wanted, keda=True, nodeTaintsPolicy="Honor")
    assert [(item.scenario, item.problems, item.skipped) for item in found.outcomes] == [
        (name, (), "") for name in (FIRST_START.name, *wanted)
    ]
    counts = [event.detail for event in found.outcomes[1].time_line.of("default/app", what="scaled")]
    assert counts, "the controller changed the count"
    said = " ".join(found.outcomes[2].notes)
    assert "default/app to KEDA by one update" in said
    # With the same metrics there is no conflict; the autoscaler would go with the ScaledObject that owns it.
    assert "default/app from KEDA by one update: not refused, and deleted with the ScaledObject" in said
    assert "default/app from KEDA by two updates" in said
    changed = found.outcomes[3].notes
    assert changed.count("Job default/release is deleted and made anew") == 2
    assert "1 ScaledObjects go in an update of their own (docs/upgrades.md)" in changed
