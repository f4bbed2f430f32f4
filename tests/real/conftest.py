"""Servers of the real lane, started once for each process of the test run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.engine.go import GoError
from sandbox.kubernetes.api_server import ApiServer

if TYPE_CHECKING:
    from collections.abc import Iterator


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
