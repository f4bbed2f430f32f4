"""Ports that pods, security groups and checks have to agree on."""

POSTGRES = 5432
"""PostgreSQL, which IANA registered it for (Service Name and Transport Protocol Port Number Registry; unverified
2026-11-29)."""
REDIS = 6379
"""Redis, and so Valkey, which IANA registered it for; the guide's default for REDIS_PORT, Caching Strategies (Service
Name and Transport Protocol Port Number Registry; unverified 2026-11-29)."""
POOLER = 6432
"""PgBouncer's listen_port (PgBouncer documentation, "Configuration"; unverified 2026-11-29)."""
