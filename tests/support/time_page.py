"""The tables of docs/time.md, made of the rows: `python -m tests.support.time_page` writes them into the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.timing import When
from sandbox.services import ROWS
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.outputs import Inputs
    from sandbox.model.rows import Row
    from sandbox.model.timing import Outage, Setting

PAGE = ROOT / "docs" / "time.md"
BEGIN, END = "<!-- settings: python -m tests.support.time_page -->\n", "<!-- end of settings -->\n"
_SAMPLES: tuple[tuple[str, Inputs], ...] = (
    ("with a standby", {"multiAz": True, "engineVersion": "17", "backupRetentionPeriod": 0}),
    ("alone", {"multiAz": False, "engineVersion": "17", "backupRetentionPeriod": 0}),
)
"""What the cost of a change may depend on."""
_VALUES = {"engineVersion": (("minor", "17.9"), ("major", "18")), "backupRetentionPeriod": (("", 7),)}
"""Values that a change may lead to, where the cost depends on them."""


def tables() -> str:
    """Both tables: when each setting becomes real, and how long nothing answers."""
    timed = [row for row in ROWS.values() if row.timing is not None and row.timing.settings]
    lines = ["| type | setting | becomes real | source | sure |", "|---|---|---|---|---|"]
    lines += [line for row in timed for line in _settings(row)]
    lines += ["", "| change | no answer for | meanwhile | source | sure |", "|---|---|---|---|---|"]
    lines += dict.fromkeys(line for row in timed for line in _outages(row))
    return "\n".join(lines) + "\n"


def _kind(row: Row) -> str:
    return f"`{row.token.split(':')[1].split('/')[0]}.{row.token.rsplit(':', 1)[-1]}`"


def _settings(row: Row) -> Iterator[str]:
    assert row.timing is not None
    for item in row.timing.settings:
        yield f"| {_kind(row)} | `{item.path}` | {_when(item)} | {item.source} | {_sure(assumed=item.assumed)} |"


def _when(item: Setting) -> str:
    if item.when is When.WINDOW:
        return (
            "some changes of it in the next window, others at once" if item.only else "in the next maintenance window"
        )
    if item.when is When.RESTART:
        return "named at once, read at the next restart" + ("; some with the window" if item.only else "")
    if item.lingers:
        return "at once, while the value before it is seen for a time"
    return "at once, what is read at start at the next restart" if item.reaches else "at once"


def _outages(row: Row) -> Iterator[str]:
    assert row.timing is not None
    for item in row.timing.settings:
        if item.outage is None:
            continue
        for named, value in _VALUES.get(item.path, (("", "another"),)):
            costs = {label: item.outage(inputs, value) for label, inputs in _SAMPLES}
            alike = len(set(costs.values())) == 1
            for label, cost in costs.items():
                if cost is not None and (label == _SAMPLES[0][0] or not alike):
                    said = " ".join(part for part in (f"`{item.path}`", named, "" if alike else label) if part)
                    sure = _sure(assumed=cost.assumed)
                    yield f"| {_kind(row)} {said} | {_span(cost)} | {cost.why} | {cost.source} | {sure} |"


def _span(cost: Outage) -> str:
    return f"{cost.least} to {cost.most} s"


def _sure(*, assumed: bool) -> str:
    return "assumed" if assumed else "documented"


def page() -> str:
    """The page with its tables as the rows have them."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
