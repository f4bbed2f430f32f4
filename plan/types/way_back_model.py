"""What a revert does not take back, by type: one row for each change whose way back is another one than its way there.

A revert asks for what stood before. What a service then does is not always the same: it refuses, makes something empty
under the old name, or takes its time again. What has no row is taken back in place, as far as anybody knows here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

READ = "read 2026-11-30"
UNVERIFIED = "unverified"


class When(StrEnum):
    """Which change it is about."""

    RAISED = "raised"
    LOWERED = "lowered"
    CHANGED = "changed"
    SET = "set"
    """From nothing to something, or to another value."""
    GONE = "gone"
    """Deleted, or replaced by another one."""


class Back(StrEnum):
    """What a revert then leads to."""

    REFUSED = "the revert is refused"
    LOST = "the revert makes it anew, and what it held is gone"
    OTHER = "the revert leads to something else than what stood before"
    AGAIN = "the revert costs the same wait or restart again"


@dataclass(frozen=True, kw_only=True)
class OneWay:
    """A change that a revert does not take back.

    Attributes:
        token: the Pulumi type token.
        when: which change.
        path: the input that decides it, with everything below it; empty where the whole resource does.
        back: what a revert leads to.
        why: the reason.
        instead: what to do.
        source: the document and when it was read, or "unverified".
    """

    token: str
    when: When
    path: str = ""
    back: Back
    why: str
    instead: str
    source: str
