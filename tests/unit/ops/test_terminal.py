"""What a terminal shows of blocks: everything, in any width, and without colour as well as with it."""

from __future__ import annotations

import io
from collections import Counter

import pytest
from rich.console import Console

from ops.document.blocks import Cell, Figure, Item, Items, More, Section, Table, Text
from ops.document.terminal import show
from tests.support.told import told

NAME = "kube-prometheus-stack-alertmanager"


def section(*blocks: Text | Table | Items | Figure | More) -> Section:
    return Section(id="one", title="One", blocks=blocks)


def table(*rows: tuple[str | Cell, ...]) -> Table:
    return Table(caption="Charges", columns=("Resource", "USD", "Verdict"), rows=rows, numbers=frozenset({1}))


@pytest.mark.parametrize("width", [24, 44, 45, 60, 200])
def test_nothing_is_cut_short_in_any_width(width: int) -> None:
    row = (NAME, "1,234,567.89", Cell(text="accepted by somebody", state="note"))
    text = told(section(table(row)), width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    shown = Counter("".join(text.split()))
    assert shown == Counter("Charges:ResourceUSDVerdict1,234,567.89acceptedbysomebody" + NAME), "no letter is lost"
    assert width < 45 or "1,234,567.89" in text, "a number is whole where there is room"


def test_a_sentence_is_left_to_the_terminal_to_wrap() -> None:
    long = "word " * 40 + "end"
    assert f"{long}\n" in told(section(Text(text=long)), 40)
    assert f"  {long}\n    {long}\n" in told(section(Items(items=(Item(text=long, detail=long),))), 40)


@pytest.mark.parametrize(("state", "word"), [("good", "OK"), ("note", "Note"), ("bad", "Failed")])
def test_a_verdict_is_a_word_and_colour_only_repeats_it(state: str, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = section(table(("a", "1", Cell(text="", state=state))))  # type: ignore[arg-type]  # parametrised
    assert told(shown).splitlines()[-1].split() == ["a", "1", word]
    assert "\x1b" not in told(shown)
    file = io.StringIO()
    show(shown, Console(file=file, width=80, force_terminal=True, color_system="standard", no_color=False))
    assert "\x1b[3" in file.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = io.StringIO()
    show(shown, Console(file=plain, width=80, force_terminal=True))
    assert "\x1b[3" not in plain.getvalue()


def test_what_is_told_is_text_and_never_markup_or_control() -> None:
    hostile = "[red]x[/red] :id: \x1b[2J"
    text = told(section(Text(text=hostile), Items(items=(Item(text=hostile),)), table((hostile, "1", hostile))))
    assert text.count("[red]x[/red] :id: \\x1b[2J") == 4
    assert "\x1b" not in text


def test_blocks_stand_apart_and_sentences_together() -> None:
    lines = told(section(Text(text="one"), Text(text="two"), table(("a", "1", "b")), Text(text="three"))).splitlines()
    assert [line.strip() for line in lines] == [
        *("one", "two", "", "Charges:", "Resource  USD  Verdict", "a           1  b", "", "three"),
    ]


def test_what_is_folded_on_the_page_is_open_here_unless_it_is_bulk() -> None:
    inner = table((NAME, "1", "x"))
    assert NAME in told(section(More(title="more", blocks=(inner,))))
    bulk = told(section(Text(text="first"), More(title="54 more charges", blocks=(inner,), bulk=True)))
    assert NAME not in bulk
    assert "54 more charges" in bulk
    assert "--json" in bulk


def test_a_drawing_is_left_to_the_page_and_nothing_at_all_is_no_error() -> None:
    assert told(section(Figure(svg="<svg></svg>", caption="picture"))) == ""
    assert told(section()) == ""
