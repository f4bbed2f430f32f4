"""A real Valkey cluster with shipped parameters, TLS and a token, on this machine."""

from __future__ import annotations

import secrets
import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import redis
from redis.cluster import ClusterNode, RedisCluster

from tests.support import programs
from tests.support.live_postgres import certificate
from tests.support.servers import free_port, hand_over, running, scratch, wait_until
from tests.support.stack import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.servers import Server

SLOTS = 16384
SERVICE_ONLY = ("reserved-memory-percent",)
"""Parameters of ElastiCache around the server."""


def shipped(environment: str, phase: str) -> dict[str, str]:
    """The parameters of a stack's group that the server itself knows."""
    group = recorded(environment, phase).one("aws:elasticache/parameterGroup:ParameterGroup")
    values = {entry["name"]: entry["value"] for entry in group.inputs["parameters"]}
    return {name: value for name, value in values.items() if name not in SERVICE_ONLY}


@dataclass
class Cluster:
    """Running shards and how to reach them."""

    ports: list[int]
    token: str
    authority: Path
    servers: list[Server] = field(default_factory=list)

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
    """So many shards that share the slots, without replicas."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        made = Cluster(_ports(shards), secrets.token_urlsafe(36), folder / "server.crt")
        certificate(folder, "server.crt", "server.key")
        hand_over(folder / "server.key", folder / "server.crt")
        for port in made.ports:
            command = _command(folder, port, made.token, parameters)
            made.servers.append(stack.enter_context(running(command, folder / f"{port}.log")))
        for port in made.ports:
            wait_until(lambda port=port: _answers(made, port), "Valkey to answer", folder / f"{port}.log")  # type: ignore[misc]  # the default binds the loop's value
        _join(made)
        yield made


BUS = 10_000
"""How far above its port a node's cluster bus listens (Valkey documentation, "Cluster tutorial"; unverified)."""


def _ports(count: int) -> list[int]:
    """Ports, each once, on which nobody listens, nor on those of their cluster buses."""
    found: set[int] = set()
    while len(found) < count:
        port = free_port()
        if port + BUS <= 65_535 and _free(port + BUS):
            found.add(port)
    return sorted(found)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


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
