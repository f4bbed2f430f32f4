"""Whom the application believes: requests from a proxy's address and from another, with the same headers."""

from __future__ import annotations

import ipaddress
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ops.answers.contract.client import UnreachableError
from ops.answers.contract.run import DOCUMENT_PATH, at
from ops.answers.contract.verdicts import broken, found, not_judged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.answers.contract.client import Answer
    from ops.answers.contract.run import Run
    from ops.answers.contract.verdicts import Verdict

VISITOR, CLAIMED_ELSEWHERE = "203.0.113.7", "203.0.113.8"
"""Addresses of documentation's (RFC 5737); the second one stands where the contract says that nobody looks."""
HOST = "visited.example"
REQUEST_ID = "4f2d3c0b9a8e7f6d5c4b3a2918070605"
CLAIMED = {
    "X-Forwarded-For": VISITOR,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": HOST,
    "X-Forwarded-Port": "443",
    **dict.fromkeys(("X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP"), CLAIMED_ELSEWHERE),
    "Forwarded": f"for={CLAIMED_ELSEWHERE};proto=https;host=elsewhere.example",
    "X-Request-Id": REQUEST_ID,
}
START = "start it with TRUSTED_PROXIES=127.0.0.1/32 and test it at http://localhost on Linux"


def judge(run: Run) -> Iterator[Verdict]:
    """Both ways of asking, as far as this machine has an address of each kind."""
    ranges = run.says("trustedProxies")
    names = ("proxies.trusted", "proxies.others", "header.request-id-back")
    if not isinstance(ranges, list) or not all(_is_range(one) for one in ranges):
        for name in names:
            yield not_judged(name, "trustedProxies of /internal/contract is no list of address ranges")
        return
    given = run.given("TRUSTED_PROXIES")
    if given is not None and sorted(given.split(",")) != sorted(ranges):
        yield broken("proxies.trusted", f"trustedProxies is {ranges}, TRUSTED_PROXIES {given}")
        return
    proxies, strangers = _sources(run, ranges)
    trusted, others = _asked(run, proxies, CLAIMED), _asked(run, strangers, CLAIMED)
    # whoever takes the nearest proxy from a header believes a stranger that names a real one
    posing = _asked(run, strangers, {**CLAIMED, "X-Forwarded-For": f"{VISITOR}, {proxies[0]}"}) if proxies else None
    problem = _own(run, strangers, others) or (_own(run, strangers, posing) if posing else None)
    yield _verdict("proxies.trusted", trusted, "no address of this machine is in TRUSTED_PROXIES", _believed(trusted))
    yield _verdict("proxies.others", others, "every address of this machine is in TRUSTED_PROXIES", problem)
    yield _request_id(run, trusted, others)


def _sources(run: Run, ranges: list[str]) -> tuple[list[str], list[str]]:
    """This machine's addresses that are proxies' own, and the others."""
    trusted: list[str] = []
    others: list[str] = []
    for source in run.application.sources():
        inside = any(ipaddress.ip_address(source) in ipaddress.ip_network(one, strict=False) for one in ranges)
        (trusted if inside else others).append(source)
    return trusted, others


def _asked(run: Run, sources: list[str], headers: Mapping[str, str]) -> Answer | None:
    """What the first of these addresses that can ask is answered; None where this machine has none."""
    for source in sources:
        with suppress(UnreachableError):
            return run.application.ask(DOCUMENT_PATH, part="api", headers=headers, source=source)
    return None


def _is_range(text: object) -> bool:
    try:
        ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        return False
    return True


def _verdict(name: str, answer: Answer | None, why: str, problem: str | None) -> Verdict:
    return not_judged(name, why, START) if answer is None else found(name, problem)


def _client(answer: Answer | None) -> dict[str, object]:
    client = at(answer.document, "client") if answer is not None else None
    return client if isinstance(client, dict) else {}


def _believed(answer: Answer | None) -> str | None:
    client = _client(answer)
    want = {"address": VISITOR, "protocol": "https", "host": HOST}
    wrong = {name: client.get(name) for name, value in want.items() if client.get(name) != value}
    return f"client is {_shown(wrong)}, not {_shown({name: want[name] for name in wrong})}" if wrong else None


def _own(run: Run, sources: list[str], answer: Answer | None) -> str | None:
    client = _client(answer)
    url = urlsplit(run.application.api)
    if client.get("address") == VISITOR:
        return f"anybody can be {VISITOR}: X-Forwarded-For was believed"
    if client.get("protocol") != url.scheme:
        believed = ": X-Forwarded-Proto was believed" if client.get("protocol") == "https" else ""
        return f"client.protocol is {client.get('protocol')}, not {url.scheme}{believed}"
    if _host(client.get("host")) != url.hostname:
        believed = ": X-Forwarded-Host was believed" if client.get("host") == HOST else ""
        return f"client.host is {client.get('host')}, not {url.hostname}{believed}"
    address = str(client.get("address")).removeprefix("::ffff:")
    return None if address in sources else f"client.address is {address}, the connection's is {sources[0]}"


def _host(value: object) -> str | None:
    """A Host header's name without its port."""
    try:
        return urlsplit(f"//{value}").hostname
    except ValueError:
        return None


def _shown(fields: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in fields.items())


def _request_id(run: Run, trusted: Answer | None, others: Answer | None) -> Verdict:
    name = "header.request-id-back"
    if bare := [answer for answer in run.own if not answer.request_id]:
        return broken(name, f"the answer of {bare[0].method} {bare[0].path.partition('?')[0]} has no X-Request-Id")
    given = Counter(answer.request_id for answer in run.application.answers if answer.request_id)
    if twice := [one for one, times in given.items() if times > 1 and one != REQUEST_ID]:
        return broken(name, f"{given[twice[0]]} requests have the id {twice[0]}")
    seen = [answer for answer in (trusted, others) if answer is not None]
    for answer in seen:
        if not answer.request_id:
            return broken(name, "answers have no X-Request-Id")
        if at(answer.document, "requestId") != answer.request_id:
            return broken(name, "requestId of the document is not the X-Request-Id of its answer")
    if trusted is not None and trusted.request_id != REQUEST_ID:
        return broken(name, f"a trusted proxy sent {REQUEST_ID}, {trusted.request_id} came back")
    if others is not None and others.request_id == REQUEST_ID:
        return broken(name, "anybody can choose the id of a request")
    return found(name, None) if trusted and others else not_judged(name, "one of the two addresses is missing", START)
