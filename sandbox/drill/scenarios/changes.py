"""The stack's own changes: another growth phase and back, and a control plane that serves newer versions only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.drill.recorder import name_of
from sandbox.drill.scenarios.base import Scenario
from sandbox.drill.scenarios.losses import DRAIN_SECONDS
from sandbox.kubernetes.api import UNPROCESSABLE, ApiError
from sandbox.kubernetes.tools import VERSION

if TYPE_CHECKING:
    from collections.abc import Container

    from sandbox.drill.scenarios.base import Findings
    from sandbox.drill.stage import Stage
    from sandbox.drill.subject import Subject
    from sandbox.kubernetes.api import Manifest

CHANGE = "phase-change"
TAKEN_OVER_SECONDS = 120.0
"""Longer than a node may be silent for its controller (kube-controller-manager, `--node-monitor-grace-period`)."""
GONE_SECONDS = 120.0
"""How long an object with its pods may take to be gone."""
NO_NEIGHBOUR = "no later growth phase is known: this is the last one, or a plan file was given"


def _there_and_back(stage: Stage, found: Findings) -> None:
    if stage.neighbour is None:
        found.skipped = NO_NEIGHBOUR
        return
    here = stage.subject
    for subject in (stage.neighbour, here):
        _change(stage, subject, found)
        if found.problems:
            return


def _change(stage: Stage, subject: Subject, found: Findings) -> None:
    """As an update does it: objects in their order, what is gone at the end, and other nodes one at a time."""
    began, old = stage.clock.seconds, stage.subject
    before = {item.name: item for item in stage.workloads}
    renewed = stage.regroup(subject.groups)
    left = {_identity(item) for item in subject.objects}
    given_back = [item for item in old.objects if item["kind"] == "ScaledObject" and _identity(item) not in left]
    for item in given_back:
        stage.api.remove(item)
    if given_back:
        found.notes.append(f"{len(given_back)} ScaledObjects go in an update of their own (docs/upgrades.md)")
    for item in subject.objects:
        _update(stage, item, found)
    for item in reversed(old.objects):
        if _identity(item) not in left:
            stage.api.remove(item)
    stage.become(subject)
    if renewed and not _renew(stage, renewed, found):
        return
    stage.scale("minimum")
    found.problems += stage.settle("minimum")
    emptied = stage.readiness.emptied(began)
    for workload in stage.workloads:
        least = min(workload.least, before[workload.name].least) if workload.name in before else 0
        if workload.name not in emptied or not least:
            continue
        # With one pod alone nobody else serves while a drained node's pod starts elsewhere: said, and no failure.
        said = f"{workload.name}: no pod was ready for a moment on the way to {subject.name}"
        (found.problems if least > 1 else found.notes).append(said if least > 1 else f"{said}, of one")
    found.notes.append(f"to {subject.name}: {stage.clock.seconds - began:.0f} s, {len(renewed)} nodes of another kind")


def _renew(stage: Stage, nodes: list[str], found: Findings) -> bool:
    """Replace nodes one at a time; returns whether all are gone."""
    stage.surge()
    for node in nodes:
        drained = stage.cluster.drain(node, DRAIN_SECONDS)
        if not drained.done:
            found.problems.append(f"{node} is not empty after {drained.seconds:.0f} s: {', '.join(drained.refused)}")
            return False
        stage.end([node])
    stage.freeze(frozen=False)
    return True


def _update(stage: Stage, item: Manifest, found: Findings) -> None:
    """As the provider does it: what cannot change is deleted and made anew (pulumi-kubernetes documentation, `Job`)."""
    try:
        stage.api.apply(item, force=True)
    except ApiError as error:
        if error.status != UNPROCESSABLE or "immutable" not in str(error):
            raise
        stage.api.remove(item)
        stage.clock.wait_until(lambda: stage.api.read(item) is None, GONE_SECONDS)
        stage.api.apply(item, force=True)
        found.notes.append(f"{item['kind']} {name_of(item['metadata'])} is deleted and made anew")


def _identity(item: Manifest) -> tuple[str, str, str]:
    """What makes an object the same one in two phases, whatever version describes it."""
    return str(item["apiVersion"]).rpartition("/")[0], str(item["kind"]), name_of(item["metadata"])


def _newer_control_plane(stage: Stage, found: Findings) -> None:
    """A drill's API server is newer than the stack's: it refuses what it no longer serves, and warns of the next."""
    for item in stage.subject.objects:
        said = f"{item['apiVersion']} {item['kind']} {name_of(item['metadata'])}"
        try:
            warnings = stage.api.apply(item, dry_run=True, force=True).warnings
        except ApiError as error:
            found.problems.append(f"{said}: {error}")
            continue
        found.problems += [f"{said}: {warning}" for warning in warnings if "deprecated" in warning]
    found.notes.append(f"every object was offered to an API server of Kubernetes {VERSION}")
    _another_scheduler(stage, found)


def _another_scheduler(stage: Stage, found: Findings) -> None:
    """The scheduler is another one after an upgrade, and knows nothing of before: no pod may go for that.

    The API itself stays: EKS runs two instances or more and replaces one after the other (Amazon EKS User Guide,
    "Amazon EKS architecture", "Update existing cluster to new Kubernetes version"). The controllers stay here, too: on
    a faster clock they would meet an API server that calls itself unhealthy most of the time.
    """
    stage.freeze()  # the node autoscaler takes nodes away in its own time, and their pods with them
    standing = {node["metadata"]["name"] for node in stage.cluster.nodes()}
    before = {
        pod["metadata"]["uid"]: name_of(pod["metadata"]) for pod in stage.cluster.ready_pods() if _lasts(pod, standing)
    }
    stage.restart_scheduler()
    stage.clock.sleep(TAKEN_OVER_SECONDS)
    kept = {pod["metadata"]["uid"] for pod in stage.cluster.ready_pods()}
    stage.freeze(frozen=False)
    found.problems += [
        f"{name} did not outlive the change of the scheduler"
        for uid, name in sorted(before.items(), key=lambda item: item[1])
        if uid not in kept
    ]
    found.problems += stage.settle(stage.size)
    found.notes.append(f"{len(before)} pods ran on while the scheduler was started anew")


def _lasts(pod: Manifest, standing: Container[str]) -> bool:
    """Whether a pod is to run for ever: no Job's, and on a node that stands."""
    of_job = any(owner["kind"] == "Job" for owner in pod["metadata"].get("ownerReferences") or ())
    return not of_job and pod["spec"].get("nodeName") in standing


SCENARIOS = (
    Scenario(CHANGE, "to the next growth phase and back", "minimum", _there_and_back),
    Scenario("control-plane-upgrade", "the API server no longer serves old versions", "minimum", _newer_control_plane),
)
