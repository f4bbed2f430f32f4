"""Everything that a run asked for and that does not exist, told at once with the entries to add."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.invokes.wanted import YOURS, text_of
from sandbox.seed.entries import StackOutputs
from sandbox.seed.grammar import FILE
from sandbox.seed.stacks import ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.invokes.answers import LookUps

_STACK = re.compile(r'unknown stack \\?"(?P<stack>[^"\\]+)\\?"')


class MissingEntriesError(Exception):
    """A program looks for what does not exist; the message ends with what to add to the seed file."""

    def __init__(self, missing: list[tuple[str, str]], file: str, ended: str = "") -> None:
        self.entries = "".join(dict.fromkeys(entry for _, entry in missing))
        count = f"{len(missing)} look-up" + ("s find" if len(missing) > 1 else " finds")
        lines = "\n".join(f"  - {what}" for what, _ in missing)
        super().__init__(
            f"{count} nothing that exists:\n{lines}\n{_ended(ended)}"
            f"  fix: add this to {file}, with your own values; nothing was changed for it:\n\n{self.entries}"
        )


def refuse_missing(lookups: LookUps, said: str, file: str = FILE, cause: BaseException | None = None) -> None:
    """End a run in which something was missing.

    Args:
        lookups: what the run asked for.
        said: the engine's errors.
        file: the seed file.
        cause: what the run ended with.

    Raises:
        MissingEntriesError: something was missing.
    """
    missing = [*lookups.missing, *_stacks(said)]
    if missing:
        raise MissingEntriesError(missing, file, "" if _STACK.search(said) else said) from cause


def _ended(said: str) -> str:
    """Why a run went no further: with made-up answers a program may stumble where it would not with real ones."""
    if not said:
        return ""
    first = next((line for line in said.splitlines() if "sandbox.seed.yaml" not in line), said)
    return f"  the run went no further than this, and there may be more to look up: {first}\n"


def _stacks(said: str) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(found["stack"] for found in _STACK.finditer(said)):
        full = name if name.count("/") == 2 else f"{ORGANIZATION}/{YOURS}/{name.rsplit('/', 1)[-1]}"  # noqa: PLR2004 - a full name's
        yield f"the stack {name} does not exist", text_of(StackOutputs(full, {"NAME": YOURS}))
