"""Limits of PostgreSQL on RDS: its servers, and which version leads to which."""

from infra.limits.postgres import servers, versions

RULES = (*servers.RULES, *versions.RULES)
