"""PostgreSQL on RDS: a Multi-AZ primary and asynchronous read replicas, each with its own endpoint."""

from components.postgres.args import BackupReplication, PostgresArgs, PostgresTemplate
from components.postgres.component import Postgres

__all__ = ["BackupReplication", "Postgres", "PostgresArgs", "PostgresTemplate"]
