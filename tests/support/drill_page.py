"""The table of docs/drills.md: every scenario in every phase, with its time and the lowest share of ready pods.

`python -m tests.support.drill_page --collect` takes what `./bbp drill` kept of the checked-in stacks into the data
file, `--write` writes the page from the data file. Nothing is drilled here.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.drill.subject import subject
from sandbox.drill.kept import kept
from sandbox.drill.scenarios import SCENARIOS
from sandbox.drill.scenarios.changes import CHANGE
from tests.support.paths import ROOT
from tests.support.plans import stack_plan
from tests.support.stack import CHECKED_IN, PHASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plan.drills import Outcome

DATA = ROOT / "tests" / "data" / "drills.json"
PAGE = ROOT / "docs" / "drills.md"
BEGIN, END = "<!-- drills: python -m tests.support.drill_page -->\n", "<!-- end of drills -->\n"
NAMES = [item.name for item in SCENARIOS]


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one scenario came to.

    Attributes:
        scenario: its name.
        passed: whether everything came true.
        seconds: simulated.
        worst: the lowest share of ready pods of any workload, from 0 to 1; None where nothing was measured.
        workload: the one that it was.
        skipped: why it says nothing of the stack; empty where it does.
    """

    scenario: str
    passed: bool
    seconds: float
    worst: float | None = None
    workload: str = ""
    skipped: str = ""


@dataclass(frozen=True, kw_only=True)
class Drilled:
    """What the drill of one stack in one phase came to.

    Attributes:
        environment: of the stack.
        phase: of growth.
        key: of the objects and nodes.
        version: of Kubernetes.
        following: the key of its next phase, where the change to it was drilled; else empty.
        rows: by scenario.
    """

    environment: str
    phase: str
    key: str
    version: str
    following: str
    rows: tuple[Row, ...]


def key_of(environment: str, phase: str) -> str:
    """The key of a checked-in stack as it is."""
    return subject(stack_plan(environment, phase), phase).key


def key_after(environment: str, phase: str) -> str:
    """The key of its next phase; empty for the last."""
    following = PHASES[PHASES.index(phase) + 1 :]
    return key_of(environment, following[0]) if following else ""


def how(environment: str, phase: str) -> str:
    """The commands that drill a stack anew and bring the page up to date."""
    return (
        f"./bbp drill {environment} --phase {phase} && .venv/bin/python -m tests.support.drill_page --collect --write"
    )


def read(text: str) -> tuple[Drilled, ...]:
    """The drills in a data file."""
    return tuple(
        Drilled(**{**item, "rows": tuple(Row(**row) for row in item["rows"])}) for item in json.loads(text)["drills"]
    )


def written(drills: Sequence[Drilled]) -> str:
    """The data file of drills."""
    return json.dumps({"drills": [asdict(item) for item in drills]}, indent=1) + "\n"


def stale(drills: Sequence[Drilled]) -> list[str]:
    """The drills that are of other objects or nodes than the checked-in stacks, with what to do."""
    return [
        f"{item.environment} in {item.phase} was drilled with other objects or nodes, or on the way to others: "
        f"{how(item.environment, item.phase)}"
        for item in drills
        if item.key != key_of(item.environment, item.phase)
        or (item.following and item.following != key_after(item.environment, item.phase))
    ]


def collected(before: Sequence[Drilled]) -> tuple[Drilled, ...]:
    """What was kept of every checked-in stack, or else what the data file has of it as it is."""
    current = {(item.environment, item.phase): item for item in before if not stale([item])}
    found = {(environment, phase): _kept(environment, phase) for environment, phase in CHECKED_IN}
    chosen = (drilled or current.get(place) for place, drilled in found.items())
    return tuple(item for item in chosen if item is not None)


def _kept(environment: str, phase: str) -> Drilled | None:
    key = key_of(environment, phase)
    drill = kept(key)
    if drill is None:
        return None
    following = key_after(environment, phase)
    change = kept(f"{key}-{following}") if following else None
    outcomes = [*drill.outcomes, *(change.outcomes if change is not None else ())]
    return Drilled(
        environment=environment,
        phase=phase,
        key=key,
        version=drill.version,
        following=following if change is not None else "",
        rows=tuple(sorted(map(_row, outcomes), key=lambda row: NAMES.index(row.scenario))),
    )


def _row(outcome: Outcome) -> Row:
    workload, worst = min(outcome.worst_ready, key=lambda item: (item[1], item[0]), default=("", None))
    return Row(
        scenario=outcome.scenario,
        passed=outcome.passed,
        seconds=round(outcome.seconds),
        worst=worst if worst is None else round(worst, 3),
        workload=workload,
        skipped=outcome.skipped,
    )


def tables(drills: Sequence[Drilled]) -> str:
    """One table for each environment; a stack that nobody drilled is said to be so."""
    return "\n".join(line for environment in ("prod", "dev") for line in _table(environment, drills))


def _table(environment: str, drills: Sequence[Drilled]) -> Iterator[str]:
    found = {item.phase: item for item in drills if item.environment == environment}
    versions = sorted({item.version for item in found.values()})
    by = f", Kubernetes {', '.join(versions)}" if versions else ""
    yield f"`{environment}`{by}: simulated seconds, the lowest share of ready pods and whose it was.\n"
    yield f"| scenario | {' | '.join(PHASES)} |"
    yield f"|---|{'---|' * len(PHASES)}"
    for name in NAMES:
        yield f"| `{name}` | {' | '.join(_cell(found.get(phase), phase, name) for phase in PHASES)} |"
    yield ""


def _cell(drilled: Drilled | None, phase: str, scenario: str) -> str:
    row = next((item for item in drilled.rows if item.scenario == scenario), None) if drilled is not None else None
    if scenario == CHANGE and phase == PHASES[-1]:
        return "no later phase"
    if row is None:
        return "not drilled"
    if row.skipped:
        return f"says nothing: {row.skipped}"
    word = "" if row.passed else "**fails**, "
    if row.worst is None or row.worst >= 1:
        return f"{word}{row.seconds:.0f} s, all ready" if row.worst is not None else f"{word}{row.seconds:.0f} s"
    return f"{word}{row.seconds:.0f} s, {row.worst:.0%} of {row.workload.rpartition('/')[2]}"


def page(drills: Sequence[Drilled]) -> str:
    """The page with its tables as the data file has them."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables(drills)}\n{END}{rest.partition(END)[2]}"


def of_the_file() -> tuple[Drilled, ...]:
    """The drills of the data file."""
    return read(DATA.read_text(encoding="utf-8"))


def main(arguments: Any = None) -> int:  # noqa: ANN401 - what argparse takes
    """Bring data and page up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collect", action="store_true", help="take what was kept into the data file")
    parser.add_argument("--write", action="store_true", help="write the page from the data file")
    wanted = parser.parse_args(arguments)
    drills = of_the_file()
    if wanted.collect:
        drills = collected(drills)
        DATA.write_text(written(drills), encoding="utf-8")
    if old := stale(drills):
        sys.stderr.write("\n".join(old) + "\n")
        return 1
    if wanted.write:
        PAGE.write_text(page(drills), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
