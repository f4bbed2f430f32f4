"""What the simulated cloud remembers: objects, changes that wait, and things that outlive their object for a time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.protocol.wire import Secret, Unknown

DIGEST = "secret-sha256"
EXISTING = "urn:existing::"
"""How the URN of an object begins that was there before the program."""


@dataclass(frozen=True)
class Ends:
    """The end of something that is remembered for a time.

    Attributes:
        at: the moment, as the clock writes it.
        type: the type of the object that it belonged to.
        name: the object's logical name.
        what: what happens then, in words that follow the name.
        source: the public document that says for how long.
    """

    at: str
    type: str
    name: str
    what: str
    source: str


@dataclass(frozen=True)
class Waiting:
    """A change of one property that was asked for and is not real yet.

    Attributes:
        path: the property; with a dot for what is none of the object's own, such as a parameter of its group.
        value: what it will be.
        since: the moment of the request, as the clock writes it.
        restart: it waits for the object's next restart, not for its window.
    """

    path: str
    value: Any
    since: str
    restart: bool = False


@dataclass
class CloudObject:
    """One existing resource, as the cloud remembers it: what is real, and what waits."""

    token: str
    id: str
    urn: str
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    scope: str = ""
    """The region or cluster that it lies in (`sandbox.model.place.Place.scope`); empty for what is known everywhere."""
    waiting: tuple[Waiting, ...] = ()
    made_up: tuple[str, ...] = ()
    """Outputs that only the schema speaks of: programs can read them, but no rule may conclude anything from them."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What its service keeps of the past and shows nobody, without secrets (`Timing.keeps`)."""

    @property
    def name(self) -> str:
        """The logical name that the program gave it."""
        return self.urn.rsplit("::", 1)[-1]

    @property
    def was_there(self) -> bool:
        """Whether it existed before the program: whoever made it knows why."""
        return self.urn.startswith(EXISTING)


def redacted(value: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """The value with every secret replaced by its digest and every unknown by None."""
    if isinstance(value, Secret):
        text = json.dumps(redacted(value.value), sort_keys=True, default=str)
        return {DIGEST: hashlib.sha256(text.encode()).hexdigest()}
    if isinstance(value, dict):
        return {key: redacted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return None if isinstance(value, Unknown) else value


def restored(stored: Any, current: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """A stored value in which digests are exchanged for the values that the caller still knows."""
    if isinstance(stored, dict):
        if DIGEST in stored:
            return current if redacted(current) == stored or current is not None else Secret(stored[DIGEST])
        known = current if isinstance(current, dict) else {}
        return {key: restored(item, known.get(key)) for key, item in stored.items()}
    if isinstance(stored, list):
        items = current if isinstance(current, list) else []
        return [restored(item, items[i] if i < len(items) else None) for i, item in enumerate(stored)]
    return stored


def stored(item: CloudObject) -> CloudObject:
    """An object as it is kept: without secrets."""
    waiting = tuple(replace(one, value=redacted(one.value)) for one in item.waiting)
    return replace(item, inputs=redacted(item.inputs), outputs=redacted(item.outputs), waiting=waiting)
