"""What a move of clients refuses to begin with, and which step has to come first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from ops.answers.shards import pause
from ops.answers.shards.verify import rechecked
from planner.shards.clients import PRIMARY
from planner.shards.route import place_of
from tests.support.shard_servers import SCHEMA, Databases, fill

if TYPE_CHECKING:
    from ops.answers.shards.servers import Servers
    from planner.shards.route import Verification
    from tests.support.shard_servers import OneServer

OWNED_BY_MOVER = """
DO $body$ DECLARE made text; BEGIN
  EXECUTE format('ALTER DATABASE %I OWNER TO mover', current_database());
  FOR made IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER TABLE %I OWNER TO mover', made);
  END LOOP;
END $body$
"""
ALL = "tables: {clients: id, bonds: client_id, payments: client_id, documents: client_id}\n"


@pytest.fixture(scope="module")
def untouched(one_server: OneServer) -> Databases:
    """A primary with rows, on which nothing was begun."""
    made = one_server.databases(4)
    fill(made, 2)
    return made


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("tables: {clients: id}", "bonds is in neither tables nor shared"),
        (
            f"{ALL}shared: {{courts: copied, audit: primary}}",
            "payments_bond: rows of payments may refer to another client's bonds",
        ),
        (
            f"{ALL}shared: {{courts: primary, audit: primary}}\nforeign_keys: {{payments_bond: within}}",
            "clients refers to courts, which stays on the primary",
        ),
        (
            f"{ALL}shared: {{courts: copied, audit: primary}}".replace("bonds: client_id", "bonds: nobody"),
            "bonds has no column nobody",
        ),
        ("tables: {clients: name}\nshared: {}", "clients.name may be NULL"),
        ("tables: []", "tables must be a mapping from at least one table to the column that names its client"),
    ],
)
def test_what_nobody_decided_is_refused(untouched: Databases, schema: str, said: str) -> None:
    untouched.schema.write_text(schema)
    try:
        assert said in untouched.refused("move", "publish", "--to", "4")
    finally:
        untouched.schema.write_text(SCHEMA)


ODD = """
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN price AS numeric; CREATE DOMAIN dear AS price; CREATE DOMAIN lo AS oid; CREATE DOMAIN ours AS varchar(9);
CREATE TABLE computed (id integer PRIMARY KEY, c text NOT NULL GENERATED ALWAYS AS (id::text) STORED);
CREATE TABLE priced (c dear PRIMARY KEY);
CREATE TABLE padded (c char(9) PRIMARY KEY);
CREATE TABLE folded (c text COLLATE loose PRIMARY KEY, photo lo, number oid);
CREATE TABLE keyless (c ours NOT NULL);
CREATE TABLE above (c ours PRIMARY KEY); CREATE TABLE below () INHERITS (above);
CREATE UNLOGGED TABLE forgetful (c ours PRIMARY KEY);
CREATE TABLE ruled (c ours PRIMARY KEY); CREATE RULE elsewhere AS ON INSERT TO ruled DO INSTEAD NOTHING;
CREATE SEQUENCE turns MAXVALUE 9 CYCLE; CREATE TABLE turned (c ours PRIMARY KEY, n integer DEFAULT nextval('turns'));
CREATE TABLE spanned (c ours, days int[], PRIMARY KEY (c, days));
CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TABLE softly (c ours PRIMARY KEY);
CREATE TRIGGER told BEFORE DELETE ON softly FOR EACH ROW EXECUTE FUNCTION told();
ALTER TABLE softly ENABLE ALWAYS TRIGGER told;
CREATE SCHEMA a; CREATE TABLE a.b (c ours PRIMARY KEY); CREATE TABLE "a.b" (c ours PRIMARY KEY);
CREATE TABLE taken (c ours PRIMARY KEY, audit_id bigint REFERENCES audit);
CREATE TABLE letters (c ours REFERENCES taken);
CREATE TABLE listed (id ours PRIMARY KEY REFERENCES taken);
CREATE TABLE parted (c ours, n bigint, PRIMARY KEY (c, n)) PARTITION BY RANGE (n);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (9);
ALTER TABLE parted_1 ADD CONSTRAINT parted_bond FOREIGN KEY (n) REFERENCES bonds;
CREATE SEQUENCE loose_turns MAXVALUE 9 CYCLE; CREATE SEQUENCE loose_blocks INCREMENT BY 50;
CREATE TABLE blocked (c ours PRIMARY KEY, n bigint GENERATED ALWAYS AS IDENTITY (INCREMENT BY 50));
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (9) TO (19);
CREATE RULE unseen AS ON UPDATE TO parted_2 DO INSTEAD NOTHING;
CREATE FOREIGN DATA WRAPPER none; CREATE SERVER away FOREIGN DATA WRAPPER none;
CREATE FOREIGN TABLE far (c text NOT NULL) SERVER away;
"""
"""Tables that a move cannot keep, each in its own way."""
ODD_TABLES = ("computed", "priced", "padded", "folded", "keyless", "above", "below", "forgetful", "ruled", "turned")


def test_every_table_that_cannot_be_moved_is_named_at_once(one_server: OneServer) -> None:
    found = one_server.databases(2)
    found.run(PRIMARY, ODD)
    odd = "".join(
        f"{name}: c, " for name in (*ODD_TABLES, "a.b", "taken", "far", "spanned", "softly", "parted", "blocked")
    )
    decided = SCHEMA.replace("{clients: id", f"{{{odd}clients: id")
    decided = decided.replace("{courts:", "{letters: primary, listed: copied, courts:")
    found.schema.write_text(decided)
    said = found.refused("move", "publish", "--to", "2")
    for problem in (
        "computed.c is generated",
        "priced.c is public.dear: a client's place follows from its text",
        "padded.c is character(9)",
        "folded.c has a collation that calls different texts equal",
        "folded.photo is public.lo, the number of a large object",
        "folded.number is oid",
        "keyless has no primary key",
        "above shares its rows",
        "below shares its rows",
        "forgetful is unlogged",
        "ruled has rewrite rules (elsewhere)",
        "turned is numbered by turns, which counts down or begins again",
        "a.b names two tables",
        "spanned.days is integer[], and of an array in a primary key",
        "softly has triggers that change what a move writes, or keep rows that it deletes (told are",
        "far is a foreign table",
        "letters_c_fkey: letters stays on the primary and refers to taken, whose rows lie on shards",
        "parted_bond: rows of parted may refer to another client's bonds",
        "sequence loose_turns counts down or begins again",
        "sequence loose_blocks, which counts by 50",
        "blocked is numbered by blocked_n_seq, which counts by 50: who takes a block of numbers",
        "parted has rewrite rules (unseen)",
        "taken_audit_id_fkey: taken refers to audit, which stays on the primary",
        "listed_id_fkey: listed is copied to every shard and refers to taken, whose rows lie on one each",
    ):
        assert problem in said
    assert ".c is public.ours" not in said
    assert "clients" not in said.replace("client's", "")


def test_rows_that_a_policy_hides_are_an_error_and_not_missing(one_server: OneServer) -> None:
    """For whoever owns the tables and is no superuser, whom `FORCE ROW LEVEL SECURITY` reaches."""
    hidden = one_server.databases(2)
    fill(hidden, 2)
    hidden.run(PRIMARY, "CREATE ROLE mover LOGIN PASSWORD 'never-on-a-command-line'")
    hidden.run(PRIMARY, "GRANT SET ON PARAMETER session_replication_role TO mover")
    for place in (PRIMARY, 0, 1):
        hidden.run(place, OWNED_BY_MOVER)
        hidden.run(place, "ALTER TABLE documents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        hidden.run(place, "CREATE POLICY own ON documents USING (client_id = current_setting('app.client', true))")
    for name, old, new in (("PGSERVICEFILE", "user=bbp_admin", "user=mover"), ("PGPASSFILE", ":bbp_admin:", ":mover:")):
        file = Path(hidden.environment[name])
        file.write_text(file.read_text().replace(old, new))
    assert "row-level security policy for table" in hidden.refused("move", "publish", "--to", "2")
    for place in (PRIMARY, 0, 1):
        hidden.run(place, "ALTER TABLE documents NO FORCE ROW LEVEL SECURITY")
    hidden.done("move", "publish", "--to", "2")
    hidden.done("move", "copy")
    assert hidden.differences() == []


def test_a_shard_with_other_columns_is_refused(untouched: Databases) -> None:
    untouched.run(2, "ALTER TABLE documents ADD COLUMN more text")
    assert "documents has other columns on shard_2" in untouched.refused("move", "publish", "--to", "4")
    untouched.run(2, "ALTER TABLE documents DROP COLUMN more")
    untouched.run(2, "CREATE SEQUENCE theirs; ALTER TABLE bonds ALTER id SET DEFAULT nextval('theirs')")
    untouched.run(
        2, "ALTER TABLE audit ALTER id DROP DEFAULT; ALTER SEQUENCE audit_id_seq MAXVALUE 99 OWNED BY audit.id"
    )
    said = untouched.refused("move", "publish", "--to", "4")
    assert "bonds is numbered by other sequences on shard_2" in said
    assert "sequence audit_id_seq is not on both the primary and shard_2" in said
    untouched.run(2, "ALTER TABLE bonds ALTER id SET DEFAULT nextval('bonds_id_seq'); DROP SEQUENCE theirs")
    untouched.run(2, "ALTER TABLE audit ALTER id SET DEFAULT nextval('audit_id_seq')")
    untouched.run(2, "ALTER TABLE bonds ALTER COLUMN twice SET EXPRESSION AS (amount * 3)")
    assert "bonds computes a generated column otherwise on shard_2" in untouched.refused("move", "publish", "--to", "4")
    untouched.run(2, "ALTER TABLE bonds ALTER COLUMN twice SET EXPRESSION AS (amount * 2)")


def test_the_statements_can_be_read_before_they_are_run(untouched: Databases) -> None:
    ran = untouched.bbp("move", "publish", "--to", "4", "--print")
    assert ran.exit_code == 0, ran.output
    for word in ("-- primary: publish", "-- shard_3: publish", "LOCK TABLE", "CREATE OR REPLACE TRIGGER"):
        assert word in ran.stdout
    assert untouched.run(PRIMARY, "SELECT to_regclass('bbp_shards.move')") == [(None,)]


def test_a_server_that_lets_nobody_in_is_named_without_a_password(
    untouched: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(untouched.environment, "PGPASSFILE", "/dev/null")
    said = untouched.refused("verify")
    assert "PGPASSFILE" in said
    assert "never-on-a-command-line" not in said


def test_a_step_that_comes_too_early_is_refused_with_the_one_before_it(untouched: Databases) -> None:
    assert "`./bbp shard move publish` is the first step" in untouched.refused("move", "copy")
    untouched.done("move", "publish", "--to", "4")
    assert "`./bbp shard move copy` comes first" in untouched.refused("move", "cut-over")
    assert "a move from primary to 4 goes on here" in untouched.refused("move", "publish", "--to", "3")
    with pytest.raises(psycopg.Error, match="TRUNCATE is refused"):
        untouched.run(PRIMARY, "TRUNCATE documents")
    untouched.run(PRIMARY, "UPDATE bbp_shards.move SET step = 'resting'")
    assert "at step 'resting', which this version of the tool does not know" in untouched.refused("move", "status")
    untouched.run(PRIMARY, "ALTER TABLE bbp_shards.move DROP COLUMN verified")
    assert "bbp_shards.move on the primary has other columns" in untouched.refused("move", "status")


def test_a_target_that_goes_away_in_the_pause_leaves_no_write_refused(
    one_server: OneServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = one_server.databases(2)
    fill(made, 2)
    made.done("move", "publish", "--to", "2")
    made.done("move", "copy")
    made.done("move", "catch-up")
    real = rechecked

    def gone(servers: Servers, *rest: Any, **options: Any) -> Verification:  # noqa: ANN401 - of the function itself
        pid = servers[1].one("SELECT pg_backend_pid()")
        made.run(PRIMARY, f"SELECT pg_terminate_backend({pid})")
        return real(servers, *rest, **options)

    monkeypatch.setattr(pause, "rechecked", gone)
    assert "clients are written where they were" in made.refused("move", "cut-over")
    monkeypatch.undo()
    made.run(PRIMARY, "UPDATE clients SET name = 'written' WHERE id = 'client-1'")
    made.done("move", "cut-over")
    assert made.run(place_of("client-1", 2), "SELECT name FROM clients WHERE id = 'client-1'") == [("written",)]


def test_a_move_does_not_begin_where_targets_hold_rows_that_a_dropped_state_left(one_server: OneServer) -> None:
    made = one_server.databases(2)
    fill(made, 2)
    made.done("move", "publish", "--to", "2")
    made.done("move", "copy")
    made.run(PRIMARY, "DROP SCHEMA bbp_shards CASCADE")
    said = made.refused("move", "publish", "--to", "2")
    rows = [made.run(place, "SELECT count(*) FROM bonds")[0][0] for place in (0, 1)]
    for place in (0, 1):
        assert f"shard_{place} holds {rows[place]} rows of bonds" in said
    assert "`./bbp shard move clean-up` or `cancel`" in said
    assert made.run(PRIMARY, "SELECT to_regclass('bbp_shards.move')") == [(None,)], "nothing was begun"
    for place in (0, 1):
        made.run(place, "DROP SCHEMA bbp_shards CASCADE")
        made.run(place, "TRUNCATE clients, bonds, payments, documents, courts")
    made.done("move", "publish", "--to", "2")
