from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest
from typer.testing import CliRunner

from components.network.cloudflare_ranges import cloudflare_ranges, parse_ranges
from ops.answers import cloudflare_ranges as module
from ops.answers.cloudflare_ranges import FILE, SOURCES, RangesError, compare, write
from ops.cli import app

if TYPE_CHECKING:
    from collections.abc import Callable

STORED = cloudflare_ranges()


def published(ipv4: tuple[str, ...] = STORED.ipv4, ipv6: tuple[str, ...] = STORED.ipv6) -> Callable[[str], str]:
    texts = {SOURCES["ipv4"]: "\n".join(ipv4) + "\n", SOURCES["ipv6"]: "\n".join(ipv6)}
    return texts.__getitem__


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copy(FILE, tmp_path / "ips.json"))


def test_the_order_of_the_published_list_does_not_matter(copy: Path) -> None:
    found = compare("2027-01-31", published(STORED.ipv4[::-1]), copy)
    assert found.equal
    assert found.published.ipv4 == STORED.ipv4


def test_new_and_retired_blocks_are_told(copy: Path) -> None:
    found = compare("2027-01-31", published((*STORED.ipv4[1:], "23.1.2.0/24")), copy)
    assert (found.added, found.removed) == (("23.1.2.0/24",), (STORED.ipv4[0],))


def test_a_refreshed_copy_is_what_the_platform_reads_and_knows_its_date_and_source(copy: Path) -> None:
    write(compare("2027-01-31", published((*STORED.ipv4, "23.1.2.0/24")), copy).published, copy)
    read = parse_ranges(copy.read_text("utf-8"))
    assert "23.1.2.0/24" in read.ipv4
    assert read.date == "2027-01-31"
    assert "https://www.cloudflare.com/ips-v4" in read.source


@pytest.mark.parametrize(
    ("ipv4", "says"),
    [
        (("<html>",), "something else"),
        ((), "no list"),
        (STORED.ipv4[:4], "no list"),
        (STORED.ipv6, "no list"),
        ((*STORED.ipv4, "10.0.0.0/8"), "private"),
        ((*STORED.ipv4, "0.0.0.0/0"), "private addresses or everybody"),
        ((*STORED.ipv4, "23.1.2.3/24"), "host bits"),
    ],
)
def test_a_broken_answer_never_replaces_the_copy(copy: Path, ipv4: tuple[str, ...], says: str) -> None:
    before = copy.read_bytes()
    with pytest.raises(RangesError, match=says):
        compare("2027-01-31", published(ipv4), copy)
    assert copy.read_bytes() == before


def test_overlapping_blocks_are_refused_before_they_are_written(copy: Path) -> None:
    before = copy.read_bytes()
    found = compare("2027-01-31", published((*STORED.ipv4, "104.16.1.0/24")), copy)
    with pytest.raises(RangesError, match="overlaps"):
        write(found.published, copy)
    assert copy.read_bytes() == before


def test_a_broken_copy_is_named(tmp_path: Path) -> None:
    with pytest.raises(RangesError, match="cannot be read"):
        compare("2027-01-31", published(), tmp_path / "none.json")


def run(monkeypatch: pytest.MonkeyPatch, copy: Path, fetch: Callable[[str], str], *words: str) -> tuple[int, str]:
    def against(today: str) -> module.Comparison:
        return compare(today, fetch, copy)

    monkeypatch.setattr(module, "compare", against)
    monkeypatch.setattr(module, "write", lambda ranges: write(ranges, copy))
    result = CliRunner().invoke(app, ["cloudflare-ranges", "refresh", *words])
    return result.exit_code, result.output


def test_offline_says_so_and_keeps_the_copy(monkeypatch: pytest.MonkeyPatch, copy: Path) -> None:
    def offline(url: str) -> str:
        raise RangesError(f"{url} gives no answer (Name or service not known); the stored list is kept")

    before = copy.read_bytes()
    code, output = run(monkeypatch, copy, offline)
    assert code == 3
    assert "the stored list is kept" in " ".join(output.split())
    assert copy.read_bytes() == before


def test_a_check_compares_and_writes_nothing(monkeypatch: pytest.MonkeyPatch, copy: Path) -> None:
    before = copy.read_bytes()
    code, output = run(monkeypatch, copy, published((*STORED.ipv4, "23.1.2.0/24")), "--check")
    assert code == 1
    assert "new     23.1.2.0/24" in output
    assert copy.read_bytes() == before
    assert run(monkeypatch, copy, published(), "--check")[0] == 0


def test_a_refresh_tells_what_it_wrote_as_json(monkeypatch: pytest.MonkeyPatch, copy: Path) -> None:
    code, output = run(monkeypatch, copy, published((*STORED.ipv4, "23.1.2.0/24")), "--json")
    assert code == 0
    assert json.loads(output) == {"equal": False, "added": ["23.1.2.0/24"], "removed": [], "written": True}


@pytest.mark.parametrize(
    "error", [URLError("Name or service not known"), TimeoutError("timed out"), ConnectionResetError()]
)
def test_no_network_is_an_error_of_its_own_and_not_a_traceback(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    def nobody(*_: object, timeout: float) -> None:
        assert 0 < timeout <= 60
        raise error

    monkeypatch.setattr("urllib.request.urlopen", nobody)
    with pytest.raises(RangesError, match=r"gives no answer .*; the stored list is kept"):
        module.download(SOURCES["ipv4"])
