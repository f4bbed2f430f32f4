"""Amazon RDS for PostgreSQL: bounds that its API enforces, and the default times of day."""

MIN_WINDOW_MINUTES = 30
"""Least length of a backup or maintenance window (Amazon RDS API reference, CreateDBInstance; read 2026-11-29)."""
MAX_WINDOW_MINUTES = 24 * 60
"""Most length of a maintenance window (Amazon RDS User Guide, "Maintaining a DB instance"; unverified 2026-11-29)."""
