"""A flat program declares what a state has: resources, inputs, secrets and dependencies, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.output import Unknown

from ops.answers.bench.flat import Flat, count, sized
from sandbox.exposure import SECRET, SIGNATURE
from tests.support.recording import record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.recording import Recording

URN = "urn:pulumi:dev::bailbondpro::"


def resource(token: str, name: str, inputs: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"urn": f"{URN}{token}::{name}", "type": token, "custom": True, "inputs": inputs, **more}


KEY = resource("aws:kms/key:Key", "data", {"description": "Keys", "tagsAll": {"a": "b"}, "__defaults": []})
SECRET_TEXT = {SIGNATURE: SECRET, "plaintext": json.dumps("hidden")}
STATE = [
    {"urn": f"{URN}pulumi:pulumi:Stack::bailbondpro-dev", "type": "pulumi:pulumi:Stack"},
    {"urn": f"{URN}bailbondpro:cache:Cache::cache", "type": "bailbondpro:cache:Cache"},
    resource("pulumi:providers:aws", "default_7_51_1", {}),
    KEY,
    resource(
        "aws:secretsmanager/secret:Secret",
        "login",
        {"name": "login", "kmsKeyId": "key-of-data"},
        parent=f"{URN}bailbondpro:cache:Cache::cache",
        propertyDependencies={"kmsKeyId": [KEY["urn"]]},
    ),
    resource(
        "aws:secretsmanager/secretVersion:SecretVersion",
        "login",
        {"secretId": "login", "secretString": SECRET_TEXT},
        dependencies=[KEY["urn"]],
    ),
    resource("kubernetes:example.com/v1:Widget", "app", {"apiVersion": "example.com/v1", "spec": {"min": 1}}),
    resource("aws:ec2/vpc:Vpc", "looked-up", {}, external=True),
]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record(Flat(write(tmp_path_factory.mktemp("state")), settled=False))


def write(folder: Path) -> Path:
    file = folder / "state.json"
    file.write_text(json.dumps({"resources": STATE}), encoding="utf-8")
    return file


def test_every_resource_that_a_provider_holds_is_declared_once(recording: Recording, tmp_path: Path) -> None:
    assert sorted((item.type, item.name) for item in recording) == [
        ("aws:kms/key:Key", "data"),
        ("aws:secretsmanager/secret:Secret", "login"),
        ("aws:secretsmanager/secretVersion:SecretVersion", "login"),
        ("kubernetes:example.com/v1:Widget", "app"),
    ]
    assert count(write(tmp_path)) == 4


def test_inputs_are_those_of_the_state_without_what_providers_add(recording: Recording) -> None:
    assert recording.one("aws:kms/key:Key").inputs == {"description": "Keys"}
    assert recording.one("aws:secretsmanager/secret:Secret").inputs["kmsKeyId"] == "key-of-data"
    assert recording.one("kubernetes:example.com/v1:Widget").inputs["spec"] == {"min": 1}


def test_a_secret_of_the_state_is_a_secret_of_the_program(recording: Recording) -> None:
    version = recording.one("aws:secretsmanager/secretVersion:SecretVersion")
    assert version.inputs["secretString"] == "hidden"
    assert "secretString" in version.secret_inputs


def test_dependencies_are_kept(recording: Recording) -> None:
    key = recording.one("aws:kms/key:Key").urn
    assert recording.one("aws:secretsmanager/secret:Secret").dependencies == (key,)
    assert recording.one("aws:secretsmanager/secretVersion:SecretVersion").dependencies == (key,)


def test_an_input_that_waits_for_another_resource_is_unknown_in_a_preview(tmp_path: Path) -> None:
    previewed = record(Flat(write(tmp_path), settled=False), preview=True)
    key_of_secret = previewed.one("aws:secretsmanager/secret:Secret").inputs["kmsKeyId"]
    assert isinstance(key_of_secret, Unknown)
    assert previewed.one("aws:kms/key:Key").inputs == {"description": "Keys"}


@pytest.mark.parametrize("resources", [1, 2, 3, 7])
def test_a_program_of_any_size_declares_as_many_resources(resources: int) -> None:
    assert len(record(sized(resources, settled=False)).resources) == resources
