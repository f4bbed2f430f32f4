"""Chapters of the report that no command shows: a terminal gets their verdicts."""
