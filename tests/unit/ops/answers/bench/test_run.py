"""What runs in which order, and what is said of what fails."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ops.answers.bench import child
from ops.answers.bench.child import Job
from ops.answers.bench.numbers import Took
from ops.answers.bench.run import FLAT, PROJECT, PUBLISHED, REPEATED, Bench, BenchError, Key, measured
from ops.answers.bench.scope import QUICK, TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = {
    "resources": [
        {"urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", "type": "pulumi:pulumi:Stack"},
        {"urn": "urn:pulumi:dev::p::pulumi:providers:aws::default_7", "type": "pulumi:providers:aws", "custom": True},
        {"urn": "urn:pulumi:dev::p::aws:kms/key:Key::a", "type": "aws:kms/key:Key", "custom": True},
        {"urn": "urn:pulumi:dev::p::aws:kms/key:Key::b", "type": "aws:kms/key:Key", "custom": True, "external": True},
    ]
}


@dataclass(frozen=True)
class Pretended(Bench):
    """Takes as many seconds as it has run jobs."""

    ran: list[Job] = field(default_factory=list)

    def run(self, job: Job) -> dict[str, Took]:
        self.ran.append(job)
        if job.keep_state:
            Path(job.keep_state).write_text(json.dumps(STATE), encoding="utf-8")
        if job.keep:
            shard = "urn:pulumi:prod::p::aws:rds/instance:Instance::shards-0"
            step = {"op": "create", "urn": shard, "newState": {"urn": shard}}
            stack = {"op": "create", "urn": "urn:pulumi:prod::p::pulumi:pulumi:Stack::p-prod"}
            Path(job.keep).write_text(json.dumps({"steps": [stack, step]}), encoding="utf-8")
        name = {"mocks": "mocks build", "operations": "preview"}.get(job.kind, job.row)
        return {name: Took(program=len(self.ran))}


def test_every_round_runs_every_side_and_begins_with_another_one(tmp_path: Path) -> None:
    bench = Pretended(tmp_path)
    found = measured(replace(QUICK, rows=("check", "operations"), rounds=3), bench)
    jobs = bench.ran[1:]
    assert len(jobs) == 3 * 4
    sides = [(job.kind, bool(job.state), job.published) for job in jobs]
    assert len(set(sides[:4])) == 4
    assert sides[4] != sides[0]
    assert sorted(sides[:4]) == sorted(sides[4:8]) == sorted(sides[8:])
    assert found.resources == {"optimization": 1}
    for side in (PROJECT, FLAT, PUBLISHED):
        assert len(found.takes[Key(row="preview", phase="optimization", side=side)]) == 3
    assert len(found.takes[Key(row="check", phase="optimization")]) == 3


def test_a_round_keeps_its_place_whoever_begins_it(tmp_path: Path) -> None:
    found = measured(replace(QUICK, rows=("operations",), rounds=2), Pretended(tmp_path))
    by_side = {key.side: [took.program for took in takes] for key, takes in found.takes.items()}
    # One job before; then project, flat, published; then flat, published, project.
    assert by_side == {PROJECT: [2, 7], FLAT: [3, 5], PUBLISHED: [4, 6]}


def test_the_flat_program_runs_with_and_without_our_repairs(tmp_path: Path) -> None:
    bench = Pretended(tmp_path)
    measured(replace(QUICK, rows=("operations", "mocks"), rounds=1), bench)
    sides = {(job.kind, bool(job.state), job.published) for job in bench.ran[1:]}
    assert sides == {
        (kind, *side) for kind in ("operations", "mocks") for side in ((False, False), (True, False), (True, True))
    }


def test_every_tool_reads_plans_of_every_size(tmp_path: Path) -> None:
    bench = Pretended(tmp_path)
    found = measured(replace(QUICK, rows=("tools",), plan_sizes=(4, 9), repeats=2), bench)
    assert set(found.sizes) == set(TOOLS)
    for points in found.sizes.values():
        assert [point.resources for point in points] == [1, 4, 9]
    assert len(bench.ran) == 1 + 2 * 3 * len(TOOLS)
    assert all(0 in job.codes for job in bench.ran)


def test_flat_programs_of_every_size_are_measured(tmp_path: Path) -> None:
    found = measured(replace(QUICK, rows=("flat",), flat_sizes=(20, 40)), Pretended(tmp_path))
    assert [(point.resources, point.cpu) for point in found.sizes["flat program, preview"]] == [(20, 1), (40, 2)]


def test_a_size_that_cannot_be_measured_is_said_and_takes_no_other_with_it(tmp_path: Path) -> None:
    class Failing(Pretended):
        def run(self, job: Job) -> dict[str, Took]:
            if job.size == 40 or (job.row == "cost" and "plan-9" in " ".join(job.words)):
                raise BenchError(f"{job} cannot be measured, it ended with 137\nKilled")
            return super().run(job)

    scope = replace(QUICK, rows=("tools", "flat"), plan_sizes=(4, 9), flat_sizes=(20, 40, 60))
    found = measured(scope, Failing(tmp_path))
    assert [point.resources for point in found.sizes["cost"]] == [1, 4]
    assert [point.resources for point in found.sizes["diagram"]] == [1, 4, 9]
    assert [point.resources for point in found.sizes["flat program, preview"]] == [20, 60]
    assert [text.split(":")[0] for text in found.left_out] == [
        "cost at 9 resources",
        "a flat program of 40 resources",
    ]


def test_a_pair_that_cannot_be_measured_ends_the_run(tmp_path: Path) -> None:
    class Failing(Pretended):
        def run(self, job: Job) -> dict[str, Took]:
            if job.published:
                raise BenchError("no")
            return super().run(job)

    with pytest.raises(BenchError):
        measured(replace(QUICK, rows=("operations",)), Failing(tmp_path))


def test_large_plans_are_measured_once(tmp_path: Path) -> None:
    bench = Pretended(tmp_path)
    measured(replace(QUICK, rows=("tools",), plan_sizes=(REPEATED, REPEATED + 1), repeats=3), bench)
    assert len(bench.ran) == 1 + (3 + 3 + 1) * len(TOOLS)


def test_what_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="check prod cannot be measured, it took more than 0 seconds"):
        Bench(tmp_path, seconds=0).run(Job(kind="command", out="", row="check", words=("check", "prod")))


def test_a_command_that_ends_otherwise_than_it_may_is_no_measurement(tmp_path: Path) -> None:
    job = Job(kind="command", out="", row="check", words=("check", "prod", "--phase", "nowhere"))
    with pytest.raises(BenchError, match="check prod --phase nowhere cannot be measured, it ended with 1"):
        Bench(tmp_path).run(job)


def test_a_command_is_measured_from_its_start_on(tmp_path: Path) -> None:
    took = Bench(tmp_path).run(Job(kind="command", out="", row="check", words=("check", "prod")))["check"]
    assert took.program > 0.05
    assert took.wall > 0
    assert took.program_mib > 10
    assert (took.engine, took.sandbox, took.engine_mib) == (0, 0, 0)


@pytest.mark.parametrize("published", [True, False])
def test_operations_run_on_the_sdk_that_was_asked_for(
    published: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    class Session:
        as_published = False

        def preview(self) -> tuple[None, dict[str, str]]:
            seen.append(self.as_published)
            return None, {}

    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[tuple[None, None, Session]]:
        yield None, None, Session()

    monkeypatch.setattr("ops.rehearsal.session.open_session", opened)
    child.main(Job(kind="operations", out=str(tmp_path / "o.json"), operations=1, published=published).text)
    assert seen == [published]
    assert list(json.loads((tmp_path / "o.json").read_text("utf-8"))) == ["preview"]
