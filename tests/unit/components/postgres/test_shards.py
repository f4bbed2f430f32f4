from __future__ import annotations

import json
from typing import Any

import pytest

from components.postgres.args import PostgresTemplate
from components.postgres.shards import ShardCredentials, Shards, ShardsArgs
from components.tuning.postgres import Profile, parameters
from tests.support.recording import Recording, record

INSTANCE = "aws:rds/instance:Instance"
PARAMETER = "aws:ssm/parameter:Parameter"
KEY = "arn:aws:kms:us-east-1:000000000000:key/1"


def template(**changes: object) -> PostgresTemplate:
    settled: dict[str, Any] = {
        "instance_class": "db.m7g.large",
        "allocated_storage_gib": 100,
        "availability_zones": ("us-east-1a", "us-east-1b", "us-east-1c"),
        "vpc_id": "vpc-1",
        "subnet_ids": ("subnet-1", "subnet-2"),
        "client_security_group_ids": ("sg-nodes",),
        "key_arn": KEY,
        "parameters": parameters(Profile.GUIDE, 8),
    }
    settled.update(changes)
    return PostgresTemplate(**settled)


def arguments(shard: PostgresTemplate | None = None, **changes: object) -> ShardsArgs:
    settled: dict[str, Any] = {
        "prefix": "bailbondpro-test",
        "shard": shard or template(),
        "credentials": ShardCredentials(username="bbp_admin"),
        "database_name": "bailbondpro",
        "parameter_path": "/bailbondpro/test/db/shards",
    }
    settled.update(changes)
    return ShardsArgs(**settled)


def recorded(shard: PostgresTemplate | None = None, **changes: object) -> Recording:
    def build() -> dict[str, Any]:
        shards = Shards("shards", arguments(shard, **changes))
        return {
            "hosts": list(shards.hosts),
            "urls": list(shards.urls),
            "identifiers": list(shards.identifiers),
            "map": shards.shard_map,
        }

    return record(build)


def test_the_guides_four_shards_are_the_default() -> None:
    recording = recorded()
    assert len(recording.of_type(INSTANCE)) == 4
    assert recording.result["identifiers"] == [f"bailbondpro-test-shard-{i}" for i in range(4)]


def test_every_shard_has_a_database_a_credential_and_a_url_of_its_own() -> None:
    recording = recorded()
    secrets = recording.of_type("aws:secretsmanager/secret:Secret")
    assert sorted(s.inputs["name"] for s in secrets) == [f"bailbondpro-test-shard-{i}" for i in range(4)]
    assert len(recording.of_type("random:index/randomPassword:RandomPassword")) == 4
    assert len(set(recording.result["urls"])) == 4
    for host, url in zip(recording.result["hosts"], recording.result["urls"], strict=True):
        assert host in url


def test_growing_adds_shards_and_touches_none_of_the_old_ones() -> None:
    few, many = recorded(count=2), recorded(count=4)
    old = {(r.type, r.name): r for r in few if r.name != "shards-map"}
    new = {(r.type, r.name): r for r in many}
    assert old.keys() <= new.keys()
    stable = ("identifier", "dbName", "username", "kmsKeyId", "replicateSourceDb")
    for key, resource in old.items():
        assert [resource.inputs.get(k) for k in stable] == [new[key].inputs.get(k) for k in stable]


def test_all_shards_are_sized_alike() -> None:
    recording = recorded(shard=template(instance_class="db.m7g.xlarge", multi_az=False))
    assert {i.inputs["instanceClass"] for i in recording.of_type(INSTANCE)} == {"db.m7g.xlarge"}
    assert {i.inputs["multiAz"] for i in recording.of_type(INSTANCE)} == {False}


def test_shards_can_have_replicas_of_their_own() -> None:
    names = {i.inputs["identifier"] for i in recorded(shard=template(replicas=1), count=2).of_type(INSTANCE)}
    assert names == {f"bailbondpro-test-shard-{i}{suffix}" for i in (0, 1) for suffix in ("", "-replica-1")}


def test_protected_shards_protect_their_databases_and_secrets() -> None:
    recording = recorded(shard=template(protect=True))
    assert all(r.protect for r in recording.of_type(INSTANCE))
    assert all(r.protect for r in recording.of_type("aws:secretsmanager/secret:Secret"))


def test_the_published_map_tells_where_each_shard_is_under_the_guides_names() -> None:
    recording = recorded(count=2, placed=2)
    published = json.loads(recording.one(PARAMETER, "shards-map").inputs["insecureValue"])
    assert published == json.loads(recording.result["map"])
    assert (published["version"], published["placement"], published["count"]) == (2, "shards", 2)
    assert [entry["name"] for entry in published["shards"]] == ["shard_0", "shard_1"]
    assert [entry["host"] for entry in published["shards"]] == recording.result["hosts"]
    assert {entry["port"] for entry in published["shards"]} == {5432}


def test_new_shards_stay_out_of_the_map_until_they_hold_clients() -> None:
    stages = [recorded(count=count, placed=placed) for count, placed in ((4, 0), (4, 4), (8, 4), (8, 8))]
    documents = [json.loads(recording.result["map"]) for recording in stages]
    assert [document["placement"] for document in documents] == ["primary", "shards", "shards", "shards"]
    assert [document["count"] for document in documents] == [0, 4, 4, 8]
    assert [document["version"] for document in documents] == [0, 4, 4, 8]
    assert [len(document["shards"]) for document in documents] == [0, 4, 4, 8]
    assert documents[1] == documents[2]


def test_a_move_publishes_its_targets_beside_what_is_in_use() -> None:
    first, growth, back = (
        recorded(count=8, placed=placed, moving_to=to, map_version=9) for placed, to in ((0, 4), (4, 8), (4, 0))
    )
    documents = [json.loads(recording.result["map"]) for recording in (first, growth, back)]
    assert [document["placement"] for document in documents] == ["primary", "shards", "shards"]
    assert [(document["count"], len(document["shards"])) for document in documents] == [(0, 0), (4, 4), (4, 4)]
    assert [document["moving"]["to"] for document in documents] == [4, 8, 0]
    targets = [[entry["index"] for entry in document["moving"]["targets"]] for document in documents]
    assert targets == [[0, 1, 2, 3], [4, 5, 6, 7], []]
    assert {document["version"] for document in documents} == {9}
    state = json.loads(growth.one(PARAMETER, "shards-placement").inputs["insecureValue"])
    assert state == {"placement": "moving", "count": 4, "movingTo": 8, "version": 9, "returnedFrom": None}


def test_new_shards_hold_nobody_unless_someone_says_so() -> None:
    recording = recorded()
    published = json.loads(recording.result["map"])
    assert (published["placement"], published["count"], published["shards"]) == ("primary", 0, [])
    assert [item.name for item in recording.of_type(PARAMETER) if item.name.endswith("-placed")] == []


def test_production_refuses_to_take_a_shard_that_holds_clients_out_of_the_map() -> None:
    recording = recorded(shard=template(protect=True), count=4, placed=2)
    markers = [item for item in recording.of_type(PARAMETER) if item.name.endswith("-placed")]
    assert [item.name for item in markers] == ["shards-0-placed", "shards-1-placed"]
    assert all(item.protect for item in markers)


def test_the_map_holds_no_secret_and_fits_a_standard_parameter_at_the_largest_count() -> None:
    recording = recorded(count=16, placed=16)
    parameter = recording.one(PARAMETER, "shards-map")
    assert parameter.secret_inputs == frozenset()
    assert "bbp_admin" not in parameter.inputs["insecureValue"]
    assert len(parameter.inputs["insecureValue"].encode()) <= 4096
    assert "tier" not in parameter.inputs


def test_each_endpoint_has_a_parameter_of_its_own() -> None:
    recording = recorded(count=2)
    endpoints = {p.inputs["name"]: p.inputs["insecureValue"] for p in recording.of_type(PARAMETER)}
    assert endpoints["/bailbondpro/test/db/shards/1/endpoint"] == f"{recording.result['hosts'][1]}:5432"


def test_one_generation_rotates_every_shard() -> None:
    recording = recorded(credentials=ShardCredentials(username="bbp_admin", generation=2))
    passwords = recording.of_type("random:index/randomPassword:RandomPassword")
    assert {p.inputs["keepers"]["generation"] for p in passwords} == {"2"}


def test_everything_hangs_below_the_component() -> None:
    recording = recorded(count=1)
    top = recording.one("bailbondpro:shards:Shards").urn
    parents = {r.name: r.parent for r in recording}
    assert parents["shards-0"] == parents["shards-0-credential"] == parents["shards-map"] == top


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"count": 0}, "count is 1..16"),
        ({"count": 17}, "count is 1..16"),
        ({"parameter_path": "bailbondpro/shards"}, "parameter_path"),
        ({"parameter_path": "/bailbondpro/shards/"}, "parameter_path"),
        ({"placed": -1}, "placed is 0..4"),
        ({"placed": 5}, "placed is 0..4"),
        ({"moving_to": 5}, "moving_to is 0..4"),
    ],
)
def test_impossible_shards_are_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        arguments(**changes)
