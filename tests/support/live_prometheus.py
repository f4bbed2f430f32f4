"""A real Prometheus over samples that a test writes: backfilled as blocks, served on a loopback port."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import yaml

from sandbox.engine.go import GoError
from sandbox.kubernetes.tools import prometheus, promtool
from tests.support.paths import ROOT
from tests.support.servers import free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Series:
    """A series by its name and labels, and its value at each second since the beginning of the window."""

    name: str
    value: Callable[[float], float]


def constant(value: float) -> Callable[[float], float]:
    """A gauge that does not move."""
    return lambda _: value


def growing(per_second: float) -> Callable[[float], float]:
    """A counter that grows steadily."""
    return lambda seconds: per_second * seconds


def backfill(folder: Path, series: list[Series], *, seconds: int, every: int = 120) -> Path:
    """A database with the samples of the last `seconds`, one every so many.

    Args:
        folder: where to put it.
        series: what to write.
        seconds: how long ago the first sample is.
        every: seconds between samples.
    """
    try:
        tool = promtool(print)
    except GoError as error:
        pytest.skip(f"no promtool: {error}")
    end = int(time.time())
    lines = []
    for item in series:
        family = item.name.partition("{")[0]
        lines.append(f"# TYPE {family} unknown")
        lines += [f"{item.name} {item.value(at)} {end - seconds + at}" for at in range(0, seconds + 1, every)]
    merged = _one_type_each(lines)
    samples, database = folder / "samples.txt", folder / "database"
    samples.write_text("\n".join([*merged, "# EOF", ""]))
    command = [str(tool), "tsdb", "create-blocks-from", "openmetrics", str(samples), str(database)]
    subprocess.run(command, check=True, capture_output=True)
    return database


def _one_type_each(lines: list[str]) -> list[str]:
    """Series of one name together under one TYPE line, as OpenMetrics wants them."""
    families: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("# TYPE"):
            current = families.setdefault(line, [])
        else:
            current.append(line)
    return [text for header, found in families.items() for text in (header, *found)]


@contextmanager
def serving(folder: Path, database: Path, web: Mapping[str, object] | None = None) -> Iterator[str]:
    """The host and port of a Prometheus that serves a database and scrapes nothing.

    Args:
        folder: for its configuration and log.
        database: from `backfill`.
        web: its web configuration file, for TLS and passwords.
    """
    try:
        program = prometheus(print)
    except GoError as error:
        pytest.skip(f"no prometheus: {error}")
    (folder / "prometheus.yml").write_text("scrape_configs: []\n")
    (folder / "web.yml").write_text(yaml.safe_dump(dict(web or {})))
    port = free_port()
    command = [
        *(sys.executable, "-m", "sandbox.tether", str(program)),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--web.config.file={folder / 'web.yml'}",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--storage.tsdb.path={database}",
        "--storage.tsdb.retention.time=10y",
    ]
    log = folder / "prometheus.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=ROOT, start_new_session=True
        )
    try:
        wait_until(lambda: _ready(process, port, log), "Prometheus to be ready", log)
        yield f"127.0.0.1:{port}"
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(STOP_SECONDS)


def _ready(process: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    assert process.poll() is None, log.read_text()[-2000:]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        return error.code in {400, 401}  # it speaks TLS, or wants a password: both are up
    except OSError:
        return False
