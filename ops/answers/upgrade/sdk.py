"""The way from one major version of a provider's SDK to the next: pins, lock files, and the state of every stack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.facts.upgrades import Behaviour
from ops.answers.upgrade.steps import FileEdit, Step

if TYPE_CHECKING:
    from pathlib import Path

    from ops.answers.upgrade.steps import Refused

_PINNED = re.compile(r"^(pulumi(?:-[a-z]+)?)==(\d+(?:\.\d+)*)", re.MULTILINE)
PINS = ("pyproject.toml", "package/pyproject.toml")
"""Files that pin a version by hand; the lock files follow."""
RUN_PROGRAM = Behaviour(
    says="a refresh that runs the program takes differences away that the provider's own change of form makes",
    source="Pulumi documentation, Running your program on refresh and destroy; AWS 7.0 Migration Guide; read "
    "2026-11-29",
)


def locked(root: Path) -> dict[str, str]:
    """The Pulumi packages of the lock file, each with its version."""
    return dict(_PINNED.findall((root / "requirements.lock").read_text(encoding="utf-8")))


def refusals(package: Package, before: str, after: str, found: Refused) -> None:
    """Everything that makes the way impossible."""
    runs, majors = package.version, [_major(version) for version in (before, after)]
    for place, version, major in zip(("FROM", "TO"), (before, after), majors, strict=True):
        if major is None:
            found.add(place, version, "a version such as 7 or 7.51.1", f"use {runs}")
    old, new = majors
    if not _begins(runs, before):
        found.add("FROM", before, f"{runs}: what requirements.lock pins", f"use {runs.split('.')[0]}")
    if old is None or new is None:
        return
    if new < old:
        found.add("TO", after, f"a version after {before}: a provider reads no state of a later one", "keep what runs")
    elif new > old + 1:
        found.add(
            "TO", after, f"{old + 1}: one major version at a time, each has its own guide", f"plan {before} {old + 1}"
        )
    elif new == old and not _later(after, runs):
        found.add("TO", after, f"a version after {runs}", "nothing is to be done")


def _major(version: str) -> int | None:
    return int(version.split(".", maxsplit=1)[0]) if re.fullmatch(r"\d+(\.\d+)*", version) else None


def _begins(runs: str, version: str) -> bool:
    return f"{runs}.".startswith(f"{version}.")


def _later(version: str, than: str) -> bool:
    return list(map(int, version.split("."))) > list(map(int, than.split(".")))


@dataclass(frozen=True, kw_only=True)
class Package:
    """A Pulumi package of the lock file.

    Attributes:
        name: what it is called.
        version: what the lock file pins.
        pinned: files that pin it by hand.
    """

    name: str
    version: str
    pinned: tuple[str, ...]


def steps(package: Package, before: str, after: str, stack: str) -> tuple[Step, ...]:
    """The steps of a way that nothing refuses.

    Args:
        package: the package.
        before: the version that it leads from.
        after: the one that it leads to.
        stack: a stack to begin with.
    """
    name, major = package.name, before.split(".", maxsplit=1)[0]
    wanted = after if "." in after else f"{after}.MINOR.PATCH"
    pin = f"{name}=={package.version}"
    guide = f"read the migration guide of {name} {after.split('.', maxsplit=1)[0]}: names, arguments, defaults"
    unknown = (
        "pulumi preview --refresh --run-program --diff: read every change; the simulated cloud knows the SDK's types, "
        "not what the real provider does to a state that its former version wrote"
    )
    return (
        Step(
            title=f"To the newest {major}.x first, with nothing left to do",
            by_hand=(
                f"raise {name} to its newest {major}.x as in the next step",
                "pulumi up --refresh, then a preview without changes and without deprecation warnings",
                "pulumi stack export > before.json, for every stack",
            ),
            back="nothing has changed for good",
            checks=("pulumi preview --diff: no changes", "./bbp test"),
        ),
        Step(
            title=f"Pins and lock files to {after}",
            by_hand=(guide, "both lock files anew, with the commands of CONTRIBUTING.md, Dependencies"),
            file_edits=tuple(FileEdit(file=file, old=pin, new=f"{name}=={wanted}") for file in package.pinned),
            back="the files before",
            checks=("./bbp test", f"./bbp rehearse {stack} --fresh", f"./bbp journey {stack}"),
        ),
        Step(
            title="State of every stack, the least important first",
            by_hand=(unknown, "pulumi up --refresh --run-program"),
            service=(RUN_PROGRAM,),
            preview="what the provider reads in another form; stop if anything that holds data would be replaced",
            no_return="that update: the former provider does not read what this one writes",
            back="the files before, and pulumi stack import of what pulumi stack export wrote before it",
            checks=("pulumi preview --diff: no changes",),
        ),
    )


def package_of(root: Path, name: str) -> Package:
    """A package of the lock file, and where else it is pinned."""
    version = locked(root)[name]
    pinned = tuple(file for file in PINS if f"{name}=={version}" in (root / file).read_text(encoding="utf-8"))
    return Package(name=name, version=version, pinned=pinned)
