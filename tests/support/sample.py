"""The sample application with everything around it: gateway, pooler, primary, replica, two shards, Valkey; all real."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from components.app.app_secrets import database_entries
from components.app.runtime_env import REDIS_SECRET, ClientPools, RuntimeEnvironment, environment
from components.kubernetes.pods import EnvVar
from components.postgres.database_trust import FILE_PATH, verifying
from components.postgres.shards import SHARD_HASH
from components.tuning.postgres import Profile, parameters
from ops.answers.render.configs import pooler_config, with_passwords
from tests.support import programs
from tests.support.live_nginx import PROXY, config_of, gateway
from tests.support.live_postgres import SMALL, fleet
from tests.support.live_valkey import cluster
from tests.support.paths import ROOT
from tests.support.servers import hand_over, running, scratch
from tests.support.stack import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from infra.settings import Settings
    from tests.support.live_nginx import Gateway
    from tests.support.live_postgres import Fleet, Pooler
    from tests.support.live_valkey import Cluster
    from tests.support.servers import Server

APPLICATION = ROOT / "examples" / "application"
PODS = ("127.0.0.21", "127.0.0.22")
SHARDS = 2
CACHE = {"cluster-enabled": "yes", "maxmemory-policy": "allkeys-lru"}
"""What matters here of the shipped parameters, which have tests of their own."""
QUERY_TIMEOUT_MS = 3000
"""Of the application's queries in tests: longer than its wait for a connection, shorter than its own default."""


def stack(pool: int | None = None) -> Settings:
    """Production with one replica and clients on two shards.

    Args:
        pool: connections of each pod to each shard; None for the default.
    """
    pools = {} if pool is None else {"clientPools": {"shard": pool}}
    shards = {"count": SHARDS, "placedOn": SHARDS}
    reason = "two shards in tests: a client's shard is one database more on the way"
    return settings(
        "prod",
        "horizontal",
        postgres={"replicas": 1, "placement": "shards", "shards": shards, **pools},
        availability={"acceptedUptime": {"percent": 99.0, "reason": reason, "until": "2099-12-31"}},
    )


@dataclass
class Sample:
    """What runs.

    Attributes:
        gateway: where visitors ask.
        databases: primary, replica, shards and pooler.
        cache: Valkey.
        variables: what the pods are told.
        stack: stops what a test has started again.
        pods: by address.
        ports: of the pods, by the port that they have in the cluster.
        folder: for logs.
    """

    gateway: Gateway
    databases: Fleet
    cache: Cluster
    variables: dict[str, str]
    stack: ExitStack
    pods: dict[str, Server]
    ports: dict[int, int]
    folder: Path

    def metrics(self, address: str) -> str:
        """What a pod tells Prometheus; Node.js asks, because tests may connect to none of the pods' addresses."""
        url = f"http://{address}:{self.ports[3000]}/metrics"
        program = "fetch(process.argv[1]).then((answer) => answer.text()).then((text) => process.stdout.write(text))"
        command = [str(programs.node()), "-e", program, url]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout

    @property
    def shard_pool(self) -> int:
        """Connections of each pod to each shard."""
        return int(self.variables["DATABASE_POOL_SHARD_MAX"])


def sources(home: Path) -> Path:
    """A copy of the application where it can run; returns what Node.js starts."""
    shutil.copytree(APPLICATION, home, ignore=shutil.ignore_patterns("node_modules"))
    (home / "node_modules").symlink_to(programs.node_modules(APPLICATION))
    return home / "server.js"


@contextmanager
def pod(
    program: Path, address: str, ports: Mapping[int, int], variables: Mapping[str, str], log: Path
) -> Iterator[Server]:
    """One pod of the application; waits until it says that it listens."""
    own = {"HOST": address, "PORT": str(ports[3000]), "API_PORT": str(ports[4000])}
    command = (programs.node(), program)
    with running(command, log, lambda: '"listening"' in log.read_text(), {**variables, **own}) as server:
        yield server


@contextmanager
def sample(pool: int | None = None) -> Iterator[Sample]:
    """Everything, with the schema in every database and nothing else.

    Args:
        pool: connections of each pod to each shard; None for the default.
    """
    with ExitStack() as everything:
        folder = everything.enter_context(scratch())
        databases = everything.enter_context(_databases(folder))
        cache = everything.enter_context(cluster(3, CACHE))
        schema = (APPLICATION / "schema.sql").read_text()
        for server in (databases.primary, *databases.shards):
            server.run(schema)
        variables = told(stack(pool), databases.pooler, cache, folder)
        program = sources(folder / "application")
        pods: dict[str, Server] = {}
        found: dict[int, int] = {}

        @contextmanager
        def start(address: str, ports: Mapping[int, int]) -> Iterator[None]:
            found.update(ports)
            with pod(program, address, ports, variables, folder / f"{address}.log") as server:
                pods[address] = server
                yield

        front = everything.enter_context(gateway(config_of("prod", "horizontal", verify_client=False), PODS, start))
        again = everything.enter_context(ExitStack())
        again.callback(_lose, databases)
        yield Sample(front, databases, cache, variables, again, pods, found, folder)


@contextmanager
def _databases(folder: Path) -> Iterator[Fleet]:
    wanted = stack()
    shipped = {entry.name: entry.value for entry in parameters(Profile.GUIDE, 8)}
    config = with_passwords(pooler_config(wanted))
    with fleet(wanted, config, {**shipped, **SMALL}, folder) as databases:
        yield databases


def _lose(databases: Fleet) -> None:
    """End the databases at once: a gentle stop would wait for the connections of the pools."""
    for server in (*databases.replicas, databases.primary, *databases.shards):
        if server.server is not None:
            server.server.kill()


def told(wanted: Settings, pooler: Pooler, cache: Cluster, folder: Path) -> dict[str, str]:
    """What the pods of a stack are told, with the addresses of this machine as the values of the Secrets."""
    postgres = wanted.postgres
    authorities = folder / "authorities.crt"
    authorities.write_bytes(pooler.authority.read_bytes() + cache.authority.read_bytes())
    hand_over(authorities)
    entries = environment(
        RuntimeEnvironment(
            replicas=postgres.replicas,
            shards=postgres.shards_in_use,
            moving_to=postgres.shards.moving_to,
            map_version=postgres.shard_map_version,
            redis_cluster=wanted.redis.client_is_cluster_aware,
            pools=ClientPools(
                primary=postgres.client_pools.primary,
                replica=postgres.client_pools.replica,
                shard=postgres.client_pools.shard,
            ),
            shard_map_file=_shard_map(folder, postgres.shards_in_use),
            cdn_url="https://cdn.bailbondpro.com",
            trusted_proxies=(f"{PROXY}/32",),
        )
    )
    values = _secrets(wanted, pooler, cache, authorities)
    variables = {
        entry.name: str(entry.value) if isinstance(entry, EnvVar) else values[entry.secret, entry.key]
        for entry in entries
    }
    return {
        **variables,
        "DATABASE_QUERY_TIMEOUT_MS": str(QUERY_TIMEOUT_MS),
        # in production the cache's certificate is of an authority that Node.js knows
        "NODE_EXTRA_CA_CERTS": str(authorities),
    }


def _shard_map(folder: Path, count: int) -> str | None:
    """The file of the shard map; None while every client is on the primary."""
    if not count:
        return None
    file = folder / "map.json"
    file.write_text(json.dumps({"version": count, "hash": SHARD_HASH, "placement": "shards", "count": count}))
    hand_over(file)
    return str(file)


def _secrets(wanted: Settings, pooler: Pooler, cache: Cluster, authorities: Path) -> dict[tuple[str, str], str]:
    """The values of `db-secret` and `redis-secret` by Secret and key."""
    config = pooler.config

    def url(endpoint: str) -> str:
        login = f"{config.client_username}:{quote(config.client_password, safe='')}"
        plain = f"postgresql://{login}@127.0.0.1:{pooler.port}/{endpoint}"
        return verifying(plain).replace(FILE_PATH, str(authorities))

    replicas = tuple(url(f"replica_{number}") for number in range(1, wanted.postgres.replicas + 1))
    shards = tuple(url(f"shard_{index}") for index in range(wanted.postgres.shards_reached))
    database = database_entries(url("primary"), replicas, shards)
    port = cache.ports[0]
    redis = {
        "url": f"rediss://:{quote(cache.token, safe='')}@127.0.0.1:{port}",
        "host": "127.0.0.1",
        "port": str(port),
    }
    return {
        **{("db-secret", entry.key): str(entry.value) for entry in database},
        **{(REDIS_SECRET, key): value for key, value in redis.items()},
    }
