"""Values that a service gives back in another form than they were sent: what an object has, and what a preview shows.

The rows say which; `docs/quirks.md` lists them. Where a real preview shows the other form as a difference only after a
refresh, a rehearsal shows it at once: a program that sends such a value does not come to rest.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from sandbox.model.returned import Kind, Shows, Value, alike, in_service_form
from sandbox.protocol.wire import UNKNOWN
from sandbox.services import ROWS, SERVICES, alike_of, row_of

_ANY = tuple(Shows)
_AT_ONCE = (Shows.EVERY_PREVIEW, Shows.NEVER)
_SEEN = (Shows.EVERY_PREVIEW, Shows.AFTER_REFRESH)


@cache
def values_of(token: str) -> tuple[Value, ...]:
    """What is known of the values of a type: what its row says, and what holds for several types."""
    row = row_of(token)
    own = row.returned.values if row is not None else ()
    return (*own, *(value for item in alike_of(token) for value in item.returned.values))


@cache
def known_values() -> tuple[tuple[str, Value], ...]:
    """Every value that is known to come back otherwise, with its type or the pattern of its types."""
    rows = [(row.token, value) for row in ROWS.values() for value in row.returned.values]
    patterns = [
        (item.pattern, value) for service in SERVICES for item in service.alike for value in item.returned.values
    ]
    return tuple(rows + patterns)


def returned_source(token: str) -> int:
    """How many values of a type are known, with their source, to come back otherwise and are returned so here."""
    row = row_of(token)
    return sum(value.simulated for value in values_of(token)) + (
        row is not None and (row.returned.created, row.returned.read) != (None, None) and not row.returned.values
    )


def described(token: str) -> bool:
    """Whether anything is known of the values of a type that come back otherwise."""
    return any(fnmatchcase(token, pattern) for pattern, _ in known_values())


def as_created(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What a new object really has of its inputs."""
    row = row_of(token)
    return row.returned.created(inputs) if row is not None and row.returned.created is not None else inputs


def as_sent(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What a service is really sent, as it understands it: what refers to an object is looked up in this form."""
    return in_service_form(inputs, values_of(token), Shows.EVERY_PREVIEW)


def as_kept(token: str, outputs: dict[str, Any]) -> dict[str, Any]:
    """What an object has after it was made or changed: what was sent, in the service's form."""
    return in_service_form(outputs, values_of(token), *_AT_ONCE)


def as_returned(token: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs of an object as its service gives them back, to be compared with the program's.

    Args:
        token: the type.
        inputs: what was sent last, secrets unwrapped.
        outputs: what the object has.
    """
    row = row_of(token)
    found = row.returned.read(inputs, outputs) if row is not None and row.returned.read is not None else inputs
    return in_service_form(found, values_of(token), *_SEEN)


def as_written(token: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """What an object has, written as the program writes it wherever the provider takes the two for the same."""
    return alike(old, new, values_of(token))


def as_read(token: str, stored: dict[str, Any], known: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """What a refresh reads of an object.

    Args:
        token: the type.
        stored: inputs or outputs, as the simulated cloud has them.
        known: the same, as the state has them: whatever no answer holds stays as it is there.
        whole: whether these are outputs, which show every form, or inputs, which show differences only.
    """
    values = values_of(token)
    for value in values:
        if value.kind is Kind.HIDDEN and not value.elsewhere and "[" not in value.path:
            stored = _replaced(stored, value.path.split("."), _at(known, value.path))
    return in_service_form(stored, values, *(_ANY if whole else _SEEN))


def _replaced(properties: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:  # noqa: ANN401 - any value
    head, *rest = path
    below = properties.get(head)
    inner = _replaced(below, rest, value) if rest and isinstance(below, dict) else below if rest else value
    if inner is None:
        return {key: item for key, item in properties.items() if key != head}
    return {**properties, head: inner}


def _at(properties: dict[str, Any], path: str) -> Any:  # noqa: ANN401 - any property value
    found: Any = properties
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def filled_in(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What a preview knows of the values that the service fills in: that they will be there."""
    return {
        value.path: UNKNOWN
        for value in values_of(token)
        if value.kind is Kind.DEFAULT
        and value.form is not None
        and "." not in value.path
        and value.path not in inputs
        and value.form(None, inputs) is not None
    }
