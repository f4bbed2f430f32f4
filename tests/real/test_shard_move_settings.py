"""What sessions, logins and databases may have set: a move reads, notes and guards the same whatever that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from ops.answers.shards.servers import Server
from planner.shards.clients import PRIMARY
from planner.shards.route import place_of
from tests.support.shard_servers import SCHEMA, fill

if TYPE_CHECKING:
    from tests.support.shard_servers import Databases, OneServer

TABLES = """
CREATE TABLE stays (client_id text NOT NULL, during daterange, size float8, note text,
  PRIMARY KEY (client_id, during, size));
CREATE SCHEMA app;
CREATE FUNCTION app.ascii(text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 7 * length($1)';
"""
RIGHTS = """
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO visitor;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO visitor;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO visitor;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO visitor
"""
NOTE = "UPDATE stays SET note = concat(note, 'x') WHERE client_id = 'client-1'"
FOREIGN = {
    "statement_timeout": ("20s", "0"),
    "transaction_timeout": ("20s", "0"),
    "idle_session_timeout": ("20s", "0"),
    "xmloption": ("document", "content"),
    "array_nulls": ("off", "on"),
    "standard_conforming_strings": ("off", "on"),
    "synchronous_commit": ("off", "on"),
    "default_transaction_read_only": ("on", "off"),
    "default_transaction_isolation": ("serializable", "read committed"),
    "client_encoding": ("latin1", "UTF8"),
}
"""What a login may have set, and what a move needs."""


@pytest.fixture(scope="module")
def copied(one_server: OneServer) -> Databases:
    """Clients that are copied to two shards, in databases whose new functions and tables have other rights."""
    made = one_server.databases(2)
    one_server.server.run("CREATE ROLE visitor")
    for place in (PRIMARY, 0, 1):
        made.run(place, TABLES)
        made.run(place, RIGHTS)
    made.schema.write_text(SCHEMA.replace("clients: id", "clients: id, stays: client_id"))
    fill(made, 5)
    made.run(PRIMARY, "INSERT INTO stays SELECT id, '[2026-02-01,2026-03-05)', 0.1::float8 + 0.2::float8 FROM clients")
    made.done("move", "publish", "--to", "2")
    made.done("move", "copy")
    return made


@pytest.mark.parametrize(
    "set_to", ["SET datestyle = 'SQL, DMY'", "SET datestyle = 'Postgres, DMY'", "SET extra_float_digits = 0"]
)
def test_a_written_key_is_noted_as_the_move_reads_it(copied: Databases, set_to: str) -> None:
    copied.run(PRIMARY, f"{set_to}; {NOTE}")
    copied.done("move", "catch-up")
    assert copied.differences() == []


def test_rights_on_what_is_made_later_neither_stop_a_writer_nor_hand_the_moves_state_over(copied: Databases) -> None:
    copied.run(PRIMARY, "SET ROLE visitor; UPDATE clients SET name = 'v' WHERE id = 'client-1'")
    for statement in (
        "DELETE FROM bbp_shards.changes",
        "UPDATE bbp_shards.placement SET count = 2",
        "UPDATE bbp_shards.move SET step = 'cleaning'",
        "SELECT nextval('bbp_shards.changes_id_seq')",
        "CREATE TABLE bbp_shards.mine ()",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            copied.run(PRIMARY, f"SET ROLE visitor; {statement}")
    copied.done("move", "catch-up")


def test_what_a_login_has_set_changes_nothing(copied: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in copied.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PGCLIENTENCODING", "latin1")
    options = (f"-c {name}={was}" for name, (was, _) in FOREIGN.items() if name != "client_encoding")
    monkeypatch.setenv("PGOPTIONS", " ".join(options))
    server = Server(PRIMARY, "test-primary")
    try:
        assert {name: server.one(f"SHOW {name}") for name in FOREIGN} == {
            name: has for name, (_, has) in FOREIGN.items()
        }
        assert server.one("SELECT 'é😀'") == "é😀"
    finally:
        server.close()


def test_functions_of_a_sessions_own_let_nobody_onto_a_wrong_shard(copied: Databases) -> None:
    copied.done("move", "cut-over")
    wrong = [name for name in (f"new-{n}" for n in range(20)) if place_of(name, 2) == 1]
    for name in wrong:
        with pytest.raises(psycopg.Error, match="lies elsewhere"):
            copied.run(0, f"SET search_path = app, pg_catalog, public; INSERT INTO clients (id) VALUES ('{name}')")  # noqa: S608 - own names


COMPUTED = """
CREATE FUNCTION public.times(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * FACTOR';
ALTER TABLE bonds ADD COLUMN more integer GENERATED ALWAYS AS (public.times(amount)) STORED
"""
SOFTLY = """
CREATE FUNCTION public.softly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER softly BEFORE DELETE ON clients FOR EACH ROW EXECUTE FUNCTION public.softly();
ALTER TABLE clients ENABLE ALWAYS TRIGGER softly
"""


def test_what_a_server_computes_or_keeps_of_its_own_is_never_called_complete(one_server: OneServer) -> None:
    made = one_server.databases(2)
    for place, factor in ((PRIMARY, "2"), (0, "3"), (1, "2")):
        made.run(place, COMPUTED.replace("FACTOR", factor))
    fill(made, 2)
    made.done("move", "publish", "--to", "2")
    made.done("move", "copy")
    assert set(made.differences()) == {("changed value", "shard_0", "bonds")}
    made.run(0, SOFTLY)
    said = "shard_0: clients has trigger softly in force in the replica role, which is new"
    assert said in made.refused("move", "catch-up")
    rows = made.run(0, "SELECT count(*) FROM clients")[0][0]
    assert f"shard_0 keeps {rows} rows of clients that are deleted" in made.refused("move", "cancel")
    made.run(0, "DROP TRIGGER softly ON clients")
    made.done("move", "cancel")
    assert made.run(0, "SELECT count(*) FROM clients") == [(0,)]
