"""One measured run in a process of its own: `python -m ops.answers.bench.child '{"kind": ...}'`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops.answers.bench.gauge import Gauge

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATIONS = ("preview", "update", "empty preview")
"""The engine's operations of a rehearsal, in their order."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What one process measures.

    Attributes:
        kind: a command, operations of the engine, or a build under mocks.
        out: where what was measured is written.
        row: what a command is called.
        words: a command's words.
        codes: exit codes with which the command has done its work.
        stack: whose configuration the operations have.
        phase: its growth phase.
        state: an exported state whose flat program is run.
        size: of a flat program of any size; neither of both runs the project's own program.
        published: whether the SDK is as its authors published it, and the garbage collector as Python has it.
        operations: how many of `OPERATIONS`.
        keep: where to write the engine's preview document.
        keep_state: where to write the state that the update left.
    """

    kind: str
    out: str
    row: str = ""
    words: tuple[str, ...] = ()
    codes: tuple[int, ...] = (0,)
    stack: str = "dev"
    phase: str | None = None
    state: str = ""
    size: int = 0
    published: bool = False
    operations: int = len(OPERATIONS)
    keep: str = ""
    keep_state: str = ""

    def __post_init__(self) -> None:
        for name in ("words", "codes"):
            object.__setattr__(self, name, tuple(getattr(self, name)))  # JSON has lists

    def __str__(self) -> str:
        """What it is called where it fails."""
        return " ".join(self.words) or f"{self.kind} of {f'{self.size:,} resources' if self.size else self.stack}"

    @property
    def text(self) -> str:
        """As the process takes it."""
        return json.dumps(asdict(self))


def command(job: Job, gauge: Gauge) -> None:
    """Run a command of `./bbp`, from the start of this process on."""
    code: Any = 0
    with gauge.of(job.row, whole=True):
        from ops.cli import app  # noqa: PLC0415 - part of what is measured

        try:
            app(list(job.words), prog_name="./bbp")
        except SystemExit as ended:
            code = ended.code or 0
    if code not in job.codes:
        sys.exit(f"./bbp {' '.join(job.words)} ended with {code}")


def operations(job: Job, gauge: Gauge) -> None:
    """Run operations of the engine on the project's program, or on a flat one, from an empty cloud on."""
    from ops.rehearsal.session import RehearseOptions, open_session  # noqa: PLC0415 - a command needs none of it

    options = RehearseOptions(job.stack, job.phase, fresh=True)
    with open_session(options, program=_flat(job)) as (_, _, session):
        session.as_published = job.published
        for name in OPERATIONS[: job.operations]:
            with gauge.of(name):
                answer = session.up() if name == "update" else session.preview()[1]
            if job.keep and name == OPERATIONS[0]:
                Path(job.keep).write_text(json.dumps(answer), encoding="utf-8")
        if job.keep_state:
            state = session.stack.export_stack().deployment
            Path(job.keep_state).write_text(json.dumps(state), encoding="utf-8")


def mocks(job: Job, gauge: Gauge) -> None:
    """Build a whole stack under the SDK's mocks; the classes that it needs are imported before."""
    from ops.answers.bench.mocked import run  # noqa: PLC0415 - as above

    run(job.stack, job.phase, _flat(job), gauge, published=job.published)


def _flat(job: Job) -> Callable[[], None] | None:
    from ops.answers.bench.flat import Flat, sized  # noqa: PLC0415 - as above

    if job.state:
        return Flat(Path(job.state), settled=not job.published)
    return sized(job.size, settled=not job.published) if job.size else None


KINDS = {"command": command, "operations": operations, "mocks": mocks}


def main(text: str) -> None:
    """Measure, and write what was measured."""
    fields: dict[str, Any] = json.loads(text)
    job = Job(**fields)
    gauge = Gauge()
    try:
        KINDS[job.kind](job, gauge)
    finally:
        gauge.end()
    Path(job.out).write_text(json.dumps({name: asdict(took) for name, took in gauge.taken.items()}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
