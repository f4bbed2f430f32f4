"""The sample application between whose databases clients are moved: gateway, pooler, cache, a primary and two shards.

All databases are of one server, which costs the least; the rights in them are those that the platform's Jobs give, and
who moves is the master user, as with RDS no superuser.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components.postgres.users_sql import UserRole, UserVerifier, user_name, users_script, verifier
from ops.answers.render.configs import pooler_config, with_passwords
from planner.shards.clients import PRIMARY
from planner.shards.route import place_name
from tests.support import programs
from tests.support.live_nginx import config_of, gateway
from tests.support.live_postgres import SMALL, Login, Postgres, pooler, run
from tests.support.live_valkey import cluster
from tests.support.sample import APPLICATION, CACHE, PODS, pod, sources, told
from tests.support.servers import scratch
from tests.support.shard_servers import PASSWORD, Databases
from tests.support.stack import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from components.pooler.config import PoolerConfig
    from components.security.turns import Turn
    from infra.settings import Settings
    from tests.support.live_nginx import Gateway

SHARDS = 2
MASTER = "bbp_admin"
PLACES = (PRIMARY, *range(SHARDS))
AS_RDS = f"""
CREATE ROLE {MASTER} LOGIN NOSUPERUSER CREATEDB CREATEROLE NOREPLICATION PASSWORD '{PASSWORD}';
GRANT pg_monitor TO {MASTER} WITH ADMIN OPTION;
GRANT SET ON PARAMETER session_replication_role TO {MASTER};
"""
"""The master user as tests/real/test_database_users.py has it. That RDS lets it set session_replication_role is said of
rds_superuser (unverified)."""


@dataclass
class Moving:
    """What runs.

    Attributes:
        gateway: where visitors ask.
        databases: of the move, for `./bbp shard move`.
        variables: what the pods are told.
        moved: what they are told once the map says that clients lie on the shards.
        folder: for logs, and for further pods.
    """

    gateway: Gateway
    databases: Databases
    variables: dict[str, str]
    moved: dict[str, str]
    folder: Path


def stack() -> Settings:
    """Production while its clients are moved from the primary to two shards."""
    return _stack("moving", movingTo=SHARDS, mapVersion=1)


def _stack(placement: str, **shards: int) -> Settings:
    reason = "two shards in tests: a client's shard is one database more on the way"
    return settings(
        "prod",
        "horizontal",
        postgres={"replicas": 0, "placement": placement, "shards": {"count": SHARDS, **shards}},
        availability={"acceptedUptime": {"percent": 99.0, "reason": reason, "until": "2099-12-31"}},
    )


@contextmanager
def moving() -> Iterator[Moving]:
    """Everything, with the schema in every database and no rows."""
    with ExitStack() as everything:
        folder = everything.enter_context(scratch())
        server = Postgres(programs.postgres_17(), folder, Login("rdsadmin", PASSWORD, "postgres"), SMALL)
        server.initialise(tls=True)
        everything.enter_context(server.running())
        databases = _databases(server, folder)
        config = _config(server)
        for place in PLACES:
            run(databases.conninfos[place], users_script(_name(place), _users(config)))
        front = everything.enter_context(pooler(config, folder, server.data / "server.crt"))
        cache = everything.enter_context(cluster(1, CACHE))
        variables = told(stack(), front, cache, folder)
        moved = told(_stack("shards", placedOn=SHARDS, mapVersion=2), front, cache, folder)
        program = sources(folder / "application")

        @contextmanager
        def start(address: str, ports: Mapping[int, int]) -> Iterator[None]:
            with pod(program, address, ports, variables, folder / f"{address}.log"):
                yield

        entry = everything.enter_context(gateway(config_of("prod", "horizontal", verify_client=False), PODS, start))
        everything.callback(_lose, server)
        yield Moving(entry, databases, variables, moved, folder)


def _lose(server: Postgres) -> None:
    """End it at once: a gentle stop would wait for the connections of the pools."""
    if server.server is not None:
        server.server.kill()


def _name(place: int) -> str:
    return f"app_{place_name(place)}"


def _databases(server: Postgres, folder: Path) -> Databases:
    """A database of the master's for each place, with the application's schema, and the files that name it."""
    server.run(AS_RDS)
    conninfos, services, passwords = {}, [], []
    for place in PLACES:
        name = _name(place)
        server.run(f"CREATE DATABASE {name} OWNER {MASTER} STRATEGY file_copy")
        login = replace(server, login=Login(MASTER, PASSWORD, name))
        conninfos[place] = login.conninfo
        login.run((APPLICATION / "schema.sql").read_text())
        service = place_name(place).replace("_", "-")
        where = f"host=127.0.0.1\nport={server.port}\ndbname={name}\nuser={MASTER}\n"
        services.append(f"[test-{service}]\n{where}")
        passwords.append(f"127.0.0.1:{server.port}:{name}:{MASTER}:{PASSWORD}\n")
    files = {"PGSERVICEFILE": folder / "services", "PGPASSFILE": folder / "passwords"}
    files["PGSERVICEFILE"].write_text("".join(services))
    files["PGPASSFILE"].write_text("".join(passwords))
    files["PGPASSFILE"].chmod(0o600)
    return Databases(conninfos, APPLICATION / "shards.yaml", {key: str(file) for key, file in files.items()})


def _config(server: Postgres) -> PoolerConfig:
    """The shipped configuration, led to the databases of one server, where a user has one password."""
    config = with_passwords(pooler_config(stack()))
    return replace(
        config,
        endpoints=tuple(
            replace(one, host="127.0.0.1", port=server.port, database=f"app_{one.name}", password=PASSWORD)
            for one in config.endpoints
        ),
    )


def _users(config: PoolerConfig) -> tuple[UserVerifier, ...]:
    """A user of every role, by turns as the pooler has them."""
    names = {endpoint.username for endpoint in config.endpoints}
    turns: tuple[Turn, ...] = ("a", "b")
    (turn,) = (one for one in turns if user_name(UserRole.APPLICATION, one) in names)
    return tuple(
        UserVerifier(role=role, turn=turn, verifier=verifier(user_name(role, turn), PASSWORD)) for role in UserRole
    )
