"""Directives of nginx by their places, so that a row of the ledger names one and no piece of text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from plan.nginx import read_nginx

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plan.nginx import Block, Directive

SEPARATOR = " > "
SERVER = "server"


@lru_cache(maxsize=8)
def directives(text: str) -> tuple[tuple[str, str], ...]:
    """Every directive with its blocks, as `http > server 8443 example.com > location / > access_log`, and its words.

    A block `server` is told from others by its port and its first name.

    Raises:
        NginxError: it is no configuration of nginx.
    """
    found = read_nginx(text)
    servers = _servers(found)
    return tuple(
        (SEPARATOR.join([*(_told(block, servers) for block in one.blocks), one.name]), " ".join(one.words))
        for one in found
    )


def _servers(found: Iterable[Directive]) -> dict[int, str]:
    """Port and first name of each server, by the number of its block."""
    ports: dict[int, str] = {}
    names: dict[int, str] = {}
    for one in found:
        if one.words and one.blocks and one.blocks[-1].words == (SERVER,):
            number = one.blocks[-1].number
            if one.name == "listen":
                ports.setdefault(number, one.words[0].rpartition(":")[2])
            elif one.name == "server_name":
                names.setdefault(number, one.words[0])
    return {
        number: " ".join(filter(None, (SERVER, ports.get(number), names.get(number)))) for number in {*ports, *names}
    }


def _told(block: Block, servers: Mapping[int, str]) -> str:
    return servers.get(block.number, str(block))
