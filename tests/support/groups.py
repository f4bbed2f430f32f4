"""Hands out tests to the workers of pytest-xdist: a whole group (`tests.support.order.together`) at a time."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

from tests.support.order import together
from tests.support.paths import ROOT


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist ships no types
    """One worker takes all tests of a group, so that what they share is made once."""

    def _split_scope(self, nodeid: str) -> str:
        """The group of a test."""
        return together(ROOT / nodeid.partition("::")[0])
