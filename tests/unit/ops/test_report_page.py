"""The page and the comment: whatever they are told is said, nothing is loaded, nothing is taken for markup."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ops.document.blocks import Cell, Document, Figure, Item, Items, More, Section, Table, Text, Verdict
from ops.document.html import page
from ops.document.markdown import DETAIL, MOST, ROWS, comment, plain
from ops.foreign import steerless

VOID = frozenset({"meta", "link", "br"})
HOSTILE = '</td><script src="https://x.test/a.js">alert(1)</script> | `code` [link](https://x.test) @team <!-- & "q"'


class Reader(HTMLParser):
    """Checks that tags are closed in order, and collects what a test asks about."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def document(*blocks: Text | Table | Items | Figure | More, said: str = "said") -> Document:
    verdict = Verdict(question=said, answer=said, detail=said, state="good", section="one")
    section = Section(id="one", title=said, blocks=blocks)
    return Document(title=said, subtitle=said, verdicts=(verdict,), sections=(section,))


def table(*rows: tuple[str | Cell, ...], said: str = "said", total: bool = False) -> Table:
    return Table(caption=said, columns=(said, "B"), rows=rows, numbers=frozenset({1}), total=total)


def full(said: str) -> Document:
    return document(
        Text(text=said),
        table((said, Cell(text=said, state="bad")), (said, Cell(text=said, share=0.5, state="note")), said=said),
        Figure(svg="<svg></svg>", caption=said, least_width=900),
        More(title=said, blocks=(Text(text=said), table((said, "1"), said=said))),
        said=said,
    )


def test_the_page_is_a_whole_document_for_screen_readers_and_phones() -> None:
    reader = read(page(full("said")))
    assert reader.named("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in reader.named("meta")
    assert len(reader.named("h1")) == 1
    assert len(reader.named("caption")) == len(reader.named("table")) == 2
    assert {attributes["scope"] for attributes in reader.named("th")} == {"col", "row"}
    assert all("tabindex" in div for div in reader.named("div") if div.get("class") == "scroll")


def test_the_page_loads_nothing_and_forbids_itself_to() -> None:
    reader = read(page(full(HOSTILE)))
    addresses = [str(value) for _, tag in reader.tags for key, value in tag.items() if key in {"src", "href", "srcset"}]
    assert addresses
    assert [address for address in addresses if not address.startswith(("#", "data:"))] == []
    assert reader.named("script") == []
    policy = next(tag for tag in reader.named("meta") if tag.get("http-equiv") == "Content-Security-Policy")
    assert str(policy["content"]).startswith("default-src 'none'")
    assert "@import" not in page(full("x"))
    assert "url(" not in page(full("x"))


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.strip() and "\r" not in text and "\0" not in text))
def test_whatever_the_page_is_told_stays_text(said: str) -> None:
    reader = read(page(full(said)))
    plain = read(page(full("said")))
    assert [tag for tag, _ in reader.tags] == [tag for tag, _ in plain.tags]
    assert reader.said.count(steerless(said)) >= 8


def test_a_bar_says_its_share_in_words_and_never_leaves_its_box() -> None:
    drawn = page(document(table(("a", Cell(text="130%", share=1.3, state="bad")))))
    assert "130%" in drawn
    assert 'style="width:100%"' in drawn


@pytest.mark.parametrize(("state", "word"), [("good", "✓ OK"), ("note", "! Note"), ("bad", "✗ Failed")])
def test_a_verdict_is_a_word_and_not_only_a_colour(state: str, word: str) -> None:
    verdict = Verdict(question="q", answer="a", detail="d", state=state, section="s")  # type: ignore[arg-type]  # parametrised
    told = Document(title="t", subtitle="s", verdicts=(verdict,), sections=())
    assert word in page(told)
    assert word in comment(told)


def test_the_comment_shows_the_answers_first_and_folds_the_rest() -> None:
    lines = comment(full("said")).splitlines()
    assert lines[0] == "## said"
    assert lines[4] == "| Question | Answer |  | Detail |"
    assert lines.index("<details><summary>said</summary>") > 6
    assert lines.count("</details>") == 1


def test_nothing_in_the_comment_is_taken_for_markup() -> None:
    text = comment(full(HOSTILE))
    tags = {"details", "summary", "span"}
    assert set(re.findall(r"(?<!\\)<(/?\w+)", text)) == {*tags, *(f"/{tag}" for tag in tags)}
    (folded,) = re.findall(r"<summary>(.*)</summary>", text)  # HTML, where a backslash protects nothing
    assert html.unescape(re.sub("</?span>", "", folded)).replace("\u200b", "") == HOSTILE
    assert re.findall(r"(?<!\\)[`\[]", text.replace(folded, "")) == []
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    pipes = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert pipes == {5, 3}  # the answers' table, and the chapter's


NAMED = re.compile(
    r"(?<![A-Za-z0-9])@[A-Za-z0-9]|[A-Za-z0-9]@|#[0-9]|GH-[0-9]|://|:[\w+-]+:|www\.|[\u202a-\u202e\x1b]", re.IGNORECASE
)
"""What GitHub makes mentions, links and emoji of, and what turns a line around."""
BLOCKS = ("- x", "+ x", "-", "1. x", "23.", "---", "- - -", "=", "=====", "# x", "> x", "~~~", "```", "| a |", "    x")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("@org/team look", "@\u200borg/team look"),
        ("ada@example.com", "ada@example.com"),
        ("image@sha256:ab", "image@sha256:ab"),
        ("fixes #12, org/repo#7 and gh-9", "fixes #\u200b12, org/repo#\u200b7 and gh-\u200b9"),
        ("https://x.test and www.x.test", "https://x.test and www.x.test"),
        ("urn:pulumi:prod::a$b::c, urn:pulumi:prod::a$b::d", "urn:pulumi:prod::a$b::c, urn:pulumi:prod::a$b::d"),
        ("$$x$$", "$$x$$"),
        (":tada: and :+1::white_check_mark:", ":tada: and :+1::white_check_mark:"),
        ("arn:aws:secretsmanager:eu-west-1:1:secret:a", "arn:aws:secretsmanager:eu-west-1:1:secret:a"),
        ("\u202egpj.exe \x1b[31m \u2066", "\\u202egpj.exe \\x1b[31m \\u2066"),
        ("a\u2028b\r\nc", "a b c"),
    ],
)
def test_a_value_mentions_nobody_links_nothing_and_is_no_formula_in_a_comment(said: str, shown: str) -> None:
    pieces = re.split("</?span>", MarkdownIt("gfm-like", {"html": True, "linkify": False}).renderInline(plain(said)))
    read_by_github = [html.unescape(piece) for piece in pieces]
    assert [piece for piece in read_by_github if NAMED.search(piece)] == []
    assert [piece for piece in read_by_github if "$" in piece and piece != "$"] == []
    assert "".join(read_by_github) == shown
    (folded,) = re.findall(r"<summary>(.*)</summary>", comment(document(Text(text="x"), said=said)))
    assert [piece for piece in re.split("</?span>", html.unescape(folded)) if NAMED.search(piece)] == []


@pytest.mark.parametrize(
    "said", [*BLOCKS, HOSTILE, "</details>", "a\n\n- b", "a | b", "\\", "\\|", "[^1]: x", "!", "&lt;b&gt;"]
)
def test_no_value_is_a_list_a_heading_a_fence_or_a_cell_of_its_own(said: str) -> None:
    """By a reader of Markdown with tables, which is none of GitHub's but follows the same specification."""
    told = document(
        table((said, Cell(text=said, state="bad")), said=said),
        Items(caption=said, items=(Item(text=said, detail=said), Item(text=said))),
        Text(text=said),
        said=said,
    )
    harmless = document(
        table(("x", Cell(text="x", state="bad")), said="x"),
        Items(caption="x", items=(Item(text="x", detail="x"), Item(text="x"))),
        Text(text="x"),
        said="x",
    )
    assert _structure(comment(told)) == _structure(comment(harmless))


def _structure(text: str) -> list[str]:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    return [token.type for token in tokens]


def test_a_value_as_long_as_a_file_leaves_room_for_the_rest_of_the_comment() -> None:
    long = Section(id="a", title="long", blocks=(Text(text="x" * 70_000),))
    cell = Section(id="b", title="values", blocks=(table(*[("property", "y" * 70_000)] * 5),))
    last = Section(id="c", title="last", blocks=(Text(text="the last word"),))
    text = comment(Document(title="t" * 70_000, subtitle="s", verdicts=(), sections=(long, cell, last)))
    assert text.count("y" * DETAIL + "…") == 5
    assert "the last word" in text
    assert "Too long for a comment: long. The page has it." in text
    assert len(text) < MOST


def test_the_page_turns_no_line_around() -> None:
    assert "a\\u202eb" in page(document(Text(text="a\u202eb")))


def test_a_long_table_is_cut_in_the_comment_and_keeps_its_sum() -> None:
    rows = tuple((f"row {number}", "1") for number in range(40))
    text = comment(document(table(*rows, ("Total", "40"), total=True)))
    assert len(re.findall("row ", text)) == ROWS - 1
    assert "| Total | 40 |" in text
    assert "26 more rows stand in the page" in text


def test_a_comment_is_never_longer_than_github_takes() -> None:
    section = Section(id="one", title="long", blocks=(Text(text="word " * 5000),))
    told = Document(title="t", subtitle="s", verdicts=(), sections=(section,) * 4)
    text = comment(told)
    assert len(text) <= MOST + 500
    assert "Too long for a comment: long, long" in text
    assert text.count("<details>") == text.count("</details>")


def test_what_stops_a_large_change_stays_in_its_comment_and_the_rest_is_counted() -> None:
    """Sixty stacks, each with answers of 30,000 characters, a long list and a chapter that has no room."""
    stops = Items(caption="The gate stops this", items=tuple(Item(text=f"stop {n} " + "x" * 400) for n in range(300)))
    told = Text(text="y" * 30_000)
    answers = tuple(
        Verdict(question=f"{n}?", answer="no", detail="z" * 30_000, state="bad", section="s") for n in range(360)
    )
    chapters = tuple(Section(id=f"s{n}", title=f"Stack {n}", blocks=(stops, told, told), open=True) for n in range(60))
    text = comment(Document(title="t", subtitle="u" * 9_000, verdicts=answers, sections=chapters))
    assert len(text) < 65_536 - 100, "GitHub takes no more, and the mark comes before it"
    assert "stop 0 x" in text
    assert "260 more stand in the page" in text
    assert "more answers stand in the page" in text
    assert "The rest of this chapter is too long for a comment" in text
    assert "Too long for a comment: Stack 1, " in text
