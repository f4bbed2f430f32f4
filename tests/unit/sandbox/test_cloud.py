from pathlib import Path

import pytest

from ops.explain import explain
from sandbox.cloud import DIGEST, Cloud, CloudObject, DamagedCloudError, redacted, restored
from sandbox.protocol.wire import UNKNOWN, Secret


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
