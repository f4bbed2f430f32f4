"""Limits of PostgreSQL on RDS: servers, what is restored, where clients lie, which version leads to which, users."""

from infra.limits.postgres import placement, restored, servers, users, versions

RULES = (*placement.RULES, *servers.RULES, *restored.RULES, *versions.RULES, *users.RULES)
