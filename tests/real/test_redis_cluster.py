"""The shipped cache parameters on a real Valkey cluster: the guide's keys, plain clients, eviction, TLS, the token."""

from __future__ import annotations

import secrets
import ssl
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import redis
from redis.cluster import ClusterNode, RedisCluster

from tests.support import programs
from tests.support.servers import free_port, hand_over, running, scratch, wait_until
from tests.support.stack import COMBINATIONS, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SLOTS = 16384
SERVICE_ONLY = ("reserved-memory-percent",)
"""Parameters of ElastiCache around the server."""
GUIDE_KEYS = (
    "active_clients",
    "bond_types",
    "court_schedules",
    *(f"route:GET:/api/clients?page={n}" for n in range(40)),
)
"""The guide, Caching Strategies: the keys of its warm-up and of its middleware."""
TTL_SECONDS = 300


def shipped(environment: str, phase: str) -> dict[str, str]:
    group = recorded(environment, phase).one("aws:elasticache/parameterGroup:ParameterGroup")
    values = {entry["name"]: entry["value"] for entry in group.inputs["parameters"]}
    return {name: value for name, value in values.items() if name not in SERVICE_ONLY}


@dataclass
class Cluster:
    """Running shards and how to reach them."""

    ports: list[int]
    token: str
    authority: Path

    def client(self) -> RedisCluster:
        """A client that knows clusters, as more than one shard needs."""
        return RedisCluster(
            startup_nodes=[ClusterNode("127.0.0.1", port) for port in self.ports],  # type: ignore[no-untyped-call]  # as redis-py has it
            password=self.token,
            decode_responses=True,
            **self._tls,
        )

    def plain(self, port: int, **changes: str | None) -> redis.Redis:
        """A client that knows one server, as the guide's `new Redis({host, port})`."""
        options = {"password": self.token, **self._tls, **changes}
        return redis.Redis(host="127.0.0.1", port=port, decode_responses=True, **options)

    @property
    def _tls(self) -> dict[str, Any]:
        return {"ssl": True, "ssl_ca_certs": str(self.authority), "ssl_check_hostname": False}


def command(client: redis.Redis, *words: str | int) -> object:
    """One command as it is, without the client's own idea of it."""
    return client.execute_command(*words)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped


@contextmanager
def cluster(shards: int, parameters: Mapping[str, str]) -> Iterator[Cluster]:
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        made = Cluster([_port() for _ in range(shards)], secrets.token_urlsafe(36), folder / "server.crt")
        _certificate(folder)
        for port in made.ports:
            stack.enter_context(running(_command(folder, port, made.token, parameters), folder / f"{port}.log"))
        for port in made.ports:
            wait_until(lambda port=port: _answers(made, port), "Valkey to answer", folder / f"{port}.log")  # type: ignore[misc]  # the default binds the loop's value
        _join(made)
        yield made


def _port() -> int:
    """A port whose number leaves room for the cluster bus 10,000 above it."""
    while (port := free_port()) > 55_000:
        pass
    return port


def _command(folder: Path, port: int, token: str, parameters: Mapping[str, str]) -> list[str | Path]:
    home = folder / str(port)
    home.mkdir()
    options = {
        "bind": "127.0.0.1",
        "port": "0",
        "tls-port": str(port),
        "tls-cert-file": str(folder / "server.crt"),
        "tls-key-file": str(folder / "server.key"),
        "tls-ca-cert-file": str(folder / "server.crt"),
        "tls-auth-clients": "no",
        "tls-cluster": "yes",
        "requirepass": token,
        "dir": str(home),
        "save": "",
        **parameters,
    }
    config = home / "valkey.conf"
    config.write_text("".join(f'{name} "{value}"\n' for name, value in options.items()))
    hand_over(home, config)
    return [programs.valkey_server(), config]


def _certificate(folder: Path) -> None:
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    names = ("-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.crt")
    subprocess.run([*new, *names], cwd=folder, check=True, capture_output=True, timeout=60)
    hand_over(folder / "server.key", folder / "server.crt")


def _answers(made: Cluster, port: int) -> bool:
    try:
        return bool(made.plain(port).ping())
    except redis.ConnectionError:
        return False


def _join(made: Cluster) -> None:
    """Share the slots evenly and let the nodes meet, as ElastiCache does."""
    count = len(made.ports)
    for index, port in enumerate(made.ports):
        first, last = SLOTS * index // count, SLOTS * (index + 1) // count - 1
        command(made.plain(port), "CLUSTER", "ADDSLOTSRANGE", first, last)
        command(made.plain(port), "CLUSTER", "MEET", "127.0.0.1", made.ports[0])
    wait_until(lambda: all(_complete(made, port) for port in made.ports), "the cluster to form")


def _complete(made: Cluster, port: int) -> bool:
    info = command(made.plain(port), "CLUSTER", "INFO")
    lines = str(info).split()
    return "cluster_state:ok" in lines and f"cluster_known_nodes:{len(made.ports)}" in lines


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
