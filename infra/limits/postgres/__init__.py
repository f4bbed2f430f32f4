"""Limits of PostgreSQL on RDS: its servers, where clients lie, which version leads to which, whose turn it is."""

from infra.limits.postgres import placement, servers, users, versions

RULES = (*placement.RULES, *servers.RULES, *versions.RULES, *users.RULES)
