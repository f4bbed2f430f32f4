"""A rehearsal keeps the stacks of every organization together: its backend is a folder, and knows one organization.

Needs nothing but the class that is handed in, since it runs in the program's own interpreter.
"""

from __future__ import annotations

import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ORGANIZATION = "organization"
PARTS = 3


@contextmanager
def one_organization(reference: type[Any]) -> Iterator[None]:
    """Let references to `acme/network/prod` read the rehearsal's `organization/network/prod`.

    Args:
        reference: the class `pulumi.StackReference`.
    """
    real = reference.__init__

    @functools.wraps(real)
    def init(self: Any, name: str, stack_name: Any = None, *args: Any, **others: Any) -> None:  # noqa: ANN401 - the SDK's
        given = name if stack_name is None else stack_name
        known = _known(given) if isinstance(given, str) else given
        real(self, name, known, *args, **others)

    reference.__init__ = init
    try:
        yield
    finally:
        reference.__init__ = real


def _known(name: str) -> str:
    parts = name.split("/")
    return "/".join((ORGANIZATION, *parts[-(PARTS - 1) :])) if len(parts) == PARTS else name
