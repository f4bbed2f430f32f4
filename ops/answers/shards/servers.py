"""Connections to the servers of a move: named in a libpq service file, so that no password is on a command line."""

from __future__ import annotations

import itertools
import time
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from ops.answers.shards.errors import MoveError
from ops.foreign import one_line
from planner.shards.clients import PRIMARY
from planner.shards.route import place_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LOCK = 0x62627073
"""The advisory lock of whoever moves or verifies; any number, the same in every server."""
LOCK_SECONDS = 30.0
"""How long a connection that was killed may hold its lock until the server notices."""
FETCHED = 5_000
"""Rows of a stream that are held at a time."""
_CURSORS = itertools.count()
_SETTINGS = (
    "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'postgres'",
    "SET TimeZone = 'UTC'",
    "SET extra_float_digits = 1",
    "SET bytea_output = 'hex'",
    "SET search_path = pg_catalog",
    "SET lock_timeout = '5s'",
    "SET idle_in_transaction_session_timeout = '10min'",
)
"""The same text for the same value on every server; short waits for locks, behind which an application would queue."""


class Server:
    """One database that takes part, and a session in it."""

    def __init__(self, place: int, service: str) -> None:
        self.place, self.name = place, place_name(place)
        try:
            self.connection = psycopg.connect(
                service=service, autocommit=True, connect_timeout=10, application_name="bbp shard move"
            )
        except psycopg.Error as error:
            raise MoveError(
                f"{self.name}: service {service}: {_said(error)}; PGSERVICEFILE names a file with [{service}] and its "
                "host, port, dbname and user, PGPASSFILE one with the password"
            ) from error
        if self.one("SELECT pg_backend_pid()") != self.connection.info.backend_pid:
            raise MoveError(f"{self.name}: service {service} leads to a pooler: name the database server itself")
        self.execute(*_SETTINGS)
        if self.one("SHOW server_encoding") != "UTF8":
            raise MoveError(
                f"{self.name}: the database's encoding must be UTF8, it is {self.one('SHOW server_encoding')}"
            )

    def execute(self, *statements: str | sql.Composable) -> None:
        """Run statements that return nothing."""
        for statement in statements:
            self.connection.execute(_query(statement))

    def rows(self, statement: str | sql.Composable, *values: object) -> list[tuple[Any, ...]]:
        """Run a query."""
        found: list[tuple[Any, ...]] = self.connection.execute(_query(statement), values or None).fetchall()
        return found

    def one(self, statement: str | sql.Composable, *values: object) -> Any:  # noqa: ANN401 - any column
        """The first column of the first row; None without a row."""
        row = self.connection.execute(_query(statement), values or None).fetchone()
        return row[0] if row else None

    def streamed(self, query: sql.Composable) -> Iterator[tuple[Any, ...]]:
        """The rows of a query that are fetched as they are read; inside of a transaction."""
        with self.connection.cursor(name=f"bbp_{next(_CURSORS)}") as cursor:
            cursor.itersize = FETCHED
            yield from cursor.execute(_query(query))

    def copied(self, query: sql.Composable) -> Iterator[bytes]:
        """The lines of COPY ... TO STDOUT in its text form."""
        with self.connection.cursor() as cursor, cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(query)) as copy:
            rest = b""
            for block in copy:
                *lines, rest = (rest + bytes(block)).split(b"\n")
                yield from lines

    def copy_in(self, into: sql.Composable, lines: Iterable[bytes]) -> None:
        """Lines in the text form of COPY, into a table with its columns."""
        with self.connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(into)) as copy:
            copy.write(b"".join(line + b"\n" for line in lines))

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """One moment of the database for every query in it."""
        with self.connection.transaction():
            self.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield

    @contextmanager
    def replica_role(self) -> Iterator[None]:
        """A transaction whose rows set off no trigger and no foreign key, as rows of logical replication do."""
        with self.connection.transaction():
            try:
                self.execute("SET LOCAL session_replication_role = replica")
            except psycopg.errors.InsufficientPrivilege as error:
                raise MoveError(
                    f"{self.name}: this login may not set session_replication_role: use the master user"
                ) from error
            yield

    def lock(self) -> None:
        """Be the only one who moves or verifies here, for as long as the session lasts.

        Raises:
            MoveError: another one does.
        """
        end = time.monotonic() + LOCK_SECONDS
        while not self.one(f"SELECT pg_try_advisory_lock({LOCK})"):
            if time.monotonic() > end:
                holder = self.one(
                    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted", LOCK
                )
                raise MoveError(f"{self.name}: another step of a move or a verification runs (process {holder} of it)")
            time.sleep(0.2)

    def close(self) -> None:
        """End the session, and with it the lock."""
        self.connection.close()


Servers = dict[int, Server]


@contextmanager
def connected(prefix: str, wanted: Iterable[int]) -> Iterator[Servers]:
    """Sessions in all places that take part, each alone there.

    Args:
        prefix: what the services' names begin with: PREFIX-primary, PREFIX-shard-0 and so on.
        wanted: the places.

    Raises:
        MoveError: one cannot be reached, is another kind of server, or is in use by another step.
    """
    servers: Servers = {}
    try:
        for place in sorted(wanted):
            servers[place] = Server(place, f"{prefix}-{'primary' if place == PRIMARY else f'shard-{place}'}")
        _same(servers)
        for server in servers.values():
            server.lock()
        yield servers
    except psycopg.errors.LockNotAvailable as error:
        raise MoveError(f"a table was in use for too long: {_said(error)}; start the same step again") from error
    except psycopg.OperationalError as error:
        raise MoveError(f"a server went away: {_said(error)}; start the same step again, it goes on") from error
    except psycopg.Error as error:
        raise MoveError(f"a server refused: {_said(error)}") from error
    finally:
        for server in servers.values():
            server.close()


def _same(servers: Servers) -> None:
    """No two places in one database, and hashes of rows that mean the same on each."""
    seen: dict[tuple[object, ...], str] = {}
    for server in servers.values():
        who = server.rows("SELECT pg_postmaster_start_time(), inet_server_port(), current_database()")[0]
        if (other := seen.setdefault(who, server.name)) != server.name:
            raise MoveError(f"{other} and {server.name} are the same database: look at the service file")
    majors = {server.connection.info.server_version // 10_000 for server in servers.values()}
    if len(majors) > 1:
        raise MoveError(f"servers of several major versions ({sorted(majors)}): PostgreSQL's hashes of rows may differ")


def text_of(name: str) -> str:
    """A file of statements beside this module."""
    return (files("ops.answers.shards") / "sql" / name).read_text(encoding="utf-8")


def _query(statement: str | sql.Composable) -> bytes:
    return (statement if isinstance(statement, str) else statement.as_string()).encode()


def _said(error: Exception) -> str:
    return one_line(error, 1000)
