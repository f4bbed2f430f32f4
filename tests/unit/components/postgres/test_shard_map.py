from __future__ import annotations

from typing import Any

import pulumi

from components.app.workload import Workload, WorkloadArgs
from components.postgres.shard_map import FILE_PATH, ShardMap, ShardMapArgs
from tests.support.recording import Recording, record

DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def recorded(document: str) -> Recording:
    def build() -> None:
        shard_map = ShardMap(
            "shard-map", ShardMapArgs(namespace="production", document=pulumi.Output.from_input(document))
        )
        files, checksums = (shard_map.mount,), (shard_map.checksum,)
        Workload("app", WorkloadArgs(namespace="production", image="app:1", files=files, checksums=checksums))

    return record(build)


def template(recording: Recording) -> dict[str, Any]:
    found: dict[str, Any] = recording.one(DEPLOYMENT).inputs["spec"]["template"]
    return found


def test_pods_find_the_map_as_a_file() -> None:
    recording = recorded('{"version": 1}')
    config = recording.one("kubernetes:core/v1:ConfigMap").inputs
    assert config["data"] == {"map.json": '{"version": 1}'}
    spec = template(recording)["spec"]
    (volume,) = [item for item in spec["volumes"] if "configMap" in item]
    assert volume["configMap"]["name"] == config["metadata"]["name"]
    (mount,) = [item for item in spec["containers"][0]["volumeMounts"] if item["name"] == volume["name"]]
    assert f"{mount['mountPath']}/map.json" == FILE_PATH
    assert mount["readOnly"] is True


def test_a_new_version_of_the_map_rolls_the_pods() -> None:
    one, other = (template(recorded(text))["metadata"]["annotations"] for text in ('{"version": 1}', '{"version": 2}'))
    assert one["checksum/shard-map"] != other["checksum/shard-map"]
