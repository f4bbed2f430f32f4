"""Databases between which clients are moved, on real PostgreSQL servers, and a schema of an application in each."""

from __future__ import annotations

import itertools
import json
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from typer.testing import CliRunner

from ops.cli import app
from planner.shards.clients import PRIMARY
from tests.support import programs
from tests.support.live_postgres import SMALL, Login, Postgres, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from typer.testing import Result

PASSWORD = "never-on-a-command-line"  # noqa: S105 - of servers that stop with the test
TABLES = """
CREATE TABLE courts (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE audit (id bigserial PRIMARY KEY, said text);
CREATE TABLE clients (id text PRIMARY KEY, name text, court_id integer REFERENCES courts);
CREATE TABLE bonds (
  id bigserial PRIMARY KEY,
  client_id text NOT NULL REFERENCES clients ON DELETE CASCADE,
  number text UNIQUE,
  amount integer NOT NULL,
  twice integer GENERATED ALWAYS AS (amount * 2) STORED
);
CREATE TABLE payments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  client_id text NOT NULL,
  bond_id bigint NOT NULL CONSTRAINT payments_bond REFERENCES bonds,
  cents integer NOT NULL
);
CREATE TABLE documents (client_id text, name text, body bytea, at timestamptz, PRIMARY KEY (client_id, name));
"""
SCHEMA = """
tables: {clients: id, bonds: client_id, payments: client_id, documents: client_id}
shared: {courts: copied, audit: primary}
foreign_keys: {payments_bond: within}
"""

ROWS = r"""
INSERT INTO courts SELECT n, 'court ' || n FROM generate_series(1, 3) n;
INSERT INTO clients SELECT 'client-' || n, E'a\tb\\\\c\nd' || n, 1 + n % 3 FROM generate_series(1, :clients) n;
INSERT INTO clients SELECT unnest(ARRAY['', 'é', 'it''s', E'tab\there', '😀 \N', '\.', '%s {}']);
INSERT INTO bonds (client_id, number, amount) SELECT id, 'no-' || id, length(id) FROM clients;
INSERT INTO bonds (client_id, amount) SELECT id, n FROM clients, generate_series(1, 4) n;
INSERT INTO payments (client_id, bond_id, cents) SELECT client_id, id, amount FROM bonds WHERE amount < 3;
INSERT INTO documents SELECT id, 'd' || n, convert_to('\\' || id, 'UTF8'), '2026-01-31 10:00+01'::timestamptz
  FROM clients, generate_series(1, 2) n;
INSERT INTO audit (said) VALUES ('stays');
"""

UNSEEN = "SET session_replication_role = replica; SET bbp_shards.mover = 'on'"
"""What a session says that writes rows which no guard refuses and nobody notes, as the move itself does."""


@dataclass
class Databases:
    """The primary and shards of one application.

    Attributes:
        conninfos: of each place.
        schema: the schema file.
        environment: where libpq finds services and passwords.
    """

    conninfos: dict[int, str]
    schema: Path
    environment: dict[str, str]

    def run(self, place: int, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement on a connection of its own."""
        with psycopg.connect(self.conninfos[place], autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def unseen(self, place: int, statement: str) -> None:
        """Run one statement that no guard refuses and nobody notes."""
        self.run(place, f"{UNSEEN}; {statement}")

    def arguments(self, *words: str) -> list[str]:
        """Of the command line."""
        return ["shard", *words, "--schema", str(self.schema), "--service", "test"]

    def bbp(self, *words: str) -> Result:
        """The command in this process."""
        return CliRunner().invoke(app, self.arguments(*words), env=self.environment)

    def done(self, *words: str) -> dict[str, Any]:
        """The answer of a step that succeeds."""
        ran = self.bbp(*words, "--json")
        assert ran.exit_code == 0, ran.output
        answer: dict[str, Any] = json.loads(ran.stdout)
        return answer

    def refused(self, *words: str) -> str:
        """What a step says that does not succeed."""
        ran = self.bbp(*words)
        assert ran.exit_code == 1, ran.output
        return " ".join(ran.stderr.split())

    def differences(self) -> list[tuple[str, str, str]]:
        """What a verification finds: kind, place and table."""
        ran = self.bbp("verify", "--json")
        found = json.loads(ran.stdout)
        assert (ran.exit_code == 0) is found["complete"]
        return [(one["kind"], one["place"], one["table"]) for one in found["differences"]]


@dataclass(frozen=True)
class OneServer:
    """A server that holds the databases of many applications."""

    server: Postgres
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def databases(self, shards: int) -> Databases:
        """The primary and so many shards of another application, empty."""
        return databases(dict.fromkeys((PRIMARY, *range(shards)), self.server), self.folder, f"app{next(self.numbers)}")


@contextmanager
def servers(count: int, folder: Path) -> Iterator[list[Postgres]]:
    """Running servers."""
    with ExitStack() as stack:
        started = []
        for _ in range(count):
            server = Postgres(programs.postgres_17(), folder, Login("bbp_admin", PASSWORD, "postgres"), SMALL)
            server.initialise(tls=False)
            started.append(stack.enter_context(server.running()))
        yield started


def databases(places: dict[int, Postgres], folder: Path, name: str = "app", tables: str = TABLES) -> Databases:
    """A database for each place on the server that it names, each with the tables."""
    conninfos, services, passwords = {}, [], []
    for place, server in places.items():
        database = f"{name}_{'primary' if place == PRIMARY else f'shard_{place}'}"
        server.run(f"CREATE DATABASE {database} TEMPLATE {_template(server, tables)} STRATEGY file_copy")
        conninfos[place] = server.conninfo.replace("dbname=postgres", f"dbname={database}")
        service = database.removeprefix(f"{name}_").replace("_", "-")
        where = f"host=127.0.0.1\nport={server.port}\ndbname={database}\nuser=bbp_admin\n"
        services.append(f"[test-{service}]\n{where}")
        passwords.append(f"127.0.0.1:{server.port}:{database}:bbp_admin:{PASSWORD}\n")
    files = {"PGSERVICEFILE": folder / f"{name}.services", "PGPASSFILE": folder / f"{name}.passwords"}
    files["PGSERVICEFILE"].write_text("".join(services))
    files["PGPASSFILE"].write_text("".join(passwords))
    files["PGPASSFILE"].chmod(0o600)
    schema = folder / f"{name}.yaml"
    schema.write_text(SCHEMA)
    return Databases(conninfos, schema, {key: str(file) for key, file in files.items()})


def _template(server: Postgres, tables: str) -> str:
    """A database that others are copied from."""
    name = f"made_{zlib.crc32(tables.encode())}"
    if (name,) not in server.run("SELECT datname FROM pg_database"):
        server.run(f"CREATE DATABASE {name} STRATEGY file_copy")
        run(server.conninfo.replace("dbname=postgres", f"dbname={name}"), tables)
    return name


def fill(found: Databases, clients: int = 40) -> None:
    """Rows of every table, with everything that COPY must escape, on the primary."""
    with psycopg.connect(found.conninfos[PRIMARY]) as connection:
        connection.execute(ROWS.replace(":clients", str(clients)).encode())


CLIENT_TABLES = {"clients": "id", "bonds": "client_id", "payments": "client_id", "documents": "client_id"}
"""The column that names the client, as in SCHEMA."""


def held(found: Databases, table: str, count: int) -> dict[int, set[str]]:
    """The clients of a table at each place."""
    column = CLIENT_TABLES[table]
    return {
        place: {row[0] for row in found.run(place, f"SELECT DISTINCT {column} FROM {table}")}  # noqa: S608 - own tables
        for place in (range(count) if count else [PRIMARY])
    }


def contents(found: Databases, table: str, places: Iterable[int]) -> list[tuple[object, ...]]:
    """All rows of a table at these places, in an order of their own."""
    statement = f"SELECT * FROM {table}"  # noqa: S608 - own tables
    return sorted((row for place in places for row in found.run(place, statement)), key=repr)
