"""What is found of each clause, and of the whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from bailbondpro.contract import contract
from ops.exits import UNKNOWN
from ops.foreign import one_line

if TYPE_CHECKING:
    from bailbondpro.contract import Clause

State: TypeAlias = Literal["kept", "broken", "not judged"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One clause.

    Attributes:
        id: of the clause.
        state: what was found.
        says: the promise.
        seen: what was seen where it is broken, or why it was not judged.
        wanted: what should have been seen.
        fix: the smallest thing to do; of a clause that was not judged, how it can be.
    """

    id: str
    state: State
    says: str
    seen: str = ""
    wanted: str = ""
    fix: str = ""


def kept(name: str) -> Verdict:
    """It holds."""
    return Verdict(id=name, state="kept", says=contract().clause(name).says)


def broken(name: str, seen: str) -> Verdict:
    """Something else was seen."""
    clause = contract().clause(name)
    return Verdict(id=name, state="broken", says=clause.says, seen=one_line(seen), wanted=clause.wants, fix=clause.fix)


def not_judged(name: str, why: str, how: str = "") -> Verdict:
    """It could not be seen."""
    return Verdict(id=name, state="not judged", says=contract().clause(name).says, seen=one_line(why), fix=how)


def found(name: str, problem: str | None) -> Verdict:
    """Kept where there is no problem."""
    return kept(name) if problem is None else broken(name, problem)


@dataclass(frozen=True, kw_only=True)
class ContractAnswer:
    """All clauses.

    Attributes:
        url: the application.
        version: of the contract.
        verdicts: of every clause that a running application can show, in the contract's order.
        own_tests: clauses that only the application's own tests judge.
        platform: how many clauses the platform keeps, which its own tests judge.
    """

    url: str
    version: int
    verdicts: tuple[Verdict, ...]
    own_tests: tuple[Clause, ...]
    platform: int

    @property
    def counts(self) -> Counter[str]:
        """How many clauses are in each state."""
        return Counter(verdict.state for verdict in self.verdicts)

    @property
    def exit_code(self) -> int:
        """0 only where every clause was judged and is kept."""
        if self.counts["broken"]:
            return 1
        return 0 if self.verdicts and self.counts["kept"] == len(self.verdicts) else UNKNOWN

    def as_json(self) -> dict[str, object]:
        """The document of `--json`."""
        return {
            "url": self.url,
            "contract": self.version,
            "kept": self.counts["kept"],
            "broken": self.counts["broken"],
            "not_judged": self.counts["not judged"],
            "clauses": self.verdicts,
            "judged_by_own_tests": [{"id": one.id, "says": one.says, "why": one.why} for one in self.own_tests],
            "judged_by_the_platforms_tests": self.platform,
        }


def answer(url: str, verdicts: list[Verdict]) -> ContractAnswer:
    """The verdicts in the contract's order; a clause that nobody spoke of is not judged."""
    by_id = {verdict.id: verdict for verdict in verdicts}
    asked = [clause for clause in contract().every_clause if clause.judged == "test"]
    ordered = (by_id.get(clause.id) or not_judged(clause.id, "nothing looked at it") for clause in asked)
    return ContractAnswer(
        url=url,
        version=contract().version,
        verdicts=tuple(ordered),
        own_tests=tuple(clause for clause in contract().every_clause if clause.judged == "application"),
        platform=sum(clause.judged == "plan" for clause in contract().every_clause),
    )
