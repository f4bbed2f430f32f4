"""Connections to the servers of a move: named in a libpq service file, so that no password is on a command line."""

from __future__ import annotations

import itertools
import os
import socket
import time
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from ops.answers.shards.errors import MoveError, OverdueError
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
TEXTS = (
    "DateStyle = 'ISO, YMD'",
    "IntervalStyle = 'postgres'",
    "TimeZone = 'UTC'",
    "extra_float_digits = 1",
    "bytea_output = 'hex'",
    "lc_monetary = 'C'",
)
"""Settings by which a value has one text: in every session of a move, and where a written key is noted."""
_SETTINGS = (
    "SET statement_timeout = 0",
    "SET client_encoding = 'UTF8'",
    *(f"SET {setting}" for setting in TEXTS),
    "SET xmloption = content",
    "SET array_nulls = on",
    "SET standard_conforming_strings = on",
    "SET quote_all_identifiers = off",
    "SET search_path = pg_catalog",
    "SET row_security = off",
    "SET lock_timeout = '5s'",
    "SET idle_in_transaction_session_timeout = '10min'",
    "SET default_transaction_isolation = 'read committed'",
    "SET default_transaction_read_only = off",
    "SELECT set_config(name, '0', false) FROM pg_settings WHERE name ~ '^(idle_session|transaction)_timeout$'",
    "SELECT set_config(name, 'on', false) FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'off'",
)
"""What a login, a database or the environment may have set otherwise. The same text for the same value on every server,
read as it was written; no end of a statement but the move's own; rows that are said to be carried over outlive a crash;
short waits for locks, behind which an application would queue; an error where a policy would hide rows: what is not
seen is neither copied nor missed (PostgreSQL, Row Security)."""


class Server:
    """One database that takes part, and a session in it."""

    def __init__(self, place: int, service: str) -> None:
        self.place, self.name, self.service = place, place_name(place), service
        self._end: float | None = None
        self._bound = False
        self.connect()

    def connect(self) -> None:
        """A session of its own; another one where the first was lost.

        Raises:
            MoveError: the server cannot be reached, or is none that a move can use.
        """
        service = self.service
        try:
            self.connection = psycopg.connect(
                service=service, autocommit=True, connect_timeout=10, application_name="bbp shard move"
            )
        except psycopg.Error as error:
            raise MoveError(
                f"{self.name}: service {service}: {_said(error)}; PGSERVICEFILE names a file with [{service}] and its "
                "host, port, dbname and user, PGPASSFILE one with the password"
            ) from error
        self._bound = False
        if self.one("SELECT pg_backend_pid()") != self.connection.info.backend_pid:
            raise MoveError(f"{self.name}: service {service} leads to a pooler: name the database server itself")
        self.execute(*_SETTINGS)
        if self.one("SHOW server_encoding") != "UTF8":
            raise MoveError(
                f"{self.name}: the database's encoding must be UTF8, it is {self.one('SHOW server_encoding')}"
            )

    def again(self) -> None:
        """Another session where the first was lost, alone there as well.

        Raises:
            MoveError: the server cannot be reached, or another one takes a step there.
        """
        try:
            self.one("SELECT 1")
        except psycopg.OperationalError:
            self.connection.close()
            self.connect()
            self.lock()

    def end_by(self, moment: float | None) -> None:
        """Let nothing that is asked from here on run beyond a moment of the monotonic clock; None: as long as it takes.

        The server itself ends it (statement_timeout), a wait for a lock as well.
        """
        self._end = moment

    def _limit(self) -> None:
        """Tell the server how much time is left.

        Raises:
            OverdueError: none is.
        """
        if self._end is None:
            if self._bound:
                self.connection.execute("SET statement_timeout = 0")
                # of a transaction that is rolled back nobody hears: it is said again behind its end
                self._bound = self.connection.pgconn.transaction_status != TransactionStatus.IDLE
            return
        left = self._end - time.monotonic()
        if left <= 0:
            raise OverdueError(f"{self.name}: no time is left")
        self._bound = True
        self.connection.execute(_query(f"SET statement_timeout = {max(1, round(left * 1000))}"))

    def cut_off(self) -> None:
        """End the session of a server that owes an answer, whatever it does; from another thread."""
        try:
            if self.connection.pgconn.transaction_status != TransactionStatus.ACTIVE:
                return
            with socket.socket(fileno=os.dup(self.connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)
        except (OSError, psycopg.Error):
            return  # it ended by itself meanwhile

    def execute(self, *statements: str | sql.Composable) -> None:
        """Run statements that return nothing."""
        for statement in statements:
            self.run(statement)

    def run(self, statement: str | sql.Composable, *values: object) -> int:
        """Run a statement with values.

        Returns:
            How many rows it wrote.
        """
        self._limit()
        return self.connection.execute(_query(statement), values or None).rowcount

    def rows(self, statement: str | sql.Composable, *values: object) -> list[tuple[Any, ...]]:
        """Run a query."""
        self._limit()
        found: list[tuple[Any, ...]] = self.connection.execute(_query(statement), values or None).fetchall()
        return found

    def one(self, statement: str | sql.Composable, *values: object) -> Any:  # noqa: ANN401 - any column
        """The first column of the first row; None without a row."""
        rows = self.rows(statement, *values)
        return rows[0][0] if rows else None

    def streamed(self, query: sql.Composable) -> Iterator[tuple[Any, ...]]:
        """The rows of a query that are fetched as they are read; inside of a transaction."""
        self._limit()
        with self.connection.cursor(name=f"bbp_{next(_CURSORS)}") as cursor:
            cursor.execute(_query(query))
            while True:
                self._limit()
                if not (rows := cursor.fetchmany(FETCHED)):
                    return
                yield from rows

    def copied(self, query: sql.Composable) -> Iterator[bytes]:
        """The lines of COPY ... TO STDOUT in its text form."""
        self._limit()
        with self.connection.cursor() as cursor, cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(query)) as copy:
            rest = b""
            for block in copy:
                *lines, rest = (rest + bytes(block)).split(b"\n")
                yield from lines

    def copy_in(self, into: sql.Composable, lines: Iterable[bytes]) -> None:
        """Lines in the text form of COPY, into a table with its columns."""
        self._limit()
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
        """A transaction whose rows set off no trigger and no foreign key, as rows of logical replication do.

        Guards and notes of the move are in force for that role, too, but not for the move itself.
        """
        with self.connection.transaction():
            try:
                self.execute("SET LOCAL session_replication_role = replica", "SET LOCAL bbp_shards.mover = 'on'")
            except psycopg.errors.InsufficientPrivilege as error:
                raise MoveError(
                    f"{self.name}: this login may not set session_replication_role: use the master user"
                ) from error
            yield

    def lock(self, seconds: float | None = None) -> None:
        """Be the only one who moves or verifies here, for as long as the session lasts, or until it is unlocked.

        Args:
            seconds: how long another one is waited for. Default: LOCK_SECONDS.

        Raises:
            MoveError: another one does.
        """
        end = time.monotonic() + (LOCK_SECONDS if seconds is None else seconds)
        while not self.one(f"SELECT pg_try_advisory_lock({LOCK})"):
            if time.monotonic() > end:
                holder = self.one(
                    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted", LOCK
                )
                raise MoveError(f"{self.name}: another step of a move or a verification runs (process {holder} of it)")
            time.sleep(0.2)

    def unlock(self) -> None:
        """Let others take a step."""
        self.execute(f"SELECT pg_advisory_unlock({LOCK})")

    def close(self) -> None:
        """End the session, and with it the lock."""
        self.connection.close()


Servers = dict[int, Server]


@contextmanager
def connected(prefix: str, wanted: Iterable[int], *, alone: bool = True) -> Iterator[Servers]:
    """Sessions in all places that take part, each alone there.

    Args:
        prefix: what the services' names begin with: PREFIX-primary, PREFIX-shard-0 and so on.
        wanted: the places.
        alone: whether to wait for whoever takes a step, and let nobody else; who only asks how far a move is does not.

    Raises:
        MoveError: one cannot be reached, is another kind of server, or is in use by another step.
    """
    servers: Servers = {}
    try:
        for place in sorted(wanted):
            servers[place] = Server(place, service_of(prefix, place))
        _same(servers)
        for server in servers.values() if alone else ():
            server.lock()
        yield servers
    except psycopg.errors.LockNotAvailable as error:
        raise MoveError(f"a table was in use for too long: {_said(error)}; start the same step again") from error
    except psycopg.errors.QueryCanceled as error:
        raise MoveError(f"a server ended a statement: {_said(error)}; start the same step again, it goes on") from error
    except psycopg.OperationalError as error:
        raise MoveError(f"a server went away: {_said(error)}; start the same step again, it goes on") from error
    except psycopg.Error as error:
        raise MoveError(f"a server refused: {_said(error)}") from error
    finally:
        for server in servers.values():
            server.close()


def service_of(prefix: str, place: int) -> str:
    """The name of a place's service."""
    return f"{prefix}-{'primary' if place == PRIMARY else f'shard-{place}'}"


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
