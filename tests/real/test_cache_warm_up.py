"""The warm-up's own command, run by a real shell and curl against an application that answers, refuses, or is late."""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from components.app.cache_warm_up import RETRY_DELAY_SECONDS, warm_up_command
from tests.support.pods import Backend
from tests.support.servers import free_port
from tests.support.stack import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE_SETS = ("active_clients", "bond_types", "court_schedules")
"""The keys that the guide's warmupCache fills (Caching Strategies)."""


@pytest.fixture
def app() -> Iterator[Backend]:
    found = Backend("127.0.0.1", (free_port(),))
    yield found
    found.stop()


def url(app: Backend, path: str) -> str:
    return f"http://{app.address}:{app.ports[0]}{path}"


def run(*urls: str) -> subprocess.CompletedProcess[str]:
    command = warm_up_command(urls)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)


def test_every_stack_asks_for_the_guides_warm_sets(app: Backend) -> None:
    job = recorded("prod", "microservices").one("kubernetes:batch/v1:Job", "cache-warm-up-job")
    command = job.inputs["spec"]["template"]["spec"]
    urls = command["containers"][0]["command"][4:]
    assert [path.rsplit("/", 1)[-1] for path in urls] == list(GUIDE_SETS)
    app.start()
    paths = ["/" + address.split("/", 3)[3] for address in urls]
    done = run(*(url(app, path) for path in paths))
    assert done.returncode == 0, done.stderr
    assert app.paths() == paths


def test_a_refused_set_fails_the_run_and_the_sets_after_it_are_still_warmed(app: Backend) -> None:
    app.start()
    done = run(url(app, "/status/404"), url(app, "/bond_types"))
    assert done.returncode == 1
    assert app.paths() == ["/status/404", "/bond_types"]
    assert "not warmed: " + url(app, "/status/404") in done.stderr
    assert done.stdout == f"warmed {url(app, '/bond_types')}\n"


def test_an_application_that_is_not_there_yet_is_asked_again(app: Backend) -> None:
    late = threading.Timer(RETRY_DELAY_SECONDS / 2, app.start)
    late.start()
    done = run(url(app, "/bond_types"))
    late.join()
    assert done.returncode == 0, done.stderr
    assert app.paths() == ["/bond_types"]
