"""Limits of PostgreSQL on RDS: its servers, where clients lie, and which version leads to which."""

from infra.limits.postgres import placement, servers, versions

RULES = (*placement.RULES, *servers.RULES, *versions.RULES)
