"""`./bbp rehearse` on a real kube-apiserver, as people run it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.support.cli import Cli
from tests.support.kubernetes_plugin import install

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.api_server import ApiServer


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


def kubeconfig_of(api_server: ApiServer, folder: Path) -> Path:
    """A file that leads to the API server."""
    endpoint = api_server.api.endpoint
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "own",
        "contexts": [{"name": "own", "context": {"cluster": "own", "user": "me"}}],
        "clusters": [
            {
                "name": "own",
                "cluster": {
                    "server": endpoint.url,
                    "certificate-authority": str(api_server.folder / "certificates" / "apiserver.crt"),
                },
            }
        ],
        "users": [{"name": "me", "user": {"token": endpoint.token}}],
    }
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(document))
    return kubeconfig


def test_a_kubeconfig_leads_to_a_cluster_of_ones_own(cli: Cli, api_server: ApiServer, tmp_path: Path) -> None:
    ran = cli.run("rehearse", "dev", "--kubeconfig", str(kubeconfig_of(api_server, tmp_path)), "--json")
    assert ran.code == 0, ran.err
    assert ran.document["cluster"]["missing"] == []
    assert f"objects go to {api_server.api.endpoint.url}" in ran.err
    assert "the sandbox applies the objects itself" in ran.err
    names = [item["metadata"]["name"] for item in api_server.api.list("apps/v1", "Deployment")]
    assert "bailbondpro-app" in names
    target = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "development"}}
    assert api_server.api.read(target) is not None


def test_a_kubernetes_plugin_on_the_path_applies_the_objects_instead_of_the_sandbox(
    cli: Cli, api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, log = tmp_path / "bin", tmp_path / "configured"
    folder.mkdir()
    plugin = install(folder, log)
    kubeconfig = kubeconfig_of(api_server, tmp_path)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    ran = cli.run("rehearse", "dev", "--kubeconfig", str(kubeconfig), "--json")
    assert ran.code == 0, ran.err
    assert f"the real plugin {plugin} applies the objects" in ran.err
    assert set(log.read_text().split()) == {str(kubeconfig)}, "it reached the user's cluster, not the simulated one"
    assert ran.document["second_preview_changes"] == 0
    assert ran.document["cluster"]["missing"] == []
    assert ran.document["cluster"]["objects"]["Deployment"] >= 2
    (simulated,) = cli.sandbox.glob("dev.kubeconfig-*/cloud.jsonl")
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
