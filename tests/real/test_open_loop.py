"""The open-loop client against a server that answers nobody before everybody has asked."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests.support.open_loop import Where, sent

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = 25


@contextmanager
def serving(everybody: threading.Barrier) -> Iterator[int]:
    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/closed":
                self.close_connection = True
                return
            everybody.wait()
            self.send_response(200)
            if self.path == "/chunks":
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            else:
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as the base class names it
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def test_a_request_leaves_while_all_others_are_without_an_answer() -> None:
    with serving(threading.Barrier(ALL)) as port:
        where = Where(port, "localhost")
        found = sent(where, [0.0] * ALL, lambda _: ["GET / HTTP/1.1"])
    assert [item.status for item in found] == [200] * ALL


def test_connections_are_kept_whatever_form_an_answer_has_and_a_lost_one_is_no_answer() -> None:
    paths = ["/chunks", "/", "/closed", "/"]
    with serving(threading.Barrier(1)) as port:
        due = [0.0, 0.2, 0.4, 0.6]
        found = sent(Where(port, "localhost"), due, lambda number: [f"GET {paths[number]} HTTP/1.1"])
    assert [item.status for item in found] == [200, 200, 0, 200]
    assert all(item.seconds >= item.late >= 0 for item in found)
