"""The overlay that gives Go programs a faster clock: made from the Go that builds, or refused with what differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.engine import paced
from sandbox.engine.paced import NAMED, REPLACEMENTS, OverlayError

PLACES = sorted({*REPLACEMENTS, *(name for places in NAMED.values() for name in places)})


def library(folder: Path) -> Path:
    """A standard library that has only what is looked at."""
    source = folder / "src"
    for name in PLACES:
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        olds = [item.old * item.times for item in REPLACEMENTS.get(name, ())]
        text = "\n".join(["package p", *olds])
        for word, places in NAMED.items():
            text += f"\n{word}" * (places.get(name, 0) - text.count(word))
        path.write_text(text)
    return source


def test_the_known_library_gets_every_change_and_keeps_the_rest(tmp_path: Path) -> None:
    changed = paced.changed(library(tmp_path))
    assert sorted(changed) == sorted(REPLACEMENTS)
    assert "func Sleep(d Duration) { runtimeSleep(" in changed["time/sleep.go"]
    assert "//go:linkname timeSleep time.runtimeSleep\n" in changed["runtime/time.go"]
    assert "time.Sleep\n" not in changed["runtime/time.go"]
    assert all(text.startswith("package p\n") for text in changed.values())


def test_programs_read_the_variables_that_they_are_given(tmp_path: Path) -> None:
    text = paced.changed(library(tmp_path))["time/time.go"]
    assert [name for name in (paced.PACE, paced.EPOCH, paced.WAITS) if f'syscall.Getenv("{name}")' not in text] == []
    assert f'text == "{paced.REAL_WAITS}"' in text


def test_the_overlay_names_each_file_of_the_library_and_its_replacement(tmp_path: Path) -> None:
    source = library(tmp_path)
    (tmp_path / "out").mkdir()
    overlay = json.loads(paced.write(source, tmp_path / "out").read_text())
    assert sorted(overlay["Replace"]) == sorted(str(source / name) for name in REPLACEMENTS)
    for name, replacement in overlay["Replace"].items():
        assert Path(replacement).read_text() != Path(name).read_text()


@pytest.mark.parametrize("name", sorted(REPLACEMENTS))
def test_a_text_that_is_missing_is_named_with_its_file(tmp_path: Path, name: str) -> None:
    source = library(tmp_path)
    old = REPLACEMENTS[name][0].old
    path = source / name
    path.write_text(path.read_text().replace(old, "something else\n"))
    with pytest.raises(OverlayError, match=r"standard library is not the one .*Go 1\.26 and 1\.27") as caught:
        paced.changed(source)
    assert f"{path}: {old.strip()!r} stands there 0 times, 1 expected" in str(caught.value)


@pytest.mark.parametrize("word", sorted(NAMED))
def test_another_place_that_reads_the_clock_is_named(tmp_path: Path, word: str) -> None:
    source = library(tmp_path)
    (source / "time" / "fresh.go").write_text(f"package time\nvar x = {word}\n")
    with pytest.raises(OverlayError) as caught:
        paced.changed(source)
    assert f"fresh.go: {word!r} stands there 1 times, 0 expected" in str(caught.value)


def test_a_library_without_a_file_is_refused(tmp_path: Path) -> None:
    source = library(tmp_path)
    (source / "time" / "tick.go").unlink()
    with pytest.raises(OverlayError, match=r"tick\.go"):
        paced.changed(source)


def test_another_clock_has_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = paced.digest()
    first = REPLACEMENTS["time/tick.go"][0]
    other = {**REPLACEMENTS, "time/tick.go": (paced.Replacement(first.old, "other"), *REPLACEMENTS["time/tick.go"][1:])}
    monkeypatch.setattr(paced, "REPLACEMENTS", other)
    assert paced.digest() != before
