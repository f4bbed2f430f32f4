"""A command of the fork server is what `python -m ops` is: the same answers, each time."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import fork_server
from tests.support.cli import Cli
from tests.support.fork_server import ForkServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMANDS = (("capacity", "prod", "--json"), ("cost", "prod", "--nonsense"), ("check", "nowhere"), ())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    server = ForkServer(Cli(tmp_path_factory.mktemp("sandbox")).environment)
    yield server
    server.stop()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_ends_as_one_in_a_python_of_its_own_does(
    server: ForkServer, tmp_path: Path, words: tuple[str, ...]
) -> None:
    cli = Cli(tmp_path)
    anew = cli.run_anew(*words)
    assert server.run(words, cli.environment, 60) == (anew.code, anew.out, anew.err)
    assert anew.out + anew.err != ""


def test_a_command_that_hangs_is_given_up(tmp_path: Path) -> None:
    server = ForkServer(Cli(tmp_path).environment)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            server.run(("capacity", "prod"), Cli(tmp_path).environment, 0)
    finally:
        server.stop()


def test_an_environment_that_is_asked_for_once_gets_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(fork_server, "ForkServer", started.append)
    monkeypatch.setattr(fork_server, "_SERVERS", {})
    environment = {**Cli(tmp_path).environment, "RARE": "1"}
    fork_server.server_for(environment)
    assert started == []
    again = {**environment, "BBP_SANDBOX_DIR": "/elsewhere", "PYTEST_CURRENT_TEST": "another"}
    fork_server.server_for(again)
    fork_server.server_for(environment)
    assert started == [again]
