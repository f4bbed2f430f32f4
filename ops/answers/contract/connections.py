"""Connections that are idle, and how the process stops: the last of all, for nothing answers afterwards."""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from ops.answers.contract.client import MOST_BYTES, UnreachableError, begin, said
from ops.answers.contract.endpoints import SHARDS_PATH
from ops.answers.contract.run import DOCUMENT_PATH
from ops.answers.contract.verdicts import found, not_judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ops.answers.contract.client import Part
    from ops.answers.contract.run import Run
    from ops.answers.contract.verdicts import Verdict

OK = 200
NOTICED_SECONDS = 1.0
"""How long a process may take to act on a signal; the readiness probe asks every 5 s."""
UNDER_WAY_SECONDS = 0.2
"""How long the first half of a request has before the signal comes."""
UNDER_WAY = json.dumps({"count": 4, "clients": ["client-42"]}).encode()
JSON = {"Content-Type": "application/json"}
KEPT: tuple[tuple[Part, str], ...] = (("web", "/health"), ("api", DOCUMENT_PATH))
PORTS: dict[Part, str] = {"web": "PORT", "api": "API_PORT"}
STOPPING = ("stop.ready-off", "stop.finishes", "stop.ends")
HOW = "name its process, which the test then ends: --pid 4711"


def kept_open(run: Run) -> Verdict:
    """Whether idle connections to both ports are still answered on: the gateway keeps some to each."""
    with ThreadPoolExecutor(len(KEPT)) as pool:
        problems = [one for one in pool.map(lambda asked: _given_up(run, *asked), KEPT) if one]
    return found("connections.kept", problems[0] if problems else None)


def _given_up(run: Run, part: Part, path: str) -> str | None:
    connection, port = run.application.connection(part), PORTS[part]
    try:
        run.application.ask_on(connection, path, part=part)
        held = connection.sock
        time.sleep(run.options.idle_seconds)
        if held is None or connection.sock is not held:
            return f"the first answer closed the connection to {port}"
        run.application.ask_on(connection, path, part=part)
    except UnreachableError as error:
        return f"{port}, after {run.options.idle_seconds:g} s: {error}"
    else:
        return None if connection.sock is held else f"the connection to {port} was opened anew"
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
        asked = time.monotonic()
        os.kill(pid, signal.SIGTERM)
    except (UnreachableError, OSError) as error:
        yield from (not_judged(name, f"it could not be begun: {error}") for name in STOPPING)
        return
    yield found("stop.ready-off", _still_ready(run, probe))
    yield found("stop.finishes", finish())
    probe.close()
    half.close()
    yield found("stop.ends", _ended(pid, asked, run.options.stop_seconds))


def _half_a_request(run: Run, connection: http.client.HTTPConnection) -> Callable[[], str | None]:
    """Sends the first half of a request; what is returned sends the other half and says what is wrong."""
    usual = run.application.ask(SHARDS_PATH, part="api", method="POST", headers=JSON, body=UNDER_WAY)
    begin(connection, "POST", SHARDS_PATH, JSON, UNDER_WAY)
    time.sleep(UNDER_WAY_SECONDS)

    def finish() -> str | None:
        try:
            with run.application.in_time(connection):
                connection.send(UNDER_WAY[len(UNDER_WAY) // 2 :])
                response = connection.getresponse()
                content = response.read(MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            return f"a request that was under way got no answer: {said(error)}"
        if response.status != OK:
            return f"a request that was under way was answered {response.status}"
        if response.length:
            return "a request that was under way got a part of its answer"
        return None if content == usual.body else f"a request that was under way was answered {content[:80]!a}"

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


def _ended(pid: int, asked: float, seconds: float) -> str | None:
    deadline = asked + seconds
    while _lives(pid):
        if time.monotonic() > deadline:
            return f"the process {pid} is still there {seconds:g} s after SIGTERM, its requests answered"
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
