"""What Cloudflare refuses beside what a zone has already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import World, refused

if TYPE_CHECKING:
    from pathlib import Path

RULESET = "cloudflare:index/ruleset:Ruleset"
BALANCER = "cloudflare:index/loadBalancer:LoadBalancer"
RECORD = "cloudflare:index/dnsRecord:DnsRecord"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_one_entry_point_for_each_phase_and_zone(world: World) -> None:
    entry = {"kind": "zone", "phase": "http_ratelimit", "zoneId": "z1"}
    world.add(RULESET, "r", **entry)
    refused(world.create(RULESET, **entry), "phase", "similar configuration with rules already exists", "20217")
    assert world.create(RULESET, **{**entry, "zoneId": "z2"}) == []
    assert world.create(RULESET, **{**entry, "phase": "http_request_firewall_custom"}) == []
    assert world.create(RULESET, **{**entry, "kind": "custom"}) == []


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        ("A 192.0.2.1", "CNAME a.example.com", "name"),
        ("CNAME a.example.com", "CNAME b.example.com", "name"),
        ("A 192.0.2.1", "A 192.0.2.1", "content"),
        ("A 192.0.2.1", "A 192.0.2.2", None),
        ("A 192.0.2.1", "AAAA 2001:db8::1", None),
        ("CNAME a.example.com", "TXT v=spf1", None),
    ],
)
def test_records_that_cannot_share_a_name(world: World, first: str, second: str, path: str | None) -> None:
    def record(text: str) -> dict[str, str]:
        kind, content = text.split(" ")
        return {"zoneId": "z", "name": "www.example.com", "type": kind, "content": content}

    world.add(RECORD, "first", **record(first))
    found = world.create(RECORD, **record(second))
    assert [line.split(":")[0] for line in found] == ([path] if path else [])


def test_a_load_balancer_needs_its_pools_and_a_name_of_its_own(world: World) -> None:
    wanted = {"zoneId": "z", "name": "app.example.com", "defaultPools": ["p-1"], "fallbackPool": "p-1"}
    found = world.create(BALANCER, **wanted)
    assert [line.split(":")[0] for line in found] == ["defaultPools[0]", "fallbackPool"]
    world.add("cloudflare:index/loadBalancerPool:LoadBalancerPool", "p-1")
    assert world.create(BALANCER, **wanted) == []
    world.add(BALANCER, "b-1", **wanted)
    refused(world.create(BALANCER, **wanted), "name", "b-1 balances app.example.com already")
