"""Users by role of use on real servers, made by the real psql for a master user that is no superuser, as RDS's is."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from components.postgres.users_job import (
    AUTHORITY_FILE,
    DIRECTORY,
    RETIREMENT_FILE,
    SERVICE_FILE,
    USERS_FILE,
    psql_command,
    service_file,
)
from components.postgres.users_sql import (
    UserRole,
    UserVerifier,
    retirement_script,
    role_name,
    user_name,
    users_script,
    verifier,
)
from components.security.turns import Turns
from tests.support import programs
from tests.support.live_postgres import Login, Postgres, run
from tests.support.servers import as_nobody, hand_over, scratch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUPERUSER = Login("rdsadmin", "a-superuser-of-this-test", "postgres")
MASTER = ("bbp_admin", "a-master-of-this-test")
DATABASE = "bailbondpro"
APPLICATION, MIGRATION, READER, EXPORTER = UserRole
REFUSED = psycopg.errors.InsufficientPrivilege
AS_RDS = f"""
CREATE ROLE rds_superuser NOLOGIN;
GRANT pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION;
CREATE ROLE {MASTER[0]} LOGIN NOSUPERUSER CREATEDB CREATEROLE NOREPLICATION PASSWORD '{MASTER[1]}';
GRANT rds_superuser TO {MASTER[0]};
"""
"""The master user by its CREATE ROLE statement in the Amazon RDS User Guide, "Understanding the rds_superuser role"
(read 2026-11-30); that `rds_superuser` may hand pg_monitor on is what monitoring vendors assume (unverified)."""
BEFORE = """
CREATE SCHEMA reports;
CREATE SCHEMA bbp_shards; GRANT USAGE ON SCHEMA bbp_shards TO PUBLIC;
CREATE TABLE bbp_shards.changes (id bigint GENERATED ALWAYS AS IDENTITY, client text);
CREATE TABLE clients (id bigserial PRIMARY KEY, name text);
CREATE TABLE reports.bonds (id int PRIMARY KEY, amount int);
CREATE VIEW reports.large AS SELECT * FROM reports.bonds WHERE amount > 1000;
INSERT INTO clients (name) VALUES ('Ada');
INSERT INTO reports.bonds VALUES (1, 5000);
SELECT lo_from_bytea(4711, 'a document');
"""
"""What the application made as the master user, in the years before."""


@dataclass
class Served:
    """A server, and the passwords of its users by generation."""

    server: Postgres
    tls: bool
    turns: Turns = dataclasses.field(default_factory=Turns)

    @staticmethod
    def password(role: UserRole, generation: int) -> str:
        return f"{role}{generation}".ljust(40, "x")

    def psql(self, file: str, folder: Path) -> str:
        """What the Job's pod does: the Secret's files, the pod's command; fails as the pod does."""
        login = service_file("127.0.0.1", self.server.port, DATABASE, MASTER)
        if not self.tls:
            login = login.replace("verify-full", "disable")
        users = tuple(
            UserVerifier(
                role=role,
                turn=turn,
                verifier=verifier(user_name(role, turn), self.password(role, self.turns.last(turn))),
            )
            for role in UserRole
            for turn in self.turns.valid
        )
        files = {
            SERVICE_FILE: login.replace(DIRECTORY, str(folder)),
            AUTHORITY_FILE: (self.server.data / "server.crt").read_text() if self.tls else "",
            USERS_FILE: users_script(DATABASE, users),
            RETIREMENT_FILE: retirement_script(self.turns),
        }
        for name, text in files.items():
            (folder / name).write_text(text)
            hand_over(folder / name)
        program, *options = (part.replace(DIRECTORY, str(folder)) for part in psql_command(file))
        command: list[str | Path] = [self.server.programs / program, *options]
        done = as_nobody(("env", f"PGSERVICEFILE={folder / SERVICE_FILE}", *command))
        if done.returncode:
            raise AssertionError(done.stdout)
        return done.stdout

    def deploy(self, generation: int, retired_before: int) -> None:
        """One deployment: the Job before the pods, then the Job after them."""
        self.turns = Turns(generation=generation, retired_before=retired_before)
        with scratch() as folder:
            for file in (USERS_FILE, RETIREMENT_FILE):
                self.psql(file, folder)

    def conninfo(self, role: UserRole, generation: int) -> str:
        turn = Turns(generation=generation, retired_before=generation).active
        return self.login(user_name(role, turn), self.password(role, generation))

    def login(self, username: str, password: str) -> str:
        return (
            f"host=127.0.0.1 port={self.server.port} dbname={DATABASE} connect_timeout=10 "
            "options='-c statement_timeout=60s' "
            f"sslmode={'require' if self.tls else 'disable'} user={username} password={password}"
        )

    def do(self, role: UserRole, statement: str, generation: int = 1) -> list[tuple[Any, ...]]:
        return run(self.conninfo(role, generation), statement)

    def as_master(self, statement: str) -> list[tuple[Any, ...]]:
        return run(self.login(*MASTER), statement)

    def opens(self, role: UserRole, generation: int) -> bool:
        try:
            return self.do(role, "SELECT 1", generation) == [(1,)]
        except psycopg.OperationalError as error:
            if "authentication failed" in str(error) or "not permitted to log in" in str(error):
                return False
            raise


@pytest.fixture(scope="module", params=["17", "18"])
def adopted(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A server with years of the master's tables, after the first deployment with users, which ran twice.

    The wheel of PostgreSQL 18 knows no TLS.
    """
    tls = request.param == "17"
    home = programs.postgres_17() if tls else programs.postgres_18()
    with scratch() as folder:
        server = Postgres(home, folder, SUPERUSER, {"shared_buffers": "128MB", "log_statement": "all"})
        server.initialise(tls=tls)
        with server.running():
            server.run(AS_RDS)
            server.run(f"CREATE DATABASE {DATABASE} OWNER {MASTER[0]}")
            served = Served(dataclasses.replace(server, programs=programs.postgres_17()), tls)
            served.as_master(BEFORE)
            for _ in range(2):
                served.deploy(1, 1)
            yield served


def test_the_application_reads_and_writes_what_the_master_had_made(adopted: Served) -> None:
    adopted.do(APPLICATION, "INSERT INTO clients (name) VALUES ('Grace')")
    adopted.do(APPLICATION, "UPDATE reports.bonds SET amount = 6000")
    assert adopted.do(APPLICATION, "SELECT name FROM clients ORDER BY id") == [("Ada",), ("Grace",)]
    assert adopted.do(APPLICATION, "SELECT amount FROM reports.large") == [(6000,)]
    assert adopted.do(APPLICATION, "SELECT lo_get(4711)") == [(b"a document",)]
    adopted.do(APPLICATION, "DELETE FROM clients WHERE name = 'Grace'")


@pytest.mark.parametrize("statement", ["DELETE FROM bbp_shards.changes", "SELECT nextval('bbp_shards.changes_id_seq')"])
def test_the_application_touches_nothing_of_a_move_of_clients(adopted: Served, statement: str) -> None:
    with pytest.raises(REFUSED):
        adopted.do(APPLICATION, statement)
    adopted.as_master(f"GRANT ALL ON bbp_shards.changes, bbp_shards.changes_id_seq TO {role_name(APPLICATION)}")
    adopted.do(APPLICATION, statement)
    adopted.deploy(1, 1)
    with pytest.raises(REFUSED):
        adopted.do(APPLICATION, statement)


def test_the_migration_role_owns_every_table_and_no_database(adopted: Served) -> None:
    owners = "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'S', 'v')"
    assert adopted.as_master(owners) == [(role_name(MIGRATION),)]
    of_databases = "SELECT DISTINCT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert adopted.as_master(of_databases) == [(MASTER[0],)]


def test_a_migration_changes_the_schema_and_everybody_has_his_rights_on_what_it_makes(adopted: Served) -> None:
    adopted.do(MIGRATION, "ALTER TABLE clients ADD COLUMN city text")
    adopted.do(MIGRATION, "CREATE TABLE payments (id serial PRIMARY KEY, amount int)")
    adopted.do(MIGRATION, "CREATE SCHEMA courts")
    adopted.do(MIGRATION, "CREATE TABLE courts.dates (id int)")
    adopted.do(APPLICATION, "INSERT INTO payments (amount) VALUES (1)")
    adopted.do(APPLICATION, "INSERT INTO courts.dates VALUES (1)")
    assert adopted.do(READER, "SELECT amount FROM payments") == [(1,)]
    owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'payments'"
    assert adopted.do(MIGRATION, owner) == [(role_name(MIGRATION),)]


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE own (id int)", "DROP TABLE clients", "ALTER TABLE clients ADD COLUMN x int", "CREATE ROLE friend"],
)
def test_the_application_changes_no_schema_and_makes_nobody(adopted: Served, statement: str) -> None:
    with pytest.raises(REFUSED):
        adopted.do(APPLICATION, statement)


@pytest.mark.parametrize(
    "statement", ["INSERT INTO clients (name) VALUES ('x')", "DELETE FROM clients", "CREATE TABLE own (id int)"]
)
def test_a_reader_reads_and_does_not_write(adopted: Served, statement: str) -> None:
    assert adopted.do(READER, "SELECT count(*) > 0 FROM clients") == [(True,)]
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        adopted.do(READER, statement)
    with psycopg.connect(adopted.conninfo(READER, 1), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(REFUSED):
            connection.execute(statement.encode())


def test_an_exporter_reads_statistics_and_no_row(adopted: Served) -> None:
    assert adopted.do(EXPORTER, "SELECT pg_database_size(current_database()) > 0") == [(True,)]
    assert adopted.do(EXPORTER, "SELECT count(*) > 0 FROM pg_stat_activity WHERE query <> ''") == [(True,)]
    for table in ("clients", "reports.bonds"):
        with pytest.raises(REFUSED):
            adopted.do(EXPORTER, f"TABLE {table}")


def test_nobody_but_the_master_may_become_the_master_or_read_passwords(adopted: Served) -> None:
    for role in UserRole:
        with pytest.raises(REFUSED):
            adopted.do(role, f"SET ROLE {MASTER[0]}")
        with pytest.raises(REFUSED):
            adopted.do(role, "SELECT rolpassword FROM pg_authid")


def test_no_password_reaches_a_log_that_has_every_statement(adopted: Served) -> None:
    said = (adopted.server.folder / f"log-{adopted.server.port}").read_text(errors="replace")
    assert "WITH LOGIN PASSWORD 'SCRAM-SHA-256$" in said
    assert [role for role in UserRole if adopted.password(role, 1) in said] == []


def test_users_take_turns_and_a_retired_one_is_refused(adopted: Served) -> None:
    with psycopg.connect(adopted.conninfo(APPLICATION, 1), autocommit=True) as old:
        old.execute("SELECT lo_from_bytea(4712, 'of the first')")
        adopted.deploy(2, 1)
        assert [adopted.opens(role, generation) for role in UserRole for generation in (1, 2)] == [True] * 8
        old.execute("INSERT INTO clients (name) VALUES ('during')")
        assert adopted.do(APPLICATION, "SELECT lo_get(4712)", 2) == [(b"of the first",)]
        adopted.deploy(2, 2)
        with pytest.raises(psycopg.OperationalError):
            old.execute("SELECT 1")
    assert [adopted.opens(role, 1) for role in UserRole] == [False] * 4
    assert [adopted.opens(role, 2) for role in UserRole] == [True] * 4
    adopted.do(APPLICATION, "DELETE FROM clients WHERE name = 'during'", 2)
    adopted.do(MIGRATION, "ALTER TABLE payments ADD COLUMN note text", 2)
    adopted.deploy(3, 2)
    assert [adopted.opens(APPLICATION, generation) for generation in (1, 2, 3)] == [False, True, True]
    adopted.deploy(3, 3)
    assert [adopted.opens(APPLICATION, generation) for generation in (1, 2, 3)] == [False, False, True]


def test_both_steps_in_one_deployment_leave_the_newest_alone(adopted: Served) -> None:
    adopted.deploy(4, 4)
    assert [adopted.opens(READER, generation) for generation in (3, 4)] == [False, True]


def test_a_table_in_use_delays_the_hand_over_and_is_not_waited_for_without_end(adopted: Served) -> None:
    adopted.as_master("CREATE TABLE late (id int)")
    with psycopg.connect(adopted.login(*MASTER)) as busy:
        busy.execute("SELECT * FROM late")
        with pytest.raises(AssertionError, match="canceling statement due to lock timeout"):
            adopted.deploy(5, 4)
        assert not adopted.opens(APPLICATION, 5), "a Job that failed has done nothing"
    adopted.deploy(5, 4)
    assert adopted.do(APPLICATION, "SELECT * FROM late", 5) == []
