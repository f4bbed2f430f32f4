"""Reads out of a plan what its gateway admits from one client, and which limits are not simulated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan.tokens import RULESET
from planner.plan_values import at, items, number, text
from planner.simulation.gaps import WHY, Gap
from planner.simulation.model import ClientLimit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan
    from planner.simulation.assumptions import Assumptions

CLIENT = "$limited_client"
"""The only key of a zone that is known to be one of a client's own (components/gateway/render.py)."""
ADDRESS = "ip.src"
"""What makes a limit of the edge one of each address (Cloudflare documentation, Rate limiting parameters)."""
API, LOGIN = "api", "login"
_ZONE = re.compile(r"limit_req_zone (?P<key>\S+) zone=(?P<name>\w+):\S+ rate=(?P<rate>\d+)r/(?P<unit>[sm]);")
_USE = re.compile(r"limit_req zone=(?P<name>\w+)(?: burst=(?P<burst>\d+) nodelay)?;")
_PATH = re.compile(r'"(/[^"]*)"')
_LOGIN_LOCATION = re.compile(r"location .*login")


def client_limit(config: str) -> ClientLimit | None:
    """The limit of the API's zone for one client; the least burst of all places that use it."""
    zone = _zones(config).get(API)
    bursts = [int(use["burst"] or 0) for use in _USE.finditer(config) if use["name"] == API]
    if zone is None or zone["key"] != CLIENT or not bursts:
        return None
    return ClientLimit(rate=float(zone["rate"]) / (60 if zone["unit"] == "m" else 1), burst=min(bursts))


def unread_limits(config: str) -> Iterator[Gap]:
    """Limits on the way of a request that a run does not know: another key than the client, another zone."""
    zones = _zones(config)
    location, found = "", set[str]()
    for line in map(str.strip, config.splitlines()):
        if line.startswith("location "):
            location = line
        elif line.startswith(("limit_conn ", "limit_rate ")):
            found.add(line)
        elif line.startswith("limit_req "):
            use = _USE.fullmatch(line)
            zone = zones.get(use["name"]) if use else None
            usual = use and (use["name"] == API or (use["name"] == LOGIN and _LOGIN_LOCATION.match(location)))
            if not usual or zone is None:
                found.add(line)
            elif zone["key"] != CLIENT:
                found.add(f"limit_req_zone {zone['key']} zone={zone['name']}")
    for name in sorted(found):
        yield Gap(name=name, kind="limit", why=WHY["limit"])


def _zones(config: str) -> dict[str, re.Match[str]]:
    return {zone["name"]: zone for zone in _ZONE.finditer(config)}


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
