"""Configurations of nginx, read as directives in their blocks."""

from __future__ import annotations

import pytest

from plan.nginx import NginxError, read_nginx


def test_a_directive_has_its_words_without_quotes_and_the_blocks_around_it() -> None:
    (one,) = read_nginx('http { server { location ~* "^/a(;[^/]*)?(/|$)" { add_header X "a; b {c}" always; } } }')
    assert (one.name, one.words) == ("add_header", ("X", "a; b {c}", "always"))
    assert list(map(str, one.blocks)) == ["http", "server", "location ~* ^/a(;[^/]*)?(/|$)"]
    assert str(one) == "add_header X a; b {c} always"


def test_two_blocks_that_begin_alike_are_two() -> None:
    first, second = read_nginx("server { listen 1; } server { listen 2; }")
    assert first.blocks[0].words == second.blocks[0].words
    assert first.blocks[0].number != second.blocks[0].number


def test_comments_and_variables_with_braces_and_empty_values_are_no_blocks() -> None:
    found = read_nginx('# listen 1;\nmap $a $b { "" x; default ${a}y; } # {\nset $c a#b;')
    assert [(one.name, one.words) for one in found] == [("", ("x",)), ("default", ("${a}y",)), ("set", ("$c", "a#b"))]


@pytest.mark.parametrize("text", ["server {", "}", "listen 1", "server { listen 1 }", "garbage {"])
def test_what_does_not_end_is_no_configuration(text: str) -> None:
    with pytest.raises(NginxError, match=r"does not end|never began"):
        read_nginx(text)


def test_nothing_is_a_configuration_without_directives() -> None:
    assert read_nginx(" ;\n;# only this\n") == ()


def test_one_text_is_read_once_however_many_ask() -> None:
    text = "events { worker_connections 100; }"
    assert read_nginx(text) is read_nginx(text)
