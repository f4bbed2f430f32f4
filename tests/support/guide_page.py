"""docs/guide.md, made of the ledger of the scaling guide.

.venv/bin/python -m tests.support.guide_page            says whether the page differs
.venv/bin/python -m tests.support.guide_page --write    brings it up to date
"""

# ruff: noqa: E501 - a row of a table is one line, and the page is wider than code

from __future__ import annotations

import sys
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from bailbondpro.guide import ledger
from ops.answers.trace.answer import KINDS
from tests.support.generated_page import brought_up_to_date
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bailbondpro.guide import Entry

PAGE = ROOT / "docs" / "guide.md"
WRITE = "python -m tests.support.guide_page --write brings docs/guide.md up to date"
HEAD = """\
# The scaling guide, statement by statement

```sh
./bbp trace
./bbp trace --stack prod
./bbp trace --section "Load Balancing" --stack prod --phase microservices
./bbp trace --missing
```

Every number and requirement of the guide has a row, and `./bbp trace` checks it: the key is one of the stack file, the tests, the row
of [deviations.md](deviations.md) and the clause of the [contract](application-contract.md) exist, and with `--stack` or `--plan FILE`
the plan has the value. A row whose check fails is false; false rows and rows without an answer end the command with exit code 1.
How many rows are compared by the default of a key, by a property or by a constant that commands compute with, and how many rest on
names alone, is printed with it.
What was not compared is said; `--missing` without `--stack` ends with exit code 3 while rows speak of plans that nobody has looked at.

| answer | what it means | rests on |
|---|---|---|
| `exact` | the platform does it | a property of the plan, a test, or both |
| `deviation` | it does something else, or the same otherwise | its row of [deviations.md](deviations.md), with reason and tests |
| `planner` | a command computes or says it | tests of that command |
| `application` | only the application can keep it | a clause of the [contract](application-contract.md) |
| `missing` | nothing yet | nothing: `./bbp trace` fails |

The rows are data, one file for each chapter in [bailbondpro/guide/ledger](../bailbondpro/guide/ledger); this page is made of them
(`.venv/bin/python -m tests.support.guide_page --write`). Tests compare every property with the plans of the checked-in stacks, and
hold that each field of the guide's YAML, each directive of its nginx and each member of its classes has a row. That each test of a
deviation fails without what it proves is shown by `.venv/bin/python -m tests.support.deviations_broken`.
([ADR 87](adr/0087-a-ledger-of-the-guide-that-is-checked.md) says why.)
"""


def page() -> str:
    """The page."""
    return "\n".join([HEAD, _counts(), *_chapters()])


def _counts() -> str:
    lines = [f"| chapter | rows | {' | '.join(KINDS)} |", f"|---|{'---|' * (len(KINDS) + 1)}"]
    for chapter, entries in groupby(ledger(), key=lambda entry: entry.chapter):
        lines.append(_counted(chapter, entries))
    return "\n".join([*lines, _counted("all", ledger()), ""])


def _counted(name: str, entries: Iterable[Entry]) -> str:
    counts: Counter[str] = Counter(entry.row.answer for entry in entries)
    return f"| {name} | {counts.total()} | {' | '.join(str(counts[kind]) for kind in KINDS)} |"


def _chapters() -> Iterable[str]:
    for chapter, entries in groupby(ledger(), key=lambda entry: entry.chapter):
        yield f"## {chapter}\n"
        for section, rows in groupby(entries, key=lambda entry: entry.section):
            yield f"### {section}\n"
            yield "\n".join(["| the guide says | answer | key | where |", "|---|---|---|---|", *map(_line, rows), ""])


def _line(entry: Entry) -> str:
    row = entry.row
    key = f"`{row.key}`" if row.key else ""
    return f"| {_cell(row.says)} | {row.answer} | {key} | {'; '.join(_where(entry))} |"


def _where(entry: Entry) -> Iterable[str]:
    row, place = entry.row, entry.place
    if place is not None:
        path = f" {place.path}" if place.path else ""
        value = f" = {row.value}" if "value" in row.model_fields_set and row.value != "" else ""
        holds = f" with {', '.join(row.holds)}" if row.holds else ""
        stack = "" if place.stack == ("prod", "microservices") else f" ({', '.join(place.stack)})"
        yield f"`{_cell(f'{place.resource.name}{path}{value}{holds}')}`{stack}"
    if row.constant:
        yield f"`{row.constant} = {row.number}`"
    if row.deviation:
        yield f"deviation: {_cell(row.deviation)}"
    yield from (f"contract `{name}`" for name in row.clauses)
    yield from (f"`{name}`" for name in row.tests)
    if row.why:
        yield _cell(row.why)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main(arguments: Sequence[str] | None = None) -> int:
    """Say whether the page differs, or write it."""
    return brought_up_to_date(PAGE, page(), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
