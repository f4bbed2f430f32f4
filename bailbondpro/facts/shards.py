"""How many database shards the published map can list."""

MAX_SHARDS = 16
"""Entries of up to 200 bytes below the 4 KB of a standard parameter (AWS Systems Manager API reference, PutParameter;
unverified 2026-11-23)."""
