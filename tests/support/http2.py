"""One request over HTTP/2, written frame by frame, so that it may be as wrong as an attacker's (RFC 9113, RFC 7541)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0x0, 0x1, 0x3, 0x4, 0x7
END_STREAM, END_HEADERS = 0x1, 0x4
STREAM = 1
STATUSES = {0x88: 200, 0x89: 204, 0x8A: 206, 0x8B: 304, 0x8C: 400, 0x8D: 404, 0x8E: 500}
"""Fields of HPACK's static table, as they are written (RFC 7541, appendix A)."""
LITERAL_STATUS = (0x08, 0x48)
"""A status that the table does not have, with and without a place in the table of the connection."""


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """A frame (RFC 9113, 4.1)."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def fields(pairs: Sequence[tuple[str, str]]) -> bytes:
    """Names and values as they are: literals without an index and without Huffman's code (RFC 7541, 6.2.2)."""
    return b"".join(b"\0" + _text(name) + _text(value) for name, value in pairs)


def _text(value: str) -> bytes:
    data = value.encode("latin-1")
    assert len(data) < 0x7F, "one byte says the length"
    return bytes([len(data)]) + data


def ask(sock: socket.socket, pairs: Sequence[tuple[str, str]], body: bytes) -> int:
    """The status of the answer; 0 where the server gives the stream or the connection up."""
    ends = 0 if body else END_STREAM
    sent = PREFACE + frame(SETTINGS, 0, 0, b"") + frame(HEADERS, END_HEADERS | ends, STREAM, fields(pairs))
    sock.sendall(sent + (frame(DATA, END_STREAM, STREAM, body) if body else b""))
    stream = sock.makefile("rb")
    while len(head := stream.read(9)) == 9:
        kind, payload = head[3], stream.read(int.from_bytes(head[:3], "big"))
        if kind in {RST_STREAM, GOAWAY}:
            return 0
        if kind == HEADERS:
            return _status(payload)
    return 0


def _status(block: bytes) -> int:
    """Of the first field, behind a change of the table's size (RFC 7541, 6.3)."""
    while block[0] & 0xE0 == 0x20:
        block = block[1:]
    if block[0] in LITERAL_STATUS:
        return int(block[2:5])
    return STATUSES[block[0]]
