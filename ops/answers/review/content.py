"""Which files decide what a stack becomes: by them it is told which stacks a change reaches, and what is kept."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.review.commits import Commit

TOOLS = ("ops/", "sandbox/", "tools/", "bootstrap/")
"""What rehearses the program and is no part of it: `lint-imports` refuses an import of them from it."""
BESIDE = ("docs/", "tests/", "examples/", "benchmarks/", "package/", ".github/", ".ci/")
"""What neither the program nor its rehearsal reads."""
_NAMES = re.compile(
    r"[^/]*\.md|LICENSE|bbp|requirements-dev\.lock|\.(gitignore|gitattributes|editorconfig)|\.pre-commit.*"
)
"""Files of the project's own folder that nothing of both reads."""
_STACK_FILE = re.compile(r"Pulumi\.[^/]+\.yaml")
ENGINE = "tools/pulumi/"
"""Which engine is built."""


def of_the_program(commit: Commit, stack: str) -> dict[str, str]:
    """The files that decide what a stack becomes, by path: all but those of which it is known that they do not.

    Args:
        commit: one side.
        stack: the stack; the files of the others are left out.
    """
    return {path: " ".join(found) for path, found in commit.files.items() if _counts(path, stack)}


def _counts(path: str, stack: str) -> bool:
    if path.startswith((*TOOLS, *BESIDE)):
        return False
    if _STACK_FILE.fullmatch(path):
        return path == f"Pulumi.{stack}.yaml"
    return not _NAMES.fullmatch(path)


@dataclass(frozen=True)
class Reached:
    """What a change does to the files of one stack.

    Attributes:
        stack: its name.
        in_base: whether base has a file of it.
        in_head: whether head has one.
        files: what differs, of what decides about it.
    """

    stack: str
    in_base: bool
    in_head: bool
    files: tuple[str, ...]

    @property
    def reached(self) -> bool:
        """Whether anything can be different."""
        return bool(self.files) or self.in_base != self.in_head


def reached(base: Commit, head: Commit) -> list[Reached]:
    """What the change does to every stack that one of both sides has a file of."""
    return [
        Reached(stack, stack in base.stacks, stack in head.stacks, tuple(_different(base, head, stack)))
        for stack in sorted({*base.stacks, *head.stacks})
    ]


def _different(base: Commit, head: Commit, stack: str) -> Iterator[str]:
    old, new = of_the_program(base, stack), of_the_program(head, stack)
    yield from sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))


def rehearsal_key(commit: Commit, stack: str, engine: str, python: str, on: str = "") -> str:
    """Under which name a rehearsal is kept: whatever it depends on is in it.

    Args:
        commit: whose program it is, and whose tools rehearse it.
        stack: the stack.
        engine: the engine's version.
        python: Python's version.
        on: the key of the rehearsal that left the state; empty for an empty cloud.
    """
    tools = {
        path: " ".join(found) for path, found in commit.files.items() if path.startswith(("ops/", "sandbox/", ENGINE))
    }
    named = sorted({**of_the_program(commit, stack), **tools}.items())
    lines = [f"{stack} {engine} {python} {on}", *(f"{path} {content}" for path, content in named)]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
