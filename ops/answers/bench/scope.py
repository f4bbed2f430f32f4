"""What a bench measures: rows, sizes and rounds, in full and quickly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = ("check", "mocks", "operations", "journey", "report", "tools", "flat")
"""What can be chosen."""
LEAST_ROUNDS = 5
"""Pairs below which a median says little; fewer are measured where they are asked for, and the answer says so."""
COMMANDS = ("check", "journey", "report")
"""Rows whose ratio is to the operations of the flat program."""
TOOLS = ("cost", "diagram", "availability", "simulate", "reboots", "gate", "policy")
"""Commands that read a plan and answer from it."""
CODES = {"report": (0, 1, 3), "availability": (0, 1, 3), "gate": (0, 2, 3), "policy": (0, 1, 3), "cost": (0, 3)}
"""Exit codes of commands that have done their work: a finding, or a part of it that nobody knows, changes nothing."""


class ScopeError(ValueError):
    """Nobody can measure what was asked for; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is measured.

    Attributes:
        stack: whose program and commands.
        phases: growth phases whose operations are measured; the last one is that of the other rows.
        operations: how many of preview, update and empty preview.
        rows: out of `ROWS`.
        rounds: pairs of each row.
        plan_sizes: resources of the plans that tools read, beside the plan's own.
        flat_sizes: resources of flat programs.
        flat_operations: how many operations on each of these.
        repeats: how often a size is measured.
    """

    stack: str
    phases: tuple[str, ...]
    operations: int
    rows: tuple[str, ...]
    rounds: int
    plan_sizes: tuple[int, ...]
    flat_sizes: tuple[int, ...]
    flat_operations: int
    repeats: int

    @property
    def paired(self) -> bool:
        """Whether operations are measured: commands are compared with them."""
        return bool({"operations", *COMMANDS} & set(self.rows))

    @property
    def from_state(self) -> bool:
        """Whether anything needs the state of an update."""
        return self.paired or "mocks" in self.rows


FULL = Scope(
    stack="prod",
    phases=("optimization", "horizontal", "microservices"),
    operations=3,
    rows=ROWS,
    rounds=LEAST_ROUNDS,
    plan_sizes=(2_000, 10_000, 50_000),
    flat_sizes=(200, 1_000, 3_000, 10_000),
    flat_operations=2,
    repeats=3,
)
QUICK = replace(
    FULL,
    stack="dev",
    phases=("optimization",),
    operations=1,
    rows=("check", "operations", "tools", "flat"),
    plan_sizes=(2_000,),
    flat_sizes=(200, 1_000),
    flat_operations=1,
    repeats=1,
)
"""One phase of dev, whose preview is the operation: about a tenth of the work.

A build under mocks is left out: its processes import for six seconds what they then measure for half a second, a third
of the time of the other rows together (2026-12-01).
"""
SHARDED = "microservices"
"""The phase whose plan is made larger: it has shards, services and pools to copy (`ops.answers.bench.plans`)."""


def scope(rows: Sequence[str] = (), rounds: int | None = None, *, quick: bool = False) -> Scope:
    """What to measure.

    Args:
        rows: only these; all of the scope without any.
        rounds: pairs of each row instead of five.
        quick: the short form.

    Raises:
        ScopeError: a row does not exist, or is not part of the short form, or there would be no round.
    """
    base = QUICK if quick else FULL
    if unknown := [row for row in rows if row not in ROWS]:
        raise ScopeError(f"there is no row {unknown[0]}; there are {', '.join(ROWS)}")
    if left := [row for row in rows if row not in base.rows]:
        raise ScopeError(f"--quick leaves {left[0]} out: leave --quick away to measure it")
    if rounds is not None and rounds < 1:
        raise ScopeError(f"--rounds {rounds}: one pair at least is measured")
    chosen = tuple(row for row in base.rows if not rows or row in rows)
    return replace(base, rows=chosen, rounds=base.rounds if rounds is None else rounds)


def words_of(row: str, stack: str, plan: str = "", folder: str = "") -> tuple[str, ...]:
    """The words with which a command is measured.

    Args:
        row: the command.
        stack: its stack.
        plan: the plan that a tool reads.
        folder: where what it writes goes.
    """
    words: dict[str, tuple[str, ...]] = {
        "check": (stack,),
        "journey": (stack,),
        "report": (stack, "--phase", SHARDED, "--out", f"{folder}/report"),
        "cost": (stack, "--plan", plan),
        "diagram": (stack, "--plan", plan, "--out", f"{folder}/diagram.svg"),
        "availability": (stack, "--plan", plan),
        "simulate": (stack, "--plan", plan, "--scenario", "daily"),
        "reboots": ("--plan", plan),
        "gate": ("--plan", plan),
        "policy": ("--plan", plan),
    }
    return (row, *words[row])
