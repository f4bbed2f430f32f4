"""Servers of the real lane, started once for each process of the test run."""

from __future__ import annotations

import fcntl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.drill.control_plane import ControlPlane
from sandbox.engine.go import GoError
from sandbox.kubernetes.api_server import ApiServer
from tests.support.order import BY_THE_CLOCK
from tests.support.servers import scratch
from tests.support.shard_servers import OneServer, servers

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", autouse=True)
def alone(request: pytest.FixtureRequest) -> Iterator[None]:
    """One module that goes by a faster clock at a time, whatever runs beside this process."""
    if not request.path.name.startswith(BY_THE_CLOCK):
        yield
        return
    with (Path(tempfile.gettempdir()) / "bailbondpro-tests-by-the-clock.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane on a faster clock, without definitions of custom resources; built on first use."""
    found = ControlPlane(tmp_path_factory.mktemp("drill"), print, with_definitions=False)
    try:
        found.__enter__()
    except GoError as error:
        pytest.skip(f"no control plane: {error}")
    yield found
    found.stop()


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """A kube-apiserver with the definitions of all custom resources; built on first use."""
    server = ApiServer(tmp_path_factory.mktemp("api-server"), print)
    try:
        server.__enter__()
    except GoError as error:
        pytest.skip(f"no kube-apiserver: {error}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def one_server() -> Iterator[OneServer]:
    """A PostgreSQL server for the primary and the shards of many applications."""
    with scratch() as folder, servers(1, folder) as (started,):
        yield OneServer(started, folder)
