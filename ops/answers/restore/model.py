"""What a way back is made of: steps, each with commands, edits of a stack file and what to know before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.problems import ConfigError, Problem, render
from planner.cost.prices import price_book

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.answers.upgrade.steps import Edit

KINDS = ("point", "bucket", "region")
AS_LONG = "as long as the data is large; no document says how long, so a restore is tried once a quarter and timed"
"""AWS gives no time for a restore (AWS Backup Developer Guide, Restore a backup by resource type; read 2026-11-30)."""


class NoWayBackError(ConfigError):
    """Nothing of the stack leads back from this loss; carries every reason found in one pass."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(problems)
        self.args = (render(self.problems, title="This restore"),)


@dataclass(frozen=True, kw_only=True)
class RestoreStep:
    """One step: what is done by hand, commands, then one deployment.

    Attributes:
        title: what it does.
        by_hand: acts that no command does.
        commands: as they are typed, in their order; words in capitals are what an earlier one printed, or one's own.
        edits: of the stack file, all in one deployment; empty for a step without one.
        takes: how long, and who says so.
        costs: what it costs while it lasts.
        no_return: from when on there is no way back; None where there is one.
        back: how to go back before that.
    """

    title: str
    by_hand: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    takes: str
    costs: str = "nothing"
    no_return: str | None = None
    back: str


@dataclass(frozen=True, kw_only=True)
class RestorePlan:
    """The way back from a loss.

    Attributes:
        kind: what was lost: point, bucket or region.
        stack: which stack lost it.
        edited: the stack whose file the edits are for: the same, or the one that takes its place.
        loses: what stays lost, at most, of what is brought back.
        gone: what no step brings back.
        steps: in their order.
    """

    kind: str
    stack: str
    edited: str
    loses: str
    gone: tuple[str, ...]
    steps: tuple[RestoreStep, ...]


def hourly(region: str, kind: str, gib: int) -> str:
    """What a single-zone server costs while it stands, by the price book."""
    book = price_book()
    compute, storage = book.find(f"rds/postgres/{kind}", region), book.find("rds/gp3", region)
    if compute is None or storage is None:
        return f"a {kind} with {gib} GiB, whose price in {region} is not known here"
    return f"{compute.usd + gib * storage.usd / book.hours_per_month:.2f} USD an hour: a {kind} in one zone, {gib} GiB"
