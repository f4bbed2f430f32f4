"""`trace`: every statement of the scaling guide, and whether what the ledger says of it holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bailbondpro.contract import contract
from bailbondpro.guide import ledger
from infra.phases import PHASES
from ops.answers.trace.checkout import read_checkout, settings_keys
from ops.answers.trace.chosen import NoDefaultError, default_of
from ops.answers.trace.constants import NoConstantError, constant_at
from ops.answers.trace.places import NotKnownError, difference
from ops.inputs.stack_file import ROOT
from ops.jsonable import plain
from ops.rehearsal.planned import planned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from bailbondpro.guide import Entry, Row
    from ops.answers.trace.checkout import Checkout
    from plan import Plan

State = Literal["holds", "not compared", "missing", "false"]
LAST = ("prod", "microservices")
"""Whose defaults are compared where a row names no stack."""
KINDS = ("exact", "deviation", "planner", "application", "missing")


@dataclass(frozen=True)
class Way:
    """One way in which rows are checked.

    Attributes:
        what: the way.
        rows: how many rows are checked by it; one row may be by several.
    """

    what: str
    rows: int


class TraceSectionError(ValueError):
    """No chapter or section of the guide has that name; the message lists them."""


@dataclass(frozen=True)
class Traced:
    """One row, checked.

    Attributes:
        entry: the row.
        state: holds: all that it rests on was looked at, and is so. not compared: something was not looked at.
        problems: what is not as the row says.
        open: what was not looked at, and why.
    """

    entry: Entry
    state: State
    problems: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def bad(self) -> bool:
        """Whether it keeps the ledger from passing."""
        return self.state in {"missing", "false"}

    def as_json(self) -> dict[str, Any]:
        """The row with its chapter, its section and what was found."""
        row = self.entry.row.model_dump(mode="json", exclude_unset=True)
        return {
            "chapter": self.entry.chapter,
            "section": self.entry.section,
            **row,
            "state": self.state,
            "problems": plain(self.problems),
            "open": plain(self.open),
        }


@dataclass(frozen=True)
class TraceReport:
    """The ledger, checked.

    Attributes:
        rows: those that were asked for.
        compared: how the plans are called that properties were compared with.
        unseen: what this checkout does not have to look at.
    """

    rows: tuple[Traced, ...]
    compared: tuple[str, ...]
    unseen: tuple[str, ...]

    @property
    def failing(self) -> tuple[Traced, ...]:
        """Rows without an answer, and false ones."""
        return tuple(row for row in self.rows if row.bad)

    @property
    def not_compared(self) -> tuple[Traced, ...]:
        """Rows of which something was not looked at."""
        return tuple(row for row in self.rows if row.state == "not compared")

    def counts(self, rows: Iterable[Traced] | None = None) -> Counter[str]:
        """How many rows there are of each kind of answer and in each state."""
        chosen = self.rows if rows is None else tuple(rows)
        return Counter([row.entry.row.answer for row in chosen] + [f"state {row.state}" for row in chosen])

    @property
    def ways(self) -> tuple[Way, ...]:
        """How many rows are checked how: what is compared first, then what only has to exist."""
        rows = [(traced.entry.row, traced.entry.place) for traced in self.rows]
        compared = [("default" in row.model_fields_set, place is not None, bool(row.constant)) for row, place in rows]
        return (
            Way("the default of a key is compared", sum(default for default, _, _ in compared)),
            Way("a property is compared with a plan", sum(place for _, place, _ in compared)),
            Way("a constant that commands compute with is compared", sum(constant for _, _, constant in compared)),
            Way(
                "a key exists that has no one default",
                sum(bool(row.key) and not default for (row, _), (default, *_) in zip(rows, compared, strict=True)),
            ),
            Way("no key chooses it", sum(not row.key for row, _ in rows)),
            Way("tests exist", sum(bool(row.tests) for row, _ in rows)),
            Way("clauses of the contract exist", sum(bool(row.clauses) for row, _ in rows)),
            Way("a row of the deviations exists", sum(bool(row.deviation) for row, _ in rows)),
            Way("nothing is compared, and all that is named exists", sum(not any(each) for each in compared)),
        )

    def as_json(self) -> dict[str, Any]:
        """The machine-readable report."""
        counts = self.counts()
        return {
            "ok": not self.failing,
            "rows": plain(self.rows),
            "count": len(self.rows),
            "answers": {kind: counts[kind] for kind in KINDS},
            "states": {name[6:]: count for name, count in counts.items() if name.startswith("state ")},
            "ways": plain(self.ways),
            "compared": plain(self.compared),
            "unseen": plain(self.unseen),
        }


def trace(
    stack: str | None, phase: str | None, config: Path | None, file: Path | None, section: str | None
) -> TraceReport:
    """Check the ledger, its properties with a plan where one is named.

    Args:
        stack: whose plans; None compares no property.
        phase: only this growth phase; None takes each that rows speak of, or the file's.
        config: another stack file.
        file: the plan in a file instead of previews.
        section: a chapter or section of the guide; None takes all.

    Raises:
        TraceSectionError: there is no such section.
        LedgerError: the ledger cannot be read.
        PlanError: the file is no plan.
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
    """
    entries = chosen(ledger(), section)
    plans = {} if stack is None else _plans(stack, phase, config, file, entries)
    return traced(entries, {key: plan for key, (_, plan) in plans.items()}, read_checkout(ROOT), plans_named(plans))


def plans_named(plans: Mapping[tuple[str, str], tuple[str, Plan]]) -> tuple[str, ...]:
    """What the plans are called."""
    return tuple(name for name, _ in plans.values())


def chosen(entries: tuple[Entry, ...], section: str | None) -> tuple[Entry, ...]:
    """The rows of a chapter or section, by a part of its name in any letters.

    Raises:
        TraceSectionError: there is no such section.
    """
    if section is None:
        return entries
    wanted = section.casefold()
    exact = [one for one in entries if wanted in {one.chapter.casefold(), one.section.casefold()}]
    part = [one for one in entries if wanted in one.chapter.casefold() or wanted in one.section.casefold()]
    if not (exact or part):
        names = dict.fromkeys(one.chapter for one in entries)
        raise TraceSectionError(f"--section {section}: the guide has no such section; its chapters: {', '.join(names)}")
    return tuple(exact or part)


def traced(
    entries: Iterable[Entry],
    plans: Mapping[tuple[str, str], Plan],
    checkout: Checkout,
    compared: tuple[str, ...] = (),
) -> TraceReport:
    """Check rows.

    Args:
        entries: the rows.
        plans: by environment (`dev` or `prod`) and phase.
        checkout: what stands beside the program.
        compared: what the plans are called.
    """
    unseen = tuple(
        text
        for text, found in (
            ("this copy has no tests: that they exist is not checked", checkout.tests),
            ("this copy has no docs/deviations.md: its rows are not checked", checkout.deviations),
        )
        if found is None
    )
    return TraceReport(tuple(_traced(entry, plans, checkout) for entry in entries), compared, unseen)


def _traced(entry: Entry, plans: Mapping[tuple[str, str], Plan], checkout: Checkout) -> Traced:
    row = entry.row
    problems, unseen = _named(entry, checkout)
    if entry.place is not None:
        plan = plans.get(entry.place.stack)
        if plan is None:
            unseen.append(f"its property needs a plan of {' in '.join(entry.place.stack)}")
        else:
            try:
                problems += [said] if (said := difference(plan, row, entry.place)) else []
            except NotKnownError as error:
                unseen.append(str(error))
    state: State = "false" if problems else "not compared" if unseen else "holds"
    if row.answer == "missing" and not problems:
        state = "missing"
    return Traced(entry, state, tuple(problems), tuple(unseen))


def _named(entry: Entry, checkout: Checkout) -> tuple[list[str], list[str]]:
    """What a row names and nobody has, and what was not looked up."""
    row, problems, unseen = entry.row, [], []
    if row.key and row.key not in settings_keys():
        problems.append(f"the stack file has no key {row.key}")
    elif said := _of_default(entry):
        problems.append(said)
    problems += [said] if (said := _of_constant(row)) else []
    clauses = {clause.id for clause in contract().every_clause}
    problems += [f"the contract has no clause {name}" for name in row.clauses if name not in clauses]
    if row.tests:
        if checkout.tests is None:
            unseen.append("its tests are not here")
        else:
            counts = {name: checkout.tests.get(name, 0) for name in row.tests}
            problems += [f"{count or 'no'} tests are called {name}" for name, count in counts.items() if count != 1]
    if row.deviation:
        if checkout.deviations is None:
            unseen.append("docs/deviations.md is not here")
        elif row.deviation not in checkout.deviations:
            problems.append(f"docs/deviations.md has no row {row.deviation}")
    return problems, unseen


def stack_of(entry: Entry) -> tuple[str, str]:
    """Environment and phase whose default a row compares."""
    if entry.row.default_in:
        environment, _, phase = entry.row.default_in.partition(" ")
        return environment, phase
    return entry.place.stack if entry.place else LAST


def _of_default(entry: Entry) -> str:
    """What the default of a row's key is, where the row says another."""
    row = entry.row
    if "default" not in row.model_fields_set:
        return ""
    try:
        found = default_of(row.key, *stack_of(entry))
    except NoDefaultError as error:
        return str(error)
    return "" if found == row.default else f"{row.key} is {found} by default, the ledger says {row.default}"


def _of_constant(row: Row) -> str:
    """What a row's constant is, where the row says another number."""
    if not row.constant:
        return ""
    try:
        found = constant_at(row.constant)
    except NoConstantError as error:
        return str(error)
    return "" if found == row.number else f"{row.constant} is {found}, the ledger says {row.number}"


def _plans(
    stack: str, phase: str | None, config: Path | None, file: Path | None, entries: Iterable[Entry]
) -> dict[tuple[str, str], tuple[str, Plan]]:
    """The plan of each phase that is to be compared, with what it is called."""
    first = planned(stack, phase, config, file)
    settings = first.settings
    if settings is None:
        return {}
    environment = settings.environment.short
    found = {(environment, settings.phase.value): (first.origin, first.plan)}
    if phase is None and file is None:
        needed = {entry.place.stack for entry in entries if entry.place is not None}
        for other in PHASES:
            if (environment, other) in needed - found.keys():
                more = planned(stack, other, config)
                found[environment, other] = (more.origin, more.plan)
    return found
