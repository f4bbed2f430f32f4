"""What people hand over to `./bbp contract test` is used as it is meant, or refused with what to write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bailbondpro.contract import contract
from ops.answers.contract.inputs import InputsError, options, parts
from ops.answers.contract.verdicts import answer, broken, kept, not_judged
from ops.exits import UNKNOWN
from ops.views.contract import section

if TYPE_CHECKING:
    from ops.answers.contract.run import Options


def told(**changes: object) -> Options:
    given: dict[str, object] = dict.fromkeys(("env_file", "write", "body", "headers", "log", "pid"))
    return options(**{**given, "page": "/", **changes})  # type: ignore[arg-type]  # a test gives what it means


def file(folder: Path, text: str) -> Path:
    path = folder / "given"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_api_is_asked_where_the_variables_say(tmp_path: Path) -> None:
    started = told(env_file=file(tmp_path, "# ports\nPORT=3100\nAPI_PORT=4100\nREDIS_TLS=false\n"))
    assert parts("http://localhost:3100", None, started).api == "http://localhost:4100"
    assert parts("http://localhost:3000", None, told()).api == "http://localhost:4000"
    assert parts("http://[::1]:3000", None, told()).api == "http://[::1]:4000"
    assert parts("http://localhost:3000", "http://api:1", started).api == "http://api:1"


@pytest.mark.parametrize(
    "url",
    [
        *("localhost:3000", "ftp://a", "http://a:b", "http://a/health", "http://"),
        *("http://[::1", "http://a..b:3000", "http://a:99999", f"http://{'a' * 64}:1"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InputsError, match="is no address"):
        parts(url, None, told())


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("env_file", "PORT", "line 1: must be NAME=value"),
        ("env_file", "DATABASE_POOL_SHARD_MAX=ten", "no whole number"),
        ("env_file", "export PORT=3100", "export PORT is no variable"),
        ("env_file", "PORT=1\n# again\nPORT=2", "line 3: PORT stands there twice"),
        ("env_file", "DATABASE_POOL_SHARD_MAX=\u0663", "no whole number"),
        ("env_file", "DATABASE_POOL_SHARD_MAX=nan", "no whole number"),
        ("headers", "X-A: b\nX-A: c", "line 2: X-A stands there twice"),
        ("headers", "X-A: b\x1b[2J", "X-A is no header"),
        ("body", '{"a": NaN}', "NaN is no number of JSON"),
        ("body", '{"a": 1, "a": 2}', "'a' stands there twice"),
        ("body", "[" * 100_000, "is nested too deeply"),
        ("headers", "a: b\nCookie", "line 2: must be Name: value"),
        ("headers", "X A: b", "X A is no header"),
        ("headers", "X-A: €", "X-A is no header"),
        ("body", "[]", "must hold a JSON object"),
        ("body", "{", "is no JSON"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(name: str, text: str, said: str, tmp_path: Path) -> None:
    along = {"write": "/api/bonds"} if name == "body" else {}
    with pytest.raises(InputsError, match=said):
        told(**{name: file(tmp_path, text)}, **along)


def test_a_path_without_a_body_and_a_file_that_is_not_there_are_refused() -> None:
    with pytest.raises(InputsError, match="belong together"):
        told(write="/api/bonds")
    with pytest.raises(InputsError, match="cannot be read"):
        told(env_file=Path("/nowhere"))
    for page in ("login", "/a b", "/ü"):
        with pytest.raises(InputsError, match="begins with /"):
            told(page=page)


@pytest.mark.parametrize("port", ["abc", "99999", "0", ""])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path) -> None:
    with pytest.raises(InputsError, match="no port from 1 to 65535"):
        parts("http://localhost:3100", None, told(env_file=file(tmp_path, f"API_PORT={port}\n")))


def test_a_clause_that_nobody_spoke_of_is_not_judged_and_nothing_but_all_kept_is_green() -> None:
    asked = [clause.id for clause in contract().every_clause if clause.judged == "test"]
    whole = [kept(name) for name in asked]
    assert answer("http://a", whole).exit_code == 0
    assert answer("http://a", whole[1:]).exit_code == UNKNOWN
    assert answer("http://a", [not_judged(asked[0], "why"), *whole[1:]]).exit_code == UNKNOWN
    assert answer("http://a", [broken(asked[0], "seen"), *whole[2:]]).exit_code == 1
    assert answer("http://a", []).exit_code == UNKNOWN


def test_what_is_broken_is_shown_first_with_what_was_seen_what_is_wanted_and_the_fix() -> None:
    found = answer("http://a", [broken("endpoint.health", "a 500"), kept("endpoint.ready")])
    shown = section(found).blocks
    captions = [getattr(block, "caption", "") for block in shown]
    assert captions[1:4] == ["Broken", "Not judged", "Kept"]
    clause = contract().clause("endpoint.health")
    item = shown[1].items[0]  # type: ignore[union-attr]  # it has a caption
    assert item.detail == f"seen: a 500; wanted: {clause.wants}; fix: {clause.fix}"
