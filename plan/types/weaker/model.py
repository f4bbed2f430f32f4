"""When a property is weaker than it was: one row for each, and the few ways in which two values compare."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

Loses = Literal["copies", "defence", "redundancy", "address", "room", "way", "nothing"]
"""What is lost: a copy or the time in which something can be brought back; a lock, a limit or a log; the second one of
something; the account or region in which everything is looked for; room for load; the way on which clients come;
nothing that is known: nobody here has judged it."""
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)([EPTGMk]i?|Ki|m)?")
_STEPS = {"": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}
TRUE = (True, "true")
"""How a plan writes what is on: objects of Kubernetes and launch templates have texts."""
FALSE = (False, "false")


@dataclass(frozen=True)
class Told:
    """What exactly is weaker, where one value holds many things.

    Attributes:
        says: what would happen, where, and with which value.
        fix: the smallest change that avoids it.
    """

    says: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Weaker:
    """One property that must not become weaker in silence.

    Attributes:
        token: the Pulumi type token.
        path: where it stands in the inputs; a number for an entry of a list, no step at all for all of the inputs.
        than: whether the second value is weaker than the first; None stands for what is not there.
        says: what held while it stood there, as a sentence without its end.
        loses: what is lost with it.
        source: where the property is documented.
        where: (property, value) that the resource must have for this row to be about it.
        by_presence: whether any value does: one that is not known yet does, too.
        made: the input that says what it belongs to, where one that is made is judged as a change from nothing: it is,
            where what it belongs to stands already, as known ids say.
        only_made: whether it is about what is made alone, beside others of its kind (`policies.gate.peers`).
        own: whether it is about this one thing, and says nothing of others of its kind.
        label: what people are shown instead of the path.
        noted: whether somebody is only told: nobody relies on what it was.
        tells: what exactly is weaker, where the value is a whole of which people want to know the part.
        silent: whether another row, or a rule over the whole plan, tells it: this one says only that it is compared.
    """

    token: str
    path: tuple[str | int, ...]
    than: Callable[[Any, Any], bool]
    says: str
    loses: Loses
    source: str
    where: tuple[str, object] | None = None
    by_presence: bool = False
    made: str = ""
    only_made: bool = False
    own: bool = False
    label: str = ""
    noted: bool = False
    tells: Callable[[Any, Any], Iterator[Told]] | None = None
    silent: bool = False

    @property
    def shown(self) -> str:
        """The path, for people."""
        return self.label or ".".join(map(str, self.path)) or "what it holds"


def some(tells: Callable[[Any, Any], Iterator[Told]]) -> Callable[[Any, Any], bool]:
    """Weaker where there is anything to tell."""
    return lambda old, new: any(True for _ in tells(old, new))


def stays(*good: object) -> Callable[[Any, Any], bool]:
    """Weaker where it was one of these and is another value."""
    return lambda old, new: _among(old, good) and not _among(new, good)


def becomes(*bad: object) -> Callable[[Any, Any], bool]:
    """Weaker where it is one of these and was not."""
    return lambda old, new: _among(new, bad) and not _among(old, bad)


def kept(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where it was there and is gone."""
    return bool(old) and not new


def keeps_all(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a list has lost an entry."""
    return isinstance(old, list) and any(entry not in (new if isinstance(new, list) else ()) for entry in old)


def gains(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a list has an entry that it had not."""
    return keeps_all(new, old)


def changes(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where it was there and is another value, or gone."""
    return old is not None and old != new


def differs(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where it is another value, comes or goes."""
    return bool(old != new)


def no_less(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a number is smaller, or gone."""
    before, after = number(old), number(new)
    return before is not None and before > 0 and (after is None or after < before)


def no_less_or_for_ever(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a number of days is smaller; none at all, and 0, mean that it never ends."""
    before, after = number(old) or float("inf"), number(new) or float("inf")
    return after < before


def ranked(*steps: str, absent: str = "") -> Callable[[Any, Any], bool]:
    """Weaker where a value stands earlier among these, from the weakest on.

    Args:
        steps: the values.
        absent: what counts where there is none; by default the weakest.
    """

    def than(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
        before, after = (str(value if value is not None else absent or steps[0]) for value in (old, new))
        return before in steps and (after not in steps or steps.index(after) < steps.index(before))

    return than


def at_least(least: int, absent: int | None = 1) -> Callable[[Any, Any], bool]:
    """Weaker where it was this many or more and is fewer.

    Args:
        least: how many.
        absent: how many there are where nothing is said; None where something else decides it then.
    """

    def than(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
        before, after = number(old), number(absent if new is None else new)
        return before is not None and before >= least and after is not None and after < least

    return than


def written(value: object) -> str:
    """A value as text that is the same whatever the order of its keys: maps of Protocol Buffers have none."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def number(value: object) -> float | None:
    """A number, or a quantity of Kubernetes (`50Gi`) as one; None for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:  # JSON has integers of any length
            return math.inf if value > 0 else -math.inf
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    unit = found[2] or ""
    if unit == "m":
        return float(found[1]) / 1000
    return float(found[1]) * float((1024 if unit.endswith("i") else 1000) ** _STEPS[unit[:1]])


def _among(value: object, known: Collection[object]) -> bool:
    return any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in known)
