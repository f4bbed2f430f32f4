"""Small git repositories for tests: files in, commits out, nothing of the user's configuration."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Git:
    """A repository in a folder."""

    root: Path

    def run(self, *words: str) -> str:
        """Run one git command to its end and return what it says."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment |= {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _NAMED.items()},
        }
        done = subprocess.run(
            ["git", "-C", str(self.root), "-c", "protocol.file.allow=always", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str, **files: str | None) -> str:
        """Write files, by their paths, commit everything, and return the commit's id."""
        for name, text in files.items():
            self.write(name, text)
        self.run("add", "--all")
        self.run("commit", "--quiet", "--allow-empty", "--message", message)
        return self.run("rev-parse", "HEAD")

    def write(self, path: str, text: str | None) -> None:
        """Write a file, or delete it."""
        target = self.root / path
        if text is None:
            target.unlink()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


_NAMED = {"NAME": "somebody", "EMAIL": "somebody@example.com", "DATE": "2026-11-30T12:00:00Z"}


def repository(root: Path, files: dict[str, str]) -> Git:
    """A repository on the branch `main` with one commit."""
    root.mkdir(parents=True, exist_ok=True)
    made = Git(root)
    made.run("init", "--quiet", "--initial-branch=main")
    for path, text in files.items():
        made.write(path, text)
    made.commit("the first")
    return made
