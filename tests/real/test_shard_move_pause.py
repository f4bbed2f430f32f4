"""The pause of a move ends in time at whatever stage it is held up, and everything is as before."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from ops.answers.shards import pause, placement
from ops.answers.shards.mover import Mover
from planner.shards.clients import PRIMARY
from tests.support.shard_servers import Databases, fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.shard_servers import OneServer

STAGES = {
    "the last writes were carried over": (Mover, "catch_up"),
    "what was written last was compared": (pause, "rechecked"),
    "the new places were prepared": (placement, "lead_on"),
}
"""What is said of each stage, and the function that it is."""
PLACED = "SELECT count, next_count FROM bbp_shards.placement"


@pytest.fixture(scope="module")
def copied(one_server: OneServer) -> Iterator[Databases]:
    """A copy that was verified; every test leaves it as it was, and at the end it is cut over."""
    made = one_server.databases(2)
    fill(made, 2)
    made.done("move", "publish", "--to", "2")
    made.done("move", "copy")
    assert made.differences() == []
    yield made
    made.done("move", "cut-over")
    assert made.differences() == []


def held_up(monkeypatch: pytest.MonkeyPatch, stage: str, hold: Callable[[Mover], None]) -> None:
    """Hold a stage up behind what it does, in the pause alone."""
    owner, name = STAGES[stage]
    real, prepare = getattr(owner, name), pause._paused
    paused: list[Mover] = []

    def begun(mover: Mover, *rest: Any, **more: Any) -> None:  # noqa: ANN401 - of the function itself
        paused.append(mover)
        prepare(mover, *rest, **more)

    def slow(*rest: Any, **more: Any) -> Any:  # noqa: ANN401 - of the function itself
        answer = real(*rest, **more)
        if paused:
            hold(paused[0])
        return answer

    monkeypatch.setattr(pause, "_paused", begun)
    monkeypatch.setattr(owner, name, slow)


def as_before(copied: Databases) -> None:
    """Clients are written on the primary, and nowhere else."""
    copied.run(PRIMARY, "UPDATE clients SET name = name || '!' WHERE id = 'client-1'")
    assert [copied.run(place, PLACED) for place in (PRIMARY, 0, 1)] == [[(0, None)]] * 3
    assert copied.done("move", "status")["reached"] == "copied"


ALWAYS = ", ".join(f"ENABLE ALWAYS TRIGGER bbp_shards_{one}" for one in ("guard", "guard_after", "capture", "truncate"))


@pytest.mark.parametrize(
    ("unseen", "undone", "said"),
    [
        (
            "ALTER TABLE documents DISABLE TRIGGER USER",
            f"ALTER TABLE documents {ALWAYS}",
            "nobody notes what is written to documents",
        ),
        (
            "UPDATE documents SET name = 'unseen' WHERE name = 'd1'",
            "UPDATE documents SET name = 'd1' WHERE name = 'unseen'",
            "differences: `./bbp shard verify` lists them",
        ),
    ],
)
def test_what_left_no_note_since_the_verification_is_found_before_any_write_is_refused(
    copied: Databases, unseen: str, undone: str, said: str
) -> None:
    copied.unseen(PRIMARY, unseen)
    try:
        assert said in copied.refused("move", "cut-over")
        as_before(copied)
    finally:
        copied.unseen(PRIMARY, undone)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_takes_too_long_is_ended_by_its_server(
    copied: Databases, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    ended: list[psycopg.Error] = []

    def hold(mover: Mover) -> None:
        try:
            mover.servers[1].execute("SELECT pg_sleep(60)")
        except psycopg.errors.QueryCanceled as error:
            ended.append(error)
            raise

    held_up(monkeypatch, stage, hold)
    said = copied.refused("move", "cut-over", "--pause-at-most", "3")
    monkeypatch.undo()
    assert f"the pause took more than 3 s, while {stage}; clients are written where they were" in said
    assert ["statement timeout" in str(error) for error in ended] == [True]
    as_before(copied)


@pytest.mark.parametrize("place", [PRIMARY, 1])
def test_a_server_that_answers_nothing_at_all_is_cut_off(
    copied: Databases, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    stopped: list[int] = []

    def hold(mover: Mover) -> None:
        stopped.append(mover.servers[place].connection.info.backend_pid)
        os.kill(stopped[0], signal.SIGSTOP)
        threading.Timer(8, os.kill, (stopped[0], signal.SIGCONT)).start()  # so that its locks end
        mover.servers[place].one("SELECT 1")

    held_up(monkeypatch, "what was written last was compared", hold)
    said = copied.refused("move", "cut-over", "--pause-at-most", "3")
    monkeypatch.undo()
    assert "the pause took more than 3 s, while what was written last was compared; clients are written where" in said
    as_before(copied)


def test_a_pause_that_is_interrupted_leaves_no_write_refused(
    copied: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: Mover) -> None:
        raise KeyboardInterrupt

    held_up(monkeypatch, "the new places were prepared", interrupt)
    assert copied.bbp("move", "cut-over").exit_code == 130
    monkeypatch.undo()
    as_before(copied)


def test_status_names_the_servers_that_do_not_answer_and_says_what_the_others_say(copied: Databases) -> None:
    services = Path(copied.environment["PGSERVICEFILE"])
    text = services.read_text()
    said = {}
    for lost in ("shard-1", "primary"):
        services.write_text(text.replace(f"[test-{lost}]\nhost=127.0.0.1", f"[test-{lost}]\nhost=127.0.0.2"))
        ran = copied.bbp("move", "status", "--json")
        assert ran.exit_code == 3, ran.output
        said[lost] = json.loads(ran.stdout)
        shown = " ".join(copied.bbp("move", "status").stdout.split())
        assert f"NOT ALL ANSWER: {lost.replace('-', '_')}." in shown
    services.write_text("")
    assert "service test-primary" in copied.refused("move", "status")
    services.write_text(text)
    assert said["shard-1"]["reached"] == "copied"
    assert said["primary"]["reached"] is None
    answers = {lost: [(one["place"], one["answers"], one["count"]) for one in said[lost]["servers"]] for lost in said}
    assert answers == {
        "shard-1": [("primary", True, 0), ("shard_0", True, 0), ("shard_1", False, None)],
        "primary": [("primary", False, None), ("shard_0", True, 0), ("shard_1", True, 0)],
    }
