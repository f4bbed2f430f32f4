"""A command of the fork server is what `python -m ops` is: the same answers, each time."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.support import fork_server
from tests.support.cli import Cli
from tests.support.fork_server import ForkServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


def test_a_command_that_hangs_is_given_up_and_the_next_is_answered_by_another_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fork_server, "_SERVERS", {})
    cli = Cli(tmp_path)
    server = fork_server.server_for(cli.environment) or fork_server.server_for(cli.environment)
    assert server is not None
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            server.run(("capacity", "prod", "--json"), cli.environment, 0)
        assert (ran := cli.run("check", "nowhere")).code == 1
        assert "Pulumi.nowhere.yaml" in ran.out
        assert fork_server.server_for(cli.environment) is not server
    finally:
        for one in (server, *fork_server._SERVERS.values()):
            one.stop()


def test_nothing_of_the_server_lives_on_badly_in_a_fork(server: ForkServer, tmp_path: Path) -> None:
    """Threads, loops and channels that exist before a fork do not work after it."""
    server.run(("check", "nowhere"), Cli(tmp_path).environment, 60)
    place = Path(f"/proc/{server._process.pid}")
    assert len(list((place / "task").iterdir())) == 1
    opened = [str(path.readlink()) for path in (place / "fd").iterdir()]
    assert [name for name in opened if name.startswith(("socket:", "anon_inode:"))] == []


def test_an_environment_that_is_asked_for_once_gets_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Mapping[str, str]] = []

    def start(environment: Mapping[str, str]) -> SimpleNamespace:
        started.append(environment)
        return SimpleNamespace(ended=False)

    monkeypatch.setattr(fork_server, "ForkServer", start)
    monkeypatch.setattr(fork_server, "_SERVERS", {})
    environment = {**Cli(tmp_path).environment, "RARE": "1"}
    fork_server.server_for(environment)
    assert started == []
    again = {**environment, "BBP_SANDBOX_DIR": "/elsewhere", "PYTEST_CURRENT_TEST": "another"}
    fork_server.server_for(again)
    fork_server.server_for(environment)
    assert started == [again]
