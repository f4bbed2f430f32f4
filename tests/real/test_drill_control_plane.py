"""Pods are decided by the real scheduler and the real controllers, on a clock that runs twenty times faster."""

from __future__ import annotations

import contextlib
import copy
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.drill.cluster import Cluster
from sandbox.drill.control_plane import ControlPlane
from sandbox.drill.numbers import DOMAIN
from sandbox.drill.recorder import Recorder
from tests.support.drilled import budget, deployment, node
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.drills import Event
    from sandbox.drill.api import ClusterApi
    from sandbox.drill.pace import Clock
    from sandbox.kubernetes.api import Manifest

ROOMY = 1.6
"""Times may be this much longer than the components' own sums: a busy machine's milliseconds are simulated seconds."""
PATIENT = 1200
"""Simulated seconds to wait at most for what must come; a wait ends with it."""


@pytest.fixture
def cluster(plane: ControlPlane) -> Iterator[Cluster]:
    """A cluster without anything in it, and without nodes."""
    found = Cluster(plane.api, plane.clock)
    yield found
    plane.check()
    for version, kind in (("apps/v1", "Deployment"), ("policy/v1", "PodDisruptionBudget"), ("batch/v1", "Job")):
        for item in plane.api.find(version, kind, "default"):
            plane.api.remove(item)
    for item in found.nodes():
        found.remove_node(item["metadata"]["name"])
    assert plane.clock.wait_until(lambda: not _removed(found), PATIENT)


def _removed(cluster: Cluster) -> list[Manifest]:
    """The pods that are left; nobody is there who would stop them."""
    left = cluster.pods()
    for pod in left:
        cluster.api.remove(pod, grace_seconds=0)
    return left


@pytest.fixture
def recorder(plane: ControlPlane) -> Iterator[Recorder]:
    with Recorder(plane.api, plane.clock) as found:
        yield found


def with_nodes(cluster: Cluster, **zones: str) -> None:
    for name, zone in zones.items():
        cluster.add_node(node(name, zone))
    assert cluster.await_nodes(60)


def ready(cluster: Cluster, app: str, count: int, seconds: float = 90) -> bool:
    return cluster.clock.wait_until(lambda: len(cluster.ready_pods("default", f"app={app}")) == count, seconds)


def rolled_out(cluster: Cluster, item: Manifest) -> bool:
    live = cluster.api.read(item)
    assert live is not None
    status, replicas = live["status"], item["spec"]["replicas"]
    return status.get("observedGeneration") == live["metadata"]["generation"] and all(
        status.get(key) == replicas for key in ("updatedReplicas", "availableReplicas", "replicas")
    )


def another_version(item: Manifest) -> Manifest:
    found = copy.deepcopy(item)
    found["spec"]["template"]["metadata"]["annotations"] = {"version": "2"}
    return found


def seconds(events: tuple[Event, ...]) -> list[float]:
    return [event.seconds for event in events]


def test_a_pod_that_fits_nowhere_is_pending_with_the_schedulers_own_reason(
    cluster: Cluster, recorder: Recorder
) -> None:
    with_nodes(cluster, one="zone-a", two="zone-b")
    cluster.apply([deployment("small", 2), deployment("large", 1, cpu="8")])
    assert ready(cluster, "small", 2)
    (pending,) = recorder.time_line().pending()
    assert pending.pod.startswith("default/large-")
    assert pending.reason.startswith("0/2 nodes are available: 2 Insufficient cpu.")
    assert not pending.ended
    assert {pod["spec"]["nodeName"] for pod in cluster.pods("default", "app=small")} == {"one", "two"}


def test_a_rollout_waits_as_long_as_its_pods_must_be_ready_and_takes_much_less_real_time(
    cluster: Cluster, recorder: Recorder
) -> None:
    with_nodes(cluster, one="zone-a", two="zone-b")
    app = deployment("web", 2, min_ready=60, pre_stop=15)
    cluster.apply([app])
    assert ready(cluster, "web", 2)
    started, real = cluster.clock.seconds, time.monotonic()
    cluster.apply([another_version(app)])
    assert cluster.clock.wait_until(lambda: rolled_out(cluster, another_version(app)), PATIENT)
    took, really = cluster.clock.seconds - started, time.monotonic() - real
    # Two pods, one after the other: 5 s start, 5 s probe, 60 s ready each.
    assert 140 <= took <= 140 * ROOMY
    assert really < took / 10
    line = recorder.time_line().between(started, cluster.clock.seconds + 1)
    for event in line.of(what="terminating"):
        gone = line.of(event.name, what="gone")
        # 15 s hook and 2 s stop; time stamps have whole seconds.
        assert all(16 <= later - event.seconds <= 17 * ROOMY for later in seconds(gone))


def test_the_pods_of_a_silent_node_move_after_their_toleration(cluster: Cluster, recorder: Recorder) -> None:
    with_nodes(cluster, one="zone-a", two="zone-b")
    minute = {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"}
    cluster.apply([deployment("web", 2, tolerations=[{**minute, "tolerationSeconds": 60}])])
    assert ready(cluster, "web", 2)
    silent = cluster.clock.seconds
    cluster.stop_kubelet("one")
    assert cluster.clock.wait_until(lambda: len(recorder.time_line().of(what="TaintManagerEviction")) == 1, PATIENT)
    assert ready(cluster, "web", 2)
    line = recorder.time_line()
    (unready,) = line.of("one", what="not ready")
    (evicted,) = line.of(what="TaintManagerEviction")
    # A lease of up to 50 s of silence (--node-monitor-grace-period), looked at every 5 s, then the toleration.
    assert 40 <= unready.seconds - silent <= 55 * ROOMY
    assert 59 <= evicted.seconds - unready.seconds <= 60 * ROOMY
    (terminating,) = line.of(evicted.name, what="terminating")
    assert line.of(evicted.name, what="gone") == ()  # nobody is there who stops it
    assert terminating.detail == "Taint manager: deleting due to NoExecute taint"
    # Without one of its own, a pod gets the one that every API server gives (DefaultTolerationSeconds).
    given = {item["key"]: item["tolerationSeconds"] for item in cluster.pods()[0]["spec"]["tolerations"]}
    assert given == {"node.kubernetes.io/unreachable": 60, "node.kubernetes.io/not-ready": 300}
    assert recorder.disturbed() == ()


def test_a_budget_that_allows_nothing_blocks_a_drain_and_one_that_allows_one_pod_lets_it_pass(
    cluster: Cluster,
) -> None:
    with_nodes(cluster, one="zone-a", two="zone-b")
    cluster.apply([deployment("web", 2), budget("web", minAvailable=2)])
    assert ready(cluster, "web", 2)
    blocked = cluster.drain("one", 30)
    assert not blocked.done
    assert [name.rpartition("-")[0].rpartition("-")[0] for name in blocked.refused] == ["default/web"]
    assert len(cluster.ready_pods("default", "app=web")) == 2
    cluster.apply([budget("web", minAvailable=1)])
    passed = cluster.drain("one", 120)
    assert passed.done
    assert ready(cluster, "web", 2)
    assert {pod["spec"]["nodeName"] for pod in cluster.ready_pods()} == {"two"}


def pod(name: str, **spec: object) -> Manifest:
    metadata = {"name": name, "namespace": "default"}
    whole = {"terminationGracePeriodSeconds": 30, "containers": [{"name": "app", "image": "example.com/app:1"}], **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": whole}


def stopping(name: str, grace: int, hook: Manifest) -> Manifest:
    container = {"name": "app", "image": "example.com/app:1", "lifecycle": {"preStop": hook}}
    return pod(name, terminationGracePeriodSeconds=grace, containers=[container])


def test_pods_start_become_ready_complete_and_stop_as_they_say_themselves(cluster: Cluster, recorder: Recorder) -> None:
    with_nodes(cluster, one="zone-a")
    probe = {"tcpSocket": {"port": 80}, "initialDelaySeconds": 12, "periodSeconds": 10}
    probed = {"name": "app", "image": "example.com/app:1", "startupProbe": probe}
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "app", "image": "example.com/app:1"}]}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "job", "namespace": "default"}}
    cluster.apply([{**job, "spec": {"template": template}}])
    hooked = [
        stopping("sleeps", 60, {"sleep": {"seconds": 12}}),
        stopping("runs", 60, {"exec": {"command": ["/bin/sh", "-c", "nginx -s quit; sleep 12"]}}),
        stopping("outlasts", 7, {"sleep": {"seconds": 6}}),
    ]
    for item in (
        *hooked,
        pod("plain"),
        pod("probed", containers=[probed]),
        pod("gated", readinessGates=[{"conditionType": "example.com/target"}]),
        pod("initiated", initContainers=[{"name": name, "image": "example.com/init:1"} for name in "abc"]),
    ):
        cluster.api.create(item)
    assert cluster.clock.wait_until(lambda: len(cluster.ready_pods()) == 7, PATIENT)
    for item in hooked:
        cluster.api.remove(item)
    assert cluster.clock.wait_until(lambda: len(cluster.pods()) == 5, PATIENT)
    line = recorder.time_line()

    def between(name: str, first: str, second: str) -> float:
        (start,), (end,) = (line.of(f"default/{name}", what=what) for what in (first, second))
        return end.seconds - start.seconds

    expected = (
        ("plain", "scheduled", "running", 5),
        ("plain", "running", "ready", 0),
        ("initiated", "scheduled", "running", 5 + 3 * 2),
        ("probed", "running", "ready", 12),
        ("gated", "running", "ready", 15),
        ("sleeps", "terminating", "gone", 12 + 2),
        ("runs", "terminating", "gone", 12 + 2),
        ("outlasts", "terminating", "gone", 7),
    )
    found = {item: between(*item[:3]) for item in expected}
    # Time stamps have whole seconds; each step takes some milliseconds, which are tenths of simulated seconds.
    assert {item: took for item, took in found.items() if not item[3] - 1.1 <= took <= item[3] + 5} == {}
    assert [event.what for event in line.of(kind="Job")] == ["Completed"]


WORDS = {"added", "created", "pending", "scheduled", "running", "ready", "unready", "terminating", "gone"}
"""What happens to objects; what components say of it comes a little sooner or later."""


def one_pod_replaced(api: ClusterApi, clock: Clock) -> list[tuple[str, str]]:
    """What happens to pods and nodes while a single pod is replaced, in order; pods are numbered as they come."""
    cluster = Cluster(api, clock)
    short = {f"{DOMAIN}/{name}-seconds": "1" for name in ("start", "boot", "stop")}
    app = deployment("web", 1, min_ready=2)
    app["spec"]["strategy"] = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    app["spec"]["template"]["metadata"]["annotations"] = short
    app["spec"]["template"]["spec"]["containers"][0].pop("readinessProbe")
    home = node("one")
    home["metadata"]["annotations"] = {f"{DOMAIN}/ready-seconds": "1"}
    newer = copy.deepcopy(app)
    newer["spec"]["template"]["metadata"]["annotations"] = {**short, "version": "2"}
    with Recorder(api, clock) as recorder:
        cluster.add_node(home)
        assert cluster.await_nodes(60)
        for item in (app, newer):
            cluster.apply([item])
            assert clock.wait_until(partial(rolled_out, cluster, item), PATIENT, every=0.2)
        assert clock.wait_until(lambda: len(cluster.pods()) == 1, PATIENT, every=0.2)
        assert recorder.disturbed() == ()
        events = [event for event in recorder.time_line().events if event.what in WORDS]
    numbers: dict[str, str] = {}
    for event in events:
        numbers.setdefault(event.name, f"{event.kind} {len(numbers)}")
    return [(numbers[event.name], event.what) for event in events]


def test_the_same_happens_in_the_same_order_at_the_machines_own_pace(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    faster = one_pod_replaced(cluster.api, cluster.clock)
    folder = tmp_path_factory.mktemp("slow")
    with ControlPlane(folder, print, pace=1, with_definitions=False) as slow:
        assert one_pod_replaced(slow.api, slow.clock) == faster
    assert not folder.exists()
    words = ("created", "scheduled", "running", "ready")
    assert faster == [
        *(("Node 0", what) for what in ("added", "ready")),
        *(("Pod 1", what) for what in words),
        *(("Pod 2", what) for what in words),
        *(("Pod 1", what) for what in ("terminating", "gone")),
    ]


@pytest.mark.parametrize(("moment", "kill"), [("ready", signal.SIGKILL), ("starting", signal.SIGINT)])
def test_nothing_is_left_of_a_drill_that_is_ended_from_outside(
    plane: ControlPlane, tmp_path: Path, moment: str, kill: signal.Signals
) -> None:
    assert plane.api.ready()  # the programs are built
    folder = tmp_path / "drill"
    starter = (
        "import sys, time\nfrom pathlib import Path\nfrom sandbox.drill.control_plane import ControlPlane\n"
        f"with ControlPlane(Path({str(folder)!r}), print, with_definitions=False):\n"
        f"    Path({str(tmp_path / 'ready')!r}).touch()\n    time.sleep(300)"
    )
    waited_for = tmp_path / "ready" if moment == "ready" else folder / "kube-apiserver.log"
    with subprocess.Popen([sys.executable, "-c", starter], cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        while not waited_for.exists():
            assert process.poll() is None, "the drill ended by itself"
            time.sleep(0.02)
        process.send_signal(kill)
        assert process.wait(60) != 0
    until = time.monotonic() + 40
    while (left := processes_of(folder)) or folder.exists():
        assert time.monotonic() < until, f"left: {left}, folder: {folder.exists()}"
        time.sleep(0.05)


def processes_of(folder: Path) -> list[str]:
    """The command lines that name a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in command:
                found.append(command)
    return found
