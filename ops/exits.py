"""Exit codes that several commands share; 0 is said of what was judged and holds, and of nothing else."""

from __future__ import annotations

UNKNOWN = 3
"""The question was asked and cannot be answered: a price, a part of a path or a plan's evidence is missing."""
