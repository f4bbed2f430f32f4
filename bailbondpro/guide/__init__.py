"""The scaling guide, statement by statement: what it says, and where the platform keeps it, as data."""

from __future__ import annotations

from .model import Answer, Chapter, Entry, LedgerError, Place, Row, ledger, read_chapter

__all__ = ["Answer", "Chapter", "Entry", "LedgerError", "Place", "Row", "ledger", "read_chapter"]
