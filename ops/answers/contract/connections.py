"""Connections that are idle, and how the process stops: the last of all, for nothing answers afterwards."""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ops.answers.contract.client import MOST_BYTES, UnreachableError, begin, said
from ops.answers.contract.endpoints import SHARDS_PATH
from ops.answers.contract.verdicts import broken, found, kept, not_judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ops.answers.contract.run import Run
    from ops.answers.contract.verdicts import Verdict

OK = 200
NOTICED_SECONDS = 1.0
"""How long a process may take to act on a signal; the readiness probe asks every 5 s."""
UNDER_WAY_SECONDS = 0.2
"""How long the first half of a request has before the signal comes."""
STOPPING = ("stop.ready-off", "stop.finishes", "stop.ends")
HOW = "name its process, which the test then ends: --pid 4711"


def kept_open(run: Run) -> Verdict:
    """Whether an idle connection is still answered on."""
    name = "connections.kept"
    connection = run.application.connection("web")
    try:
        run.application.ask_on(connection, "/health")
        held = connection.sock
        time.sleep(run.options.idle_seconds)
        if held is None or connection.sock is not held:
            return broken(name, "the first answer closed the connection")
        run.application.ask_on(connection, "/health")
    except UnreachableError as error:
        return broken(name, f"after {run.options.idle_seconds:g} s: {error}")
    else:
        return kept(name) if connection.sock is held else broken(name, "the connection was opened anew")
    finally:
        connection.close()


def stop(run: Run) -> Iterator[Verdict]:
    """Sends SIGTERM while a request is under way, and looks at it, at /ready and at the process."""
    pid = run.options.pid
    if pid is None:
        yield from (not_judged(name, "it would end the application", HOW) for name in STOPPING)
        return
    probe, half = run.application.connection("web"), run.application.connection("api")
    try:
        run.application.ask_on(probe, "/ready")
        finish = _half_a_request(run, half)
        os.kill(pid, signal.SIGTERM)
    except (UnreachableError, OSError) as error:
        yield from (not_judged(name, f"it could not be begun: {error}") for name in STOPPING)
        return
    yield found("stop.ready-off", _still_ready(run, probe))
    yield found("stop.finishes", finish())
    probe.close()
    half.close()
    yield found("stop.ends", _ended(pid, run.options.stop_seconds))


def _half_a_request(run: Run, connection: http.client.HTTPConnection) -> Callable[[], str | None]:
    """Sends the first half of a request; what is returned sends the other half and says what is wrong."""
    body = json.dumps({"count": 4, "clients": ["client-42"]}).encode()
    begin(connection, "POST", SHARDS_PATH, {"Content-Type": "application/json"}, body)
    time.sleep(UNDER_WAY_SECONDS)

    def finish() -> str | None:
        try:
            with run.application.in_time(connection):
                connection.send(body[len(body) // 2 :])
                response = connection.getresponse()
                response.read(MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            return f"a request that was under way got no answer: {said(error)}"
        return None if response.status == OK else f"a request that was under way was answered {response.status}"

    return finish


def _still_ready(run: Run, open_connection: http.client.HTTPConnection) -> str | None:
    """Why /ready still sends visitors here, on a connection that is open and on one that is opened."""
    problem = _ready_on(run, open_connection, "a connection that was open")
    if problem is None:
        fresh = run.application.connection("web")
        problem = _ready_on(run, fresh, "another connection")
        fresh.close()
    return problem


def _ready_on(run: Run, connection: http.client.HTTPConnection, which: str) -> str | None:
    deadline = time.monotonic() + NOTICED_SECONDS
    while True:
        try:
            answer = run.application.ask_on(connection, "/ready")
        except UnreachableError:
            return None
        if answer.status != OK:
            return None
        if time.monotonic() > deadline:
            return f"/ready answered 200 {NOTICED_SECONDS:g} s after SIGTERM, on {which}"
        time.sleep(0.05)


def _ended(pid: int, seconds: float) -> str | None:
    deadline = time.monotonic() + seconds
    while _lives(pid):
        if time.monotonic() > deadline:
            return f"the process {pid} is still there {seconds:g} s after its requests were answered"
        time.sleep(0.05)
    return None


def _lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and that its parent has not asked for yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return True
