"""The README of the sample application is followed word by word, on a real PostgreSQL and a real Valkey.

Other ports stand in the place of the well-known ones, and npm is a stand-in: that the lock file installs is what every
other test of the application begins with.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, cast

import pytest
import redis
from typer.testing import CliRunner

from components.app.cache_warm_up import warm_up_command
from ops.cli import app as bbp
from tests.support import programs
from tests.support.live_postgres import SMALL, Login, Postgres
from tests.support.sample import APPLICATION, sources
from tests.support.servers import answers, free_port, hand_over, running, scratch, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

README = (APPLICATION / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
WARM_SECONDS = 3600
"""The contract's `cache.warm-up`."""
PORTS = {3000: free_port(), 4000: free_port(), 6379: free_port()}
NPM = """#!/bin/sh
case "$*" in
  "ci --ignore-scripts") ln -sfn {modules} node_modules ;;
  start) exec {start} ;;
  *) exit 64 ;;
esac
"""


def block(first: str) -> str:
    """The block of commands that begins so, with the ports of this test."""
    (found,) = (text for text in BLOCKS if text.startswith(first))
    return re.sub(r"localhost:(\d+)", lambda match: f"localhost:{PORTS[int(match[1])]}", found)


def shims(folder: Path) -> Path:
    """A folder for PATH: what a reader is told to have."""
    start = json.loads((APPLICATION / "package.json").read_text())["scripts"]["start"]
    home = folder / "bin"
    home.mkdir()
    npm = NPM.format(modules=programs.node_modules(APPLICATION), start=start)
    (home / "npm").write_text(npm)
    (home / "npm").chmod(0o755)
    for program in (programs.node(), *(programs.postgres_17() / name for name in ("psql", "createdb"))):
        # programs look for their libraries beside themselves
        (home / program.name).write_text(f'#!/bin/sh\nexec {program} "$@"\n')
        (home / program.name).chmod(0o755)
    return home


@pytest.fixture(scope="module")
def started() -> Iterator[Path]:
    """A clone in which the commands of "Start it" were typed; its folder."""
    with scratch() as folder:
        server = Postgres(programs.postgres_17(), folder, Login("postgres", "local", "postgres"), SMALL)
        server.initialise(tls=False)
        home = folder / "clone" / "examples" / "application"
        home.parent.mkdir(parents=True)
        sources(home)
        (home / "node_modules").unlink()
        hand_over(folder / "clone", home.parent, home)
        variables = {
            "PATH": f"{shims(folder)}:{os.environ['PATH']}",
            "PGPORT": str(server.port),
            "PORT": str(PORTS[3000]),
            "API_PORT": str(PORTS[4000]),
        }
        log, cache = folder / "app.log", folder / "cache.log"
        valkey = (programs.valkey_server(), "--port", str(PORTS[6379]), "--save", "", "--dir", folder)
        start = block("cd examples/application\nnpm").removesuffix("npm start\n")
        # The shell itself becomes the application: ending it ends that, and nothing is left behind.
        typed = f"set -e\ncd {folder / 'clone'}\n{start}exec npm start"
        with (
            server.running(),
            running(valkey, cache, lambda: answers(PORTS[6379])),
            running(("sh", "-c", typed), log, lambda: '"listening"' in log.read_text(), variables),
        ):
            ready = ("curl", "-sf", f"http://localhost:{PORTS[3000]}/ready")
            wait_until(lambda: subprocess.run(ready, capture_output=True, check=False).returncode == 0, "it", log)
            yield folder / "clone"


def typed(text: str) -> list[object]:
    """What each command answers."""
    found = []
    for line in text.strip().splitlines():
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True, timeout=60)
        found.append(json.loads(done.stdout))
    return found


def test_what_the_readme_says_to_type_answers_as_it_says(started: Path) -> None:
    assert started.is_dir()
    commands = block("curl http://localhost")
    ready, client, bond, bonds = typed(commands)
    assert ready == {"status": "ready"}
    assert client == {"id": "client-42", "name": "Jane"}
    assert bonds == [bond]
    assert typed(commands)[2:] == [bond, [bond]], "the POST again is answered the same, and there is still one bond"


def test_the_shipped_warm_up_fills_the_cache_for_as_long_as_promised(started: Path) -> None:
    assert started.is_dir()
    command = warm_up_command((f"http://localhost:{PORTS[4000]}/internal/cache/bond_types",))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    with redis.Redis(port=PORTS[6379]) as cache:
        assert WARM_SECONDS - 60 < cast("int", cache.ttl("bond_types")) <= WARM_SECONDS


def test_an_application_that_cannot_know_where_clients_lie_does_not_start_and_says_every_reason() -> None:
    variables = {
        "DATABASE_URL": "postgresql://localhost/bonds",
        "DATABASE_SHARD_0_URL": "postgresql://localhost/shard",
        "SHARDS_MOVING_TO": "4",
        "REDIS_URL": "http://localhost",
        "PORT": "many",
    }
    with scratch() as folder:
        program = sources(folder / "application")
        done = subprocess.run(
            [programs.node(), program], env=variables, capture_output=True, text=True, check=False, timeout=60
        )
    assert done.returncode == 1
    assert [json.loads(line)["problem"] for line in done.stdout.splitlines()] == [
        "REDIS_URL is no URL of rediss: or redis: (its value is not shown)",
        'PORT is a positive whole number, not "many"',
        "SHARD_MAP_FILE is missing, and there are URLs of 1 shards",
        "SHARDS_MOVING_TO is 4, and there are URLs of 1 shards",
    ]


def test_the_contract_says_of_this_start_what_the_readme_says(started: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, asked = block("echo").strip().splitlines()
    subprocess.run(["sh", "-c", made], cwd=started, check=True, timeout=60)
    monkeypatch.chdir(started)
    program, *words = asked.split()
    result = CliRunner().invoke(bbp, [*words, "--api", f"http://localhost:{PORTS[4000]}", "--json"])
    document = json.loads(result.stdout)
    assert (program, result.exit_code) == ("./bbp", 1)
    assert [one["id"] for one in document["clauses"] if one["state"] == "broken"] == ["cache.client"]
    told = re.search(r"`cache\.client` is broken.*?(\d+) clauses are not judged", README, re.DOTALL)
    assert told is not None
    assert int(told[1]) == document["not_judged"]
