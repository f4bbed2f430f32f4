"""The ledger's model: the files of `ledger/` read and checked, one for each chapter of the guide."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, Self, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

Answer: TypeAlias = Literal["exact", "deviation", "planner", "application", "missing"]
"""What the platform does with a statement.

exact: it does that. deviation: it does something else, with a row of docs/deviations.md. planner: a command computes or
says it. application: only the application can keep it, and the contract says so. missing: nothing yet.
"""
Reading: TypeAlias = Literal["value", "nginx", "json"]
"""How what stands at a place is read: as it is, or as a text in nginx's language or in JSON."""
Environment: TypeAlias = Literal["dev", "prod"]
Phase: TypeAlias = Literal["optimization", "horizontal", "microservices"]
_PROOFS: dict[str, tuple[str, ...]] = {
    "exact": ("at", "tests"),
    "planner": ("tests",),
    "deviation": ("deviation",),
    "application": ("clauses",),
    "missing": ("why",),
}
"""Of each kind of answer, what it rests on: at least one of these."""


class LedgerError(ValueError):
    """A file of the ledger cannot be read; the message names the file, the row and what is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Resource(_Part):
    """A planned resource that rows of a chapter speak of.

    Attributes:
        environment: of the stack, by its class of defaults.
        phase: of the stack.
        type: Pulumi's type token.
        name: logical name.
        path: where in its inputs the rows' paths begin.
        reads: how what stands there is read.
    """

    environment: Environment = "prod"
    phase: Phase = "microservices"
    type: str = Field(pattern=r"^[\w.-]+:[\w./-]+:\w+$")
    name: str
    path: str = ""
    reads: Reading = "value"


class Row(_Part):
    """One statement of the guide.

    Attributes:
        id: unique, and it never changes.
        says: the statement, short, with its number.
        answer: see `Answer`.
        part: what of the guide's code it is: `autoscaler-a spec.minReplicas`, `AutoScaler.config`; empty for prose.
        key: key of the stack file that chooses it.
        default: what the key is by itself, in the phase that the row speaks of.
        default_in: environment and phase of that default, `prod horizontal`; where the row has a place, the place's.
        constant: a constant that a command computes with, or a profile's field: `planner.capacity.growth.CPU_BUFFER`.
        number: what it is; in the unit of the program, 1.5 for 50 % more.
        at: a resource of the chapter, and the path in it: `hpa spec.minReplicas`.
        value: what stands there; without it and without `holds` something must stand there.
        holds: texts that stand in what is there.
        tests: names of tests that are red without it.
        deviation: first cell of its row in docs/deviations.md.
        clauses: ids of the contract with the application.
        why: what is to be known about the answer; of what is missing, why.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*(\.[A-Za-z0-9-]+)+$")
    says: str = Field(min_length=3)
    answer: Answer
    part: str = ""
    key: str = Field(default="", pattern=r"^([a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*)?$")
    default: JsonValue = None
    default_in: str = Field(default="", pattern=r"^((dev|prod) (optimization|horizontal|microservices))?$")
    constant: str = Field(default="", pattern=r"^([a-z]\w*(\.\w+(\(\))?)+)?$")
    number: JsonValue = None
    at: str = ""
    value: JsonValue = None
    holds: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    deviation: str = ""
    clauses: tuple[str, ...] = ()
    why: str = ""

    @model_validator(mode="after")
    def _proven(self) -> Self:
        proofs = _PROOFS[self.answer]
        if not any(getattr(self, proof) for proof in proofs):
            raise ValueError(f"{self.answer} rests on {' or '.join(proofs)}: give one")
        if not self.at and ("value" in self.model_fields_set or self.holds):
            raise ValueError("value and holds are compared with what stands somewhere: give at, too")
        if not self.key and {"default", "default_in"} & self.model_fields_set:
            raise ValueError("a default is that of a key: give key, too")
        if bool(self.constant) != ("number" in self.model_fields_set):
            raise ValueError("a constant is compared with a number: give both")
        if "value" in self.model_fields_set and self.holds:
            raise ValueError("either value or holds")
        return self


class Chapter(_Part):
    """A chapter of the guide: `## ...`, with its sections (`### ...`).

    Raises:
        ValueError: a row speaks of a resource that the chapter does not name.
    """

    chapter: str
    resources: dict[str, Resource] = {}
    sections: dict[str, tuple[Row, ...]]

    @model_validator(mode="after")
    def _named(self) -> Self:
        for row in (row for rows in self.sections.values() for row in rows):
            if row.at and row.at.partition(" ")[0] not in self.resources:
                raise ValueError(f"{row.id}: at begins with one of {', '.join(self.resources)}: {row.at}")
        return self


@dataclass(frozen=True)
class Place:
    """Where a plan has a value.

    Attributes:
        resource: the resource.
        path: from the resource's own path on; empty for all of it.
    """

    resource: Resource
    path: str

    @property
    def stack(self) -> tuple[Environment, Phase]:
        """Environment and phase whose plan has it."""
        return self.resource.environment, self.resource.phase


@dataclass(frozen=True)
class Entry:
    """A row with where it stands in the guide.

    Attributes:
        chapter: heading of its chapter.
        section: heading of its section.
        row: the row.
        place: what it is compared with in a plan; None where no property shows it.
    """

    chapter: str
    section: str
    row: Row
    place: Place | None


def read_chapter(name: str, text: str) -> tuple[Entry, ...]:
    """The rows of one file.

    Args:
        name: of the file, for messages.
        text: of the file.

    Raises:
        LedgerError: it is no chapter of the ledger.
    """
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise LedgerError(f"{name} is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict):
        raise LedgerError(f"{name} is no chapter: it must be a mapping of chapter, resources and sections")
    try:
        chapter = Chapter.model_validate(found)
    except ValidationError as error:
        problems = "; ".join(_explained(found, problem["loc"], problem["msg"]) for problem in error.errors())
        raise LedgerError(f"{name}: {problems}") from None
    return tuple(
        Entry(chapter.chapter, section, row, _place(chapter, row))
        for section, rows in chapter.sections.items()
        for row in rows
    )


def _explained(found: object, loc: tuple[int | str, ...], message: str) -> str:
    """A problem of the model with the id of its row, for people."""
    where: list[str] = []
    inner = found
    for step in loc:
        if isinstance(inner, dict):
            inner = inner.get(step)
        else:
            inner = inner[step] if isinstance(inner, list) and isinstance(step, int) and step < len(inner) else None
        own = inner.get("id") if isinstance(inner, dict) else None
        where = [str(own)] if own else [*where, str(step)]
    return f"{' '.join(where)}: {message.removeprefix('Value error, ')}"


def _place(chapter: Chapter, row: Row) -> Place | None:
    if not row.at:
        return None
    name, _, path = row.at.partition(" ")
    return Place(chapter.resources[name], path.strip())


@cache
def ledger() -> tuple[Entry, ...]:
    """Every row, in the order of the files, which is the guide's.

    Raises:
        LedgerError: a file cannot be read, or two rows have one id.
    """
    folder = files(__package__) / "ledger"
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".yaml"))
    entries = tuple(entry for name in names for entry in read_chapter(name, (folder / name).read_text("utf-8")))
    counts = Counter(entry.row.id for entry in entries)
    if twice := sorted(name for name, count in counts.items() if count > 1):
        raise LedgerError(f"there twice: {', '.join(twice)}")
    return entries
