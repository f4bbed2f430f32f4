"""Whom the application believes: requests from a proxy's address and from another, with the same headers."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from ops.answers.contract.client import UnreachableError, is_address
from ops.answers.contract.run import DOCUMENT_PATH, at
from ops.answers.contract.verdicts import broken, found, not_judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.contract.client import Answer
    from ops.answers.contract.run import Run
    from ops.answers.contract.verdicts import Verdict

VISITOR = "203.0.113.7"
"""An address of documentation's (RFC 5737)."""
HOST = "visited.example"
REQUEST_ID = "4f2d3c0b9a8e7f6d5c4b3a2918070605"
CLAIMED = {
    "X-Forwarded-For": VISITOR,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": HOST,
    "X-Forwarded-Port": "443",
    "X-Real-IP": VISITOR,
    "CF-Connecting-IP": VISITOR,
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
    trusted, others = _answers(run, ranges)
    yield _verdict("proxies.trusted", trusted, "no address of this machine is in TRUSTED_PROXIES", _believed(trusted))
    yield _verdict("proxies.others", others, "every address of this machine is in TRUSTED_PROXIES", _own(run, others))
    yield _request_id(trusted, others)


def _answers(run: Run, ranges: list[str]) -> tuple[Answer | None, Answer | None]:
    """What a proxy gets, and what anybody else gets; None where this machine has no such address."""
    trusted = others = None
    for source in run.application.sources():
        try:
            answer = run.application.ask(DOCUMENT_PATH, part="api", headers=CLAIMED, source=source)
        except UnreachableError:
            continue
        if any(ipaddress.ip_address(source) in ipaddress.ip_network(one, strict=False) for one in ranges):
            trusted = answer
        else:
            others = answer
    return trusted, others


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


def _own(run: Run, answer: Answer | None) -> str | None:
    client = _client(answer)
    if client.get("address") == VISITOR:
        return f"anybody can be {VISITOR}: X-Forwarded-For was believed"
    if client.get("protocol") == "https" and not run.application.api.startswith("https"):
        return "X-Forwarded-Proto was believed"
    if client.get("host") == HOST:
        return "X-Forwarded-Host was believed"
    address = str(client.get("address"))
    return None if is_address(address) else f"client.address is {address}, no address"


def _shown(fields: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in fields.items())


def _request_id(trusted: Answer | None, others: Answer | None) -> Verdict:
    name = "header.request-id-back"
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
