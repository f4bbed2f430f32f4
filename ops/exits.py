"""Exit codes that several commands share; 0 is said of what was judged and holds, and of nothing else."""

from __future__ import annotations

UNSAFE = 2
"""What was judged would touch data, or is safe in no order."""
UNKNOWN = 3
"""The question was asked and cannot be answered: a price or a part of a request's way is not known."""
INTERRUPTED = 130
"""Ctrl-C ended it (128 + SIGINT, POSIX shells)."""
