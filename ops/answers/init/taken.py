"""What keeps a new stack's file from its place: another file, another stack's name, no folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infra.problems import Problem
from ops.inputs.stack_file import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOOTSTRAP = "bootstrap"
"""The folder of the program that prepares an account, with stack files of its own."""


def exists(file: Path) -> Problem:
    """The problem of a file that is there."""
    return Problem(
        path="STACK",
        rule="stack-exists",
        value=file.name,
        allowed="the name of a stack that has no file yet: a file is never written over",
        fix="edit that file, choose another name, or move it away first",
    )


def taken(stack: str, file: Path, *, write: bool) -> Iterator[Problem]:
    """The first thing that stands where a stack's file would.

    Args:
        stack: the stack's name.
        file: where it would be.
        write: whether it is to be written.
    """
    if write and os.path.lexists(file):
        yield exists(file)
        return
    if not file.parent.is_dir():
        fix = "make it first, or choose another --out"
        yield Problem(path="--out", rule="folder", value=str(file.parent), allowed="a folder that exists", fix=fix)
        return
    alike = [one.name for one in file.parent.iterdir() if one.name != file.name and _same(one.name, file.name)]
    if alike:
        yield Problem(
            path="STACK",
            rule="stack-exists",
            value=alike[0],
            allowed="a name that differs from all others in more than capital letters: a file system that knows no "
            "case takes both files for one",
            fix=f"rename {alike[0]}, which no stack may be called, or choose another name",
        )
        return
    of_an_account = ROOT / BOOTSTRAP / f"Pulumi.{stack}.yaml"
    if of_an_account.exists():
        yield Problem(
            path="STACK",
            rule="stack-exists",
            value=stack,
            allowed=f"a name that no stack of the bootstrap has: {BOOTSTRAP}/{of_an_account.name} is an account's",
            fix=f"name the stack `{stack}-stack`",
        )


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
