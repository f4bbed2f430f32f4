"""Whatever an application, a subscription or a partition's own name does to a table, guards and notes miss nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from planner.shards.clients import PRIMARY
from planner.shards.route import place_of

if TYPE_CHECKING:
    from tests.support.shard_servers import Databases, OneServer

PLACES = (PRIMARY, 0, 1)
LONG = "a_very_long_name_that_fills_all_of_the_63_bytes_that_there_are_"
"""Two tables have it but for the last letter."""
TABLES = f"""
CREATE TABLE clients (id text PRIMARY KEY, name text);
CREATE TABLE events (client_id text NOT NULL, day date, n smallserial, PRIMARY KEY (client_id, day, n))
  PARTITION BY RANGE (day);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
CREATE TABLE events_new PARTITION OF events FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');
CREATE TABLE prices (price numeric PRIMARY KEY, client_id text NOT NULL, span int4range,
  place integer UNIQUE DEFERRABLE INITIALLY DEFERRED, EXCLUDE USING gist (span WITH &&));
CREATE SCHEMA "Odd";
CREATE TABLE "Odd"."{LONG[:62]}1" ("Client" uuid NOT NULL, "%s {{}}" json, small bigint
  GENERATED ALWAYS AS (id * 2) STORED, id integer, PRIMARY KEY (id, small));
CREATE TABLE "Odd"."{LONG[:62]}2" ("Client" uuid NOT NULL, bbp_client integer, PRIMARY KEY (bbp_client));
CREATE FUNCTION sent_on() RETURNS trigger LANGUAGE plpgsql AS
  $body$ BEGIN NEW.id := replace(NEW.id, 'sent-to-', ''); RETURN NEW; END $body$;
CREATE TRIGGER zzz BEFORE INSERT OR UPDATE ON clients FOR EACH ROW EXECUTE FUNCTION sent_on();
"""
OTHERWISE = """
DROP TABLE events_old, prices;
CREATE TABLE events_spring PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-05-01');
CREATE TABLE events_summer PARTITION OF events FOR VALUES FROM ('2026-05-01') TO ('2026-07-01');
CREATE TABLE prices (client_id text NOT NULL, span int4range, EXCLUDE USING gist (span WITH &&),
  place integer UNIQUE DEFERRABLE INITIALLY DEFERRED, price numeric PRIMARY KEY);
"""
"""What a server may have otherwise: partitions, and the order of columns."""
SCHEMA = f"""
tables: {{clients: id, events: client_id, prices: client_id, "Odd.{LONG[:62]}1": Client, "Odd.{LONG[:62]}2": Client}}
"""
ROWS = r"""
INSERT INTO clients SELECT 'client-' || n FROM generate_series(1, 20) n;
INSERT INTO events (client_id, day) SELECT id, day FROM clients, unnest(ARRAY['2026-03-01', '2026-09-01']::date[]) day;
INSERT INTO prices SELECT n + 0.10, 'client-' || n, int4range(n * 10, n * 10 + 9), n FROM generate_series(1, 20) n;
INSERT INTO "Odd"."LONG1" ("Client", "%s {}", id)
  SELECT md5(n::text)::uuid, '{"a":  1}', n FROM generate_series(1, 20) n;
INSERT INTO "Odd"."LONG2" SELECT md5(n::text)::uuid, n FROM generate_series(1, 20) n;
""".replace("LONG", LONG[:62])
FIRST, SECOND = (next(f"client-{n}" for n in range(1, 21) if place_of(f"client-{n}", 2) == at) for at in (0, 1))


@pytest.fixture(scope="module")
def odd(one_server: OneServer) -> Databases:
    """Tables that are moved to two shards, in the state before the cut over."""
    made = one_server.databases(2)
    for place in PLACES:
        made.run(place, "DROP TABLE documents, payments, bonds, clients, audit, courts")
        made.run(place, TABLES)
    made.run(1, OTHERWISE)
    made.run(PRIMARY, ROWS)
    made.schema.write_text(SCHEMA)
    made.done("move", "publish", "--to", "2")
    made.done("move", "copy")
    assert made.differences() == []
    return made


def set_to(found: Databases, place: int, settings: str, statement: str, *values: object) -> None:
    """Run a statement in a session with these settings."""
    with psycopg.connect(found.conninfos[place], autocommit=True) as connection:
        connection.execute(settings.encode())
        connection.execute(statement.encode(), values)


RENAME = "UPDATE clients SET name = 'r' WHERE id = %s"
REPLICA = "SET session_replication_role = replica"


def test_writes_in_the_replica_role_are_noted_and_refused_as_all_others(odd: Databases) -> None:
    set_to(odd, PRIMARY, REPLICA, RENAME, FIRST)
    assert odd.run(PRIMARY, "SELECT client FROM bbp_shards.changes") == [(FIRST,), (FIRST,)]
    for settings in (REPLICA, "SET bbp_shards.mover = 'on'"):
        with pytest.raises(psycopg.Error, match="lies elsewhere"):
            set_to(odd, 0, settings, RENAME, FIRST)


def test_a_partition_is_guarded_by_its_own_name_as_well(odd: Databases) -> None:
    odd.run(PRIMARY, "UPDATE events_old SET n = n + 100 WHERE client_id = %s", FIRST)
    odd.run(PRIMARY, "UPDATE events SET day = '2026-10-01' WHERE client_id = %s AND day = '2026-03-01'", SECOND)
    with pytest.raises(psycopg.Error, match="lies elsewhere"):
        odd.run(1, "DELETE FROM events_new WHERE client_id = %s", SECOND)
    for settings in ("SELECT 1", REPLICA):
        with pytest.raises(psycopg.Error, match="TRUNCATE is refused"):
            set_to(odd, PRIMARY, settings, "TRUNCATE events_new")
    odd.done("move", "catch-up")
    assert odd.differences() == []


def test_keys_of_several_texts_and_values_that_change_hands_follow(odd: Databases) -> None:
    """A numeric has a text for each number of zeros, and is one row all the same."""
    odd.run(PRIMARY, "UPDATE prices SET price = price + 0.000")
    odd.run(PRIMARY, "UPDATE prices SET place = 21 - place")
    for statement in ("lower(span) + 900, upper(span) + 900", "(21 - place) * 10, (21 - place) * 10 + 9"):
        odd.run(PRIMARY, "UPDATE prices SET span = int4range({})".replace("{}", statement))
    odd.done("move", "catch-up")
    assert odd.differences() == []
    assert odd.run(1, "SELECT count(*) > 5, min(scale(price)) FROM prices") == [(True, 3)]


def test_a_place_without_its_guards_takes_part_in_no_step(odd: Databases) -> None:
    for table in ("clients", "events_spring"):
        odd.run(1, f"ALTER TABLE {table} DISABLE TRIGGER USER")
        said = odd.refused("move", "catch-up")
        assert f"shard_1: nobody notes what is written to {table.removesuffix('_spring')}: start" in said
        odd.done("move", "publish", "--to", "2")
    odd.done("move", "catch-up")


def test_tables_come_and_go_without_leaving_another_one_unguarded(odd: Databases) -> None:
    """Names of triggers and functions follow from their own table alone."""
    known = "SELECT tgname, tgrelid::regclass::text, tgfoid::regproc::text FROM pg_trigger WHERE tgname LIKE 'bbp%'"
    before = set(odd.run(PRIMARY, known))
    assert len({row[2] for row in before}) == 2 * 5 + 1
    odd.run(
        PRIMARY,
        "CREATE TRIGGER guard_7_clients BEFORE TRUNCATE ON clients EXECUTE FUNCTION bbp_shards.refuse_truncate()",
    )
    odd.done("move", "publish", "--to", "2")
    assert set(odd.run(PRIMARY, known)) == before
    assert odd.run(PRIMARY, "SELECT 1 FROM pg_trigger WHERE tgname LIKE 'guard%'") == []


def test_a_trigger_behind_the_guard_that_names_another_client_lets_nobody_through(odd: Databases) -> None:
    """In the order of names `zzz` fires last, and the guard before it has seen another client."""
    odd.done("move", "cut-over")
    for statement in ("INSERT INTO clients (id) VALUES (%s)", "UPDATE clients SET id = %s WHERE name = 'r'"):
        with pytest.raises(psycopg.Error, match="lies elsewhere") as refused:
            odd.run(0, statement, f"sent-to-{stranger(0)}")
        assert refused.value.sqlstate == "BBP01"
    assert odd.differences() == []


def stranger(place: int) -> str:
    """A new client who lies elsewhere, and whom the trigger makes of a name that lies here."""
    return next(
        name
        for name in (f"new-{n}" for n in range(99))
        if place_of(name, 2) != place and place_of(f"sent-to-{name}", 2) == place
    )
