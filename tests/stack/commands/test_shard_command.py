"""`./bbp shard of` and `./bbp shard plan` as people and programs call them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from ops.cli import app
from tests.support.paths import DATA

if TYPE_CHECKING:
    from pathlib import Path

VECTORS = json.loads((DATA / "shard_vectors.json").read_text(encoding="utf-8"))


def bbp(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["shard", *arguments], input=stdin)


def written(folder: Path, content: str | bytes) -> str:
    file = folder / "ids.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


def test_a_file_of_ids_gives_one_json_array_of_hashes_and_shards(tmp_path: Path) -> None:
    file = written(tmp_path, json.dumps([row["client_id"] for row in VECTORS]))
    ran = bbp("of", "--ids-file", file, "--json")
    assert ran.exit_code == 0
    assert json.loads(ran.stdout) == VECTORS


def test_ids_come_from_standard_input_too() -> None:
    ran = bbp("of", "--ids-file", "-", "--json", stdin=b'["\\ud800", ""]')
    assert json.loads(ran.stdout) == [
        {"client_id": "\ud800", "hash": 0xD800, "shard": 0},
        {"client_id": "", "hash": 0, "shard": 0},
    ]


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    ran = bbp("of", "--ids-file", written(tmp_path, '["é"]'.encode("utf-8-sig")), "--json")
    assert json.loads(ran.stdout) == [{"client_id": "é", "hash": 233, "shard": 1}]


def test_no_ids_in_a_file_give_an_empty_array(tmp_path: Path) -> None:
    ran = bbp("of", "--ids-file", written(tmp_path, "[]"), "--json")
    assert (ran.exit_code, json.loads(ran.stdout)) == (0, [])


def test_ids_of_the_command_line_are_printed_with_their_shards() -> None:
    ran = bbp("of", "client-1", "")
    assert ran.stdout.splitlines() == ['shard_3   908407471  "client-1"', 'shard_0           0  ""']


def test_an_id_cannot_write_to_the_terminal() -> None:
    assert "\x1b" not in bbp("of", "\x1b[2J").stdout


def test_an_id_that_is_no_utf_8_is_refused_with_the_way_out() -> None:
    ran = bbp("of", "\udcff")
    assert ran.exit_code == 1
    assert "--ids-file" in ran.stderr


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"a": 1}', "must hold a JSON array of client ids, it holds an object"),
        ("null", "it holds null"),
        ('["a", 7]', "entry 1 must be a string, it is a number"),
        ("[true]", "entry 0 must be a string, it is true or false"),
        ("not json", "is no JSON"),
        (b"\xff\xfe\xff", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_a_file_of_something_else_is_refused_with_the_reason(tmp_path: Path, content: str | bytes, reason: str) -> None:
    ran = bbp("of", "--ids-file", written(tmp_path, content), "--json")
    assert ran.exit_code == 1
    assert reason in ran.stderr.replace("\n", " ")
    assert ran.stdout == ""


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    ran = bbp("of", "--ids-file", str(tmp_path / "none.json"))
    assert ran.exit_code == 1
    assert "none.json: No such file" in ran.stderr.replace("\n", "")


@pytest.mark.parametrize("arguments", [("of",), ("of", "a", "--ids-file", "x"), ("of", "a", "--count", "0")])
def test_a_call_that_makes_no_sense_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert bbp(*arguments).exit_code == 2


def test_a_plan_counts_the_given_clients_exactly(tmp_path: Path) -> None:
    file = written(tmp_path, json.dumps([row["client_id"] for row in VECTORS]))
    ran = bbp("plan", "--from", "4", "--to", "8", "--clients", file, "--json")
    document = json.loads(ran.stdout)
    moved = [row["client_id"] for row in VECTORS if row["hash"] % 4 != row["hash"] % 8]
    assert [move["client_id"] for move in document["moves"]] == moved
    assert (document["clients"], document["moved_clients"]) == (len(VECTORS), len(moved))
    assert document["moved_share"] == 0.5


def test_a_plan_for_people_says_what_moves_and_what_is_safe_meanwhile() -> None:
    text = bbp("plan", "--from", "4", "--to", "6").stdout
    assert "4 to 6 shards: 67% of all clients move." in text
    assert "8 shards would move only 50%" in text
    assert "changes for most clients when the number is not doubled" in " ".join(text.split())
    assert text.count("Safe: ") == 7


def test_the_plan_of_the_first_move_says_what_goes_from_the_primary_to_each_shard(tmp_path: Path) -> None:
    file = written(tmp_path, json.dumps({row["client_id"]: 2 for row in VECTORS}))
    ran = bbp("plan", "--from", "primary", "--to", "4", "--clients", file, "--json")
    document = json.loads(ran.stdout)
    assert (document["from"], document["moved_share"]) == ("primary", 1)
    assert [(flow["from"], flow["to"], flow["share"]) for flow in document["flows"]] == [
        ("primary", shard, 0.25) for shard in range(4)
    ]
    held = [len({row["client_id"] for row in VECTORS if row["shard"] == shard}) for shard in range(4)]
    assert [flow["clients"] for flow in document["flows"]] == held
    assert [flow["rows"] for flow in document["flows"]] == [2 * clients for clients in held]
    assert document["moved_rows"] == 2 * sum(held)
    text = bbp("plan", "--from", "primary", "--to", "4").stdout
    assert "100% of all clients move" in text
    assert "primary shard_3 25.0%" in " ".join(text.split())


def previewed(folder: Path, before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    urn = "urn:pulumi:prod::bailbondpro::bailbondpro:shards:Shards$aws:ssm/parameter:Parameter::shards-placement"
    inputs = [None if one is None else {"insecureValue": json.dumps(one)} for one in (before, after)]
    states = {
        name: {"urn": urn, "custom": True, "type": "aws:ssm/parameter:Parameter", "inputs": given}
        for name, given in zip(("oldState", "newState"), inputs, strict=True)
        if given is not None
    }
    file = folder / "plan.json"
    file.write_text(json.dumps({"steps": [{"op": "update", "urn": urn, **states}]}))
    return str(file)


def test_a_preview_of_a_placement_that_no_move_led_to_exits_2_with_the_fix(tmp_path: Path) -> None:
    primary = {"placement": "primary", "count": 0, "movingTo": None, "version": 0}
    moving = {"placement": "moving", "count": 0, "movingTo": 4, "version": 1}
    shards = {"placement": "shards", "count": 4, "movingTo": None, "version": 4}
    refused = bbp("placement", "--plan", previewed(tmp_path, primary, shards))
    assert refused.exit_code == 2
    assert "shards.movingTo: 4 and shards.mapVersion: 1 first" in " ".join(refused.stdout.split())
    allowed = bbp("placement", "--plan", previewed(tmp_path, moving, shards), "--json")
    assert (allowed.exit_code, json.loads(allowed.stdout)["refused"]) == (0, "")


def test_a_preview_without_shards_is_not_judged(tmp_path: Path) -> None:
    ran = bbp("placement", "--plan", previewed(tmp_path, None, {"unknown": True}))
    assert ran.exit_code not in {0, 2}
    assert "nothing can be judged" in " ".join(ran.output.split())


def test_a_plan_from_no_shards_is_the_first_move() -> None:
    ran = bbp("plan", "--from", "0", "--to", "4", "--json")
    assert json.loads(ran.stdout) == json.loads(bbp("plan", "--from", "primary", "--to", "4", "--json").stdout)


@pytest.mark.parametrize(
    ("content", "reason"), [('{"a": -1}', '"a" must have a number of rows'), ('{"a": true}', "it has true")]
)
def test_rows_that_are_no_number_are_refused(tmp_path: Path, content: str, reason: str) -> None:
    ran = bbp("plan", "--from", "primary", "--to", "4", "--clients", written(tmp_path, content))
    assert ran.exit_code == 1
    assert reason in ran.stderr.replace("\n", " ")


def test_a_plan_from_something_else_is_a_usage_error() -> None:
    assert bbp("plan", "--from", "replica", "--to", "4").exit_code == 2


def test_a_plan_with_fewer_shards_is_refused() -> None:
    ran = bbp("plan", "--from", "8", "--to", "4")
    assert ran.exit_code == 1
    assert "only grows" in ran.stderr.replace("\n", " ")
