"""The shipped cache parameters on a real Valkey cluster: the guide's keys, plain clients, eviction, TLS, the token."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import redis

from tests.support.live_valkey import Cluster, cluster, command, shipped
from tests.support.stack import COMBINATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE_KEYS = (
    "active_clients",
    "bond_types",
    "court_schedules",
    *(f"route:GET:/api/clients?page={n}" for n in range(40)),
)
"""The guide, Caching Strategies: the keys of its warm-up and of its middleware."""
TTL_SECONDS = 300


@pytest.fixture(scope="module")
def three() -> Iterator[Cluster]:
    with cluster(3, shipped("prod", "horizontal")) as made:
        yield made


def test_the_guides_keys_are_set_read_and_deleted_over_three_shards(three: Cluster) -> None:
    client = three.client()
    for key in GUIDE_KEYS:
        client.set(key, f"value of {key}", ex=TTL_SECONDS)
    assert [client.get(key) for key in GUIDE_KEYS] == [f"value of {key}" for key in GUIDE_KEYS]
    assert all(0 < client.ttl(key) <= TTL_SECONDS for key in GUIDE_KEYS)
    holders = [three.plain(port).dbsize() for port in three.ports]
    assert sum(holders) == len(GUIDE_KEYS)
    assert min(holders) > 0
    assert sum(client.delete(key) for key in GUIDE_KEYS) == len(GUIDE_KEYS)


def test_deleting_many_keys_at_once_crosses_slots_unless_they_share_a_hash_tag(three: Cluster) -> None:
    port = three.ports[0]
    with pytest.raises(redis.ResponseError, match="don't hash to the same slot"):
        command(three.plain(port), "DEL", "active_clients", "bond_types")
    client = three.client()
    tagged = [f"{{clients}}:page:{number}" for number in range(5)]
    for key in tagged:
        client.set(key, "x", ex=TTL_SECONDS)
    assert client.delete(*tagged) == len(tagged)


def test_a_plain_client_is_sent_away_by_a_second_shard(three: Cluster) -> None:
    refused = []
    for port in three.ports:
        try:
            three.plain(port).set("bond_types", "x", ex=TTL_SECONDS)
        except redis.ResponseError as error:
            refused.append(str(error))
    assert len(refused) == 2
    assert all("MOVED" in message or "127.0.0.1" in message for message in refused)


def test_a_plain_client_is_served_by_a_cluster_of_one_shard() -> None:
    with cluster(1, shipped("prod", "optimization")) as one:
        client = one.plain(one.ports[0])
        for key in GUIDE_KEYS:
            client.set(key, "x", ex=TTL_SECONDS)
        assert client.dbsize() == len(GUIDE_KEYS)


def test_a_full_cache_forgets_the_least_recently_used_and_refuses_nothing(three: Cluster) -> None:
    nodes = [three.plain(port) for port in three.ports]
    for node in nodes:
        node.config_set("maxmemory", "8mb")
    client = three.client()
    for number in range(6000):
        client.set(f"route:GET:/api/filler/{number}", "x" * 8000, ex=TTL_SECONDS)
    assert sum(node.info("stats")["evicted_keys"] for node in nodes) > 0
    assert client.get("route:GET:/api/filler/5999") is not None


def test_nobody_gets_in_without_the_token_or_without_tls(three: Cluster) -> None:
    port = three.ports[0]
    with pytest.raises(redis.AuthenticationError):
        three.plain(port, password=None).get("x")
    with pytest.raises(redis.AuthenticationError):
        three.plain(port, password="wrong").get("x")  # noqa: S106 - the point
    with pytest.raises(redis.ConnectionError):
        redis.Redis(host="127.0.0.1", port=port, password=three.token).ping()
    assert ssl.HAS_TLSv1_3


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_every_shipped_parameter_is_accepted_and_in_force(environment: str, phase: str) -> None:
    parameters = shipped(environment, phase)
    assert parameters["cluster-enabled"] == "yes"
    with cluster(1, parameters) as one:
        node = one.plain(one.ports[0])
        assert {name: node.config_get(name)[name] for name in parameters} == parameters
