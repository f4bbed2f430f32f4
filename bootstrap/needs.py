"""What the plans of each stack need, as a file in git: who may do what changes in a review, not in an update."""

from __future__ import annotations

from pathlib import Path

import yaml

from plan.permissions import Needs

FOLDER = Path(__file__).parent / "needs"
_HEADER = """\
# What the plans of {stack} hold in every phase: its roles are granted that, and no more.
# Written by `./bbp bootstrap policies {stack} --write`.
"""


class NeedsError(Exception):
    """There is no such file; the message says how it is made."""


def read_needs(stack: str, folder: Path = FOLDER) -> Needs:
    """What a stack needs.

    Raises:
        NeedsError: nobody has written it.
    """
    path = folder / f"{stack}.yaml"
    if not path.is_file():
        raise NeedsError(
            f"nobody knows what the plans of {stack} hold: there is no {path}\n"
            f"  fix: ./bbp bootstrap policies {stack} --write"
        )
    return Needs.from_data(yaml.safe_load(path.read_text(encoding="utf-8")))


def needs_text(stack: str, needs: Needs) -> str:
    """The text of a stack's file."""
    return _HEADER.format(stack=stack) + yaml.safe_dump(needs.as_data(), sort_keys=False, width=1000)


def write_needs(stack: str, needs: Needs, folder: Path = FOLDER) -> Path:
    """Write a stack's file; its path."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{stack}.yaml"
    path.write_text(needs_text(stack, needs), encoding="utf-8")
    return path
