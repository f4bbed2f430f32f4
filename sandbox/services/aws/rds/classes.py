"""Instance classes that Amazon RDS offers, as of November 2026 (Amazon RDS User Guide, DB instance class types).

A family that is launched later must be added here before the sandbox accepts it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.checks import text

if TYPE_CHECKING:
    from collections.abc import Iterator

_GENERAL = "m3 m4 m5 m5d m6g m6gd m6i m6id m6idn m6in m7g m7i m8a m8g m8gd m8i m9g"
_MEMORY = "r3 r4 r5 r5b r5d r6g r6gd r6i r6id r6idn r6in r7g r7i r8a r8g r8gd r8i"
_OTHER = "m1 m2 t1 t2 t3 t4g x1 x1e x2g x2idn x2iedn x2iezn x2m z1d"
DATABASE_FAMILIES = frozenset(f"{_GENERAL} {_MEMORY} {_OTHER}".split(" "))
CLASSES = re.compile(r"db\.([a-z0-9]+)\.(?:micro|small|medium|large|\d{0,2}xlarge|metal(?:-\d+xl)?)(?:\.[a-z0-9.]+)?")


def check(context: Context) -> Iterator[Violation]:
    """An instance class that does not exist, or whose family RDS does not offer."""
    value = text(context.inputs, "instanceClass")
    if not value:
        return
    found = CLASSES.fullmatch(value)
    if found is None:
        hint = f"; did you mean 'db.{value}'?" if CLASSES.fullmatch(f"db.{value}") else ""
        yield Violation(
            "instanceClass",
            f"{value!r} is no DB instance class: db.<family>.<size>, for example db.m7g.large{hint} "
            "(InvalidParameterValue: Invalid DB Instance class)",
        )
    elif found[1] not in DATABASE_FAMILIES:
        yield Violation(
            "instanceClass",
            f"{value!r} is of the family {found[1]!r}, which Amazon RDS does not offer "
            "(InvalidParameterValue: Invalid DB Instance class)",
        )
