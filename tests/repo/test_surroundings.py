"""Tests see programs, caches and registries of the machine, and nothing else of it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import servers
from tests.support.paths import ROOT
from tests.support.servers import as_nobody
from tests.support.surroundings import isolated

HOSTILE = {
    "AWS_PROFILE": "production",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "CLOUDFLARE_API_TOKEN": "token",
    "COLUMNS": "20",
    "FORCE_COLOR": "1",
    "GIT_DIR": "/elsewhere",
    "GOFLAGS": "-mod=vendor",
    "GOOS": "windows",
    "KUBECONFIG": "/elsewhere",
    "LC_ALL": "tr_TR.UTF-8",
    "NO_COLOR": "1",
    "PGSSLMODE": "disable",
    "PGSERVICE": "production",
    "PULUMI_BACKEND_URL": "s3://production",
    "PYTHONHASHSEED": "1",
    "PYTHONPATH": "/elsewhere",
    "PYTHONWARNINGS": "error",
    "REDIS_URL": "redis://production",
}
"""What decides how programs behave on somebody's machine."""


def test_nothing_that_decides_how_programs_behave_reaches_the_tests(tmp_path: Path) -> None:
    found = isolated({**HOSTILE, "PATH": "/bin"}, tmp_path, tmp_path / "cache", tmp_path / "own")
    assert not set(found) & set(HOSTILE)
    assert found["PATH"] == "/bin"


def test_caches_and_registries_stay_where_the_machine_has_them(tmp_path: Path) -> None:
    machine = {"GOPROXY": "https://modules.example", "PIP_INDEX_URL": "https://wheels.example", "GOCACHE": "/builds"}
    found = isolated(machine, tmp_path, tmp_path / "cache", tmp_path / "own")
    assert {name: found[name] for name in machine} == machine
    assert found["BBP_CACHE_DIR"] == str(tmp_path / "cache")
    assert found["GOPATH"] == str(tmp_path / "go")
    assert found["HOME"] == str(tmp_path / "own")


def test_servers_of_the_tests_are_never_asked_through_a_proxy(tmp_path: Path) -> None:
    found = isolated({"HTTPS_PROXY": "http://proxy.example", "NO_PROXY": ""}, tmp_path, tmp_path, tmp_path)
    assert found["HTTPS_PROXY"] == "http://proxy.example"
    assert found["NO_PROXY"] == found["no_proxy"] == "localhost,127.0.0.1,::1"


def test_this_run_has_a_home_of_its_own_and_keeps_the_time_in_utc() -> None:
    assert list(Path.home().glob(".postgresql")) == []
    assert Path.home().name.startswith("bbp-home-")
    assert time.tzname[0] == "UTC"
    old = os.umask(0o022)
    assert old == 0o022


def test_a_server_sees_an_empty_home_of_its_own_and_no_variable_of_the_machine() -> None:
    done = as_nobody(["/bin/sh", "-c", "env; ls -A $HOME; test -w $HOME && echo writable"])
    lines = done.stdout.splitlines()
    variables = dict(line.split("=", 1) for line in lines if "=" in line)
    assert set(variables) - {"PWD", "SHLVL", "_", "OLDPWD"} == {"PATH", "HOME", "LANG", "TZ"}
    assert variables["HOME"] not in {"/nonexistent", os.environ["HOME"]}
    assert lines[-1] == "writable"
    assert not Path(variables["HOME"]).exists()


def test_the_home_of_a_server_is_closed_to_others() -> None:
    with servers.own_environment() as environment:
        assert stat.S_IMODE(Path(environment["HOME"]).stat().st_mode) == 0o700


def test_a_run_without_assertions_is_refused() -> None:
    command = [sys.executable, "-O", "-m", "pytest", "-q", "tests/repo/test_surroundings.py", "-k", "closed"]
    root = ROOT
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "without assertions" in done.stdout + done.stderr
