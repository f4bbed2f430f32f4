"""`./bbp contract test` at addresses where something else answers: one line, an exit code, and an end in time."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from ops.answers.contract import client, inputs
from ops.answers.contract.run import Options
from ops.cli import app as bbp
from ops.exits import UNKNOWN
from tests.support.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from typer.testing import Result

SECONDS = 0.3
"""Instead of the 30 that an answer may take."""
SOON_SECONDS = 40
"""A test of a server that never answers, on a machine that does other work."""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def whole(body: bytes, head: bytes = OK) -> bytes:
    """An answer with its length, after which the connection ends."""
    return head + f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def chunked(text: bytes) -> bytes:
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + text


SAID = {
    "another protocol": b"SSH-2.0-OpenSSH_9.9\r\n\x1b[2Jcleared\n",
    "a status that is none": b"HTTP/1.1 OK 200\r\n\r\n",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "a header without an end": OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n",
    "too many headers": OK + b"A: b\r\n" * 500 + b"\r\n",
    "less than promised": OK + b"Content-Length: 1000\r\n\r\n{}",
    "a length that is none": OK + b"Content-Length: many\r\n\r\n{}",
    "chunks without a size": chunked(b"zz\r\n{}\r\n0\r\n\r\n"),
    "a chunk of less than nothing": chunked(b"-5\r\n{}\r\n0\r\n\r\n"),
    "chunks without an end": chunked(b"2\r\n{}\r\n"),
    "no text": whole(bytes(range(256)) * 4),
    "deep JSON": whole(b"[" * 200_000),
    "a number without an end": whole(b"9" * 10_000),
    "a list": whole(b'[{"shards": []}]'),
    "lists for everything": whole(
        b'{"contract": [], "client": [], "requestId": {}, "trustedProxies": [[], 7, null], "cdnUrl": [], '
        b'"connections": {"primary": [], "replicas": {}, "shards": [null, 7]}, "pools": [], '
        b'"cache": {"redis": [], "memory": 7}, "shards": {"placement": [], "count": {}, "version": []}}'
    ),
    "numbers that are none": whole(
        b'{"contract": NaN, "trustedProxies": [], "connections": {"primary": {"max": Infinity, "total": 1e999, '
        b'"idle": -1, "waiting": true}, "replicas": [], "shards": []}, "shards": {"placement": "shards", '
        b'"count": true, "version": NaN}}'
    ),
    "a page of broken addresses": whole(
        b'<!doctype html><![if x]><a href="http://[::1">a</a><script src="/static/\xc3\xa9 \x1b[31m.js"></script>',
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Request-Id: \x1b]0;title\x07\r\nCache-Control: \x1b[2J\r\n",
    ),
    "odd metrics": whole(
        b'# TYPE http_requests_total counter\nhttp_requests_total{method="\x1b[2J",route="",status="\xd9\xa3"} NaN\n'
        b"# TYPE http_request_duration_seconds histogram\n"
        b'http_request_duration_seconds_bucket{method="",route="",status="",le="many"} 1\n',
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n",
    ),
    "a redirect to itself": b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "a redirect elsewhere": whole(b"", b"HTTP/1.1 307 x\r\nLocation: http://192.0.2.1/\r\n"),
    "a status of its own": whole(b"{}", b"HTTP/1.1 999 \x1b[2J\r\n"),
    "a created thing nowhere": whole(b"{}", b"HTTP/1.1 201 Created\r\nLocation: /\xe9 \x1b\r\n"),
}
"""What a server answers to every request."""


def endless(connection: socket.socket) -> None:
    """A body that never ends."""
    connection.sendall(OK + b"\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def dripping(connection: socket.socket) -> None:
    """A byte whenever one is due: no single read ever takes too long."""
    connection.sendall(OK + b"Content-Length: 1000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(SECONDS / 10)


def continuing(connection: socket.socket) -> None:
    """Interim answers, and never the one that counts."""
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.001)


def silent(connection: socket.socket) -> None:
    """Reads, and says nothing."""
    while connection.recv(65_536):
        pass


def says(text: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(text)

    return answer


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Something that answers each connection in its own way."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def one(connection: socket.socket) -> None:
            with connection:
                try:
                    answer(connection)
                    connection.shutdown(socket.SHUT_WR)
                    connection.settimeout(5)
                    while connection.recv(65_536):
                        pass
                except OSError:
                    return

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def asked(url: str, *words: str) -> Result:
    """What the command says; it says it in lines that steer no terminal."""
    began = time.monotonic()
    result = CliRunner().invoke(bbp, ["contract", "test", url, "--api", url, *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert time.monotonic() - began < SOON_SECONDS
    shown = result.stdout + result.stderr
    assert all(one.isprintable() or one == "\n" for one in shown), repr(shown)
    return result


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENCE_SECONDS", SECONDS)
    monkeypatch.setattr(client, "IMPATIENT_SECONDS", SECONDS / 3)
    monkeypatch.setattr(client, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(inputs, "Options", partial(Options, idle_seconds=SECONDS / 10))


@pytest.mark.parametrize("what", SAID)
def test_a_server_that_is_no_application_is_never_green(what: str, tmp_path: Path) -> None:
    (body := tmp_path / "body.json").write_text('{"amount": 1, "client": "a", "held": false, "more": [1, null]}')
    log = tmp_path / "app.log"
    log.write_bytes(b"")
    with listening(says(SAID[what])) as url:
        found = asked(url, "--write", "/api/bonds", "--body", str(body), "--log", str(log), "--json")
    assert found.exit_code in {1, UNKNOWN}
    assert not found.stdout or json.loads(found.stdout)["kept"] < len(json.loads(found.stdout)["clauses"])


@pytest.mark.parametrize("server", [endless, dripping, continuing, silent], ids=lambda one: one.__name__)
def test_a_server_that_never_ends_an_answer_is_left(server: Callable[[socket.socket], None]) -> None:
    with listening(server) as url:
        result = asked(url)
    assert result.exit_code == UNKNOWN
    assert "does not answer" in result.stderr


def test_a_server_of_another_protocol_is_told_in_one_line() -> None:
    with listening(says(SAID["another protocol"])) as url:
        result = asked(url)
    assert result.exit_code == UNKNOWN
    (line,) = result.stderr.splitlines()
    assert "the answer is no HTTP: 'SSH-2.0-OpenSSH_9.9'" in line


def test_an_address_where_nobody_listens_is_told_in_one_line() -> None:
    result = asked(f"http://127.0.0.1:{free_port()}")
    assert (result.exit_code, len(result.stderr.splitlines())) == (UNKNOWN, 1)
    assert "Connection refused" in result.stderr


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "localhost:3000",
            "ftp://localhost",
            "http://",
            "http://:3000",
            "http://localhost:0",
            "http://localhost:x",
        ),
        *("http://localhost:99999", "http://[::1", "http://localhost/page", "http://localhost?x=1", "//localhost:3000"),
        *("http://localhost:3000#x", "http://localhost:3000?", "http://localhost#"),
        *("http://a b", "http://localhost\n:3000", "http://\x1b[2J", f"http://{'x' * 64}.test", "http://x..test"),
    ],
    ids=repr,
)
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    result = asked(url)
    assert result.exit_code == 2
    assert "is no address: scheme, host and port, such as http://localhost:3000" in result.stderr


@pytest.mark.parametrize(
    "url", ["http://me:hunter2@localhost:3000", "http://me:hunter2@a b", "me:hunter2@localhost", "@"]
)
@pytest.mark.parametrize("option", [False, True])
def test_a_password_in_an_address_is_refused_and_not_shown(url: str, *, option: bool) -> None:
    arguments = ["http://localhost:3000", "--api", url] if option else [url]
    result = CliRunner().invoke(bbp, ["contract", "test", *arguments])
    assert result.exit_code == 2
    assert "has a name or a password: leave both out" in result.stderr
    assert "hunter2" not in result.stdout + result.stderr
    assert "me:" not in result.stderr
