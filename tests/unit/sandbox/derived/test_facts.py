import json
from importlib import resources
from typing import Any

import pytest

from sandbox.derived.facts import Source, replacement, source_of, table
from sandbox.derived.sources import outputs_source, replacement_source
from sandbox.protocol.diff import changes
from sandbox.protocol.packages import tokens
from sandbox.protocol.schema import SchemaOracle
from sandbox.providers.replacement import deletes_first, replacing

FILES = [item.name.removesuffix(".json") for item in (resources.files("sandbox.derived") / "data").iterdir()]


def replaced(token: str, old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    return set(replacing(token, changes(old, new), old, new))


@pytest.mark.parametrize("name", FILES)
def test_every_table_names_its_source_and_speaks_of_types_that_exist(name: str) -> None:
    assert any(word in source_of(name) for word in ("2026", "7.51.1"))
    known = {*tokens("aws"), *tokens("cloudflare")}
    assert table(name).keys() <= known


def test_the_tables_stay_small() -> None:
    size = sum(len(item.read_bytes()) for item in (resources.files("sandbox.derived") / "data").iterdir())
    assert size < 400_000


def test_most_types_have_a_public_fact_about_replacement() -> None:
    sources = [replacement(token)[1] for token in tokens("aws")]
    assert sources.count(Source.PROVIDER) == 1698
    assert sources.count(Source.CLOUDFORMATION) == 25
    assert sources.count(Source.ASSUMED) == 25


def test_every_path_that_replaces_is_an_input_of_its_type() -> None:
    oracle = SchemaOracle()
    sample = [*table("replacement-aws")][::40] + [*table("replacement-cloudflare")][::20]
    for token in [*sample, *table("replacement-cloudformation")]:
        schema = oracle.get(token)
        assert schema is not None
        heads = {path.partition(".")[0] for path in replacement(token)[0].paths}
        assert heads <= schema.inputs.keys(), token


def test_a_type_without_a_row_replaces_as_its_provider_says() -> None:
    assert replaced("aws:dynamodb/table:Table", {"hashKey": "a"}, {"hashKey": "b"}) == {"hashKey"}
    assert (
        replaced("aws:dynamodb/table:Table", {"billingMode": "PROVISIONED"}, {"billingMode": "PAY_PER_REQUEST"})
        == set()
    )
    assert replaced("cloudflare:index/workersScript:WorkersScript", {"scriptName": "a"}, {"scriptName": "b"})


def test_a_default_that_is_given_explicitly_replaces_nothing() -> None:
    assert replaced("aws:sqs/queue:Queue", {}, {"fifoQueue": False}) == set()
    assert replaced("aws:sqs/queue:Queue", {}, {"fifoQueue": True}) == {"fifoQueue"}


def test_what_the_provider_reports_stays_when_it_is_not_given_any_more() -> None:
    assert replaced("aws:ec2/instance:Instance", {"availabilityZone": "us-east-1a"}, {}) == set()
    assert replaced("aws:ec2/instance:Instance", {"availabilityZone": "us-east-1a"}, {"availabilityZone": "us-east-1b"})


def test_nested_paths_replace_below_their_block_alone() -> None:
    old = {"rootBlockDevice": {"encrypted": False, "volumeSize": 8}}
    assert (
        replaced("aws:ec2/instance:Instance", old, {"rootBlockDevice": {"encrypted": False, "volumeSize": 9}}) == set()
    )
    assert replaced("aws:ec2/instance:Instance", old, {"rootBlockDevice": {"encrypted": True, "volumeSize": 8}}) == {
        "rootBlockDevice.encrypted"
    }


def test_what_would_delete_its_own_successor_goes_first() -> None:
    assert deletes_first("aws:iam/userPolicyAttachment:UserPolicyAttachment", "it", {"user": "a"}, {"user": "b"})
    assert not deletes_first("aws:dynamodb/tag:Tag", "it", {"key": "a"}, {"key": "b"})


def test_who_says_it_is_named() -> None:
    assert replacement_source("aws:rds/instance:Instance") is Source.ROW
    assert replacement_source("aws:dynamodb/table:Table") is Source.PROVIDER
    assert replacement_source("aws:datazone/policyGrant:PolicyGrant") is Source.CLOUDFORMATION
    assert replacement_source("aws:msk/nothing:Nothing") is Source.ASSUMED
    assert replacement_source("kubernetes:keda.sh/v1alpha1:ScaledObject") in {Source.ROW, Source.PROVIDER}
    assert outputs_source("aws:rds/instance:Instance") is Source.ROW
    assert outputs_source("aws:lambda/function:Function") is Source.CONVENTION
    assert outputs_source("aws:glue/crawler:Crawler") is Source.SCHEMA
    assert outputs_source("kubernetes:core/v1:Service") is Source.ROW


def test_the_tables_are_json_with_one_type_a_line() -> None:
    for name in FILES:
        text = (resources.files("sandbox.derived") / "data" / f"{name}.json").read_text()
        assert json.loads(text)["types"]
        assert max(map(len, text.splitlines())) < 4000
