"""The provider host on the real engine: a component that it constructs is the one that Python makes directly."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

import components
from components.provider.schema import token
from components.provider.shapes import outputs
from components.tuning.postgres import Profile, parameters
from sandbox.program import language_host
from sandbox.seed import Existing, Seed
from tests.support.crossing import key_of, plain
from tests.support.engine import Bench, engine
from tests.support.paths import ROOT
from tests.support.wheel import built, environment_with

if TYPE_CHECKING:
    from pathlib import Path

IDS = ("sg-0bbbbbbbbbbbbbbb1",)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def plugin(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The host of the installed wheel as the plugin that the engine finds on PATH and starts by itself."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    command = folder / "pulumi-resource-bailbondpro"
    python = environment_with(wheel, tmp_path / "venv")
    command.write_text(f'#!/bin/sh\nexec {python} {ROOT / "package"} "$@"\n')
    command.chmod(0o700)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return command


class Remote(pulumi.ComponentResource):
    """A component as a program of another language asks for it: its type and its properties by their names there."""

    def __init__(self, component: type[pulumi.ComponentResource], name: str, properties: dict[str, Any]) -> None:
        self.keys = [field.key for field in outputs(component)]
        super().__init__(token(component), name, {**dict.fromkeys(self.keys), **properties}, None, remote=True)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # noqa: ANN401 - an output of the component

    def reference(self, **plain_values: str) -> dict[str, Any]:
        """What another component takes of this one; what it gives out without waiting is written plainly."""
        return {key: getattr(self, key) for key in self.keys if key != "username"} | plain_values


NETWORK: dict[str, Any] = {
    "prefix": "acme-dev",
    "vpc_cidr": "10.20.0.0/16",
    "region": "us-east-1",
    "nat_gateways": 1,
    "availability_zones": ("us-east-1a", "us-east-1b", "us-east-1c"),
    "interface_endpoints": (),
    "flow_logs": components.FlowLogs(traffic_type="REJECT", retention_days=7),
    "cluster_name": "acme-dev",
    "protect": False,
}
KEY: dict[str, Any] = {"alias": "acme-dev-data", "deletion_window_days": 7, "protect": False}
ADMIN: dict[str, Any] = {"secret_name": "acme-dev/postgres", "username": "acme_admin"}
TOKEN: dict[str, Any] = {"secret_name": "acme-dev/redis", "length": 64}
POSTGRES: dict[str, Any] = {
    "identifier": "acme-dev",
    "database_name": "acme",
    "instance_class": "db.m7g.large",
    "allocated_storage_gib": 100,
    "replicas": 1,
    "availability_zones": ("us-east-1a", "us-east-1b"),
    "parameters": parameters(Profile.GUIDE, 8),
}
REDIS: dict[str, Any] = {
    "replication_group_id": "acme-dev",
    "node_type": "cache.t4g.small",
    "maxmemory_policy": "volatile-lru",
}


def direct() -> None:
    network = components.Network("network", components.NetworkArgs(**NETWORK))
    key = components.DataKey("data", components.DataKeyArgs(**KEY)).key_arn
    subnets = tuple(network.data_subnet_ids)
    admin = components.Credential("admin", components.CredentialArgs(key_arn=key, **ADMIN))
    token_ = components.Credential("token", components.CredentialArgs(username=None, key_arn=key, **TOKEN))
    place: dict[str, Any] = {
        "vpc_id": network.vpc_id,
        "subnet_ids": subnets,
        "client_security_group_ids": IDS,
        "key_arn": key,
    }
    database = components.Postgres("postgres", components.PostgresArgs(credential=admin, **place, **POSTGRES))
    cache = components.Redis("redis", components.RedisArgs(credential=token_, **place, **REDIS))
    pulumi.export("hosts", [database.host, *database.replica_hosts, cache.host])


def remote() -> None:
    def given(values: dict[str, Any]) -> dict[str, Any]:
        return {key_of(name): plain(value) for name, value in values.items()}

    network = Remote(components.Network, "network", given(NETWORK))
    key = Remote(components.DataKey, "data", given(KEY)).keyArn
    subnets = [network.dataSubnetIds.apply(lambda ids, index=index: ids[index]) for index in range(3)]
    admin = Remote(components.Credential, "admin", {"keyArn": key, **given(ADMIN)})
    token_ = Remote(components.Credential, "token", {"keyArn": key, **given(TOKEN)})
    place = {"vpcId": network.vpcId, "subnetIds": subnets, "clientSecurityGroupIds": list(IDS), "keyArn": key}
    database = Remote(
        components.Postgres,
        "postgres",
        {"credential": admin.reference(username=ADMIN["username"]), **place, **given(POSTGRES)},
    )
    cache = Remote(components.Redis, "redis", {"credential": token_.reference(), **place, **given(REDIS)})
    pulumi.export("hosts", pulumi.Output.all(database.host, database.replicaHosts[0], cache.host))


@pytest.mark.usefixtures("plugin")
def test_components_that_the_host_constructs_are_those_that_python_makes(tmp_path: Path) -> None:
    root = tmp_path / "bench"
    root.mkdir()
    bench = Bench(root, seed=Seed((Existing("aws:ec2/securityGroup:SecurityGroup", IDS[0]),)))
    hosts = bench.up(remote)["hosts"]
    assert [host.partition(".")[0] for host in hosts] == ["acme-dev", "acme-dev-replica-1", "clustercfg"]
    plan = [item for item in bench.preview(direct) if item.type != "pulumi:providers:bailbondpro"]
    assert {
        item.urn: item.op for item in plan if item.op != "same" and item.type != "pulumi:providers:bailbondpro"
    } == {}
    assert len(plan) > 60


def test_the_engine_reads_the_schema_from_the_folder_of_the_plugin(wheel: Path, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    shutil.copytree(ROOT / "package", folder, ignore=shutil.ignore_patterns("build", "*.egg-info"))
    environment_with(wheel, folder / "venv")
    language_host.placed(tmp_path / "bin")
    answer = subprocess.run(
        [str(engine().command), "package", "get-schema", str(folder)],
        env={
            **os.environ,
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "PULUMI_HOME": str(tmp_path / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    schema = json.loads(answer.stdout)
    names = (getattr(components, name) for name in vars(components)["__getattr__"]("__all__"))
    expected = {token(item) for item in names if isinstance(item, type) and issubclass(item, pulumi.ComponentResource)}
    assert set(schema["resources"]) == expected
    assert schema["version"] == tomllib.loads((ROOT / "package" / "pyproject.toml").read_text())["project"]["version"]
