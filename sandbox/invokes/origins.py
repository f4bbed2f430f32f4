"""Where the answers of a run's look-ups came from."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """What answered a look-up."""

    SEED = "seed file"
    """The answer, or the object that it is about, stands in the seed file."""
    COMPUTED = "computed"
    """It follows from the arguments, the provider's region and account, and dated tables."""
    CLOUD = "what exists"
    """It is about objects that the program itself has made."""


@dataclass(frozen=True)
class Answered:
    """The look-ups of one function that were answered from one place.

    Attributes:
        function: the function's token.
        origin: what answered.
        questions: how many different ones were asked.
    """

    function: str
    origin: Origin
    questions: int


class Origins:
    """Counts questions, each once however often an operation asks it again."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str], Origin] = {}
        self._lock = threading.Lock()

    def note(self, function: str, question: str, origin: Origin) -> None:
        """Remember what answered a question."""
        with self._lock:
            self._asked[function, question] = origin

    def answered(self) -> tuple[Answered, ...]:
        """What was answered from where, by function."""
        with self._lock:
            counted = Counter((function, origin) for (function, _), origin in self._asked.items())
        return tuple(Answered(function, origin, count) for (function, origin), count in sorted(counted.items()))
