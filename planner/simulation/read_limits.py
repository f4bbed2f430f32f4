"""Reads out of the gateway's configuration what it admits from one client, and which limits are not simulated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from planner.simulation.gaps import WHY, Gap
from planner.simulation.model import ClientLimit

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT = "$limited_client"
"""The only key of a zone that is known to be one of a client's own (components/gateway/render.py)."""
API, LOGIN = "api", "login"
_ZONE = re.compile(r"limit_req_zone (?P<key>\S+) zone=(?P<name>\w+):\S+ rate=(?P<rate>\d+)r/(?P<unit>[sm]);")
_USE = re.compile(r"limit_req zone=(?P<name>\w+)(?: burst=(?P<burst>\d+) nodelay)?;")
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
