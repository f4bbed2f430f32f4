"""The statements that make a server's users by role of use, and those that retire one. Pure.

The master user of Amazon RDS is no superuser: it has CREATEROLE and CREATEDB, and what `rds_superuser` holds (Amazon
RDS User Guide, "Understanding the rds_superuser role"). From PostgreSQL 16 on such a user may administer the roles that
it made (it has ADMIN OPTION), but neither inherits from them nor becomes them unless it grants itself that (PostgreSQL
documentation, CREATE ROLE; createrole_self_grant).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..security.turns import Turn, Turns

LOCK_SECONDS = 5
"""How long a statement waits for a table: whoever asks for the same table meanwhile waits behind it (our choice). Then
nothing has happened, and the Job tries again in another pod."""
SCRAM_ITERATIONS = 4096
"""PostgreSQL's own number (its documentation, scram_iterations)."""
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
_VERIFIER = re.compile(r"SCRAM-SHA-256\$[A-Za-z0-9+/=:$]+")


class UserRole(StrEnum):
    """What a user is for. Roles without a login of these names hold the rights; two users of each take turns."""

    APPLICATION = "application"
    """Reads and writes rows."""
    MIGRATION = "migration"
    """Owns all tables and changes them."""
    READER = "reader"
    """Reads rows."""
    EXPORTER = "exporter"
    """Reads statistics and no row (`pg_monitor`)."""


def role_name(role: UserRole) -> str:
    """The role that holds the rights. Longer than the 16 characters of a master user: the two cannot be one."""
    return f"bailbondpro_{role}"


def user_name(role: UserRole, turn: Turn) -> str:
    """One of the two users of a role."""
    return f"{role_name(role)}_{turn}"


def verifier(username: str, password: str) -> str:
    """What PostgreSQL keeps of a password (RFC 5803), so that no statement, and no log of one, ever holds the password.

    psql's own command for passwords sends the same form. The salt follows from the password: the same password is the
    same text, and previews stay empty. Over 40 random characters it tells nothing.
    """
    salt = hashlib.sha256(f"salt {username} {password}".encode()).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, SCRAM_ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    texts = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${SCRAM_ITERATIONS}:{texts[0]}${texts[1]}:{texts[2]}"


@dataclass(frozen=True, kw_only=True)
class UserVerifier:
    """A user that may log in, and what the server keeps of its password."""

    role: UserRole
    turn: Turn
    verifier: str

    def __post_init__(self) -> None:
        if not _VERIFIER.fullmatch(self.verifier):
            raise ValueError(f"{user_name(self.role, self.turn)}: a SCRAM-SHA-256 verifier is wanted")


def users_script(database: str, users: tuple[UserVerifier, ...]) -> str:
    """One transaction, for the master user in `database`: roles, owners, rights and users. Twice is as good as once.

    Raises:
        ValueError: the database's name is none that needs no quotes.
    """
    if not _IDENTIFIER.fullmatch(database):
        raise ValueError(f"{database!r} is no name of a database in lower case")
    parts = (_ROLES, _OWNERS, _RIGHTS, *(_user(user) for user in users))
    return _transaction("\n".join(parts).replace("<database>", database))


def retirement_script(turns: Turns) -> str:
    """For the master user: the retired user of each role logs in no more, and its sessions on the primary end.

    Sessions on read replicas are not reached from the primary: they end with their clients.
    """
    if turns.retired is None:
        return "SELECT 'no user is retired' AS done;\n"
    names = [user_name(role, turns.retired) for role in UserRole]
    listed = ", ".join(f"'{name}'" for name in names)
    return (_transaction(_RETIREMENT) + _SESSIONS).replace("<users>", listed)


def _transaction(statements: str) -> str:
    return f"SET lock_timeout = '{LOCK_SECONDS}s';\nBEGIN;\n{statements.strip()}\nCOMMIT;\n"


def _user(user: UserVerifier) -> str:
    name, role = user_name(user.role, user.turn), role_name(user.role)
    read_only = f"\nALTER ROLE {name} SET default_transaction_read_only TO on;" if user.role is UserRole.READER else ""
    return f"""
{_unless_there(name)}
GRANT {role} TO {name} WITH INHERIT TRUE, SET TRUE;
ALTER ROLE {name} SET role TO {role};{read_only}
ALTER ROLE {name} WITH LOGIN PASSWORD '{user.verifier}';"""


def _unless_there(name: str) -> str:
    return f"""DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN CREATE ROLE {name} NOLOGIN; END IF;
END $$;"""


_ROLES = (
    "\n".join(_unless_there(role_name(role)) for role in UserRole)
    + """
-- A role that the master made is administered by it and no more: to give tables away it has to be able to become the
-- new owner, to grant on them afterwards it has to inherit from it.
GRANT bailbondpro_migration, bailbondpro_application TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;
GRANT pg_monitor TO bailbondpro_exporter;"""
)

_OWNERS = """
-- What the master made, and what the application made as the master, belongs to the migration role. Databases are
-- given away by the same statement, and taken back: whoever owns one may drop it.
REASSIGN OWNED BY CURRENT_USER TO bailbondpro_migration;
DO $$ DECLARE it record; BEGIN
  FOR it IN SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = 'bailbondpro_migration' LOOP
    EXECUTE format('ALTER DATABASE %I OWNER TO CURRENT_USER', it.datname);
  END LOOP;
  -- the only rows with an owner: who may read or change one is its owner's alone to say
  FOR it IN SELECT oid FROM pg_largeobject_metadata WHERE pg_get_userbyid(lomowner) = 'bailbondpro_migration' LOOP
    EXECUTE format('ALTER LARGE OBJECT %s OWNER TO bailbondpro_application', it.oid);
  END LOOP;
END $$;"""

_RIGHTS = """
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE <database> TO bailbondpro_migration;
GRANT CONNECT, TEMPORARY ON DATABASE <database> TO bailbondpro_application;
GRANT CONNECT ON DATABASE <database> TO bailbondpro_reader, bailbondpro_exporter;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO bailbondpro_migration;
GRANT USAGE ON SCHEMA public TO bailbondpro_application, bailbondpro_reader;
DO $$ DECLARE it record; kind text; BEGIN
  FOR it IN SELECT nspname FROM pg_namespace
    WHERE pg_get_userbyid(nspowner) = 'bailbondpro_migration' AND nspname <> 'bbp_shards'
  LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO bailbondpro_application, bailbondpro_reader', it.nspname);
  END LOOP;
  FOR it IN SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE pg_get_userbyid(c.relowner) = 'bailbondpro_migration' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'bbp_shards'
  LOOP
    kind := CASE it.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END;
    EXECUTE format('GRANT SELECT ON %s %I.%I TO bailbondpro_reader', kind, it.nspname, it.relname);
    EXECUTE format('GRANT %s ON %s %I.%I TO bailbondpro_application',
      CASE kind WHEN 'SEQUENCE' THEN 'USAGE, SELECT, UPDATE' ELSE 'SELECT, INSERT, UPDATE, DELETE' END,
      kind, it.nspname, it.relname);
  END LOOP;
  -- how far a move of clients is, and its notes: whoever writes them decides which rows are carried over, or deleted
  FOR it IN SELECT c.oid::regclass AS made, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'bbp_shards' AND c.relkind IN ('r', 'S')
    AND pg_get_userbyid(c.relowner) = 'bailbondpro_migration'
  LOOP
    EXECUTE format('REVOKE ALL ON %s %s FROM bailbondpro_application, bailbondpro_reader',
      CASE it.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, it.made);
  END LOOP;
END $$;
-- what migrations make from here on
ALTER DEFAULT PRIVILEGES FOR ROLE bailbondpro_migration
  GRANT USAGE ON SCHEMAS TO bailbondpro_application, bailbondpro_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE bailbondpro_migration
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO bailbondpro_application;
ALTER DEFAULT PRIVILEGES FOR ROLE bailbondpro_migration GRANT SELECT ON TABLES TO bailbondpro_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE bailbondpro_migration
  GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO bailbondpro_application;
ALTER DEFAULT PRIVILEGES FOR ROLE bailbondpro_migration GRANT SELECT ON SEQUENCES TO bailbondpro_reader;"""

_RETIREMENT = """
DO $$ DECLARE it record; BEGIN
  FOR it IN SELECT rolname FROM pg_roles WHERE rolname IN (<users>) LOOP
    EXECUTE format('ALTER ROLE %I WITH NOLOGIN PASSWORD NULL', it.rolname);
  END LOOP;
END $$;"""
_SESSIONS = """SELECT usename, pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN (<users>);
"""
