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
    hashes = {row["client_id"]: row["hash"] for row in VECTORS}
    file = written(tmp_path, json.dumps(list(hashes)))
    ran = bbp("plan", "--from", "4", "--to", "8", "--clients", file, "--json")
    document = json.loads(ran.stdout)
    moved = [client for client, hashed in hashes.items() if hashed % 4 != hashed % 8]
    assert [move["client_id"] for move in document["moves"]] == moved
    assert (document["clients"], document["moved_clients"]) == (len(hashes), len(moved))
    assert document["moved_share"] == 0.5


def test_a_plan_for_people_says_what_moves_and_what_is_safe_meanwhile() -> None:
    text = bbp("plan", "--from", "4", "--to", "6").stdout
    assert "From 4 shards to 6 shards: 67% of all clients move." in text
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


URN = "urn:pulumi:prod::bailbondpro::"


def previewed(folder: Path, before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    urn = "urn:pulumi:prod::bailbondpro::bailbondpro:shards:Shards$aws:ssm/parameter:Parameter::shards-placement"
    inputs = [None if one is None else {"insecureValue": json.dumps(one)} for one in (before, after)]
    kind = "aws:rds/instance:Instance"
    shards = [f"bailbondpro:shards:Shards$bailbondpro:postgres:Postgres${kind}::shards-{n}-primary" for n in range(4)]
    servers = [
        {"op": "same", "urn": f"{URN}{one}", "newState": {"urn": f"{URN}{one}", "type": kind}}
        for one in (f"{kind}::database", *shards)
    ]
    states = {
        name: {"urn": urn, "custom": True, "type": "aws:ssm/parameter:Parameter", "inputs": given}
        for name, given in zip(("oldState", "newState"), inputs, strict=True)
        if given is not None
    }
    file = folder / "plan.json"
    file.write_text(json.dumps({"steps": [*servers, {"op": "update", "urn": urn, **states}]}))
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


UNKNOWN = {"unknown": True}
PRIMARY = {"placement": "primary", "count": 0, "movingTo": None, "version": 0}
NO_VALUES: dict[str, list[Any]] = {
    "count": ["many", "4", True, -1, 4.5, float("inf"), float("nan"), [], None],
    "version": ["7", False, -1],
    "movingTo": ["4", True, -4, {}],
    "placement": ["moving", "", "frozen", None, 7, ["primary"]],
    "returnedFrom": ["6"],
}
"""Of a published placement: what no stack of this platform writes."""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, UNKNOWN, "a placement that nobody can read"),
        (UNKNOWN, PRIMARY, "a placement that nobody can read"),
        *(
            ({**PRIMARY, key: one}, PRIMARY, "a placement that nobody can read")
            for key, values in NO_VALUES.items()
            for one in values
        ),
    ],
)
def test_a_placement_that_nobody_can_read_is_not_judged(
    tmp_path: Path, before: dict[str, Any] | None, after: dict[str, Any], said: str
) -> None:
    ran = bbp("placement", "--plan", previewed(tmp_path, before, after))
    assert ran.exit_code == 1
    assert said in " ".join(ran.output.split())


@pytest.mark.parametrize(
    ("names", "code", "said"),
    [
        (["database-primary"], 0, "pods read and write every client on the primary"),
        (["database-primary", "shards-0-primary"], 1, "has shards (shard_0), so that nothing can be judged"),
        ([], 1, "has no database, so that nothing can be judged"),
    ],
)
def test_a_stack_without_shards_is_on_its_primary_and_one_without_databases_is_none(
    tmp_path: Path, names: list[str], code: int, said: str
) -> None:
    kind = "aws:rds/instance:Instance"
    urns = {"network": f"{URN}aws:ec2/vpc:Vpc::network"}
    urns |= {name: f"{URN}bailbondpro:{name.split('-')[0]}:Part${kind}::{name}" for name in names}
    steps = [
        {"op": "same", "urn": urn, "newState": {"urn": urn, "custom": True, "type": kind, "inputs": {}}}
        for kind, urn in ((urn.split("::")[2].split("$")[-1], urn) for urn in urns.values())
    ]
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"steps": steps}))
    ran = bbp("placement", "--plan", str(file))
    assert ran.exit_code == code, ran.output
    assert said in " ".join(ran.output.split())


def test_a_plan_from_no_shards_is_the_first_move() -> None:
    ran = bbp("plan", "--from", "0", "--to", "4", "--json")
    assert json.loads(ran.stdout) == json.loads(bbp("plan", "--from", "primary", "--to", "4", "--json").stdout)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('["a", "b", "a", "a"]', '1 client is there more than once ("a")'),
        ('{"a": 1, "b": 2, "a": 3}', '1 client is there more than once ("a")'),
        (json.dumps([str(n) for n in (*range(9), *range(9))]), '9 clients are there more than once ("0", "1", "2"'),
    ],
)
def test_a_client_that_is_there_twice_is_named_and_not_counted(tmp_path: Path, content: str, said: str) -> None:
    ran = bbp("plan", "--from", "4", "--to", "8", "--clients", written(tmp_path, content))
    assert ran.exit_code == 1
    assert said in " ".join(ran.stderr.split())
    assert ran.stdout == ""


def test_a_plan_with_fewer_shards_says_what_moves_and_how_they_are_left() -> None:
    text = " ".join(bbp("plan", "--from", "8", "--to", "5").stdout.split())
    assert "From 8 shards to 5 shards: 88% of all clients move." in text
    assert "4 shards would move only 50%: divisors of 8 move the fewest." in text
    assert "shards.returnedFrom to the mapVersion of the move" in text
    back = json.loads(bbp("plan", "--from", "4", "--to", "primary", "--json").stdout)
    assert (back["to"], {flow["to"] for flow in back["flows"]}) == ("primary", {"primary"})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify",), "`./bbp shard verify` is a command of its own"),
        (("undo",), "'undo' is no step of a move, steps are publish, copy,"),
        (("copy", "--to", "8"), "`./bbp shard move copy` does not take --to: --to belongs to publish"),
        (
            ("status", "--print", "--once"),
            "does not take --print, --once: --print belongs to publish; --once belongs to",
        ),
        (("keep", "--pause-at-most", "3"), "--pause-at-most belongs to cut-over and back"),
        (("publish", "--print", "--json"), "no JSON"),
    ],
)
def test_a_step_that_is_none_and_an_option_that_it_does_not_take_are_named(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = bbp("move", *arguments, "--schema", str(tmp_path / "none.yaml"), "--service", "prod")
    assert ran.exit_code == 2
    assert said in " ".join(ran.stderr.split())


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("tables: [a]", "tables must be a mapping from at least one table to the column"),
        ("tables: {}", "tables must be a mapping from at least one table"),
        ("shared: {a: copied}", "tables is missing"),
        ("tables: {a: 7}", "tables.a must be the name of a column, as text, not 7"),
        ("tables: {a: }", "tables.a must be the name of a column, as text, not nothing"),
        ("tables: {a: b}\nshared: {c: maybe}", "shared.c must be copied or primary, not 'maybe'"),
        ("tables: {a: b}\nforeign_keys: {c: cascade}", "foreign_keys.c must be within or dropped, not 'cascade'"),
        ("tables: {a: b}\ntabels: {c: d}", "tabels is no key of it, keys are tables, shared, foreign_keys"),
        ("tables: {a: b, a: c}", "a stands there twice (line 1): leave one"),
        ("tables: {a: b}\nshared: {a: copied}", "a stands in tables and in shared"),
        ("", "the file must be a mapping, not nothing"),
        ("- a", "the file must be a mapping, not ['a']"),
        ("a: [", "is no YAML"),
        ("[" * 5000, "is no YAML"),
    ],
)
def test_a_schema_file_that_is_none_is_explained_in_words(tmp_path: Path, schema: str, said: str) -> None:
    file = tmp_path / "shards.yaml"
    file.write_text(schema)
    ran = bbp("move", "status", "--schema", str(file), "--service", "prod")
    assert ran.exit_code == 1
    told = " ".join(ran.stderr.split())
    assert said in told
    assert "`tables: {bonds: client_id}`" in told
    assert "Input should be" not in told
