"""The two sides of a review in git: which commits they are, which files they have, and a folder of each.

Nothing in the user's checkout or repository is written: files are listed from git's trees, and a folder of them is made
through an index of its own.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ops.answers.review.error import ReviewError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WORKING_TREE = "the working tree"
"""What head is called where no `--head` is given."""
SUBMODULE = "160000"
"""The mode of a submodule in a tree (git documentation, gitdatamodel); its files are in another repository."""
FOREIGN = "dubious ownership"
"""What git says of a repository of somebody else's (git documentation, safe.directory)."""
DEEPEN = "fix: `git fetch --unshallow`; in GitHub Actions: actions/checkout with `fetch-depth: 0`"
_REVERTS = re.compile(r"^This reverts commit ([0-9a-f]{7,64})", re.MULTILINE)
"""What `git revert` writes into the message (git documentation, git-revert)."""


@dataclass(frozen=True)
class Commit:
    """One side.

    Attributes:
        name: how it is called in a report.
        id: the commit's id; that of HEAD for the working tree.
        tree: id of the project's tree in it.
        files: mode and content id by path, of every file of the project.
        objects: where git finds what only the working tree has; None for a commit.
        working: whether it is the working tree.
    """

    name: str
    id: str
    tree: str
    files: Mapping[str, tuple[str, str]] = field(repr=False)
    objects: Path | None = None
    working: bool = False

    @property
    def stacks(self) -> tuple[str, ...]:
        """The stacks that have a file in it."""
        found = (re.fullmatch(r"Pulumi\.([A-Za-z0-9_.-]+)\.yaml", path) for path in self.files)
        return tuple(sorted(match[1] for match in found if match))


@dataclass(frozen=True)
class Compared:
    """Both sides.

    Attributes:
        base: what stands.
        head: what it becomes.
        way_back: why this is a way back to what stood before; empty where it is none.
        notes: what a reader has to know of how they were chosen.
    """

    base: Commit
    head: Commit
    way_back: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Repository:
    """The git repository that a checkout of the project is in.

    Attributes:
        root: the project's folder.
        scratch: a folder for indexes and for objects of the working tree; the caller removes it.
    """

    root: Path
    scratch: Path

    def compared(self, base: str, head: str | None) -> Compared:
        """Both sides: where head left base, and head; base itself where head is older.

        Args:
            base: what the change is to be merged into, as git knows it.
            head: the change; None for the working tree with everything in it that is not ignored.

        Raises:
            ReviewError: this is no git repository, git does not know one of both, or where they parted.
        """
        self._is_repository()
        for option, ref in (("--base", base), ("--head", head)):
            if ref is not None and not ref.strip():
                raise ReviewError(f"{option} is empty\n  fix: name a branch, a tag or a commit, for example main")
        of_base, of_head = self._commit(base, "--base"), self._commit(head or "HEAD", "--head" if head else "HEAD")
        notes: list[str] = []
        if of_base != of_head and self._is_older(of_head, of_base):
            left, back = of_base, f"{_short(of_head)} is older than {base}: this goes back to what stood before"
        else:
            left, back = self._parted(of_base, of_head, base, head or "HEAD"), ""
            if left != of_base and (count := self._git("rev-list", "--count", f"{left}..{of_base}")):
                notes.append(
                    f"{base} has {count} commits that head does not have: they are no part of this review, "
                    "and what head does to them is seen once it is rebased"
                )
        back = back or self._reverted(left, of_head)
        there = self._read(
            left, f"{base} ({_short(left)})" if left == of_base else f"{_short(left)}, where {base} and head parted"
        )
        if head is not None:
            if changed := self._changed():
                notes.append(f"{len(changed)} files here are not committed, and no part of {head}: {_few(changed)}")
            other = self._read(of_head, f"{head} ({_short(of_head)})")
            return Compared(there, other, back, (*notes, *_submodules(other)))
        here = self._working(of_head)
        notes += _submodules(here)
        if here.working:
            notes.append(f"head is {here.name}: --head HEAD leaves out what is not committed")
        return Compared(there, here, back, tuple(notes))

    def folder(self, commit: Commit, target: Path) -> None:
        """Make a folder of everything that a side has.

        Raises:
            ReviewError: git cannot write it.
        """
        index = self.scratch / f"index-{commit.tree[:16]}"
        top = ["-C", self._git("rev-parse", "--show-toplevel")]  # in a folder below, git writes that folder alone
        self._git("read-tree", commit.tree, index=index, objects=commit.objects)
        self._git(
            *top, "checkout-index", "--all", "--force", f"--prefix={target}/", index=index, objects=commit.objects
        )

    def _is_repository(self) -> None:
        try:
            done = self._run(("rev-parse", "--is-inside-work-tree"), None, None)
        except FileNotFoundError:
            raise ReviewError("a review compares two commits, and `git` is not on PATH\n  fix: install git") from None
        if FOREIGN in done.stderr:
            raise ReviewError(
                f"{self.root} belongs to another user, so git does not read it\n"
                f"  fix: git config --global --add safe.directory {self.root}"
            )
        if done.returncode != 0:
            raise ReviewError(
                f"{self.root} is in no git repository, so there is nothing to compare\n"
                "  fix: clone the project with git (a downloaded archive has no commits)"
            )

    def _commit(self, ref: str, option: str) -> str:
        found = self._try("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if found is not None:
            return found
        if option == "HEAD":
            raise ReviewError("HEAD: nothing is committed here yet, so there is nothing to compare with")
        near = self._try("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags") or ""
        known = [name for name in near.splitlines() if not name.endswith("/HEAD")]
        deepen = f"\n  {DEEPEN}" if self._is_shallow() else ""
        # What begins with a hyphen is an option to whoever copies it, and a name of no branch (git-check-ref-format).
        fetch = (
            "" if ref.startswith("-") else f"`git fetch origin {shlex.quote(ref)}` and then {option} FETCH_HEAD, or "
        )
        raise ReviewError(
            f"{option} {ref}: git knows no such commit, branch or tag here\n"
            f"  known: {_few(known) or 'none'}\n"
            f"  fix: {fetch}a name that is known{deepen}"
        )

    def _is_older(self, one: str, other: str) -> bool:
        return self._try("merge-base", "--is-ancestor", one, other) is not None

    def _is_shallow(self) -> bool:
        return self._try("rev-parse", "--is-shallow-repository") == "true"

    def _parted(self, base: str, head: str, base_name: str, head_name: str) -> str:
        found = self._try("merge-base", base, head)
        if found is not None:
            return found
        if self._is_shallow():
            raise ReviewError(
                f"--base {base_name}: this clone is shallow and does not hold the commit where {base_name} and "
                f"{head_name} parted\n  {DEEPEN}"
            )
        raise ReviewError(
            f"--base {base_name}: it has no commit in common with {head_name}, so head is no change of it\n"
            "  fix: name a branch that head was made from"
        )

    def _reverted(self, base: str, head: str) -> str:
        """Why the way from base to head is a way back: a commit on it says so."""
        messages = self._git("log", "--format=%B", f"{base}..{head}")
        found = [_short(match[1]) for match in _REVERTS.finditer(messages)]
        return f"it reverts {', '.join(found)}" if found else ""

    def _changed(self) -> list[str]:
        said = self._git("status", "--porcelain", "--untracked-files=normal", "--", ".")
        return [line[3:] for line in said.splitlines()]

    def _working(self, head: str) -> Commit:
        """The working tree: HEAD itself where nothing differs, else a tree that is kept out of the repository."""
        changed = self._changed()
        if not changed:
            return self._read(head, f"HEAD ({_short(head)})")
        objects = self.scratch / "objects"
        objects.mkdir(parents=True, exist_ok=True)
        index = self.scratch / "index-working"
        self._git("read-tree", head, index=index)
        self._git("add", "--all", "--", ":/", index=index, objects=objects)
        whole = self._git("write-tree", index=index, objects=objects)
        name = f"{WORKING_TREE} ({len(changed)} files differ from {_short(head)})"
        return self._read(head, name, whole, objects)

    def _read(self, commit: str, name: str, whole: str | None = None, objects: Path | None = None) -> Commit:
        prefix = self._git("rev-parse", "--show-prefix").rstrip("/")
        wanted = f"{whole or commit}:{prefix}"
        tree = self._try("rev-parse", "--verify", "--quiet", wanted, objects=objects)
        if tree is None:
            raise ReviewError(f"{name} has no folder {prefix}: the project stood elsewhere then\n  fix: a later --base")
        lines = self._git("ls-tree", "-r", "-z", "--full-tree", tree, objects=objects).split("\0")
        entries = (line.partition("\t") for line in lines if line)
        files = {path: (about.split(" ")[0], about.split(" ")[2]) for about, _, path in entries}
        return Commit(name, commit, tree, files, objects, working=objects is not None)

    def _git(self, *words: str, index: Path | None = None, objects: Path | None = None) -> str:
        done = self._run(words, index, objects)
        if done.returncode != 0:
            said = done.stderr.strip() or f"exit code {done.returncode}"
            raise ReviewError(f"`git {words[0]}` failed in {self.root}: {said}")
        return done.stdout.strip("\n")

    def _try(self, *words: str, objects: Path | None = None) -> str | None:
        """What git says; None where it says no."""
        done = self._run(words, None, objects)
        return done.stdout.strip() if done.returncode == 0 else None

    def _run(
        self, words: tuple[str, ...], index: Path | None, objects: Path | None
    ) -> subprocess.CompletedProcess[str]:
        # A hook's variables name another index and another folder than this one.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
        if index is not None:
            environment["GIT_INDEX_FILE"] = str(index)
        if objects is not None:
            own = self._run(("rev-parse", "--path-format=absolute", "--git-path", "objects"), None, None)
            environment |= {
                "GIT_OBJECT_DIRECTORY": str(objects),
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": own.stdout.strip(),
            }
        return subprocess.run(  # noqa: S603 - a fixed program, no shell
            ["git", "-C", str(self.root), *words],  # noqa: S607 - the user's git
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )


def _submodules(commit: Commit) -> list[str]:
    names = [path for path, (mode, _) in commit.files.items() if mode == SUBMODULE]
    return [f"submodules are not fetched, and empty in this review: {_few(names)}"] if names else []


def _short(commit: str) -> str:
    return commit[:9]


FEW = 8
"""How many names an error lists."""


def _few(names: list[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more
