"""Values that a service gives back in another form than they were sent, so that the next preview shows a difference.

Few are known well enough to be simulated; `docs/aws.md` lists them, and those that were only read about. A program that
sends such a value never comes to rest with the real provider, and a rehearsal must say so.
"""

from __future__ import annotations

from typing import Any

from sandbox.services import row_of


def as_created(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What a new object really has of its inputs."""
    row = row_of(token)
    return row.returned.created(inputs) if row is not None and row.returned.created is not None else inputs


def as_returned(token: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs of an object as its service gives them back, to be compared with the program's.

    Args:
        token: the type.
        inputs: what was sent last, secrets unwrapped.
        outputs: what the object has.
    """
    row = row_of(token)
    return row.returned.read(inputs, outputs) if row is not None and row.returned.read is not None else inputs
