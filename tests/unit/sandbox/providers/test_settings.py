"""What an AWS provider adds to the inputs of its resources."""

from __future__ import annotations

import json

import pytest

from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.wire import UNKNOWN, Secret
from sandbox.providers.instances import Instance, configured
from sandbox.providers.settings import with_known_region, with_provider_settings

ORACLE = SchemaOracle()
TAGS = json.dumps({"tags": {"owner": "platform", "stage": "prod"}})
EUROPE = configured("aws", {"region": "eu-central-1", "defaultTags": TAGS})


def _given(token: str, inputs: dict[str, object], instance: Instance = EUROPE) -> dict[str, object]:
    return with_provider_settings(inputs, ORACLE.get(token), instance)


def test_a_resource_gets_the_region_of_its_provider_and_keeps_one_of_its_own() -> None:
    assert _given("aws:sns/topic:Topic", {})["region"] == "eu-central-1"
    assert _given("aws:sns/topic:Topic", {"region": "us-west-2"})["region"] == "us-west-2"


def test_a_resource_without_a_region_gets_none() -> None:
    assert "region" not in _given("aws:iam/role:Role", {})


def test_all_tags_are_those_of_the_provider_and_of_the_resource_which_wins() -> None:
    found = _given("aws:sns/topic:Topic", {"tags": {"stage": "dev", "x": "y"}})
    assert found["tagsAll"] == {"owner": "platform", "stage": "dev", "x": "y"}
    assert found["tags"] == {"stage": "dev", "x": "y"}


def test_a_type_without_tags_gets_none() -> None:
    assert "tagsAll" not in _given("aws:sns/topicSubscription:TopicSubscription", {})


def test_tags_that_are_not_known_or_secret_stay_so() -> None:
    assert _given("aws:sns/topic:Topic", {"tags": {"a": UNKNOWN}})["tagsAll"] is UNKNOWN
    assert isinstance(_given("aws:sns/topic:Topic", {"tags": {"a": Secret("b")}})["tagsAll"], Secret)


@pytest.mark.parametrize("ignored", [{"keys": ["owner"]}, {"keyPrefixes": ["own"]}])
def test_tags_that_the_provider_ignores_are_left_out(ignored: dict[str, list[str]]) -> None:
    found = configured("aws", {"defaultTags": TAGS, "ignoreTags": json.dumps(ignored)})
    assert _given("aws:sns/topic:Topic", {}, found)["tagsAll"] == {"stage": "prod"}


def test_other_packages_are_left_alone() -> None:
    assert _given("kubernetes:core/v1:Namespace", {"metadata": {}}) == {"metadata": {}}


def test_an_old_state_that_names_no_region_was_in_this_one() -> None:
    assert with_known_region({"name": "a"}, {"name": "a", "region": "r"}) == {"name": "a", "region": "r"}
    assert with_known_region({"region": "q"}, {"region": "r"}) == {"region": "q"}
    assert with_known_region({}, {"region": "r"}) == {}
