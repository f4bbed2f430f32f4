"""Which paths have one reading: the expressions themselves, over more spellings than a server is worth asking."""

from __future__ import annotations

import re
from itertools import product
from urllib.parse import quote, unquote_to_bytes

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.gateway.paths import ONE_READING
from components.gateway.paths import is_refused as refused
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


LETTERS = st.characters(min_codepoint=0x21, max_codepoint=0x2FF, exclude_characters="/\\%\xa0\u017f\x7f")


@given(st.text(LETTERS, min_size=1))
def test_names_that_a_client_escapes_pass(name: str) -> None:
    name = "".join(letter for letter in name if not 0x7F <= ord(letter) < 0xA0).strip(".") or "x"
    assert not refused(f"/files/{quote(name, safe='')}/page?x=1")


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
