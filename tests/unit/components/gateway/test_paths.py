"""Which paths have one reading: the expressions themselves, over more spellings than a server is worth asking."""

from __future__ import annotations

import re
from itertools import product
from urllib.parse import quote, unquote_to_bytes

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.gateway.paths import ODD_PATHS, ONE_READING
from components.gateway.paths import is_refused as refused
from tests.support.look_alikes import look_alikes
from tests.support.paths import DATA

ONE = re.compile(ONE_READING.removeprefix("~*"), re.IGNORECASE | re.ASCII)
LINES = [
    (line["path"], line["status"])
    for line in yaml.safe_load((DATA / "gateway_requests.yaml").read_text(encoding="utf-8"))["paths"]
]


@pytest.mark.parametrize(("target", "status"), LINES)
def test_commands_refuse_what_a_live_gateway_refuses(target: str, status: int) -> None:
    assert refused(target) is (status == 400)


@given(st.binary(min_size=1, max_size=6))
def test_escaped_bytes_pass_only_as_utf_8_in_its_shortest_form_without_separators_and_controls(raw: bytes) -> None:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    plain = not any(ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 or letter in "/\\" for letter in text)
    target = "/x" + "".join(f"%{byte:02X}" for byte in raw)
    assert bool(ONE.search(target)) == plain


ODD = frozenset(character for found in look_alikes().values() for character in found)
LETTERS = st.characters(min_codepoint=0x21, max_codepoint=0x2AF, exclude_characters=["/", "\\", "%", "\x7f", *ODD])


@given(st.text(LETTERS, min_size=1))
def test_names_that_a_client_escapes_pass(name: str) -> None:
    name = name.strip(".;") or "x"
    assert not refused(f"/files/{quote(name, safe='')}/page?x=1")


def test_no_character_that_unicode_makes_ascii_or_has_readers_ignore_passes() -> None:
    assert len(ODD) > 2000
    assert [character for character in sorted(ODD) if not refused(f"/a{quote(character)}b/x?y=1")] == []
    assert not refused(f"/a?b={quote(''.join(sorted(ODD)[:100]))}"), "a query may have them"


def test_of_the_letters_of_scripts_hardly_any_is_refused() -> None:
    scripts = ((0xC0, 0x250), (0x386, 0x530), (0x5D0, 0x5EB), (0x620, 0x660), (0x904, 0x93A), (0x1EA0, 0x1F00))
    letters = [chr(point) for a, b in (*scripts, (0x4E00, 0x9FFF), (0xAC00, 0xD7A4)) for point in range(a, b)]
    assert [f"{ord(letter):x}" for letter in letters if refused(f"/{quote(letter)}")] == [
        *("df", "130", "131", "132", "133", "13f", "140", "149", "17f", "1c4", "1c5", "1c6", "1c7", "1c8", "1c9"),
        *("1ca", "1cb", "1cc", "1f0", "1f1", "1f2", "1f3"),
    ]
    names = ("caf\u00e9", "M\u00fcller", "Nguy\u1ec5n", "O\u2019Brien", "\u6771\u4eac")
    assert not any(refused(f"/{quote(text)}") for text in (*names, "\u20ac", "\U0001f512"))


def test_no_expression_is_longer_than_nginx_takes_a_word() -> None:
    assert max(len(expression.encode()) for expression in (*ODD_PATHS, ONE_READING)) < 4000


@pytest.mark.parametrize(
    ("first", "second", "end"),
    list(product((".", "%2e", "%2E"), ("", ".", "%2e"), ("", "/", "/x", ";", ";a=b/x", "%3b", "?x=1"))),
)
def test_no_spelling_of_a_dot_segment_passes(first: str, second: str, end: str) -> None:
    assert refused(f"/a/{first}{second}{end}")
    assert refused(f"/{first}{second}{end}")


@given(st.binary(max_size=12), st.sampled_from(["", "%2f", "%5c", "//", "%25", "%252e"]))
def test_what_passes_reads_the_same_decoded_once_and_twice(raw: bytes, between: str) -> None:
    target = "/" + "".join(f"%{byte:02x}" if byte % 3 == 0 else chr(byte % 94 + 33) for byte in raw) + between + "/x"
    path = target.partition("?")[0]
    if refused(target):
        return
    once = unquote_to_bytes(path)
    assert once.count(b"/") == path.count("/")
    assert unquote_to_bytes(once).count(b"/") == once.count(b"/")
    assert not {b".", b"..", b""} & set(once.split(b"/")[1:-1])


def test_a_long_path_costs_one_pass() -> None:
    assert refused("/" + "%41" * 5000 + "%")
    assert refused("/" + "a" * 16000 + '"')
    assert not refused("/" + "a" * 16000)
