"""Brings `.venv` in step with the lock files; `bbp` runs this with the system's Python when they differ.

Standard library only: nothing is installed yet when it runs. It resumes where an interrupted run stopped, and two
runs at once take turns (a kernel lock on `.venv.lock`, so a killed run leaves nothing behind to clean up).
Everything it says goes to standard error.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections import deque
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PIP_SOURCES = frozenset(
    f"PIP_{name}"
    for name in (
        *("CACHE_DIR", "CERT", "CLIENT_CERT", "CONFIG_FILE", "DEFAULT_TIMEOUT", "EXTRA_INDEX_URL", "FIND_LINKS"),
        *("INDEX_URL", "KEYRING_PROVIDER", "NO_CACHE_DIR", "NO_INDEX", "PROXY", "RETRIES", "TIMEOUT", "TRUSTED_HOST"),
    )
)
"""The caller's pip settings that are kept: where packages come from is theirs to say, which ones is the lock's."""

PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)
"""One pinned requirement of a lock file (pip's requirements file format)."""

REACHED = re.compile(r"(?:Collecting|Requirement already satisfied:) (\S+)")
"""How pip's install command announces each requirement."""


class BootstrapError(Exception):
    """The environment could not be made; the message is one sentence for the user."""


def say(text: str) -> None:
    """Writes one line of progress to standard error."""
    sys.stderr.write(f"bbp: {text}\n")
    sys.stderr.flush()


@contextmanager
def exclusive(path: Path) -> Iterator[int]:
    """Holds the kernel's lock on `path` for the duration; yields its descriptor.

    Children that inherit the descriptor hold the lock too: pip that outlives a killed parent is waited for.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
            say(f"another ./bbp (process {holder}) is preparing .venv; waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


class Environment:
    """The project's `.venv`, with stamps in `.venv/.bbp/` that say what it was made from."""

    def __init__(self, root: Path, lock_descriptor: int) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.stamps = self.venv / ".bbp"
        self.lock_descriptor = lock_descriptor

    def stamped(self, name: str) -> str:
        """The text that stamp `name` holds; empty when there is none."""
        try:
            return (self.stamps / name).read_text(encoding="utf-8")
        except OSError:
            return ""

    def stamp(self, name: str, text: str) -> None:
        """Writes stamp `name` in one step, so that an interrupted run leaves the old one or the new one."""
        self.stamps.mkdir(exist_ok=True)
        fresh = self.stamps / f"{name}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.stamps / name)

    def usable(self) -> bool:
        """Whether the environment is ours, for this directory, and its interpreter and pip still run."""
        if self.stamped("root") != f"{self.root}\n":
            return False
        probe = [str(self.python), "-I", "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            return subprocess.run(probe, capture_output=True, check=False).returncode == 0  # noqa: S603 - our own interpreter
        except OSError:
            return False

    def create(self) -> None:
        """Makes an empty environment with pip in it, in place of whatever stands there."""
        version = ".".join(map(str, sys.version_info[:3]))
        say(f"{'rebuilding' if self.venv.exists() else 'making'} .venv with Python {version}")
        if self.venv.is_symlink():
            self.venv.unlink()
        shutil.rmtree(self.venv, ignore_errors=True)
        # The real file behind a shim or a link: when an upgrade takes it away, the environment shows it at once.
        interpreter = str(Path(sys.executable).resolve())
        done = subprocess.run(  # noqa: S603 - the interpreter that runs this file
            [interpreter, "-I", "-m", "venv", str(self.venv)],
            capture_output=True,
            text=True,
            check=False,
            pass_fds=(self.lock_descriptor,),
        )
        if done.returncode != 0:
            sys.stderr.write(done.stdout + done.stderr)
            raise BootstrapError(f"Python {version} could not make {self.venv}")
        self.stamp("root", f"{self.root}\n")

    def pip(self, arguments: Sequence[str], total: int) -> None:
        """Runs pip and shows how many of `total` packages it has reached; its last lines are shown when it fails."""
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("PIP_") or key in PIP_SOURCES
        }
        environment["PIP_USER"] = "0"  # a pip.conf with user=true would write outside .venv
        command = [str(self.python), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
        with subprocess.Popen(  # noqa: S603 - our own interpreter, arguments from this file
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            pass_fds=(self.lock_descriptor,),
        ) as process:
            assert process.stdout is not None  # noqa: S101 - Popen gives one for PIPE
            last_lines = follow(process.stdout, total)
        if process.returncode != 0:
            sys.stderr.write("".join(last_lines))
            raise BootstrapError("pip failed (its last lines are above); ./bbp continues from here when run again")

    def install(self, lock: str) -> None:
        """Installs what `lock` pins, and removes what its last version pinned and no lock pins any more."""
        text = (self.root / lock).read_text(encoding="utf-8")
        names = set(PINNED.findall(text))
        say(f"installing the {len(names)} packages of {lock} (only when it has changed)")
        self.pip(
            ["install", "--no-deps", "--require-hashes", "--requirement", str(self.root / lock)],
            total=len(names),
        )
        kept = names.union(*(PINNED.findall(path.read_text(encoding="utf-8")) for path in self.root.glob("*.lock")))
        dropped = sorted(set(PINNED.findall(self.stamped(lock))) - kept)
        if dropped:
            say(f"removing {', '.join(dropped)}: no longer in {lock}")
            self.pip(["uninstall", "--yes", *dropped], total=0)
        self.stamp(lock, text)

    def install_project(self) -> None:
        """Makes the project's own packages importable by name, in place (editable)."""
        text = (self.root / "pyproject.toml").read_text(encoding="utf-8")
        self.pip(["install", "--no-deps", "--no-build-isolation", "--editable", str(self.root)], total=0)
        self.stamp("pyproject.toml", text)

    def current(self, name: str) -> bool:
        """Whether the environment was made from `name` as it stands in the project."""
        return self.stamped(name) == (self.root / name).read_text(encoding="utf-8")

    def synchronise(self, locks: Sequence[str]) -> None:
        """Does what is missing, and nothing else."""
        if not self.usable():
            self.create()
        for lock in locks:
            if not self.current(lock):
                self.install(lock)
        if not self.current("pyproject.toml"):
            self.install_project()


def follow(lines: IO[str], total: int) -> deque[str]:
    """Shows pip's progress as a count and returns its last lines for a failure's sake."""
    last: deque[str] = deque(maxlen=15)
    live = sys.stderr.isatty()
    reached = 0
    for line in lines:
        last.append(line)
        package = REACHED.match(line)
        if package is None:
            continue
        reached += 1
        if live:
            sys.stderr.write(f"\r\x1b[Kbbp: {reached} of {total}: {package[1]}")
            sys.stderr.flush()
        elif reached % 10 == 0:
            say(f"{reached} of {total} packages")
    if live and reached:
        sys.stderr.write("\r\x1b[K")
    return last


def main(arguments: Sequence[str]) -> int:
    """`bootstrap.py ROOT LOCK...`: exit code 0 when `.venv` matches, 1 with a sentence when not, 130 on Ctrl-C."""
    root, *locks = arguments
    os.umask(0o022)  # an odd umask of the caller must not make files of .venv unreadable
    try:
        with exclusive(Path(root) / ".venv.lock") as descriptor:
            Environment(Path(root), descriptor).synchronise(locks)
    except KeyboardInterrupt:
        say("interrupted; run ./bbp again to continue")
        return 130
    except BootstrapError as problem:
        say(str(problem))
        return 1
    except OSError as problem:
        say(f"{problem.filename or root}: {problem.strerror or problem}")
        say(
            f"./bbp keeps its environment in {root}/.venv, made for this path: "
            "run it where it may write, or where it ran before"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
