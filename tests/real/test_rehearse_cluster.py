"""`./bbp rehearse` on a real kube-apiserver, as people run it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.kubernetes.api_server import ApiServer
from sandbox.kubernetes.helm_ownership import Owner, refusal
from sandbox.kubernetes.tools import definitions
from tests.support.cli import Cli
from tests.support.kubeconfigs import write_kubeconfig
from tests.support.kubernetes_plugin import install
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.kubernetes.api import KubernetesApi


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "sandbox")


def test_the_largest_stack_is_built_in_a_real_api_server_and_a_second_preview_is_empty(
    cli: Cli,
    api_server: ApiServer,  # noqa: ARG001 - builds the server where it is missing, or skips
) -> None:
    ran = cli.run("rehearse", "prod", "--phase", "microservices", "--api-server", "--json")
    assert ran.code == 0, ran.err
    found = ran.document
    assert found["second_preview_changes"] == 0
    assert found["cluster"]["missing"] == []
    held = found["cluster"]["objects"]
    assert held["Deployment"] >= 9
    assert held["ScaledObject"] >= 7
    assert held["TargetGroupBinding"] == 2


@pytest.fixture
def empty_server(
    api_server: ApiServer,  # noqa: ARG001 - builds the server where it is missing, or skips
    tmp_path: Path,
) -> Iterator[ApiServer]:
    """A cluster in which nothing was installed."""
    with ApiServer(tmp_path / "empty", print, with_definitions=False) as server:
        yield server


def definitions_refused_by_helm(api: KubernetesApi) -> list[str]:
    """What Helm would say of the definitions in a cluster, if the stack's charts were installed now."""
    live = [item for wanted in definitions(print) if (item := api.read(wanted)) is not None]
    assert len(live) == len(definitions(print))
    owners = {
        "keda.sh": Owner("keda", "keda"),
        "autoscaling.k8s.io": Owner("vertical-pod-autoscaler", "kube-system"),
        "monitoring.coreos.com": Owner("kube-prometheus-stack", "monitoring"),
        "elbv2.k8s.aws": Owner("aws-load-balancer-controller", "kube-system"),
    }
    return [reason for item in live if (reason := refusal(item, owners[item["spec"]["group"]])) is not None]


def test_a_kubeconfig_leads_to_a_cluster_of_ones_own_whose_definitions_helm_can_take_over(
    cli: Cli, empty_server: ApiServer, tmp_path: Path
) -> None:
    api_server = empty_server
    kubeconfig = write_kubeconfig(tmp_path / "kubeconfig", "own", {"own": api_server})
    before = cli.run("rehearse", "dev", "--kubeconfig", str(kubeconfig), "--preview")
    assert before.code == 0, before.err
    assert [item for item in definitions(print) if api_server.api.read(item) is not None] == [], "a preview writes none"
    ran = cli.run("rehearse", "dev", "--kubeconfig", str(kubeconfig), "--json")
    assert ran.code == 0, ran.err
    assert ran.document["cluster"]["missing"] == []
    assert f"objects go to {api_server.api.endpoint.url}" in ran.err
    assert "the sandbox applies the objects itself" in ran.err
    names = [item["metadata"]["name"] for item in api_server.api.list("apps/v1", "Deployment")]
    assert "bailbondpro-app" in names
    target = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "development"}}
    assert api_server.api.read(target) is not None
    assert definitions_refused_by_helm(api_server.api) == []


def test_a_kubernetes_plugin_on_the_path_applies_the_objects_and_its_charts_bring_their_definitions(
    cli: Cli, empty_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api_server = empty_server
    folder, log = tmp_path / "bin", tmp_path / "configured"
    folder.mkdir()
    plugin = install(folder, log)
    kubeconfig = write_kubeconfig(tmp_path / "kubeconfig", "own", {"own": api_server})
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    config = tmp_path / "Pulumi.dev.yaml"
    keda = "  bailbondpro:autoscaling: {metricsBackend: keda}\n"
    config.write_text((ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8") + keda, encoding="utf-8")
    ran = cli.run("rehearse", "dev", "--config", str(config), "--kubeconfig", str(kubeconfig), "--json")
    assert ran.code == 0, ran.err
    assert f"the real plugin {plugin} applies the objects" in ran.err
    (pinned,) = set(log.read_text().split())
    assert pinned.startswith(str(cli.sandbox)), "it read a file that nobody else switches"
    assert not Path(pinned).exists(), "which is gone with the run"
    assert ran.document["second_preview_changes"] == 0
    assert ran.document["cluster"]["missing"] == []
    assert ran.document["cluster"]["objects"]["Deployment"] >= 2
    assert ran.document["cluster"]["objects"]["ScaledObject"] >= 1
    (simulated,) = cli.sandbox.glob("dev@kubeconfig-*/cloud.jsonl")
    assert '"aws:rds/instance:Instance"' in simulated.read_text()
    assert '"kubernetes:' not in simulated.read_text(), "the sandbox serves no kubernetes package then"
    token = api_server.api.endpoint.token
    kept = [path for path in cli.sandbox.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]
    assert kept == [], "the file's contents are kept nowhere"


def test_a_kubeconfig_that_leads_nowhere_is_explained(cli: Cli, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("apiVersion: v1\nkind: Config\n")
    ran = cli.run("rehearse", "dev", "--kubeconfig", str(kubeconfig))
    assert ran.code == 1
    assert "has no current-context" in ran.err
    assert "Traceback" not in ran.err
