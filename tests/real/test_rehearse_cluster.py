"""`./bbp rehearse` on a real kube-apiserver, as people run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.support.cli import Cli

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


def test_a_kubeconfig_leads_to_a_cluster_of_ones_own(cli: Cli, api_server: ApiServer, tmp_path: Path) -> None:
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
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(document))
    ran = cli.run("rehearse", "dev", "--kubeconfig", str(kubeconfig), "--json")
    assert ran.code == 0, ran.err
    assert ran.document["cluster"]["missing"] == []
    assert f"objects go to {endpoint.url}" in ran.err
    names = [item["metadata"]["name"] for item in api_server.api.list("apps/v1", "Deployment")]
    assert "bailbondpro-app" in names
    target = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "development"}}
    assert api_server.api.read(target) is not None


def test_a_kubeconfig_that_leads_nowhere_is_explained(cli: Cli, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("apiVersion: v1\nkind: Config\n")
    ran = cli.run("rehearse", "dev", "--kubeconfig", str(kubeconfig))
    assert ran.code == 1
    assert "has no current-context" in ran.err
    assert "Traceback" not in ran.err
