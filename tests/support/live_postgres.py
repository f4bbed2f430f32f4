"""Real PostgreSQL servers with shipped parameters, streaming replicas, and PgBouncer with the shipped configuration."""

from __future__ import annotations

import re
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import psycopg

from components.pooler.config import (
    CA_FILE_NAME,
    CERTIFICATE_FILE_NAME,
    CONFIG_DIRECTORY,
    KEY_FILE_NAME,
    pgbouncer_ini,
    userlist,
)
from tests.support import programs
from tests.support.servers import answers, as_nobody, free_port, hand_over, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from components.pooler.config import PoolerConfig
    from infra.settings import Settings
    from tests.support.recording import RecordedResource
    from tests.support.servers import Server

SMALL = {"shared_buffers": "128MB"}
"""Instead of the shipped 2 GB where many servers run beside each other; memory has tests of its own."""


def shipped_parameters(group: RecordedResource) -> dict[str, str]:
    """The parameters of a recorded RDS parameter group."""
    return {entry["name"]: entry["value"] for entry in group.inputs["parameters"]}


@dataclass(frozen=True)
class Login:
    """Who connects, and to which database."""

    username: str
    password: str
    database: str


@dataclass
class Postgres:
    """One server.

    Attributes:
        programs: the folder of initdb, postgres and pg_basebackup.
        folder: where data and log lie.
        login: the master user, as RDS makes it.
        parameters: what its parameter group says.
        port: on 127.0.0.1.
    """

    programs: Path
    folder: Path
    login: Login
    parameters: Mapping[str, str]
    port: int = field(default_factory=free_port)
    server: Server | None = None

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / f"data-{self.port}"

    @property
    def conninfo(self) -> str:
        """For clients."""
        login = self.login
        return (
            f"host=127.0.0.1 port={self.port} dbname={login.database} user={login.username} "
            f"password={login.password} connect_timeout=10"
        )

    def initialise(self, *, tls: bool) -> None:
        """Make an empty cluster with the master user, and the certificate that RDS would have made."""
        secret = self.folder / f"password-{self.port}"
        secret.write_text(self.login.password)
        hand_over(secret)
        options = ("--no-sync", "-E", "UTF8", "--locale", "C", "-A", "scram-sha-256", "--pwfile", secret)
        _succeed(self.programs / "initdb", "-D", self.data, "-U", self.login.username, *options)
        if tls:
            certificate(self.data, "server.crt", "server.key")
            hand_over(self.data / "server.crt", self.data / "server.key")
            self._write("pg_hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\n")
            self._write("pg_hba.conf", "hostssl replication all 127.0.0.1/32 scram-sha-256\n", append=True)
        self._configure(tls=tls)

    def copy_of(self, primary: Postgres) -> None:
        """Become a streaming replica of another server, as RDS makes one."""
        source = f"{primary.conninfo.replace('dbname=' + primary.login.database, '')} sslmode=require"
        _succeed(self.programs / "pg_basebackup", "-D", self.data, "-d", source, "-R", "--checkpoint=fast", "--no-sync")
        self._configure(tls=True)

    def _configure(self, *, tls: bool) -> None:
        lines = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "port": str(self.port),
            "fsync": "off",
            "wal_level": "replica",
            "hot_standby": "on",
            **({"ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key"} if tls else {}),
            **self.parameters,
        }
        self._write("postgresql.conf", "".join(f"{key} = '{value}'\n" for key, value in lines.items()))

    def _write(self, name: str, text: str, *, append: bool = False) -> None:
        file = self.data / name
        file.write_text((file.read_text() if append else "") + text)
        hand_over(file)

    @contextmanager
    def running(self) -> Iterator[Postgres]:
        """Serve for as long as the block runs; a second run continues with the same data."""
        command = (self.programs / "postgres", "-D", self.data)
        with running(command, self.folder / f"log-{self.port}", self._accepts) as server:
            self.server = server
            yield self

    def _accepts(self) -> bool:
        try:
            self.run("SELECT 1", database="postgres")
        except psycopg.OperationalError:
            return False
        return True

    def run(self, statement: str, *, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run one statement on a connection of its own; returns its rows."""
        conninfo = self.conninfo
        if database is not None:
            conninfo = re.sub(r"dbname=\S+", f"dbname={database}", conninfo)
        return run(conninfo, statement)


def run(conninfo: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement; returns its rows, none for a command."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def _succeed(*command: str | Path) -> None:
    done = as_nobody(command)
    assert done.returncode == 0, done.stdout


def certificate(folder: Path, certificate_file: str, key_file: str) -> None:
    """Makes a certificate for 127.0.0.1 that signs itself, and so is its own authority."""
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    subject = (*names, "-keyout", key_file, "-out", certificate_file)
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    subprocess.run([*new, *subject], cwd=folder, check=True, capture_output=True, timeout=60)
    (folder / key_file).chmod(0o600)


@dataclass
class Fleet:
    """A primary with streaming replicas, shards, and a pooler in front of them all."""

    folder: Path
    primary: Postgres
    replicas: list[Postgres]
    shards: list[Postgres]
    pooler: Pooler


@dataclass
class Pooler:
    """A running PgBouncer."""

    config: PoolerConfig
    port: int
    server: Server
    authority: Path
    command: tuple[Path, ...]

    @contextmanager
    def again(self) -> Iterator[None]:
        """Serve once more, at the same place, after the server has ended."""
        with running(self.command, self.server.log, lambda: answers(self.port)) as server:
            self.server = server
            yield

    def conninfo(self, database: str, password: str | None = None, tls: str | None = None) -> str:
        """For clients, who check the pooler's certificate as pods do, unless told otherwise."""
        return (
            f"host=127.0.0.1 port={self.port} dbname={database} user={self.config.client_username} "
            f"password={password or self.config.client_password} connect_timeout=10 "
            + (tls or f"sslmode=verify-full sslrootcert={self.authority}")
        )

    def show(self, what: str) -> list[dict[str, Any]]:
        """A table of the admin console, as the metrics exporter reads it."""
        with psycopg.connect(self.conninfo("pgbouncer"), autocommit=True) as connection:
            # the console knows the simple protocol only
            cursor = psycopg.ClientCursor(connection).execute(f"SHOW {what}".encode())
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def pooler(config: PoolerConfig, folder: Path, servers: Path | None = None) -> Iterator[Pooler]:
    """PgBouncer with the shipped files, but for their folder and the address it listens on.

    Args:
        config: what is shipped.
        folder: where its files go.
        servers: the authority of the servers; none that any server has when it is left out.
    """
    port = free_port()
    home = folder / f"pgbouncer-{port}"
    home.mkdir()
    text = pgbouncer_ini(config).replace(CONFIG_DIRECTORY, str(home))
    text = re.sub(r"(?m)^listen_port = .*$", f"listen_port = {port}", text)
    text = re.sub(r"(?m)^listen_addr = .*$", "listen_addr = 127.0.0.1", text)
    (home / "pgbouncer.ini").write_text(text)
    (home / "userlist.txt").write_text(userlist(config))
    certificate(home, CERTIFICATE_FILE_NAME, KEY_FILE_NAME)
    (home / KEY_FILE_NAME).chmod(0o440)  # as the pod's volume has it
    authority = home / CERTIFICATE_FILE_NAME
    (home / CA_FILE_NAME).write_bytes((servers or authority).read_bytes())
    hand_over(home, *home.iterdir())
    command = (programs.pgbouncer(), home / "pgbouncer.ini")
    with running(command, folder / f"pgbouncer-{port}.log", lambda: answers(port)) as server:
        yield Pooler(config, port, server, authority, command)


@contextmanager
def fleet(settings: Settings, config: PoolerConfig, parameters: Mapping[str, str], folder: Path) -> Iterator[Fleet]:
    """What a stack ships, on this machine: every endpoint of the pooler is a server here."""
    first = config.endpoints[0]
    login = Login(first.username, first.password, first.database)
    home = programs.postgres_17()
    with ExitStack() as stack:
        primary = Postgres(home, folder, login, parameters)
        primary.initialise(tls=True)
        stack.enter_context(primary.running())
        primary.run(f"CREATE DATABASE {login.database}", database="postgres")
        readers = {(one.username, one.password) for one in config.endpoints if one.name.startswith("replica_")}
        for reader in readers - {(login.username, login.password)}:
            primary.run(f"CREATE ROLE {reader[0]} LOGIN PASSWORD '{reader[1]}' IN ROLE pg_read_all_data")
        replicas = []
        for _ in range(settings.postgres.replicas):
            replica = Postgres(home, folder, login, parameters)
            replica.copy_of(primary)
            replicas.append(stack.enter_context(replica.running()))
        shards = []
        for endpoint in config.endpoints:
            if endpoint.name.startswith("shard_"):
                shard = Postgres(
                    home, folder, Login(endpoint.username, endpoint.password, endpoint.database), parameters
                )
                shard.initialise(tls=True)
                shards.append(stack.enter_context(shard.running()))
                shard.run(f"CREATE DATABASE {endpoint.database}", database="postgres")
        ports = [server.port for server in (primary, *replicas, *shards)]
        endpoints = [
            replace(endpoint, host="127.0.0.1", port=port)
            for endpoint, port in zip(config.endpoints, ports, strict=True)
        ]
        authority = folder / "servers.crt"
        authority.write_text("".join((server.data / "server.crt").read_text() for server in (primary, *shards)))
        front = stack.enter_context(pooler(replace(config, endpoints=tuple(endpoints)), folder, authority))
        yield Fleet(folder, primary, replicas, shards, front)
