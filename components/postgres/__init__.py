"""PostgreSQL on RDS: a Multi-AZ primary and asynchronous read replicas, each with its own endpoint."""

from .args import BackupReplication, PostgresArgs, PostgresTemplate
from .component import Postgres

__all__ = ["BackupReplication", "Postgres", "PostgresArgs", "PostgresTemplate"]
