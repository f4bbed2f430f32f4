import re
from typing import Any

import pytest

from sandbox.protocol.schema import ResourceSchema, SchemaOracle
from sandbox.providers.autonames import Asked, Mode, unnameable, with_name
from sandbox.providers.computed import computed_outputs, resource_id

ORACLE = SchemaOracle()
QUEUE = "aws:sqs/queue:Queue"
AURORA = "aws:rds/cluster:Cluster"


def schema(token: str) -> ResourceSchema:
    found = ORACLE.get(token)
    assert found is not None
    return found


def named(token: str, logical: str, new: dict[str, Any] | None = None, asked: Asked | None = None) -> dict[str, Any]:
    return with_name(token, logical, new or {}, {}, b"seed", schema(token), asked)


@pytest.mark.parametrize(
    ("token", "key", "form"),
    [
        ("aws:ecs/cluster:Cluster", "name", r"It-[0-9a-f]{7}"),
        ("aws:lambda/function:Function", "name", r"It-[0-9a-f]{7}"),
        ("aws:glue/catalogDatabase:CatalogDatabase", "name", r"it_[a-z]{8}"),
        ("aws:athena/database:Database", "name", r"It_[0-9a-f]{7}"),
        ("aws:elasticsearch/domain:Domain", "domainName", r"it-[0-9a-f]{7}"),
        ("aws:s3/bucketV2:BucketV2", "bucket", r"it-[0-9a-f]{7}"),
        ("aws:s3/bucketObjectv2:BucketObjectv2", "key", "It"),
        ("aws:efs/fileSystem:FileSystem", "creationToken", r"It-[0-9a-f]{7}"),
        ("aws:rds/instance:Instance", "identifier", r"It[0-9a-f]{7}"),
        ("aws:msk/cluster:Cluster", "clusterName", r"It-[0-9a-f]{7}"),
        ("cloudflare:index/list:List", "name", "nothing"),
    ],
)
def test_a_type_without_a_name_gets_the_one_that_its_provider_makes_up(token: str, key: str, form: str) -> None:
    found = named(token, "It").get(key)
    assert (found is None and form == "nothing") or (found is not None and re.fullmatch(form, found))


def test_a_switch_changes_the_name_as_in_the_provider() -> None:
    assert named(QUEUE, "jobs", {"fifoQueue": True})["name"].endswith(".fifo")
    assert re.fullmatch(
        r"x[0-9a-f]{3}", named("aws:rds/instance:Instance", "x", {"engine": "sqlserver-ex"})["identifier"]
    )


def test_what_has_no_name_gets_none() -> None:
    for token in (
        "aws:route53/record:Record",
        "random:index/randomPet:RandomPet",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    ):
        assert "name" not in named(token, "it")


def test_a_logical_name_that_is_too_long_is_refused_with_the_way_on() -> None:
    (found,) = unnameable("aws:iam/role:Role", "r" * 60, {}, schema("aws:iam/role:Role"))
    assert found.path == "name"
    assert "longer than 64 characters" in found.reason
    assert unnameable("aws:iam/role:Role", "r" * 60, {"name": "r"}, schema("aws:iam/role:Role")) == []
    assert unnameable("aws:iam/role:Role", "r" * 56, {}, schema("aws:iam/role:Role")) == []


@pytest.mark.parametrize(
    ("token", "key"), [(QUEUE, "name"), ("aws:iam/role:Role", "name"), (AURORA, "clusterIdentifier")]
)
def test_a_prefix_is_completed_as_the_provider_does_when_the_object_is_made(token: str, key: str) -> None:
    new = named(token, "it", {f"{key}Prefix": "my-"})
    assert key not in new
    outputs = computed_outputs(
        token, "it", new, resource_id(token, "it", new, schema=schema(token)), schema=schema(token)
    )
    assert re.fullmatch(r"my-\d{18}[0-9a-f]{8}", outputs[key])
    other = computed_outputs(token, "other", new, "other", schema=schema(token))
    assert other[key] != outputs[key]


def test_an_identifier_without_name_and_prefix_is_the_providers_own() -> None:
    identity = resource_id(AURORA, "it", {}, schema=schema(AURORA))
    outputs = computed_outputs(AURORA, "it", {}, identity, schema=schema(AURORA))
    assert re.fullmatch(r"tf-\d{18}[0-9a-f]{8}", identity)
    assert outputs["clusterIdentifier"] == identity
    assert outputs["endpoint"].startswith(f"{identity}.cluster-")


def test_the_stacks_autonaming_is_honoured() -> None:
    assert named(QUEUE, "it", asked=Asked(Mode.PROPOSED, "team-it"))["name"] == "team-it"
    assert named(QUEUE, "it", {"fifoQueue": True}, Asked(Mode.PROPOSED, "team-it"))["name"] == "team-it.fifo"
    assert named("aws:s3/bucket:Bucket", "it", asked=Asked(Mode.PROPOSED, "Team-It"))["bucket"] == "team-it"
    assert named("aws:s3/bucket:Bucket", "it", asked=Asked(Mode.ENFORCED, "Team-It"))["bucket"] == "Team-It"
    assert "name" not in named(QUEUE, "it", asked=Asked(Mode.DISABLED))
    config = named("kubernetes:core/v1:ConfigMap", "it", asked=Asked(Mode.PROPOSED, "team-it"))
    assert config["metadata"]["name"] == "team-it"
    assert "name" not in named("kubernetes:core/v1:ConfigMap", "it", asked=Asked(Mode.DISABLED)).get("metadata", {})


def test_lists_and_patches_of_kubernetes_get_no_name() -> None:
    assert named("kubernetes:core/v1:ConfigMapList", "it", {"items": []}) == {"items": []}
    assert "name" in with_name("kubernetes:example.com/v1:Widget", "it", {}, {}, b"seed")["metadata"]
