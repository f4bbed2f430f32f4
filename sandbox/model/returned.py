"""Values that come back from a service in another form than they were sent: what a row says of them.

A service sorts, lower-cases, fills in, drops or reformats what it is given. Some providers take the two forms for the
same and show nothing; others show a difference in every preview, and a program that sends such a value never comes to
rest. Each value names the public report or source that it was read in; `docs/quirks.md` is made of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from sandbox.model.base import steps
from sandbox.protocol.wire import Secret, has_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.model.outputs import Inputs

Formed = Callable[[Any, "Inputs"], Any]
"""(a value as it was sent, or None where it is absent; all inputs) -> the value as the service has it, or None."""

Steps = tuple[tuple[str, bool], ...]
"""A path, step by step: a property, and whether each item of it is meant."""


class Kind(Enum):
    """What happens to the value."""

    ORDER = "order"
    FORM = "form"
    DEFAULT = "default"
    DROPPED = "dropped"
    HIDDEN = "hidden"
    LATE = "late"


class Shows(Enum):
    """When a real preview shows the other form as a difference."""

    EVERY_PREVIEW = "every preview"
    AFTER_REFRESH = "after a refresh"
    NEVER = "never"


@dataclass(frozen=True)
class Value:
    """One value that comes back in another form.

    Attributes:
        path: the property, for example `rules[*].filter.prefix`; empty where the whole object is meant.
        kind: what happens to it.
        sent: what a program sends.
        back: what comes back.
        source: the public report, or the file of the provider's source.
        shows: when a real preview shows the difference.
        form: how the service has it, or None where the sandbox leaves it as it was sent.
        same: the form in which a provider compares the two; only where it never shows a difference.
        absent: whether `form` also speaks of a value that was not given.
        elsewhere: whether the row itself simulates it.
    """

    path: str
    kind: Kind
    sent: str
    back: str
    source: str
    shows: Shows = Shows.NEVER
    form: Formed | None = None
    same: Formed | None = None
    absent: bool = False
    elsewhere: bool = False

    @property
    def simulated(self) -> bool:
        """Whether the sandbox returns it so, or treats it so."""
        return self.elsewhere or self.kind is Kind.HIDDEN or self.form is not None or self.same is not None


@dataclass(frozen=True, eq=False)
class Bag:
    """Items whose order says nothing, as they stand in the list."""

    items: tuple[Any, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bag) and sorted(map(_spelled, self.items)) == sorted(map(_spelled, other.items))

    __hash__ = None  # type: ignore[assignment]  # its items are mutable


def _spelled(value: Any) -> str:  # noqa: ANN401 - any value
    """One text for equal values, whatever the order of their keys and of what has none."""
    if isinstance(value, dict):
        return str(sorted((key, _spelled(item)) for key, item in value.items()))
    if isinstance(value, Bag):
        return f"any order {sorted(map(_spelled, value.items))}"
    return str([_spelled(item) for item in value]) if isinstance(value, list) else repr(value)


def applied(value: Any, path: str, form: Callable[[Any], Any], *, absent: bool = False) -> Any:  # noqa: ANN401 - any value
    """A value with `form` done to whatever stands at a path; secrets stay secret, unknown values unknown."""
    return _walk(value, steps(path), form, absent=absent)


def _walk(value: Any, path: Steps, form: Callable[[Any], Any], *, absent: bool) -> Any:  # noqa: ANN401 - any value
    if isinstance(value, Secret):
        return Secret(_walk(value.value, path, form, absent=absent))
    if not path:
        return value if has_unknown(value) or (value is None and not absent) else form(value)
    if not isinstance(value, dict):
        return value
    (key, each), rest = path[0], path[1:]
    before = value.get(key)
    after = _each(before, rest, form, absent=absent) if each else _walk(before, rest, form, absent=absent)
    if after is before:
        return value
    return {**value, key: after} if after is not None else {name: item for name, item in value.items() if name != key}


def _each(value: Any, rest: Steps, form: Callable[[Any], Any], *, absent: bool) -> Any:  # noqa: ANN401 - any value
    if isinstance(value, Secret):
        return Secret(_each(value.value, rest, form, absent=absent))
    return [_walk(item, rest, form, absent=absent) for item in value] if isinstance(value, list) else value


def in_service_form(inputs: Inputs, values: Iterable[Value], *shows: Shows) -> Inputs:
    """Properties as the service has them.

    Args:
        inputs: as they were sent.
        values: what is known of the type.
        shows: only values of which a preview shows the difference then.
    """
    for item in values:
        if item.form is not None and item.shows in shows:
            inputs = _formed(inputs, item, item.form)
    return inputs


def _formed(inputs: Inputs, item: Value, form: Formed) -> Inputs:
    found: Inputs = applied(inputs, item.path, lambda value: form(value, inputs), absent=item.absent)
    return found


def alike(old: Inputs, new: Inputs, values: Iterable[Value]) -> Inputs:
    """Old properties, written as the new ones are wherever a provider takes the two for the same.

    Args:
        old: what the service has.
        new: what the program says.
        values: what is known of the type.
    """
    silent = sorted((item for item in values if item.same is not None), key=lambda item: -len(steps(item.path)))
    if not silent or old == new:
        return old
    left, right = _canonical(old, silent), _canonical(new, silent)
    if left == right:
        return new
    found: Inputs = _aligned(old, new, left, right)
    return found if found != new else old  # a difference is never lost


def _canonical(inputs: Inputs, silent: list[Value]) -> Inputs:
    for item in silent:
        if item.same is not None:
            inputs = _formed(inputs, item, item.same)
    return inputs


def _aligned(old: Any, new: Any, left: Any, right: Any) -> Any:  # noqa: ANN401 - property values have any shape
    if left == right:
        return new
    if all(isinstance(item, dict) for item in (old, new, left, right)):
        found = {}
        for key in old.keys() | new.keys():
            value = _aligned(old.get(key), new.get(key), left.get(key), right.get(key))
            if value is not None:
                found[key] = value
        return found
    if isinstance(left, Bag) and isinstance(right, Bag):
        whole = len(left.items) == len(old) and len(right.items) == len(new)
        return _matched(old, new, left, right) if whole else old
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(old) and len(right) == len(new):
        both = min(len(old), len(new))
        return [_aligned(old[at], new[at], left[at], right[at]) for at in range(both)] + old[both:]
    return old


def _matched(old: list[Any], new: list[Any], left: Bag, right: Bag) -> list[Any]:
    """Old items at the place of the new ones that they equal; None where the program adds one."""
    spare = list(range(len(old)))
    found: list[Any] = [None] * len(new)
    for at, item in enumerate(right.items):
        same = next((index for index in spare if left.items[index] == item), None)
        if same is not None:
            spare.remove(same)
            found[at] = new[at]
    for at, item in enumerate(found):
        if item is None and spare:
            other = spare.pop(0)
            found[at] = _aligned(old[other], new[at], left.items[other], right.items[at])
    return found + [old[index] for index in spare]


ANY_ORDER: Final = "in any order"


def bag(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - property values have any shape
    """A list whose order says nothing."""
    return Bag(tuple(value)) if isinstance(value, list) else value


def sorted_texts(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - property values have any shape
    """Texts in alphabetical order; another list stays as it is."""
    texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return sorted(value) if texts else value


def any_order(source: str, *paths: str) -> tuple[Value, ...]:
    """Lists that the provider keeps as sets: another order is no difference, and texts come back sorted.

    Args:
        source: where it was read.
        paths: the lists.
    """
    return tuple(
        Value(path, Kind.ORDER, ANY_ORDER, "as a set, sorted", source, form=sorted_texts, same=bag) for path in paths
    )


def filled(path: str, default: object, source: str, *, when: Callable[[Inputs], bool] | None = None) -> Value:
    """A value that the service fills in when it is not given; the provider keeps it without showing it.

    Args:
        path: the property.
        default: what the service takes.
        source: where it was read.
        when: says of all inputs whether the service fills it in; always where it is left out.
    """

    def form(value: Any, inputs: Inputs) -> Any:  # noqa: ANN401 - property values have any shape
        return default if value is None and (when is None or when(inputs)) else value

    return Value(path, Kind.DEFAULT, "nothing", f"`{default}`", source, form=form, absent=True)


def hidden(path: str, source: str, back: str = "nothing: what the state holds stays") -> Value:
    """A value that no answer of the service holds: what somebody else makes of it is never seen."""
    return Value(path, Kind.HIDDEN, "a value", back, source)


def late(path: str, sent: str, back: str, source: str) -> Value:
    """An answer that is not final at once; the provider waits or asks again, so that nothing of it shows."""
    return Value(path, Kind.LATE, sent, back, source)


def same_text(path: str, sent: str, back: str, source: str, form: Formed, *, kept: bool = False) -> Value:
    """A text that comes back spelled in another way, which the provider takes for the same.

    Args:
        path: the property.
        sent: what a program sends.
        back: what comes back.
        source: where it was read.
        form: both spellings to one.
        kept: whether the state keeps the program's spelling.
    """
    return Value(path, Kind.FORM, sent, back, source, form=None if kept else form, same=form)


def shown(value: Value, when: Shows = Shows.EVERY_PREVIEW) -> Value:
    """The same value, where previews show the difference."""
    return replace(value, shows=when, same=None)
