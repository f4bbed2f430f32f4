"""After a deployment only what changed is purged and warmed; a purge that was interrupted goes on where it ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from ops.answers.cdn.api import MAX_WAITING, PurgeApi, RefusedError, UnauthorisedError, _retry_after
from ops.answers.cdn.edge import Edge
from ops.answers.cdn.error import CdnError
from ops.answers.cdn.journal import MAX_AGE, Journal
from ops.answers.cdn.manifests import changed, is_hashed, on_hosts
from ops.answers.cdn.purge import CHUNK, Wanted, calls, purge, wanted
from ops.answers.cdn.warm import changed_urls
from ops.cli import app
from tests.support.cli import Cli
from tests.support.edge_policies import DOMAIN, POLICY, RULES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from typer.testing import Result

ONE, TWO = "a" * 64, "b" * 64
BEFORE = f"{ONE}  ./static/app.11aa.js\n{ONE}  ./images/team/anna.jpg\n{ONE} *robots.txt\n{ONE}  old.html\n"
AFTER = f"{ONE}  ./static/app.22bb.js\n{TWO}  ./images/team/anna.jpg\n{ONE}  robots.txt\n"


@pytest.fixture
def builds(tmp_path: Path) -> tuple[Path, Path]:
    before, after = tmp_path / "before.sha256", tmp_path / "after.sha256"
    before.write_text(BEFORE, encoding="utf-8")
    after.write_text(AFTER, encoding="utf-8")
    return before, after


class Api(PurgeApi):
    """Calls that never leave this machine: every value is accepted but those that a test names."""

    def __init__(self, *, refused: Sequence[str] = (), after: int = 10_000) -> None:
        super().__init__("0" * 32, "t" * 40, print)
        self.asked: list[tuple[str, ...]] = []
        self.refused, self.after = refused, after

    def purge(self, selector: str, values: Sequence[str], *, soft: bool) -> None:
        if len(self.asked) == self.after:
            raise KeyboardInterrupt
        self.asked.append(tuple(values))
        if set(values) & set(self.refused):
            raise RefusedError(f"{selector} refused, soft: {soft}", divisible=True)


def test_a_file_with_another_hash_is_replaced_and_a_hashed_name_is_another_file(builds: tuple[Path, Path]) -> None:
    found = changed(*builds)
    assert found.replaced == ("/images/team/anna.jpg",)
    assert found.removed == ("/old.html", "/static/app.11aa.js")
    assert found.added == ("/static/app.22bb.js",)
    assert changed(builds[1], builds[1]).to_purge == changed(builds[1], builds[1]).to_warm == ()


def test_what_the_image_host_serves_from_its_root_is_purged_there(builds: tuple[Path, Path]) -> None:
    purged = wanted(POLICY, prefixes=on_hosts(POLICY, changed(*builds).to_purge)).values
    assert f"images.{DOMAIN}/team/anna.jpg" in purged
    assert not [value for value in purged if "11aa" in value or "22bb" in value or "robots" in value]
    assert f"{DOMAIN}/old.html" in purged


@pytest.mark.parametrize(
    ("path", "hashed"),
    [
        ("/static/app.3f9a.css", True),
        ("/static/_next/static/chunks/main-0a1b2c3d4e5f6789.js", True),
        ("/static/assets/index-BfX2k9aQ.js", True),
        ("/static/3f9a1c/app.js", True),
        *(
            (f"/static/{name}", False)
            for name in ("app.js", "report-2024.pdf", "logo2.png", "face.png", "client42.png")
        ),
        ("/images/app.3f9a.png", False),
        ("/app.3f9a.js", False),
    ],
)
def test_what_has_a_hash_in_its_name_below_static_is_hashed(path: str, hashed: bool) -> None:
    assert is_hashed(path) is hashed


def test_of_what_changed_only_what_the_edge_caches_is_warmed(builds: tuple[Path, Path]) -> None:
    urls, left = changed_urls(Edge(POLICY, RULES), (*changed(*builds).to_warm, "/new.html", "/admin/x.js"))
    assert f"https://images.{DOMAIN}/team/anna.jpg" in urls
    assert {url.rsplit("/", 1)[1] for url in urls} == {"anna.jpg", "app.22bb.js"}
    assert left == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lists no file"),
        ("app.js\n", "line 1: 'app.js' is not a hash"),
        (f"{ONE}  a.js\n{TWO}  ./a.js\n", "line 2: /a.js is there twice"),
    ],
)
def test_a_file_that_is_no_manifest_is_refused_with_its_line(
    builds: tuple[Path, Path], text: str, message: str
) -> None:
    builds[0].write_text(text, encoding="utf-8")
    with pytest.raises(CdnError, match=message):
        changed(*builds)


VALUES = tuple(f"tag{number}" for number in range(3 * CHUNK))


def test_a_purge_that_was_interrupted_asks_only_for_what_is_left(tmp_path: Path) -> None:
    file = tmp_path / "purge.json"

    def journal() -> Journal:
        return Journal.opened(file, zone="z", selector="tags", values=VALUES, soft=False)

    with pytest.raises(KeyboardInterrupt):
        purge(Api(after=2), POLICY, Wanted("tags", VALUES), journal=journal())
    assert len(json.loads(file.read_text(encoding="utf-8"))["done"]) == 2 * CHUNK
    again = Api(refused=("tag89",))
    result = purge(again, POLICY, Wanted("tags", VALUES), journal=journal())
    assert {value for values in again.asked for value in values} == set(VALUES[2 * CHUNK :])
    assert [value for value, _ in result.failed] == ["tag89"]
    assert len(result.purged) == len(VALUES) - 1
    last = Api()
    assert purge(last, POLICY, Wanted("tags", VALUES), journal=journal()).ok
    assert last.asked == [("tag89",)]
    assert not file.exists()


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", '{"zone": "z", "selector": "tags", "soft": true, "done": []}', '{"done": 1}'),
        '{"zone": "z", "selector": "tags", "values": "", "soft": false, "began": 0, "done": []}',
        '{"began": 1e999, "done": []}',
    ],
)
def test_a_journal_of_another_purge_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "purge.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CdnError, match="name another file, or delete it"):
        Journal.opened(file, zone="z", selector="tags", values=VALUES, soft=False)


@pytest.mark.parametrize(
    ("changed_to", "now"),
    [
        ({"values": ("/a",)}, 1.0),
        ({"values": ("/a", "/bad", "/c")}, 1.0),
        ({"values": ()}, 1.0),
        ({"selector": "files"}, 1.0),
        ({"zone": "y"}, 1.0),
        ({"soft": True}, 1.0),
        ({}, MAX_AGE + 1.0),
        ({}, -1.0),
    ],
)
def test_what_an_earlier_purge_did_counts_for_the_same_values_and_for_a_while(
    tmp_path: Path, changed_to: dict[str, Any], now: float
) -> None:
    file = tmp_path / "purge.json"
    asked: dict[str, Any] = {"zone": "z", "selector": "prefixes", "values": ("/a", "/bad"), "soft": False}
    first = Journal.opened(file, **asked, clock=lambda: 0.0)
    assert not purge(Api(refused=("/bad",)), POLICY, Wanted("prefixes", asked["values"]), journal=first).ok
    again = Journal.opened(file, **{**asked, "values": ("/bad", "/a")}, clock=lambda: float(MAX_AGE))
    assert again.done == {"/a"}
    with pytest.raises(CdnError, match="name another file, or delete it"):
        Journal.opened(file, **{**asked, **changed_to}, clock=lambda: now)


def test_the_command_never_says_purged_of_what_another_command_purged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "t" * 40)
    monkeypatch.setattr(PurgeApi, "purge", Api(refused=("static",)).purge)
    file = tmp_path / "purge.json"

    def run(*words: str) -> Result:
        # In this process: another one would ask the real Cloudflare.
        return CliRunner().invoke(app, ["cdn", "purge", "prod", *words, "--resume", str(file)])

    first = run("--tag", "html", "--tag", "static")
    assert (first.exit_code, "FAILED static: tags refused" in " ".join(first.output.split())) == (1, True)
    other = run("--tag", "html")
    assert (other.exit_code, "belongs to another purge" in " ".join(other.output.split())) == (1, True)


def test_a_purge_ends_after_its_time_though_nobody_waited() -> None:
    moments = iter([0.0, 0.0, MAX_WAITING + 1, MAX_WAITING + 1])
    api = PurgeApi("0" * 32, "t" * 40, print, clock=lambda: next(moments))
    api.began = api.clock()
    api.clock = lambda: MAX_WAITING + 1
    with pytest.raises(RefusedError, match="the purge has taken 601 s already"):
        api.purge("tags", ["html"], soft=False)


@pytest.mark.parametrize(
    ("asked", "date", "seconds"),
    [
        ("Wed, 21 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:30 GMT", None),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "", None),
        ("Wed, 21 Oct 2026 07:28:30 -0000", "Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("9" * 400, "", 999_999_999.0),
        ("nan", "", None),
        ("-5", "", None),
        ("\u0663", "", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date_after_the_servers_own(asked: str, date: str, seconds: float | None) -> None:
    import httpx

    headers = [(b"retry-after", asked.encode()), (b"date", date.encode())]
    assert _retry_after(httpx.Response(429, headers=headers)) == seconds


def test_the_command_says_what_it_would_purge_without_a_token(builds: tuple[Path, Path], tmp_path: Path) -> None:
    options = ("--before", str(builds[0]), "--after", str(builds[1]), "--dry-run")
    ran = Cli(tmp_path).run("cdn", "purge", "prod", *options, "--json")
    assert ran.code == 0, ran.err
    assert (ran.document["selector"], ran.document["calls"]) == ("prefixes", 1)
    assert "images.bailbondpro.com/team/anna.jpg" in ran.document["values"]
    warm = Cli(tmp_path).run("cdn", "warm", "prod", *options)
    assert "would request  https://images.bailbondpro.com/team/anna.jpg" in " ".join(warm.out.split("\n"))
    odd = Cli(tmp_path).run("cdn", "warm", "prod", *options, "--connect-to", "ftp://x")
    assert (odd.code, "write http://ADDRESS:PORT" in odd.err) == (1, True)
    same = Cli(tmp_path).run("cdn", "purge", "prod", "--before", str(builds[0]), "--after", str(builds[0]))
    assert (same.code, "nothing was replaced or removed" in same.err) == (0, True)
    alone = Cli(tmp_path).run("cdn", "purge", "prod", "--before", str(builds[0]))
    assert (alone.code, "go together" in alone.err) == (1, True)


def test_the_number_of_calls_follows_from_what_one_takes() -> None:
    assert [calls(POLICY, Wanted("tags", VALUES[:count])) for count in (0, 1, CHUNK, CHUNK + 1)] == [1, 1, 1, 2]


def test_a_wrong_token_is_found_before_a_journal_is_written(tmp_path: Path) -> None:
    file = tmp_path / "purge.json"

    class Refused(Api):
        def purge(self, selector: str, values: Sequence[str], *, soft: bool) -> None:
            raise UnauthorisedError(f"no purge of {selector}: {len(values)}, {soft}")

    with pytest.raises(UnauthorisedError):
        purge(
            Refused(),
            POLICY,
            Wanted("tags", VALUES),
            journal=Journal.opened(file, zone="z", selector="t", values=VALUES, soft=False),
        )
    assert not file.exists()
