from pathlib import Path

import pytest

from sandbox.cloud import Cloud, CloudObject
from sandbox.faults import Fault, FaultError, Faults, changed, parse_fault

VPC = "aws:ec2/vpc:Vpc"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("create:aws:rds/instance:Instance:primary", Fault("create", "aws:rds/instance:Instance", "primary")),
        ("delete:*:*", Fault("delete", "*", "*")),
        ("slow:aws:ec2/vpc:Vpc:network-vpc:0.5", Fault("slow", VPC, "network-vpc", "0.5")),
        ("slow:*:x:3", Fault("slow", "*", "x", "3")),
        ("drift:aws:ec2/vpc:Vpc:v:enableDnsSupport=false", Fault("drift", VPC, "v", "enableDnsSupport=false")),
        ("gone:aws:ec2/vpc:Vpc:v", Fault("gone", VPC, "v")),
    ],
)
def test_a_fault_is_read_from_its_text(text: str, expected: Fault) -> None:
    assert parse_fault(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("explode:*:*", "unknown fault 'explode'"),
        ("create", "KIND:TYPE:NAME"),
        ("create:*", "KIND:TYPE:NAME"),
        ("create:*:", "KIND:TYPE:NAME"),
        ("drift:aws:ec2/vpc:Vpc:v", "names what changes"),
    ],
)
def test_a_fault_that_cannot_be_understood_is_explained(text: str, message: str) -> None:
    with pytest.raises(FaultError, match=message):
        parse_fault(text)


def test_a_fault_strikes_each_object_once() -> None:
    faults = Faults.parse(["create:aws:ec2/*:net*"])
    assert faults.strike("create", VPC, "network-vpc") is not None
    assert faults.strike("create", VPC, "network-vpc") is None
    assert faults.strike("create", VPC, "net-2") is not None
    assert faults.strike("update", VPC, "net-3") is None
    assert faults.strike("create", VPC, "other") is None


def test_drift_and_deletion_happen_behind_the_engines_back(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    cloud.put(CloudObject(VPC, "vpc-1", "a::b::c::kept", {"enableDnsSupport": True}, {"enableDnsSupport": True}))
    cloud.put(CloudObject(VPC, "vpc-2", "a::b::c::lost"))
    done = Faults.parse(["drift:aws:ec2/vpc:Vpc:kept:enableDnsSupport=false", "gone:*:lost"]).strike_cloud(cloud)
    assert len(done) == 2
    assert [item.outputs for item in cloud.all()] == [{"enableDnsSupport": False}]


def test_drift_reaches_into_a_property_and_leaves_its_neighbours() -> None:
    before = {"spec": {"a": 1, "b": {"c": 2}}, "metadata": {}}
    assert changed(before, "spec.b.c", 3) == {"spec": {"a": 1, "b": {"c": 3}}, "metadata": {}}
    assert changed(before, "spec.new.leaf", True)["spec"] == {"a": 1, "b": {"c": 2}, "new": {"leaf": True}}
    assert before["spec"] == {"a": 1, "b": {"c": 2}}


def test_a_fault_that_struck_nothing_is_known() -> None:
    faults = Faults.parse(["create:aws:ec2/*:net*", "delete:*:nothing"])
    faults.strike("create", VPC, "net")
    assert [fault.name for fault in faults.idle()] == ["nothing"]


@pytest.mark.parametrize(
    ("name", "strikes"),
    [
        ("postgres-primary", True),
        ("shards-2-primary", True),
        ("primary", True),
        ("postgres-primary-alarm", False),
        ("postgresprimary", False),
    ],
)
def test_a_fault_names_a_resource_or_its_last_words(name: str, *, strikes: bool) -> None:
    assert Fault("create", "aws:rds/*", "primary").matches("aws:rds/instance:Instance", name) is strikes
