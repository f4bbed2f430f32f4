"""A bench on the real engine: what a process reports, and a flat program made of what an update left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ops.answers.bench.child import Job
from ops.answers.bench.flat import count
from ops.answers.bench.run import Bench

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 6


def test_a_flat_program_made_of_an_update_does_the_same_on_the_sdk_as_published(tmp_path: Path) -> None:
    bench, state, plan = Bench(tmp_path), tmp_path / "state.json", tmp_path / "plan.json"
    first = bench.run(Job(kind="operations", out="", size=SIZE, operations=2, keep_state=str(state)))
    assert set(first) == {"preview", "update"}
    assert count(state) == SIZE
    again = bench.run(
        Job(kind="operations", out="", state=str(state), operations=1, published=True, keep=str(plan)),
    )
    assert json.loads(plan.read_text("utf-8"))["changeSummary"]["create"] == SIZE + 1  # with the stack
    for took in (*first.values(), *again.values()):
        assert min(took.program, took.engine, took.sandbox, took.wall) > 0
        assert min(took.program_mib, took.engine_mib) > 20
        assert took.sandbox < took.program
