"""Reads out of a plan what its gateway admits from one client, and which limits are not simulated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plan.tokens import RULESET
from planner.plan_values import at, items, number, text
from planner.simulation.gaps import WHY, Gap
from planner.simulation.model import ClientLimit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plan import Plan
    from plan.nginx import Directive
    from planner.simulation.assumptions import Assumptions

CLIENT = "$limited_client"
"""The only key of a zone that is known to be one of a client's own, where its map makes it so."""
CLIENT_MAP = ("map", "$remote_addr", CLIENT)
CLIENT_VALUES = frozenset(
    (
        ("default", "$binary_remote_addr"),
        ("default", "$remote_addr"),
        ("~^(?<net>([0-9a-f]+:){1,4})", "$net"),
    )
)
"""What the map may say: the client's own address, of an IPv6 address its household's network (components/gateway/
render.py). Anything else may be one key for many, or an empty one, which nginx does not count."""
ADDRESS = "ip.src"
"""What makes a limit of the edge one of each address (Cloudflare documentation, Rate limiting parameters)."""
API, LOGIN = "api", "login"
_RATE = re.compile(r"rate=(\d+)r/([sm])")
_PATH = re.compile(r'"(/[^"]*)"')


@dataclass(frozen=True)
class _Zone:
    """A zone of limits: what it counts by, and how many of them it lets through in a second; None for no rate."""

    key: str
    rate: float | None


def client_limit(config: Sequence[Directive]) -> ClientLimit | None:
    """The limit of the API's zone for one client; the least burst of all places that use it."""
    zone = _zones(config).get(API)
    bursts = [_use(one)[1] for one in config if one.name == "limit_req" and _use(one)[0] == API]
    known = [burst for burst in bursts if burst is not None]
    if zone is None or zone.key != CLIENT or zone.rate is None or not known:
        return None
    return ClientLimit(rate=zone.rate, burst=min(known))


def unread_limits(config: Sequence[Directive]) -> Iterator[Gap]:
    """Limits on the way of a request that a run does not know: another key than the client, another zone."""
    zones, found = _zones(config), set[str]()
    if any(zone.key == CLIENT for zone in zones.values()):
        found.update(_foreign_keys(config))
    for one in config:
        if one.name in {"limit_conn", "limit_rate"}:
            found.add(str(one))
        elif one.name == "limit_req":
            name, burst = _use(one)
            zone = zones.get(name)
            of_login = name == LOGIN and any(LOGIN in word for block in one.blocks[-1:] for word in block.words)
            if burst is None or zone is None or zone.rate is None or not (name == API or of_login):
                found.add(str(one))
            elif zone.key != CLIENT:
                found.add(f"limit_req_zone {zone.key} zone={name}")
    for said in sorted(found):
        yield Gap(name=said, kind="limit", why=WHY["limit"])


def _foreign_keys(config: Sequence[Directive]) -> Iterator[str]:
    """What else than one client's own address the key of the limits may be."""
    said = [one for one in config if one.blocks and CLIENT in one.blocks[-1].words[1:]]
    if not any(one.name == "default" for one in said):
        yield f"{CLIENT}: no map gives it a default"
    for one in said:
        if one.blocks[-1].words != CLIENT_MAP or (one.name, *one.words) not in CLIENT_VALUES:
            yield f"{one.blocks[-1]}: {one}"
    yield from (str(one) for one in config if one.name in {"set", "geo"} and one.words[:1] == (CLIENT,))


def _zones(config: Sequence[Directive]) -> dict[str, _Zone]:
    """The zones of a configuration by name."""
    found = {}
    for one in config:
        if one.name == "limit_req_zone" and one.words:
            named = next((word for word in one.words if word.startswith("zone=")), "zone=")
            rate = next((match for word in one.words if (match := _RATE.fullmatch(word))), None)
            found[named.removeprefix("zone=").partition(":")[0]] = _Zone(
                key=one.words[0], rate=float(rate[1]) / (60 if rate[2] == "m" else 1) if rate else None
            )
    return found


def _use(one: Directive) -> tuple[str, int | None]:
    """Which zone a place uses, and with which burst; None for a burst that waits, which is not simulated."""
    said = dict(word.partition("=")[::2] for word in one.words)
    burst = said.get("burst", "0")
    delays = "burst" in said and "nodelay" not in said
    known = said.keys() <= {"zone", "burst", "nodelay"} and burst.isdecimal() and not delays
    return said.get("zone", ""), int(burst) if known else None


def edge_limits(plan: Plan, assumptions: Assumptions) -> Iterator[Gap]:
    """Rate limits of the edge that one user as assumed meets, or that are not one address's.

    A limit of the login alone is met by whoever logs in once, at the least of one request.
    """
    for ruleset in plan.of_type(RULESET):
        if text(ruleset.inputs, "phase") != "http_ratelimit":
            continue
        for place, rule in enumerate(items(ruleset.inputs, "rules")):
            if at(rule, "enabled") is False:
                continue
            most = number(rule, "ratelimit", "requestsPerPeriod", default=0)
            seconds = number(rule, "ratelimit", "period", default=0)
            asked = max(assumptions.client_burst_requests, assumptions.client_requests_per_second * seconds)
            paths = _PATH.findall(text(rule, "expression").partition(" and not ")[0])
            if paths and all(LOGIN in path for path in paths):
                asked = 1
            if most < asked or ADDRESS not in items(rule, "ratelimit", "characteristics"):
                name = text(rule, "ref") or f"rule {place}"
                yield Gap(name=f"{ruleset.name}: {name}", kind="limit", why=WHY["limit"])
