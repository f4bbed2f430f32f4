"""Why a look-up is not answered."""

from __future__ import annotations


class LookUpError(Exception):
    """A look-up that is refused or has no answer; the message says what to do."""
