"""The schema file: which column of each table names its client, and what is decided about everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ops.answers.shards.errors import MoveError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic_core import ErrorDetails


class Schema(BaseModel):
    """What a person decided about each table of a database.

    Attributes:
        tables: tables whose rows belong to a client, and the column that names it.
        shared: tables whose rows belong to no client: `copied` to every shard while the move goes on and the
            application's to keep alike afterwards, or left on the `primary`.
        foreign_keys: constraints that do not contain the client's column, by name: `within` one client, which every
            verification checks row by row, or `dropped` on the shards.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tables: dict[str, str] = Field(min_length=1)
    shared: dict[str, Literal["copied", "primary"]] = {}
    foreign_keys: dict[str, Literal["within", "dropped"]] = {}


SHAPE = (
    "`tables: {bonds: client_id}`, `shared: {courts: copied}` and `foreign_keys: {bonds_case_fkey: within}`; "
    "docs/sharding.md"
)
"""What a schema file looks like."""
_WANTED = {
    (): "a mapping",
    ("tables",): "a mapping from at least one table to the column that names its client, such as {bonds: client_id}",
    ("shared",): "a mapping from table to copied or primary, such as {courts: copied}",
    ("foreign_keys",): "a mapping from constraint to within or dropped, such as {bonds_case_fkey: within}",
    ("tables", "*"): "the name of a column, as text",
    ("shared", "*"): "copied or primary",
    ("foreign_keys", "*"): "within or dropped",
}
"""What may stand at each key."""
_BRIEF = 40
"""Characters of a value that an error shows."""


def read_schema(file: Path) -> Schema:
    """The schema file.

    Raises:
        MoveError: it is no such file; every problem at once.
        OSError: it cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8")
        problems = list(_twice(yaml.compose(text, Loader=yaml.SafeLoader)))
        schema = Schema.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if not isinstance(error, ValidationError):
            said = " ".join(str(error).split())
            raise MoveError(f"{file} is no YAML: {said or 'nested too deeply'}. It has {SHAPE}") from error
        problems += map(_problem, error.errors())
    else:
        both = sorted(schema.tables.keys() & schema.shared.keys())
        problems += [f"{one} stands in tables and in shared: leave it in one of them" for one in both]
    if problems:
        raise MoveError(f"{file}: {'; '.join(problems)}. It has {SHAPE}")
    return schema


def _problem(details: ErrorDetails) -> str:
    """Where, what is there, and what is allowed."""
    place = tuple(map(str, details["loc"]))
    at = ".".join(place) or "the file"
    if details["type"] == "extra_forbidden":
        return f"{at} is no key of it, keys are {', '.join(Schema.model_fields)}"
    wanted = _WANTED.get(place) or _WANTED.get((*place[:1], "*"), "text")
    if details["type"] == "missing":
        return f"{at} is missing, it is {wanted}"
    value = repr(details["input"])
    brief = value if len(value) <= _BRIEF else f"{value[:_BRIEF]}..."
    return f"{at} must be {wanted}, not {'nothing' if details['input'] is None else brief}"


def _twice(node: yaml.Node | None) -> Iterator[str]:
    """Keys that are written twice, of which YAML would keep the last."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            yield f"{key.value} stands there twice (line {key.start_mark.line + 1}): leave one"
        seen.add(str(key.value))
        yield from _twice(value)
