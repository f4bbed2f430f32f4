"""The documents behind what a row says without naming one itself: what the grades of certainty look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Sources:
    """Public documents, by aspect. Rules, conditions and references of a row name theirs already.

    A row that says nothing has none: what it leaves out is then assumed, and a strict rehearsal says so. A document is
    named where somebody has read that there is nothing to say, as for a type that refers to nothing.

    Attributes:
        values: that the service refuses no value beside what the schema refuses.
        references: that it refers to nothing, shares no name, and can be deleted at any time.
        replacement: what replaces it.
        outputs: the form of everything that the provider computes.
        time: that nothing of it waits for a window or restarts anything, or how long it takes.
        computed: whether the sandbox computes the outputs as the provider does, instead of making them up; a function
            where that depends on this machine.
        doubts: aspect -> what of it nobody looked up, or what is simplified, beside rules and references that say so
            themselves.
    """

    values: str = ""
    references: str = ""
    replacement: str = ""
    outputs: str = ""
    time: str = ""
    computed: bool | Callable[[], bool] = False
    doubts: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @property
    def is_computed(self) -> bool:
        """Whether the outputs are computed here, on this machine."""
        return self.computed() if callable(self.computed) else self.computed


NO_SOURCES: Final = Sources()
