"""Generated secrets are found wherever they can be read, in whatever form, and nowhere else."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from sandbox.exposure import SECRET, SIGNATURE, exposures

PASSWORD = "hLq7/Zt2+vX9sPm4Kd"  # noqa: S105 - nothing is opened with it
PEM = "-----BEGIN PRIVATE KEY-----\nabcdef0123456789\n-----END PRIVATE KEY-----\n"


def secret(value: object) -> dict[str, str]:
    """A value as the engine's export shows a secret."""
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value)}


def resource(token: str, name: str, *, custom: bool = True, **properties: object) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::bailbondpro::{token}::{name}"
    return {"urn": urn, "type": token, "custom": custom, "id": name if custom else "", **properties}


PASSWORD_RESOURCE = resource(
    "random:index/randomPassword:RandomPassword",
    "credential",
    inputs={"length": 18},
    outputs={"length": 18, "result": secret(PASSWORD)},
)
KEY = resource(
    "tls:index/privateKey:PrivateKey", "key", inputs={}, outputs={"privateKeyPem": secret(PEM), "publicKeyPem": "x"}
)


def found(*resources: dict[str, Any]) -> list[tuple[str, str, str]]:
    state = {"resources": [PASSWORD_RESOURCE, KEY, *resources]}
    return [(item.urn.rsplit("::", 1)[-1], item.path, item.secret) for item in exposures(state)]


def test_a_stack_that_keeps_its_secrets_exposes_none() -> None:
    url = secret(f"postgresql://u:{PASSWORD}@h/db")
    assert (
        found(
            resource("pulumi:pulumi:Stack", "dev", custom=False, outputs={"url": url}),
            resource("aws:rds/instance:Instance", "db", inputs={"passwordWo": secret(PASSWORD)}, outputs={}),
            resource("kubernetes:core/v1:Secret", "s", inputs={"stringData": secret({"url": PASSWORD})}, outputs={}),
            resource("kubernetes:helm.sh/v3:Release", "r", inputs={"values": secret({"p": PASSWORD})}, outputs={}),
            resource("aws:ssm/parameter:Parameter", "p", inputs={"type": "SecureString", "value": secret(PASSWORD)}),
        )
        == []
    )


@pytest.mark.parametrize(
    "text",
    [
        PASSWORD,
        f"postgresql://u:{PASSWORD}@h/db",
        "postgresql://u:hLq7%2FZt2%2BvX9sPm4Kd@h/db",
        json.dumps({"password": PASSWORD}),
        json.dumps({"url": json.dumps({"password": PASSWORD})}),
        json.dumps({"password": PASSWORD}).replace("/", "\\/"),
        "postgresql://u:hlq7%2fzt2%2bvx9spm4kd@h/db",
        "https://h/?next=hLq7%252FZt2%252BvX9sPm4Kd",
        "postgresql://u:hLq7/Zt2%2BvX9sPm4Kd@h/db",
        PASSWORD.encode().hex(),
        base64.urlsafe_b64encode(b"xx" + PASSWORD.encode() + b"yyy").decode(),
        *(base64.b64encode(base64.b64encode(b"x" * n + PASSWORD.encode() + b"yyyyyy")).decode() for n in range(3)),
        *(base64.b64encode(b"x" * shift + PASSWORD.encode() + b"y" * 3).decode() for shift in range(4)),
    ],
)
def test_a_secret_in_a_plain_stack_output_is_found_in_every_form(text: str) -> None:
    stack = resource("pulumi:pulumi:Stack", "dev", custom=False, outputs={"deep": [{"url": text}]})
    assert found(stack) == [("dev", "outputs.deep[0].url", "credential.result")]


def test_a_key_file_is_found_in_a_json_text() -> None:
    stack = resource("pulumi:pulumi:Stack", "dev", custom=False, outputs={"file": json.dumps({"pem": PEM})})
    assert found(stack) == [("dev", "outputs.file", "key.privateKeyPem")]


@pytest.mark.parametrize(
    ("token", "inputs", "path"),
    [
        ("kubernetes:core/v1:ConfigMap", {"data": secret({"url": PASSWORD})}, "inputs.data.url"),
        (
            "kubernetes:core/v1:Secret",
            {"metadata": secret({"annotations": {"a": PASSWORD}})},
            "inputs.metadata.annotations.a",
        ),
        ("kubernetes:apps/v1:Deployment", {"spec": secret({"env": [{"value": PASSWORD}]})}, "inputs.spec.env[0].value"),
        ("aws:ssm/parameter:Parameter", {"type": "String", "value": secret(PASSWORD)}, "inputs.value"),
        ("aws:s3/bucket:Bucket", {"tags": secret({"note": PASSWORD})}, "inputs.tags.note"),
        (
            "aws:lambda/function:Function",
            {"environment": secret({"variables": {"P": PASSWORD}})},
            "inputs.environment.variables.P",
        ),
        ("aws:rds/instance:Instance", {"password": PASSWORD}, "inputs.password"),
    ],
)
def test_a_readable_object_is_no_place_for_a_secret_however_it_is_marked(
    token: str, inputs: dict[str, Any], path: str
) -> None:
    assert found(resource(token, "x", inputs=inputs)) == [("x", path, "credential.result")]


def test_a_secret_that_its_own_generator_shows_in_plain_is_found() -> None:
    bare = {**PASSWORD_RESOURCE, "outputs": {**PASSWORD_RESOURCE["outputs"], "copy": PASSWORD}}
    assert [item.path for item in exposures({"resources": [bare]})] == ["outputs.copy"]


def test_an_id_that_carries_a_secret_is_found() -> None:
    assert found({**resource("aws:sns/topic:Topic", "t"), "id": f"t-{PASSWORD}"}) == [("t", "id", "credential.result")]


def test_the_message_names_the_place_the_secret_and_what_to_do() -> None:
    stack = resource("pulumi:pulumi:Stack", "dev", custom=False, outputs={"url": PASSWORD})
    (only,) = exposures({"resources": [PASSWORD_RESOURCE, stack]})
    assert str(only).startswith("dev, outputs.url: the value of credential.result can be read there; hand it over")
    assert PASSWORD not in str(only)


@pytest.mark.parametrize(
    "text", [PEM.strip(), PEM.replace("\n", ""), PEM.replace("\n", "\r\n"), "pem: |\n  " + PEM.replace("\n", "\n  ")]
)
def test_a_key_file_is_found_whatever_became_of_its_line_ends(text: str) -> None:
    stack = resource("pulumi:pulumi:Stack", "dev", custom=False, outputs={"file": text})
    assert found(stack) == [("dev", "outputs.file", "key.privateKeyPem")]


def test_a_secret_as_the_name_of_a_property_is_found() -> None:
    stack = resource("pulumi:pulumi:Stack", "dev", custom=False, outputs={"by": {PASSWORD: 1}})
    assert found(stack) == [("dev", "outputs.by", "credential.result")]


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("aws:ec2/instance:Instance", "userDataBase64"),
        ("aws:ecs/taskDefinition:TaskDefinition", "containerDefinitions"),
        ("aws:iam/policy:Policy", "policy"),
        ("cloudflare:index/dnsRecord:DnsRecord", "content"),
        ("cloudflare:index/ruleset:Ruleset", "rules"),
    ],
)
def test_what_a_service_shows_to_readers_is_no_place_for_a_secret(token: str, name: str) -> None:
    assert found(resource(token, "x", inputs={name: secret(PASSWORD)})) == [
        ("x", f"inputs.{name}", "credential.result")
    ]


def test_a_hash_may_be_read() -> None:
    hashed = "$2a$10$abcdefghijklmnopqrstuv"
    password = {**PASSWORD_RESOURCE, "outputs": {**PASSWORD_RESOURCE["outputs"], "bcryptHash": secret(hashed)}}
    users = resource("kubernetes:core/v1:ConfigMap", "users", inputs={"data": {"htpasswd": f"u:{hashed}"}})
    assert exposures({"resources": [password, users]}) == ()
