"""The engine on a real kube-apiserver: what is created, changed, deleted, and seen when somebody else changes it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from sandbox.faults import Faults
from sandbox.kubernetes.api import ApiError
from sandbox.kubernetes.cluster import KubernetesCluster
from sandbox.session import Session
from tests.support.engine import Bench, engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.kubernetes.api import KubernetesApi
    from sandbox.kubernetes.api_server import ApiServer

NUMBERS = itertools.count(1)
pytestmark = [
    # an update that fails leaves the SDK's program coroutine behind: its clean-up finds no event loop and says so
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass
class ClusterBench(Bench):
    """A bench whose Kubernetes objects go to a real API."""

    cluster: KubernetesCluster | None = None
    home: str = field(default_factory=lambda: f"home-{next(NUMBERS)}")
    """A namespace of its own: a test that fails leaves the others alone."""

    def session(self, program: Callable[[], object]) -> Session:
        return Session(engine(), self.workspace, program=lambda: _run(program), cluster=self.cluster)

    @property
    def api(self) -> KubernetesApi:
        assert self.cluster is not None
        return self.cluster.api

    def refresh(self, program: Callable[[], object]) -> dict[str, int]:
        return self._on(program, lambda session: session.refresh())

    def live(self, kind: str, name: str, api_version: str = "v1") -> dict[str, Any] | None:
        return self.api.read(self.reference(kind, name, api_version))

    def reference(self, kind: str, name: str, api_version: str = "v1") -> dict[str, Any]:
        metadata = {"name": name} if kind == "Namespace" else {"name": name, "namespace": self.home}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _run(program: Callable[[], object]) -> None:
    program()


@pytest.fixture
def bench(api_server: ApiServer, tmp_path: Path) -> ClusterBench:
    return ClusterBench(tmp_path, cluster=KubernetesCluster(api_server.api, has_controllers=False))


def program(home: str, *, cpu: str = "1000m", color: str | None = "blue", force: bool = False) -> Callable[[], None]:
    """A namespace with a config map, a secret and a deployment."""

    def build() -> None:
        import pulumi_kubernetes as k8s

        namespace = k8s.core.v1.Namespace("home", metadata={"name": home})
        below = pulumi.ResourceOptions(depends_on=[namespace])
        forced = {"annotations": {"pulumi.com/patchForce": "true"}} if force else {}
        k8s.core.v1.ConfigMap(
            "settings",
            metadata={"name": "settings", "namespace": home},
            data={"size": "1", **({"color": color} if color else {})},
            opts=below,
        )
        k8s.core.v1.Secret(
            "login",
            metadata={"name": "login", "namespace": home},
            string_data={"url": pulumi.Output.secret("one")},
            opts=below,
        )
        labels = {"app": "a"}
        k8s.apps.v1.Deployment(
            "app",
            metadata={"name": "app", "namespace": home, **forced},
            spec={
                "minReadySeconds": 5,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "a", "image": "a:1", "resources": {"limits": {"cpu": cpu}}}]},
                },
            },
            opts=below,
        )

    return build


def test_objects_live_in_the_api_server_and_follow_the_program(bench: ClusterBench) -> None:
    bench.up(program(bench.home))
    settings = bench.live("ConfigMap", "settings")
    assert settings is not None
    assert settings["data"] == {"size": "1", "color": "blue"}
    secret = bench.live("Secret", "login")
    assert secret is not None
    assert secret["data"] == {"url": "b25l"}
    assert bench.preview(program(bench.home)).changes() == []

    bench.up(program(bench.home, cpu="2", color=None))
    settings = bench.live("ConfigMap", "settings")
    assert settings is not None
    assert settings["data"] == {"size": "1"}, "a key that the program gave up is given up in the cluster"
    deployment = bench.live("Deployment", "app", "apps/v1")
    assert deployment is not None
    assert deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"] == {"cpu": "2"}

    bench.destroy()
    kinds = [("ConfigMap", "settings", "v1"), ("Deployment", "app", "apps/v1"), ("Namespace", bench.home, "v1")]
    assert [kind for kind, name, version in kinds if bench.live(kind, name, version) is not None] == []


def test_the_servers_defaults_and_spellings_are_no_drift(bench: ClusterBench) -> None:
    bench.up(program(bench.home, cpu="1000m"))
    deployment = bench.live("Deployment", "app", "apps/v1")
    assert deployment is not None
    assert deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"] == {"cpu": "1"}
    assert bench.refresh(program(bench.home, cpu="1000m")).get("update", 0) == 0
    assert bench.preview(program(bench.home, cpu="1000m")).changes() == []
    bench.destroy()


def test_a_change_by_somebody_else_is_seen_and_is_a_conflict_until_the_program_claims_the_field(
    bench: ClusterBench,
) -> None:
    bench.up(program(bench.home))
    theirs = {"spec": {"minReadySeconds": 30, "paused": True}}
    bench.api.merge(bench.reference("Deployment", "app", "apps/v1"), theirs)
    bench.refresh(program(bench.home))
    changed = bench.preview(program(bench.home)).changes()
    expected = [("app", "update", (("spec.minReadySeconds", "update"),))]
    assert [(item.name, item.op, item.changed) for item in changed] == expected
    assert 'conflict with "somebody-else"' in bench.refusal(program(bench.home))

    bench.up(program(bench.home, force=True))
    deployment = bench.live("Deployment", "app", "apps/v1")
    assert deployment is not None
    assert deployment["spec"]["minReadySeconds"] == 5
    assert deployment["spec"]["paused"] is True, "what is not ours stays"
    bench.destroy()


def test_a_secret_that_somebody_changed_stays_secret(bench: ClusterBench) -> None:
    bench.up(program(bench.home))
    bench.api.merge(bench.reference("Secret", "login"), {"stringData": {"url": "stolen-value"}})
    bench.refresh(program(bench.home))
    changed = bench.preview(program(bench.home)).changes()
    assert [(item.name, item.op) for item in changed] == [("login", "replace")], "a new one, as the provider does it"
    files = [path for path in bench.workspace.folder.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"stolen-value" in path.read_bytes()] == []
    bench.destroy()


def test_an_object_that_somebody_deleted_is_made_again(bench: ClusterBench) -> None:
    bench.up(program(bench.home))
    bench.api.delete(bench.reference("ConfigMap", "settings"))
    bench.refresh(program(bench.home))
    assert [(item.name, item.op) for item in bench.preview(program(bench.home)).changes()] == [("settings", "create")]
    bench.up(program(bench.home))
    assert bench.live("ConfigMap", "settings") is not None
    bench.destroy()


def limits(home: str, least: str) -> Callable[[], None]:
    """The program with a limit range of at most one core."""

    def build() -> None:
        import pulumi_kubernetes as k8s

        program(home)()
        k8s.core.v1.LimitRange(
            "limits",
            metadata={"name": "limits", "namespace": home},
            spec={"limits": [{"type": "Container", "max": {"cpu": "1"}, "min": {"cpu": least}}]},
        )

    return build


def test_what_the_server_refuses_is_reported_and_not_remembered(bench: ClusterBench) -> None:
    bench.up(program(bench.home))
    assert 'spec.limits[0].min[cpu]: Invalid value: "2"' in bench.refusal(limits(bench.home, "2"))
    assert bench.objects("kubernetes:core/v1:LimitRange") == []
    assert bench.live("LimitRange", "limits") is None
    assert bench.preview(program(bench.home)).changes() == []
    bench.destroy()


def test_an_update_that_the_server_refuses_leaves_the_old_object_and_the_old_state(bench: ClusterBench) -> None:
    bench.up(program(bench.home))
    bench.up(limits(bench.home, "500m"))
    assert 'spec.limits[0].min[cpu]: Invalid value: "2"' in bench.refusal(limits(bench.home, "2"))
    remembered = [item.inputs["spec"]["limits"][0]["min"] for item in bench.objects("kubernetes:core/v1:LimitRange")]
    assert remembered == [{"cpu": "500m"}]
    assert bench.preview(limits(bench.home, "500m")).changes() == []
    bench.destroy()


def test_a_chart_brings_its_namespace(bench: ClusterBench) -> None:
    def chart() -> None:
        import pulumi_kubernetes as k8s

        k8s.helm.v3.Release("keda", chart="keda", namespace="charts-home", create_namespace=True, version="2.21.0")

    bench.up(chart)
    assert bench.live("Namespace", "charts-home") is not None
    bench.destroy()
    assert bench.live("Namespace", "charts-home") is not None, "Helm leaves a namespace that it made"


def test_injected_drift_and_deletions_happen_in_the_api_server_and_a_refresh_sees_them(bench: ClusterBench) -> None:
    bench.up(program(bench.home))
    texts = ["drift:kubernetes:apps/v1:Deployment:app:spec.minReadySeconds=30", "gone:kubernetes:*:settings"]
    faults = Faults.parse(texts)
    with Session(
        engine(), bench.workspace, program=program(bench.home), cluster=bench.cluster, faults=faults
    ) as session:
        assert sorted(session.drifted) == [
            "changed spec.minReadySeconds of kubernetes:apps/v1:Deployment app",
            "deleted kubernetes:core/v1:ConfigMap settings",
        ]
        deployment = bench.live("Deployment", "app", "apps/v1")
        assert deployment is not None
        assert deployment["spec"]["minReadySeconds"] == 30
        assert bench.live("ConfigMap", "settings") is None
        counts = session.refresh()
        plan, _ = session.preview()
    assert (counts.get("update"), counts.get("delete")) == (1, 1)
    assert faults.idle() == []
    assert sorted((item.name, item.op) for item in plan.changes()) == [("app", "update"), ("settings", "create")]
    bench.up(program(bench.home, force=True))
    bench.destroy()


def test_a_kind_without_a_definition_is_refused(bench: ClusterBench) -> None:
    unknown = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "default"}}
    with pytest.raises(ApiError, match=r'no matches for kind "Widget" in version "example\.com/v1"'):
        bench.api.apply(unknown)
    assert bench.api.read(unknown) is None
