"""What the fields and functions of Cloudflare's rule language say of one visit.

Fields are those of every plan that an ordinary visit has a value for; any other is unknown (Cloudflare docs, Ruleset
Engine, Fields reference; Functions; read 2026-11-30; what Cloudflare computes, such as scores, is unverified).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from plan.visits.visit import Visit


@dataclass(frozen=True)
class Missing:
    """No value."""

    why: str


class Each(tuple):  # type: ignore[type-arg]  # noqa: SLOT001 - the mark is all that it adds to a tuple of values
    """A list that was unpacked with `[*]`: what follows is said of each entry."""


UNKNOWN = Missing("not known here")
ABSENT = Missing("the visit has none")
Value: TypeAlias = "str | int | bool | Missing | tuple[Value, ...] | Mapping[str, Value]"

HUMAN, ROBOT = 90, 1
"""Bot scores of a person and of a verified robot (Cloudflare docs, Bots, Bot scores; unverified)."""
_CLEAN = 95
"""A WAF attack score that no attack has (Cloudflare docs, WAF, Attack score; unverified)."""
_OK = 200
"""What an ordinary request is answered with, for rules that count answers."""


def _arguments(visit: Visit) -> Mapping[str, Value]:
    found: dict[str, Value] = {}
    for pair in (visit.query or "").split("&"):
        name, _, value = pair.partition("=")
        if name:
            before = found.get(name)
            found[name] = (*(before if isinstance(before, tuple) else ()), value)
    return found


def _headers(visit: Visit) -> Mapping[str, Value]:
    return {name: (value,) for name, value in _sent(visit)}


def _sent(visit: Visit) -> tuple[tuple[str, str], ...]:
    return (("host", visit.host), *visit.headers)


def _cookies(visit: Visit) -> Mapping[str, Value]:
    pairs = (pair.strip().partition("=") for pair in visit.header("cookie").split(";"))
    return {name: (value,) for name, _, value in pairs if name}


def _extension(visit: Visit) -> str:
    name = visit.path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


_FIELDS: Mapping[str, Callable[[Visit], Value]] = {
    "http.host": lambda visit: visit.host or UNKNOWN,
    "http.cookie": lambda visit: visit.header("cookie"),
    "http.referer": lambda visit: visit.header("referer"),
    "http.user_agent": lambda visit: visit.header("user-agent"),
    "http.x_forwarded_for": lambda visit: visit.header("x-forwarded-for"),
    "http.request.method": lambda visit: visit.method,
    "http.request.version": lambda visit: visit.protocol,
    "http.request.full_uri": lambda visit: f"https://{visit.host}{visit.uri}" if visit.host else UNKNOWN,
    "http.request.uri": lambda visit: visit.uri,
    "http.request.uri.path": lambda visit: visit.path,
    "http.request.uri.path.extension": _extension,
    "http.request.uri.query": lambda visit: UNKNOWN if visit.query is None else visit.query,
    "http.request.uri.args": _arguments,
    "http.request.uri.args.names": lambda visit: tuple(_arguments(visit)),
    "http.request.uri.args.values": lambda visit: tuple(
        pair.partition("=")[2] for pair in (visit.query or "").split("&") if pair
    ),
    "http.request.headers": _headers,
    "http.request.headers.names": lambda visit: tuple(name for name, _ in _sent(visit)),
    "http.request.headers.values": lambda visit: tuple(value for _, value in _sent(visit)),
    "http.request.headers.truncated": lambda _: False,
    "http.request.cookies": _cookies,
    "http.request.body.truncated": lambda _: False,
    "http.response.code": lambda _: _OK,
    "ssl": lambda _: True,
    "ip.src": lambda visit: visit.address,
    "ip.src.country": lambda visit: visit.country,
    "ip.src.continent": lambda visit: visit.continent,
    "ip.src.asnum": lambda visit: visit.network,
    "ip.src.is_in_european_union": lambda visit: visit.country in {"DE", "FR", "ES"},
    "cf.client.bot": lambda visit: visit.bot,
    "cf.verified_bot_category": lambda visit: "Search Engine Crawler" if visit.bot else "",
    "cf.bot_management.verified_bot": lambda visit: visit.bot,
    "cf.bot_management.score": lambda visit: ROBOT if visit.bot else UNKNOWN if visit.service else HUMAN,
    "cf.bot_management.static_resource": lambda visit: visit.path.startswith("/static/"),
    "cf.bot_management.corporate_proxy": lambda _: False,
    "cf.threat_score": lambda _: 0,
    "cf.waf.score": lambda _: _CLEAN,
    "cf.waf.score.sqli": lambda _: _CLEAN,
    "cf.waf.score.xss": lambda _: _CLEAN,
    "cf.waf.score.rce": lambda _: _CLEAN,
    "cf.waf.score.class": lambda _: "clean",
    "cf.waf.credential_check.password_leaked": lambda _: False,
    "cf.waf.credential_check.username_and_password_leaked": lambda _: False,
    "cf.waf.content_scan.has_malicious_obj": lambda _: False,
    "cf.waf.content_scan.has_failed": lambda _: False,
    "cf.tls_version": lambda visit: visit.tls,
    "cf.tls_client_auth.cert_presented": lambda _: False,
    "cf.tls_client_auth.cert_verified": lambda _: False,
    "cf.tls_client_auth.cert_revoked": lambda _: False,
    "cf.edge.server_port": lambda _: 443,
    "cf.edge.client_tcp": lambda visit: visit.protocol != "HTTP/3",
    "cf.worker.upstream_zone": lambda _: "",
}
_RENAMED = {"ip.geoip.country": "ip.src.country", "ip.geoip.continent": "ip.src.continent"} | {
    "ip.geoip.asnum": "ip.src.asnum",
    "ip.geoip.is_in_european_union": "ip.src.is_in_european_union",
}
_OF_THE_PATH = "http.request.uri"


def field_of(visit: Visit, name: str) -> Value:
    """What a field says of a visit."""
    plain = _RENAMED.get(name, name.replace("raw.http.", "http.", 1) if name.startswith("raw.http.") else name)
    rewritten = not visit.path and (plain.startswith(_OF_THE_PATH) or plain == "http.request.full_uri")
    reading = _FIELDS.get(plain)
    return UNKNOWN if reading is None or rewritten else reading(visit)


def item_of(value: Value, key: str) -> Value:
    """One entry of a list or a map."""
    if isinstance(value, tuple):
        return value[int(key)] if key.isdigit() and int(key) < len(value) else ABSENT if key.isdigit() else UNKNOWN
    if isinstance(value, (str, int, Missing)):
        return value if isinstance(value, Missing) else UNKNOWN
    return value.get(key.lower(), ABSENT)


def _of_each(function: Callable[..., Value]) -> Callable[[Sequence[Value]], Value]:
    """A function of texts and numbers; of an unpacked list it gives a list, of what is missing what is missing."""

    def called(given: Sequence[Value]) -> Value:
        first = given[0] if given else UNKNOWN
        if isinstance(first, Each):
            return tuple(called([one, *given[1:]]) for one in first)
        missing = next((one for one in given if isinstance(one, Missing)), None)
        if missing is not None:
            return missing
        try:
            return function(*given)
        except (TypeError, ValueError, AttributeError, IndexError):
            return UNKNOWN

    return called


def _some(given: Sequence[Value]) -> Value:
    answers = given[0] if len(given) == 1 else UNKNOWN
    if not isinstance(answers, tuple):
        return answers if isinstance(answers, bool) else UNKNOWN
    return True if True in answers else False if all(one is False for one in answers) else UNKNOWN


def _every(given: Sequence[Value]) -> Value:
    answers = given[0] if len(given) == 1 else UNKNOWN
    if not isinstance(answers, tuple):
        return answers if isinstance(answers, bool) else UNKNOWN
    return False if any(one is False for one in answers) else True if all(one is True for one in answers) else UNKNOWN


def _replaced(text: str, pattern: str, replacement: str) -> str:
    """The stars of a pattern take as little as they can; a text of another form stays as it is."""
    form = "(.*?)".join(map(re.escape, pattern.split("*")))
    match = re.fullmatch(form, text, re.IGNORECASE | re.DOTALL)
    return text if match is None else re.sub(r"\$\{(\d)\}", lambda number: match[int(number[1])], replacement)


def _part(text: str, start: int, end: int | None = None) -> str:
    return text[start:end]


FUNCTIONS: Mapping[str, Callable[[Sequence[Value]], Value]] = {
    "any": _some,
    "all": _every,
    "lower": _of_each(lambda text: text.lower()),
    "upper": _of_each(lambda text: text.upper()),
    # No document says how long a value is that is not there.
    "len": lambda given: UNKNOWN if ABSENT in given else _of_each(len)(given),
    "starts_with": _of_each(lambda text, start: text.startswith(start)),
    "ends_with": _of_each(lambda text, end: text.endswith(end)),
    "concat": _of_each(lambda *parts: "".join(map(str, parts))),
    "to_string": _of_each(str),
    "url_decode": _of_each(lambda text, *_: unquote_plus(text)),
    "remove_bytes": _of_each(lambda text, removed: text.translate(dict.fromkeys(map(ord, removed)))),
    "substring": _of_each(_part),
    "wildcard_replace": _of_each(_replaced),
    "has_key": lambda given: (
        item_of(given[0], str(given[1])) is not ABSENT
        if len(given) > 1 and not isinstance(given[0], Missing)
        else UNKNOWN
    ),
    "has_value": lambda given: given[1] in given[0] if len(given) > 1 and isinstance(given[0], tuple) else UNKNOWN,
}
"""By name; any other function is unknown, whatever is given to it."""
