"""The schema file: which column of each table names its client, and what is decided about everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ops.answers.shards.errors import MoveError

if TYPE_CHECKING:
    from pathlib import Path


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


def read_schema(file: Path) -> Schema:
    """The schema file.

    Raises:
        MoveError: it is no such file; each problem in a line.
        OSError: it cannot be read.
    """
    try:
        document: object = yaml.safe_load(file.read_text(encoding="utf-8"))
        schema = Schema.model_validate(document)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MoveError(f"{file} is no YAML: {error}") from error
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}" for one in error.errors()]
        raise MoveError(
            f"{file}: " + "; ".join(problems) + ". It has `tables: {bonds: client_id}`, `shared: {courts: copied}` and "
            "`foreign_keys: {bonds_case_fkey: within}`"
        ) from error
    if twice := sorted(schema.tables.keys() & schema.shared.keys()):
        raise MoveError(f"{file}: {', '.join(twice)} cannot be both in tables and in shared")
    return schema
