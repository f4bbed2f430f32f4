from pathlib import Path

import pytest

from ops.explain import explain
from sandbox.cloud import DIGEST, Cloud, CloudObject, DamagedCloudError, redacted, restored
from sandbox.protocol.wire import UNKNOWN, Secret

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def instance(identity: str = "db-1", **inputs: object) -> CloudObject:
    return CloudObject(
        "aws:rds/instance:Instance", identity, "urn:pulumi:dev::p::t::primary", dict(inputs), {"arn": "a"}
    )


def test_objects_survive_a_restart(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    cloud.put(instance(size=1))
    cloud.put(instance(size=2))
    cloud.put(instance("db-2"))
    cloud.delete("aws:rds/instance:Instance", "db-2")
    again = Cloud(tmp_path / "cloud.jsonl")
    assert [item.id for item in again.all()] == ["db-1"]
    assert again.get("aws:rds/instance:Instance", "db-1").inputs == {"size": 2}  # type: ignore[union-attr]  # it was put there above


def test_a_cut_last_line_loses_that_object_only(tmp_path: Path) -> None:
    journal = tmp_path / "cloud.jsonl"
    Cloud(journal).put(instance())
    with journal.open("a") as stream:
        stream.write('{"token": "aws:ec2/vpc:Vpc", "id": "vpc')
    assert [item.id for item in Cloud(journal).all()] == ["db-1"]


@pytest.mark.parametrize(
    "line", [b"\xff\xfe\x00", b"[1]", b'"text"', b'{"token": "a"}', b'{"mark": 1}', b"[" * 100_000]
)
def test_a_journal_that_somebody_damaged_is_refused_with_its_line(tmp_path: Path, line: bytes) -> None:
    journal = tmp_path / "cloud.jsonl"
    Cloud(journal).put(instance())
    journal.write_bytes(journal.read_bytes() + line + b"\n" + journal.read_bytes())
    with pytest.raises(DamagedCloudError, match=r"cloud\.jsonl, line 2: ") as raised:
        Cloud(journal)
    told = explain(raised.value)
    assert told is not None
    assert told.code == 1


def test_what_a_killed_engine_did_not_write_down_never_was(tmp_path: Path) -> None:
    journal = tmp_path / "cloud.jsonl"
    cloud = Cloud(journal)
    cloud.put(instance())
    cloud.put(instance("db-2"))
    assert cloud.keep_only({("aws:rds/instance:Instance", "db-1")}) == 1
    again = Cloud(journal)
    assert [item.id for item in again.all()] == ["db-1"]
    assert not again.marked("aws:rds/instance:Instance", "db-2")


def test_no_secret_is_ever_written(tmp_path: Path) -> None:
    journal = tmp_path / "cloud.jsonl"
    Cloud(journal).put(instance(passwordWo=Secret("hunter2hunter2"), nested=[{"k": Secret("hunter3hunter3")}]))
    written = journal.read_text()
    assert "hunter2" not in written
    assert "hunter3" not in written
    assert DIGEST in written


def test_a_deleted_object_may_be_deleted_again(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    cloud.delete("aws:rds/instance:Instance", "never-was")
    assert cloud.all() == []


def test_the_logical_name_is_the_last_part_of_the_urn() -> None:
    assert instance().name == "primary"


def test_restoring_gives_back_the_secret_that_the_caller_knows() -> None:
    stored = redacted({"user": "bbp", "password": Secret("pw")})
    assert restored(stored, {"user": "other", "password": Secret("pw")}) == {"user": "bbp", "password": Secret("pw")}


def test_unknowns_are_stored_as_absent() -> None:
    assert redacted({"a": UNKNOWN}) == {"a": None}


def test_a_deleted_id_is_remembered_across_restarts_so_that_it_is_never_given_out_again(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    cloud.put(instance("db-1"))
    cloud.delete("aws:rds/instance:Instance", "db-1")
    cloud.mark("snapshot", "db-1-final")
    for _ in range(2):  # the first restart rewrites the journal
        cloud = Cloud(tmp_path / "cloud.jsonl")
    assert cloud.marked("aws:rds/instance:Instance", "db-1")
    assert cloud.marked("snapshot", "db-1-final")
    assert not cloud.marked("snapshot", "db-2-final")


def test_objects_are_found_by_type(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    cloud.put(instance("db-1"))
    cloud.put(CloudObject("aws:ec2/vpc:Vpc", "vpc-1", "urn:pulumi:dev::p::t::vpc"))
    assert [item.id for item in cloud.of_type("aws:rds/instance:Instance")] == ["db-1"]
    assert cloud.of_type("aws:ec2/subnet:Subnet") == []


def _group(name: str, scope: str) -> CloudObject:
    return CloudObject(LOG_GROUP, name, f"urn:pulumi:dev::p::t::{scope}", {"name": name}, {}, scope)


def test_one_name_may_exist_in_two_regions_and_each_sees_its_own(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    for scope in ("eu-west-1", "us-west-2"):
        cloud.put(_group("app", scope))
    west = cloud.within("aws", "us-west-2")
    assert [item.scope for item in west.of_type(LOG_GROUP)] == ["us-west-2"]
    west.delete(LOG_GROUP, "app")
    assert west.get(LOG_GROUP, "app") is None
    assert Cloud(tmp_path / "cloud.jsonl").get(LOG_GROUP, "app") == _group("app", "eu-west-1")
    assert west.marked(LOG_GROUP, "app")
    assert not cloud.within("aws", "eu-west-1").marked(LOG_GROUP, "app")
    assert [item.scope for item in west.everywhere().all()] == ["eu-west-1"]


def test_what_lies_in_no_region_and_in_other_packages_is_seen_from_everywhere(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    cloud.put(CloudObject("aws:iam/role:Role", "app", "urn:pulumi:dev::p::t::role"))
    cloud.put(CloudObject("kubernetes:core/v1:Namespace", "web", "urn:pulumi:dev::p::t::ns", scope="c1"))
    view = cloud.within("aws", "eu-west-1")
    assert len(view.all()) == 2
    assert cloud.within("kubernetes", "c2").get("kubernetes:core/v1:Namespace", "web") is None


def test_an_account_has_what_belongs_to_none_of_its_regions(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    cloud.put(CloudObject("aws:iam/role:Role", "app", "urn:pulumi:dev::p::t::role", scope="111122223333/"))
    assert cloud.within("aws", "111122223333/eu-west-1").get("aws:iam/role:Role", "app") is not None
    assert cloud.within("aws", "eu-west-1").get("aws:iam/role:Role", "app") is None


def test_an_object_whose_region_was_not_known_is_not_there_twice(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    old = _group("app", "eu-west-1")
    cloud.put(CloudObject(old.token, old.id, old.urn))
    cloud.put(old)
    assert cloud.all() == [old]
    assert Cloud(tmp_path / "cloud.jsonl").all() == [old]
