"""What the wiring hands to components by name alone, held against a list in git.

A component's optional field that happens to get the name of a setting takes its value from then on, and nothing fails:
the type may fit and the meaning differ. The list in `tests/data/same_name.txt` is where a person sees it:

    .venv/bin/python -m tests.support.same_name            # what differs
    .venv/bin/python -m tests.support.same_name --write    # makes the list what it is now
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import infra.wiring
from infra.wiring.same_name import of_same_name
from tests.support.paths import DATA
from tests.support.stack import EVERYTHING, WITHOUT_CDN, record_platform, settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from infra.settings.base import Area

LIST = DATA / "same_name.txt"
WRITE = ".venv/bin/python -m tests.support.same_name --write"
WIRING = [
    importlib.import_module(f"infra.wiring.{module.name}") for module in pkgutil.iter_modules(infra.wiring.__path__)
]


@dataclass(frozen=True)
class Taken:
    """One field that one call took from one area."""

    where: tuple[str, int]
    args: type[Any]
    area: type[Area]
    field: str

    def __str__(self) -> str:
        """Its line in the list: the module of the wiring, the field, and whose value it gets."""
        return f"{self.where[0]}: {self.args.__name__}.{self.field} from {self.area.__name__}"


@cache
def taken() -> frozenset[Taken]:
    """All that the calls take while the stacks are built in which every one of them runs."""
    found: set[Taken] = set()

    def watched(args: type[Any], *areas: Area, without: Sequence[str] = ()) -> dict[str, Any]:
        values = of_same_name(args, *areas, without=without)
        caller = sys._getframe(1)
        where = (Path(caller.f_code.co_filename).stem, caller.f_lineno)
        found.update(
            Taken(where, args, type(area), name) for name in values for area in areas if name in type(area).model_fields
        )
        return values

    with pytest.MonkeyPatch.context() as patch:
        for module in WIRING:
            if hasattr(module, "of_same_name") and module.__name__ != of_same_name.__module__:
                patch.setattr(module, "of_same_name", watched)
        for stack in (EVERYTHING, WITHOUT_CDN):
            record_platform(settings(*stack))
    return frozenset(found)


def difference(now: Iterable[str], before: Iterable[str]) -> list[str]:
    """What is handed over and stands in no list, and the other way round, each with what it asks of the reader."""
    now, before = set(now), set(before)
    new = [f"new:  {line}: does the setting mean what the field means, in the same unit?" for line in now - before]
    gone = [f"gone: {line}: the field keeps its own default unless the call names it" for line in before - now]
    return sorted([*new, *gone])


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what differs, 1 if anything does; with `--write` makes the list what is handed over now."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="bring the list up to date")
    write = parser.parse_args(arguments).write
    now = sorted(map(str, taken()))
    found = difference(now, LIST.read_text("utf-8").splitlines() if LIST.exists() else ())
    sys.stdout.write("".join(f"{line}\n" for line in found) or "as listed\n")
    if write:
        LIST.write_text("".join(f"{line}\n" for line in now), encoding="utf-8")
    return int(bool(found) and not write)


if __name__ == "__main__":
    sys.exit(main())
