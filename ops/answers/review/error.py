"""What keeps a review from beginning."""

from __future__ import annotations


class ReviewError(Exception):
    """The review cannot begin; the message says what is wrong, where, and what to do about it."""
