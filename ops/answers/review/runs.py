"""Rehearses one side of a review: the program of its own commit, with the tools and the packages of that commit."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops.answers.review.content import rehearsal_key
from ops.answers.review.error import ReviewError
from ops.answers.review.kept import PLAN, SAID, SANDBOX, Kept, keep, kept, kept_directory, making
from ops.bootstrap import BootstrapError, Environment, exclusive
from ops.console import note
from sandbox.cache import write_atomically
from sandbox.program.frames import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.review.commits import Commit, Repository

LOCK = "requirements.lock"
NEEDED = ("Pulumi.yaml", "infra/__main__.py", "ops/__main__.py", "ops/commands/rehearse.py", LOCK)
"""What a commit must have for its program to be rehearsed by its own tools."""
_ERROR = re.compile(r"^(?:error: |Traceback \(most recent call last\))")
INTERRUPTED = (130, -2)


@dataclass(frozen=True)
class Refused:
    """Why a side could not be rehearsed to its end.

    Attributes:
        why: what its own tools said.
        plan: the preview, where the engine came as far.
        said: the JSON document, where the rehearsal came to its end and found something wrong.
    """

    why: str
    plan: Path | None = None
    said: dict[str, Any] | None = None


@dataclass(frozen=True)
class Ran:
    """A side that was rehearsed, or why it was not.

    Attributes:
        kept: the rehearsal; None where it was refused.
        refused: why; None where it was not.
    """

    kept: Kept | None = None
    refused: Refused | None = None


@dataclass(frozen=True)
class Runner:
    """Rehearses sides of one review.

    Attributes:
        repository: where they come from.
        engine: the engine's version: what another one left is not taken for this one's.
    """

    repository: Repository
    engine: str

    @cached_property
    def _folders(self) -> dict[str, Path]:
        return {}

    def folder(self, commit: Commit) -> Path:
        """The folder of a side, made once."""
        if commit.tree not in self._folders:
            target = self.repository.scratch / f"tree-{commit.tree[:16]}"
            self.repository.folder(commit, target)
            self._folders[commit.tree] = target
        return self._folders[commit.tree]

    def checked(self, commit: Commit, stack: str) -> str:
        """What is wrong with a side's stack file, by its own check, which takes seconds; empty for nothing.

        Raises:
            ReviewError: its packages cannot be installed.
        """
        if any(path not in commit.files for path in NEEDED):
            return ""  # its rehearsal says what it lacks
        with tempfile.TemporaryDirectory(dir=self.repository.scratch) as sandbox:
            code, out, error = self._run(commit, ["check", stack], Path(sandbox))
        said = out.strip().replace(f"{self.folder(commit)}/", "")
        return (said or error or f"its check ended with exit code {code}") if code == 1 else ""

    def asked(self, commit: Commit, words: list[str]) -> dict[str, Any] | None:
        """What a side's own `./bbp` prints as JSON; None where it has no such command, or prints none.

        Raises:
            ReviewError: its packages cannot be installed.
        """
        if any(path not in commit.files for path in NEEDED):
            return None
        with tempfile.TemporaryDirectory(dir=self.repository.scratch) as sandbox:
            _, out, _ = self._run(commit, words, Path(sandbox))
        return _document(out)

    def rehearsed(self, commit: Commit, stack: str, on: Kept | None = None) -> Ran:
        """A side's rehearsal on the state that another one left, or in an empty cloud: kept, or made.

        Raises:
            ReviewError: its packages cannot be installed.
        """
        if lacks := [path for path in NEEDED if path not in commit.files]:
            return Ran(refused=Refused(_from_before(commit, lacks)))
        key = rehearsal_key(commit, stack, self.engine, sys.version.split()[0], on.key if on is not None else "")
        if (there := kept(key)) is not None:
            note(f"{stack}: {commit.name} was rehearsed before, and nothing that decides about it has changed")
            return Ran(there)
        note(f"{stack}: rehearsing {commit.name}{' on what base has left' if on is not None else ' in an empty cloud'}")
        with making() as made:
            return self._made(commit, stack, on, key, made)

    def _made(self, commit: Commit, stack: str, on: Kept | None, key: str, made: Path) -> Ran:
        sandbox, plan = made / SANDBOX, made / PLAN
        if on is None:
            sandbox.mkdir()
        else:
            shutil.copytree(on.sandbox, sandbox)
        words = ["rehearse", stack, "--plan-out", str(plan), "--json", *([] if on is not None else ["--fresh"])]
        code, out, error = self._run(commit, words, sandbox)
        said = _document(out)
        if code == 0 and said is not None and plan.exists():
            write_atomically(made / SAID, json.dumps(said))
            return Ran(keep(key, made))
        return Ran(
            refused=Refused(error or f"it ended with exit code {code}", _moved(plan, self.repository.scratch), said)
        )

    def _run(self, commit: Commit, words: list[str], sandbox: Path) -> tuple[int, str, str]:
        """Run a side's own `./bbp`; progress is passed on, the error is kept."""
        folder = self.folder(commit)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {
            "PYTHONPATH": str(folder),  # stands before the packages of this checkout
            "PYTHONDONTWRITEBYTECODE": "1",
            "BBP_SANDBOX_DIR": str(sandbox),
            "NO_COLOR": "1",
        }
        command = [str(self._interpreter(commit)), "-P", "-m", "ops", *words]
        # A file and no pipe: whoever reads progress first would let a long document fill the pipe and wait for ever.
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output,
            subprocess.Popen(  # noqa: S603 - the side's own tools, no shell
                command,
                cwd=folder,
                env=environment,
                stdout=output,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            ) as process,
        ):
            if process.stderr is None:
                raise AssertionError("it is a pipe")
            error = "\n".join(_told(process.stderr))
            code = process.wait()
            output.seek(0)
            out = output.read()
        if code in INTERRUPTED:
            raise KeyboardInterrupt
        return code, out, folded(error, folder).replace(f"{folder}/", "").replace(str(sandbox), "SANDBOX")

    def _interpreter(self, commit: Commit) -> Path:
        """A Python with the packages that the side's lock pins: this one where it pins the same.

        Raises:
            ReviewError: they cannot be installed.
        """
        text = (self.folder(commit) / LOCK).read_text(encoding="utf-8")
        if text == (self.repository.root / LOCK).read_text(encoding="utf-8"):
            return Path(sys.executable)
        here = kept_directory() / f"environment-{commit.files[LOCK][1][:16]}"
        here.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(here / LOCK, text)
        note(f"{commit.name} pins other packages ({LOCK}): they are installed beside this checkout's, once")
        try:
            with exclusive(here / ".venv.lock") as descriptor:
                environment = Environment(here, descriptor)
                if not environment.usable():
                    environment.create()
                if not environment.current(LOCK):
                    environment.install(LOCK)
        except (BootstrapError, OSError) as error:
            raise ReviewError(
                f"{commit.name}: the packages that its {LOCK} pins cannot be installed: {error}\n"
                "  fix: run it where the package index can be reached, or choose a base with the same lock"
            ) from error
        return environment.python


def _from_before(commit: Commit, lacks: list[str]) -> str:
    return (
        f"{commit.name} has no {', no '.join(lacks)}: it is from before this layout, and nothing here can rehearse it\n"
        "  fix: a later commit; or compare by hand: `./bbp rehearse STACK` in each checkout"
    )


def _told(stream: Iterator[str]) -> Iterator[str]:
    """Pass progress on; yield the error and what follows it."""
    failing = False
    for line in stream:
        text = line.rstrip("\n")
        failing = failing or _ERROR.match(text) is not None
        if failing:
            yield text.removeprefix("error: ")
        else:
            note(f"  {text}")


def _document(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _moved(plan: Path, scratch: Path) -> Path | None:
    """The plan of a refused rehearsal, where its folder does not take it along."""
    if not plan.exists():
        return None
    target = scratch / f"refused-{plan.parent.name}.json"
    plan.rename(target)
    return target
