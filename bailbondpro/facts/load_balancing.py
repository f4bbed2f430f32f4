"""Elastic Load Balancing: bounds of its attributes."""

MAX_DEREGISTRATION_SECONDS = 3_600
"""Deregistration delay (Elastic Load Balancing API reference, TargetGroupAttribute; unverified 2026-11-23)."""
