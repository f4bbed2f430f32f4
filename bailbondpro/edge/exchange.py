"""An HTTP request and its origin response, as Cloudflare's rules see them."""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Headers = tuple[tuple[str, str], ...]
"""Header names in lower case with their values, in order; a name may repeat."""

_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")
_TRANSFORMATION = re.compile(r"/cdn-cgi/image/[^/]*(?P<source>/.*)")
DECODINGS = 2
"""How often an origin may decode a path: the web server once, the application's router once more."""
_OVERLONG = {
    **dict.fromkeys(("%c0%af", "%e0%80%af", "%f0%80%80%af", "%u002f"), "/"),
    **dict.fromkeys(("%c1%9c", "%e0%81%9c", "%u005c"), "\\"),
}
"""Escapes that forgiving servers take for separators: no UTF-8 (RFC 3629, 3), and `%u002f` of older ones."""

_OVERLONG_ESCAPE = re.compile("|".join(_OVERLONG), re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Controls, and what Unicode has readers ignore (UAX 44, Default_Ignorable_Code_Point; read 2026-11-30)."""
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


def headers_of(pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> Headers:
    """Headers from a mapping or pairs, with lower-case names as Cloudflare's fields show them."""
    items = pairs.items() if hasattr(pairs, "items") else pairs
    return tuple((name.lower(), value) for name, value in items)


def _unescape_unreserved(match: re.Match[str]) -> str:
    character = chr(int(match.group(1), 16))
    return character if _UNRESERVED.fullmatch(character) else match.group(0).upper()


def normalise_path(path: str) -> str:
    """A path as URL normalisation of type `cloudflare` leaves it (Cloudflare docs, Rules, URL normalization).

    Backslashes become slashes, repeated slashes merge, escapes of unreserved characters are decoded (RFC 3986, 6.2.2)
    and dot segments are removed. `%2F` stays escaped: a slash is a reserved character. What no path holds as it is,
    such as letters beyond ASCII, is escaped.
    """
    written = quote(path, safe=string.punctuation)
    text = _ESCAPE.sub(_unescape_unreserved, written).replace("\\", "/")
    kept: list[str] = []
    segments = re.sub(r"/{2,}", "/", "/" + text).split("/")[1:]
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment not in (".", ".."):
            kept.append(segment)
            continue
        if segment == ".." and kept:
            kept.pop()
        if last:
            kept.append("")
    return "/" + "/".join(kept)


def _extension(path: str) -> str:
    basename = path.rsplit("/", 1)[-1]
    return basename.rsplit(".", 1)[-1] if "." in basename else ""


def path_readings(path: str) -> Iterator[str]:
    """A path as the rules see it, and as origins might, in lower case.

    Decoded up to twice, without path parameters; with overlong forms and what Unicode makes of characters taken for
    what they look like (`_looks`), segments trimmed, and control and invisible characters left out; of an image
    transformation what it transforms as well: a path, or a URL whose host is dropped.
    """
    for _ in range(DECODINGS + 1):
        forgiving = unquote(
            re.sub("|".join(_OVERLONG), lambda match: _OVERLONG[match[0].lower()], path, flags=re.IGNORECASE)
        )
        for text in (path, re.sub(r";[^/]*", "", path), forgiving, *_looks(forgiving)):
            reading = normalise_path(text).lower()
            yield reading
            if match := _TRANSFORMATION.fullmatch(reading):
                yield match["source"]
                yield re.sub(r"^/https?:/[^/]*", "", match["source"])
        path = unquote(path)


def _looks(text: str) -> Iterator[str]:
    """A decoded path as normalisation (UAX 15), either change of case and transliteration leave it."""
    seen = _INVISIBLE.sub("", text)
    for cased in (text, seen) if text.isascii() else (text, seen, seen.casefold(), seen.upper().lower()):
        composed = cased if cased.isascii() else unicodedata.normalize("NFKC", cased)
        yield composed
        yield re.sub(r"[\s.+]*/[\s+]*", "/", composed)
        if not composed.isascii():
            for bare in (composed, unicodedata.normalize("NFKD", composed)):
                yield bare.encode("ascii", "ignore").decode()


@dataclass(frozen=True)
class Request:
    """What a client asks for. The path is the normalised one, as every rule phase is thought to see it."""

    host: str
    path: str = "/"
    query: str = ""
    method: str = "GET"
    headers: Headers = ()
    received: str = ""
    """The path as the client wrote it; empty where that is the same."""
    exact_extension: bool = False
    """The path's extension is seen as it is written (`readings.Behaviour.EXTENSIONS`)."""

    @classmethod
    def of(cls, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Request:
        """A request for an absolute URL.

        Raises:
            ValueError: no client would send such a request to an edge: the URL has no host, another scheme than http or
                https, or a port or a character that does not exist there.
        """
        strange = next((character for character in url if not character.isprintable() or character.isspace()), None)
        if strange is not None:
            raise ValueError(
                f"{url!r} holds the character U+{ord(strange):04X}, which stands in no URL; write it percent-encoded"
            )
        parts = urlsplit(url if "://" in url else f"https://{url}")
        if parts.scheme.lower() not in {"http", "https"}:
            raise ValueError(f"{url!r} has the scheme {parts.scheme!r}; the edge answers http and https")
        try:
            port = parts.port
        except ValueError as error:
            raise ValueError(f"{url!r} has no port of 1 to 65535: {error}") from error
        if port == 0 or "@" in parts.netloc:
            what = "port 0" if port == 0 else "a user name"
            raise ValueError(f"{url!r} has {what}, which no browser sends to an edge")
        if not parts.hostname:
            raise ValueError(f"{url!r} has no host; an absolute URL is needed, such as https://example.com/path")
        return cls(
            host=parts.hostname,
            path=normalise_path(parts.path or "/"),
            query=parts.query,
            method=method.upper(),
            headers=headers_of(headers or {}),
            received=quote(parts.path or "/", safe=string.punctuation),
        )

    @cached_property
    def extension(self) -> str:
        """The path's file extension in lower case without the dot, or "" (`http.request.uri.path.extension`)."""
        found = self._written_extension
        return found if self.exact_extension else found.lower()

    @cached_property
    def has_capital_extension(self) -> bool:
        """Whether the case of the extension makes a difference."""
        return any(path != path.lower() for path in (self._written_extension, _extension(self.received)))

    @property
    def _written_extension(self) -> str:
        return _extension(self.path)

    def as_received(self) -> Request:
        """The same with the path as the client wrote it."""
        return replace(self, path=self.received or self.path)

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of one header."""
        return tuple(value for key, value in self.headers if key == name.lower())

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of the query's parameters as they are written (`http.request.uri.args.names`)."""
        return tuple(pair.partition("=")[0] for pair in self.query.split("&") if pair)

    @cached_property
    def cookie(self) -> str:
        """The whole Cookie header (field `http.cookie`)."""
        return "; ".join(self.values("cookie"))


@dataclass(frozen=True)
class Response:
    """What the origin answers."""

    code: int = 200
    headers: Headers = ()

    @classmethod
    def of(cls, code: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """A response with headers from a mapping."""
        return cls(code=code, headers=headers_of(headers or {}))

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of one header."""
        return tuple(value for key, value in self.headers if key == name.lower())


@dataclass(frozen=True)
class Exchange:
    """A request and, in the phases that run after the origin answered, its response."""

    request: Request
    response: Response | None = None

    @property
    def answered(self) -> Response:
        """The response.

        Raises:
            LookupError: a request phase asked for a response field, which Cloudflare refuses as well.
        """
        if self.response is None:
            raise LookupError("this phase runs before the origin answers: it has no response fields")
        return self.response
