"""How many database shards there are at first, and how many the published map can list."""

GUIDE_SHARDS = 4
"""Shards to begin with (Scaling guide, Database Sharding: shardCount; read 2026-11-29)."""

MAX_SHARDS = 16
"""Entries of up to 200 bytes below the 4 KB of a standard parameter (AWS Systems Manager API reference, PutParameter;
unverified 2026-11-23)."""
