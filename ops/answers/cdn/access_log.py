"""Reads access logs of web servers: the common and combined formats, nginx's JSON, plain or gzip, a line at a time.

Formats: Apache HTTP Server documentation, Log Files; nginx documentation, ngx_http_log_module (both unverified for this
list). A line that is none of them is counted and left out. Memory is bounded: no line longer than `MAX_LINE` is kept.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedReader
    from pathlib import Path

MAX_LINE = 65_536
"""Bytes; request lines of 8 KiB with cookies and referer are far below."""
LAST_SECOND = 10_000_000_000
"""Seconds since 1970; a number above it counts milliseconds."""
FIRST_SECOND = 946_684_800
"""Seconds since 1970 of the year 2000, before which no server of today wrote a log: an earlier time is a clock that was
not set, and one such line would make hours of a log out of minutes."""
MOST_BYTES = 5 * 2**40
"""Of one answer: the largest object of a bucket, 5 TiB (Amazon S3 User Guide, Uploading objects; unverified)."""
_GZIP = b"\x1f\x8b"
_LINE = re.compile(
    r"^(?:(?P<host>[^\s\[]+) )?(?P<client>[^\s\[]+) [^\s\[]+ [^\s\[]+ \[(?P<time>[^\]]+)\] "
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<size>\d+|-)(?: |$)'
)
_REQUEST = re.compile(r"(?P<method>[A-Z]+) (?P<target>\S+)(?: HTTP/\d(?:\.\d)?)?$")
_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "time": ("time", "time_iso8601", "msec", "time_local", "@timestamp", "timestamp"),
    "host": ("host", "http_host", "server_name", "vhost"),
    "method": ("method", "request_method"),
    "target": ("request_uri", "uri", "path", "url"),
    "query": ("args", "query", "query_string"),
    "status": ("status", "response_code"),
    "size": ("bytes", "body_bytes_sent", "bytes_sent", "size"),
    "cookie": ("http_cookie", "cookie"),
    "authorization": ("http_authorization", "authorization"),
    "control": ("sent_http_cache_control", "cache_control"),
    "kind": ("sent_http_content_type", "content_type"),
}
"""Names that JSON logs have for a field, in the order in which they are looked for."""


@dataclass(frozen=True)
class Asked:
    """One request of a log.

    Attributes:
        at: seconds since 1970.
        method: in capitals.
        host: without a port; empty where the log does not say.
        target: path and query.
        status: of the answer.
        size: bytes of the answer's body; 0 where the log does not say.
        headers: of the request, as far as the log has them, names in lower case.
        answered: headers of the answer, likewise.
    """

    at: float
    method: str
    host: str
    target: str
    status: int
    size: int
    headers: tuple[tuple[str, str], ...] = ()
    answered: tuple[tuple[str, str], ...] = ()


@dataclass
class LogReader:
    """The requests of a file; the counts grow while it is read.

    Attributes:
        path: the file.
        lines: read so far, blank ones left out.
        malformed: of these, none of the formats.
        broken: why the file could not be read to its end; empty where it was.
        has_hosts: a line said which host was asked.
        has_queries: a line has a query.
        has_cookies: a line has a cookie.
    """

    path: Path
    lines: int = field(default=0, init=False)
    malformed: int = field(default=0, init=False)
    broken: str = field(default="", init=False)
    has_hosts: bool = field(default=False, init=False)
    has_queries: bool = field(default=False, init=False)
    has_cookies: bool = field(default=False, init=False)

    def __iter__(self) -> Iterator[Asked]:
        with self.path.open("rb") as start:
            packed = start.read(2) == _GZIP
        if packed:
            with gzip.open(self.path, "rb") as file:
                yield from self._requests(file)
        else:
            with self.path.open("rb") as plain:
                yield from self._requests(plain)

    def _requests(self, file: gzip.GzipFile | BufferedReader) -> Iterator[Asked]:
        while True:
            try:
                line = _whole_line(file)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                self.broken = f"the file ends in the middle or is damaged ({error})"
                return
            if line is None:
                return
            if not line.strip():
                continue
            self.lines += 1
            found = parsed(line) if len(line) <= MAX_LINE else None
            if found is None:
                self.malformed += 1
                continue
            self.has_hosts = self.has_hosts or bool(found.host)
            self.has_queries = self.has_queries or "?" in found.target
            self.has_cookies = self.has_cookies or any(name == "cookie" for name, _ in found.headers)
            yield found


def _whole_line(file: gzip.GzipFile | BufferedReader) -> bytes | None:
    """The next line, cut where it is too long; None at the end."""
    line = file.readline(MAX_LINE + 1)
    rest = line
    while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
        rest = file.readline(MAX_LINE + 1)
    return line or None


def parsed(line: bytes) -> Asked | None:
    """The request of a line, or None."""
    text = line.decode("utf-8", errors="replace").strip().removeprefix("\ufeff")
    try:
        return _of_json(text) if text.startswith("{") else _of_text(text)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _of_text(text: str) -> Asked | None:
    found = _LINE.match(text)
    if found is None:
        return None
    request = _REQUEST.match(_ESCAPED.sub(_unescaped, found["request"]))
    if request is None:
        return None
    size, at = found["size"].replace("-", "0"), _clock(found["time"])
    return _checked(
        Asked(at, request["method"], found["host"] or "", request["target"], int(found["status"]), int(size))
    )


def _of_json(text: str) -> Asked | None:
    document = json.loads(text)
    if not isinstance(document, dict):
        return None
    given = {key: _first(document, names) for key, names in _NAMES.items()}
    if given["method"] is None and isinstance(document.get("request"), str):
        request = _REQUEST.match(document["request"])
        given |= request.groupdict() if request else {}
    if None in {given["method"], given["time"], given["status"]}:
        return None
    target = str(given["target"] or "")
    if given["query"] and "?" not in target:
        target = f"{target}?{given['query']}"
    return _checked(
        Asked(
            at=_clock(given["time"]),
            method=str(given["method"]).upper(),
            host=str(given["host"] or ""),
            target=target,
            status=int(str(given["status"])),
            size=int(str(given["size"] or 0)),
            headers=_headers(given, cookie="cookie", authorization="authorization"),
            answered=_headers(given, control="cache-control", kind="content-type"),
        )
    )


def _first(document: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((document[name] for name in names if document.get(name) is not None), None)


def _headers(given: Mapping[str, object], **names: str) -> tuple[tuple[str, str], ...]:
    return tuple((header, str(given[key])) for key, header in names.items() if given[key] not in {None, "", "-"})


def _checked(asked: Asked) -> Asked | None:
    """The request with its host alone, or None for one that no edge would have got."""
    host, target = asked.host, asked.target
    if target.startswith(("http://", "https://")):
        parts = urlsplit(target)
        host, target = parts.hostname or host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    name = re.sub(r":\d*$", "", host.lower()).removesuffix(".")
    valid = target.startswith("/") and 100 <= asked.status <= 599  # noqa: PLR2004 - RFC 9110, 15
    if not (valid and 0 <= asked.size <= MOST_BYTES and FIRST_SECOND <= asked.at < LAST_SECOND):
        return None
    return replace(asked, host="" if name in {"-", "_"} else name, target=target)


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else found[2]


@lru_cache(maxsize=16)
def _clock(value: object) -> float:
    """Seconds since 1970 of a time in any of the forms; a second of a busy log has many lines."""
    if isinstance(value, bool):
        raise TypeError("true and false are no times")
    if isinstance(value, (int, float)):
        return float(value) if value < LAST_SECOND else value / 1000
    text = str(value)
    if re.fullmatch(r"\d{9,10}(\.\d+)?", text):
        return float(text)
    if text[2:3] == "/":
        return datetime.strptime(text, "%d/%b/%Y:%H:%M:%S %z").timestamp()
    return datetime.fromisoformat(text).timestamp()
