"""Forms of computed values that depend on the region or on the mode of an object, and texts made up by random."""

from __future__ import annotations

import base64
import string

import pytest

from sandbox.model.base import Context
from sandbox.model.place import Place
from sandbox.providers.computed import computed_outputs
from sandbox.providers.rules import value_violations
from sandbox.services.aws.hosted_zones import hosted_zone, published_zone
from sandbox.services.random import SPECIAL

CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
PASSWORD, TEXT, ID = (f"random:index/random{name}:Random{name}" for name in ("Password", "String", "Id"))
DATABASE = "aws:rds/instance:Instance"
KEYS = ("configurationEndpointAddress", "primaryEndpointAddress", "readerEndpointAddress")


def test_the_zone_of_a_name_is_that_of_its_kind_and_region() -> None:
    assert hosted_zone("network", Place("us-east-1")) == "Z26RNL4JYFTOTI"
    assert hosted_zone("network", Place("eu-central-1")) == "Z3F0SRJ5LGBH90"
    assert hosted_zone("application", Place("us-west-2")) == "Z1H1FL5HABSF5"
    assert hosted_zone("s3-website", Place("us-west-2")) == "Z3BJ6K6RIION7M"
    assert published_zone("beanstalk", "us-east-1") == "Z117KPS5GTRQ2G"
    assert published_zone("app-runner", "ap-east-1") is None


def test_a_region_without_a_listed_zone_gets_one_of_its_own() -> None:
    found = {hosted_zone(kind, Place(region)) for kind in ("network", "s3-website") for region in ("xx-a-1", "xx-b-1")}
    assert len(found) == 4
    assert all(zone.startswith("Z") and len(zone) == 21 for zone in found)


@pytest.mark.parametrize(
    ("inputs", "present", "members"),
    [
        ({"clusterMode": "enabled", "numNodeGroups": 2}, KEYS[:1], ["c-0001-001", "c-0002-001"]),
        (
            {"numNodeGroups": 2, "replicasPerNodeGroup": 1},
            KEYS[:1],
            ["c-0001-001", "c-0001-002", "c-0002-001", "c-0002-002"],
        ),
        ({"numCacheClusters": 2}, KEYS[1:], ["c-001", "c-002"]),
        ({"clusterMode": "disabled"}, KEYS[1:], ["c-001"]),
    ],
)
def test_a_cache_has_one_address_for_its_shards_or_two_of_its_only_one(
    inputs: dict[str, object], present: tuple[str, ...], members: list[str]
) -> None:
    found = computed_outputs(CACHE, "c", {"replicationGroupId": "c", **inputs}, "c")
    assert tuple(key for key in KEYS if found.get(key)) == present
    assert found["memberClusters"] == members
    assert found["clusterEnabled"] is (present == KEYS[:1])


@pytest.mark.parametrize("token", [PASSWORD, TEXT])
def test_a_made_up_text_has_the_classes_of_characters_that_are_wanted(token: str) -> None:
    wanted = {"length": 24, "upper": False, "special": False, "minNumeric": 20}
    text = computed_outputs(token, "x", wanted, "")["result"]
    assert len(text) == 24
    assert not set(text) & set(string.ascii_uppercase + SPECIAL)
    assert sum(character.isdigit() for character in text) >= 20
    only = computed_outputs(token, "x", {"length": 8, "overrideSpecial": "_", "minSpecial": 8}, "")["result"]
    assert only == "_" * 8


def test_an_id_says_the_same_in_every_notation() -> None:
    found = computed_outputs(ID, "x", {"byteLength": 6, "prefix": "p-"}, "")
    value = bytes.fromhex(found["hex"].removeprefix("p-"))
    assert len(value) == 6
    assert found["dec"] == f"p-{int.from_bytes(value, 'big')}"
    assert base64.b64decode(found["b64Std"].removeprefix("p-")) == value
    assert base64.urlsafe_b64decode(found["b64Url"].removeprefix("p-") + "==") == value


@pytest.mark.parametrize("token", [PASSWORD, TEXT])
def test_a_text_is_refused_that_is_shorter_than_what_it_must_hold(token: str) -> None:
    def said(**inputs: object) -> list[str]:
        return [item.path for item in value_violations(Context(token, "x", "", dict(inputs)))]

    assert said(length=3, minUpper=2, minNumeric=2) == said(length=0) == ["length"]
    assert said(length=4, minUpper=2, minNumeric=2) == said(length=1) == said() == []


@pytest.mark.parametrize(
    ("engine", "port"),
    [
        ("mysql", 3306),
        ("mariadb", 3306),
        ("oracle-se2", 1521),
        ("sqlserver-ex", 1433),
        ("postgres", 5432),
        (None, 5432),
    ],
)
def test_a_database_listens_where_its_engine_does(engine: str | None, port: int) -> None:
    inputs = {"identifier": "own"} | ({"engine": engine} if engine else {})
    found = computed_outputs(DATABASE, "own", inputs, "own", Place("eu-central-1"))
    assert (found["port"], found["endpoint"]) == (port, f"{found['address']}:{port}")


def test_a_managed_password_has_a_secret_that_a_program_can_read() -> None:
    inputs = {"identifier": "own", "manageMasterUserPassword": True}
    (secret,) = computed_outputs(DATABASE, "own", inputs, "own", Place("eu-central-1"))["masterUserSecrets"]
    assert secret["secretArn"].startswith("arn:aws:secretsmanager:eu-central-1:000000000000:secret:rds!db-")
    assert computed_outputs(DATABASE, "own", {"identifier": "own"}, "own")["masterUserSecrets"] == []


@pytest.mark.parametrize(("name", "refused"), [("MyDb1234567", True), ("mydb1234567", False), ("my-db", False)])
def test_the_provider_takes_no_capitals_in_the_identifier_of_a_database(name: str, refused: bool) -> None:
    found = value_violations(Context(DATABASE, "own", "", {"identifier": name, "engine": "postgres"}))
    assert any(violation.path == "identifier" for violation in found) is refused
