"""What is seen for a time after it has changed: answers of DNS in caches, pods of a namespace that goes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sandbox.clock.agenda import advance, coming, pending
from sandbox.clock.moments import START
from tests.support.world import World, refused
from tests.unit.sandbox.clock.test_waiting import Provider, cache

if TYPE_CHECKING:
    from pathlib import Path

RECORD = "cloudflare:index/dnsRecord:DnsRecord"
NAMESPACE = "kubernetes:core/v1:Namespace"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def record(world: World, /, **more: object) -> Provider:
    inputs: dict[str, object] = {"zoneId": "z", "name": "www.a.com", "type": "A", "content": "192.0.2.1", "ttl": 3600}
    return Provider(world, RECORD, "www", **{**inputs, **more})


def test_resolvers_answer_with_the_old_address_until_its_ttl_has_passed(world: World) -> None:
    www = record(world)
    www.update(content="192.0.2.2", ttl=60)
    assert www.state["content"] == "192.0.2.2", "the zone itself says the new one at once"
    assert pending(world.cloud) == []
    [end] = coming(world.cloud)
    assert end.at == START + timedelta(hours=1), "the TTL of the record that they have, not of the new one"
    assert "3600 s" in end.what
    assert len(advance(world.cloud, START + timedelta(hours=1))) == 1
    assert coming(world.cloud) == []


def test_an_automatic_ttl_is_five_minutes(world: World) -> None:
    www = record(world, ttl=1, proxied=True)
    www.update(content="192.0.2.2")
    [end] = coming(world.cloud)
    assert end.at == START + timedelta(minutes=5)


def test_a_comment_of_a_record_is_nothing_that_resolvers_know(world: World) -> None:
    www = record(world)
    www.update(comment="moved")
    assert coming(world.cloud) == []


def test_a_deleted_record_is_still_answered_for_its_ttl(world: World) -> None:
    record(world)
    assert world.delete(RECORD, "www") is None
    [end] = coming(world.cloud)
    assert (end.at, end.name) == (START + timedelta(hours=1), "www")


@pytest.mark.parametrize(
    ("there", "new", "code"), [("CNAME", "A", "81054"), ("A", "CNAME", "81053"), ("CNAME", "CNAME", "81053")]
)
def test_a_name_that_is_taken_is_refused_with_the_code_of_its_kind(
    world: World, there: str, new: str, code: str
) -> None:
    contents = {"A": "192.0.2.1", "CNAME": "b.com"}
    world.add(RECORD, "old", zoneId="z", name="www.a.com", type=there, content=contents[there])
    found = world.create(RECORD, zoneId="z", name="www.a.com", type=new, content=contents[new].replace("b", "c"))
    assert [line for line in found if code in line], found


def test_a_delegated_name_is_refused_in_the_words_of_the_api(world: World) -> None:
    world.add(RECORD, "ns", zoneId="z", name="sub.a.com", type="NS", content="ns.b.com")
    found = world.create(RECORD, zoneId="z", name="sub.a.com", type="A", content="192.0.2.1")
    refused(found, "name", "81056: NS records with that host already exist.")


def test_a_switch_of_failover_waits_and_other_settings_of_a_cache_do_not(world: World) -> None:
    group = cache(world, automaticFailoverEnabled=False, snapshotRetentionLimit=1)
    group.update(automaticFailoverEnabled=True, snapshotRetentionLimit=7)
    assert [one.change.path for one in pending(world.cloud)] == ["automaticFailoverEnabled"]
    assert group.item.inputs["snapshotRetentionLimit"] == 7


def workload(world: World, name: str, **pod: object) -> None:
    spec = {"template": {"spec": {"containers": [{"name": "c"}], **pod}}}
    world.add(DEPLOYMENT, f"apps/{name}", metadata={"name": name, "namespace": "apps"}, spec=spec)


@pytest.mark.parametrize(
    ("pod", "words"),
    [({}, "up to 30 s"), ({"terminationGracePeriodSeconds": 900}, "up to 900 s; the provider gives up")],
)
def test_a_namespace_goes_when_its_last_pod_has_ended(world: World, pod: dict[str, object], words: str) -> None:
    world.add(NAMESPACE, "apps", metadata={"name": "apps"})
    workload(world, "short", terminationGracePeriodSeconds=1)
    workload(world, "app", **pod)
    assert world.delete(NAMESPACE, "apps") is None
    [event] = world.cloud.happened
    assert (event.name, words in event.what) == ("apps", True), event.what
    assert world.cloud.get(DEPLOYMENT, "apps/app") is None


def test_an_empty_namespace_goes_at_once(world: World) -> None:
    world.add(NAMESPACE, "apps", metadata={"name": "apps"})
    assert world.delete(NAMESPACE, "apps") is None
    assert world.cloud.happened == []
