"""Each provider of a program has a configuration of its own."""

from __future__ import annotations

import json

import pytest

from sandbox.model.place import ACCOUNT, REGION, Place
from sandbox.protocol.wire import UNKNOWN
from sandbox.providers.instances import Instance, Instances, cluster_of, configured, moved_by


def _kubeconfig(server: str, user: str = "admin") -> str:
    return json.dumps(
        {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": user}}],
            "clusters": [{"name": "k", "cluster": {"server": server}}],
        }
    )


def test_a_call_is_for_the_instance_that_its_connection_configured() -> None:
    instances = Instances("aws")
    instances.configure("peer-1", {"region": "eu-central-1"})
    instances.configure("peer-2", {"region": "us-west-2"})
    assert instances.of("peer-1").place.region == "eu-central-1"
    assert instances.of("peer-2").place.region == "us-west-2"


def test_a_provider_that_says_nothing_works_in_the_home_region_of_the_simulated_account() -> None:
    assert configured("aws", {}).place == Place(REGION, ACCOUNT)
    assert Instances("aws").of("nobody") == Instance()


def test_the_account_is_the_one_of_the_role_that_the_provider_takes_on_last() -> None:
    roles = json.dumps(
        [{"roleArn": "arn:aws:iam::111122223333:role/hub"}, {"roleArn": "arn:aws:iam::444455556666:role/x/spoke"}]
    )
    assert configured("aws", {"assumeRoles": roles}).place.account == "444455556666"
    as_written = json.dumps([{"role_arn": "arn:aws:iam::444455556666:role/spoke"}])
    assert configured("aws", {"assumeRoles": as_written}).place.account == "444455556666"
    web = json.dumps({"roleArn": "arn:aws-cn:iam::111122223333:role/ci"})
    assert configured("aws", {"assumeRoleWithWebIdentity": web}).place.account == "111122223333"


@pytest.mark.parametrize("text", ["{", "[1", "{}", "[]", "null"])
def test_a_configuration_that_is_no_json_is_kept_as_it_is_and_harms_nobody(text: str) -> None:
    found = configured("aws", {"defaultTags": text, "assumeRoles": text, "region": "eu-west-1"})
    assert found.place == Place("eu-west-1", ACCOUNT)
    assert found.default_tags == {}


def test_a_cluster_is_its_server_whoever_logs_in_there() -> None:
    one, two = _kubeconfig("https://a.example"), _kubeconfig("https://a.example", user="somebody")
    assert cluster_of({"kubeconfig": one}) == cluster_of({"kubeconfig": two}) != ""
    assert cluster_of({"kubeconfig": one}) != cluster_of({"kubeconfig": _kubeconfig("https://b.example")})
    assert cluster_of({"kubeconfig": one, "clusterIdentifier": "x"}) == cluster_of({"clusterIdentifier": "x"})
    assert cluster_of({}) == ""
    assert cluster_of({"kubeconfig": "~/.kube/config"}) != cluster_of({"kubeconfig": "other"})


def test_a_kubernetes_provider_is_replaced_when_it_turns_to_another_cluster() -> None:
    old, new = {"kubeconfig": _kubeconfig("https://a.example")}, {"kubeconfig": _kubeconfig("https://b.example")}
    assert moved_by("kubernetes", old, new) == {"kubeconfig"}
    assert moved_by("kubernetes", old, {"kubeconfig": _kubeconfig("https://a.example", user="other")}) == frozenset()
    assert moved_by("kubernetes", old, {"kubeconfig": UNKNOWN}) == frozenset()
    assert moved_by("aws", {"region": "us-east-1"}, {"region": "us-west-2"}) == frozenset()


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("eu-central-1", "aws", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
    ],
)
def test_a_region_lies_in_its_partition(region: str, partition: str, suffix: str) -> None:
    assert (Place(region).partition, Place(region).dns_suffix) == (partition, suffix)


def test_what_lies_in_a_region_or_a_cluster_is_told_apart_by_it() -> None:
    place = Place("eu-west-1", cluster="c1")
    assert place.scope("aws:cloudwatch/logGroup:LogGroup", {"region": "eu-west-1"}) == "eu-west-1"
    assert place.scope("aws:cloudwatch/logGroup:LogGroup", {"region": "us-west-2"}) == "us-west-2"
    assert place.scope("aws:iam/role:Role", {}) == ""
    assert place.view("aws:iam/role:Role", {}) == "eu-west-1"
    assert place.scope("kubernetes:core/v1:Namespace", {}) == "c1"
    assert Place("eu-west-1", "111122223333").scope("aws:iam/role:Role", {}) == "111122223333/"


@pytest.mark.parametrize(
    ("region", "short"),
    [("us-east-1", "use1"), ("eu-central-1", "euc1"), ("ap-southeast-2", "apse2"), ("us-gov-west-1", "usgw1")],
)
def test_a_region_has_the_short_form_of_host_names(region: str, short: str) -> None:
    assert Place(region).short == short


def test_a_plain_dictionary_of_the_sdk_and_its_class_make_the_same_provider() -> None:
    """What the SDK for Python sends for each: it renames what its own classes hold and nothing else."""
    written = {
        "ignoreTags": json.dumps({"key_prefixes": ["team:"]}),
        "assumeRoles": json.dumps([{"role_arn": "arn:aws:iam::444455556666:role/x"}]),
    }
    renamed = {
        "ignoreTags": json.dumps({"keyPrefixes": ["team:"]}),
        "assumeRoles": json.dumps([{"roleArn": "arn:aws:iam::444455556666:role/x"}]),
    }
    plain, own = configured("aws", written), configured("aws", renamed)
    assert plain.place == own.place
    assert plain.place.account == "444455556666"
    assert plain.ignores("team:owner")
    assert own.ignores("team:owner")
    assert not plain.ignores("owner")
