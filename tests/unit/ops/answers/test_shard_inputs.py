"""What `./bbp shard` says to files, numbers and names that are none: one line, and never a green light."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from ops.cli import app

if TYPE_CHECKING:
    from pathlib import Path

URN = "urn:pulumi:prod::bailbondpro::"


def bbp(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["shard", *arguments])


def written(folder: Path, content: str | bytes) -> str:
    file = folder / "given.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is no JSON"),
        (" \n", "is no JSON"),
        ("{", "is no JSON"),
        (b"\x00\xff" * 50, "is no JSON"),
        ('{"steps": []}'.encode("utf-16"), "is no JSON"),
        ("[" * 100_000, "it is nested too deeply"),
        (f'{{"steps": {"9" * 5000}}}', "is larger than any number"),
        ("[]", "it holds a list, not an object"),
        ("null", "it holds nothing, not an object"),
        ("{}", "it has no `steps`"),
        ('{"steps": null}', "it has no `steps`"),
        ('{"version": 99, "resources": []}', "it has no `steps`"),
        ('{"version": 3, "deployment": {"resources": []}}', "it has no `steps`"),
        ('{"steps": []}', "is empty: there is nothing to judge"),
        ('{"steps": [null]}', "step 0 of"),
        ('{"steps": [7]}', "it is a number, not an object"),
        ('{"steps": [{"op": "create", "urn": 7, "newState": []}]}', "'newState' is missing, or unknown"),
        (
            json.dumps({"steps": [{"op": "explode", "urn": f"{URN}a::b", "newState": {"type": "a"}}]}),
            "'explode' is missing, or unknown",
        ),
        (
            json.dumps({"steps": [{"op": "same", "urn": "urn:pulumi:x::other::a::b", "newState": {"type": "a"}}]}),
            "is of another project (other)",
        ),
    ],
    ids=lambda one: repr(one[:30]),
)
def test_a_damaged_plan_is_judged_by_nobody(tmp_path: Path, content: str | bytes, said: str) -> None:
    ran = bbp("placement", "--plan", written(tmp_path, content))
    assert (ran.exit_code, ran.stdout) == (1, "")
    told = " ".join(ran.stderr.split())
    assert said in told
    assert "Error(" not in told


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"a": -1}', '"a" must have a number of rows'),
        ('{"a": true}', "it has true"),
        ('{"a": NaN}', "it has NaN"),
        ('{"a": 1e999}', "it has Infinity"),
        (f'{{"a": {2**63}}}', f"it has {2**63}"),
        (f'{{"a": {"9" * 5000}}}', "a number in it has more digits than any number of rows"),
    ],
)
def test_rows_that_are_no_number_are_refused(tmp_path: Path, content: str, reason: str) -> None:
    ran = bbp("plan", "--from", "primary", "--to", "4", "--clients", written(tmp_path, content))
    assert ran.exit_code == 1
    assert reason in ran.stderr.replace("\n", " ")


NO_PLACES = ["replica", "1", "17", "-4", "4.0", "", "04", "00", "1_0", " 4", "nan", "100000", "\u0664", "9" * 5000]


@pytest.mark.parametrize("place", NO_PLACES, ids=lambda one: repr(one[:10]))
@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_plan_of_something_else_is_a_usage_error_that_says_what_is_allowed(option: str, place: str) -> None:
    other = {"--from": "--to", "--to": "--from"}[option]
    ran = bbp("plan", f"{option}={place}", f"{other}=4")
    moved = bbp("move", "publish", f"{option}={place}", "--schema", "none.yaml", "--service", "prod")
    for one in (ran, moved):
        assert one.exit_code == 2
        assert f"{option} is primary, or a number of shards, 2 to 16, not" in " ".join(one.stderr.split())
        assert len(one.stderr) < 300


@pytest.mark.parametrize("content", ["[]", "{}"])
def test_a_plan_of_nobody_is_none(tmp_path: Path, content: str) -> None:
    ran = bbp("plan", "--from", "4", "--to", "8", "--clients", written(tmp_path, content))
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "holds no client, so that nothing can be counted" in " ".join(ran.stderr.split())


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--from", "4", "--to", "8", "--clients"),
        ("of", "--ids-file"),
        ("placement", "--plan"),
        ("move", "status", "--service", "prod", "--schema"),
        ("verify", "--service", "prod", "--schema"),
    ],
    ids=lambda words: words[0],
)
def test_an_empty_name_and_a_folder_are_no_file(tmp_path: Path, words: tuple[str, ...]) -> None:
    for name, said in (("", "not an empty name"), (".", "not an empty name"), (str(tmp_path), "a folder")):
        ran = bbp(*words, name)
        assert ran.exit_code == 2
        told = " ".join(ran.stderr.split())
        assert "must name a file" in told
        assert said in told


NO_SERVICES = ["", " ", "a b", "a]\n[b", "\x1b[2J", "é", "x" * 5000]


@pytest.mark.parametrize("prefix", NO_SERVICES, ids=lambda one: repr(one[:9]))
def test_a_service_is_named_by_what_a_service_file_can_hold(prefix: str) -> None:
    ran = bbp("move", "status", "--schema", "none.yaml", "--service", prefix)
    assert ran.exit_code == 2
    assert "must be 1 to 60 letters, digits, dots, - and _" in " ".join(ran.stderr.split())
    assert "\x1b" not in ran.stderr
