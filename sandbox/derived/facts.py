"""Public facts about types, from the data files beside this module; each file names its source and its date."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from sandbox.model.replacement import Replaced


class Source(StrEnum):
    """Where something that is said of a type comes from."""

    ROW = "row"
    PROVIDER = "provider schema"
    CLOUDFORMATION = "CloudFormation"
    CONVENTION = "public convention"
    SCHEMA = "schema"
    ASSUMED = "assumed"


_REPLACEMENT = (
    ("replacement-aws", Source.PROVIDER),
    ("replacement-cloudflare", Source.PROVIDER),
    ("replacement-cloudformation", Source.CLOUDFORMATION),
)


@cache
def table(name: str) -> dict[str, Any]:
    """What a data file says of each type, read when it is first asked for."""
    file = resources.files("sandbox.derived") / "data" / f"{name}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["types"]
    return found


def source_of(name: str) -> str:
    """The source and the date of a data file."""
    file = resources.files("sandbox.derived") / "data" / f"{name}.json"
    return str(json.loads(file.read_text(encoding="utf-8"))["source"])


@cache
def replacement(token: str) -> tuple[Replaced, Source]:
    """What replaces a type, and who says so; nothing, where nobody does.

    Args:
        token: the Pulumi type token.
    """
    package = token.partition(":")[0]
    for name, source in _REPLACEMENT:
        if name == f"replacement-{package}" or (package == "aws" and source is Source.CLOUDFORMATION):
            paths = table(name).get(token)
            if paths is not None:
                return _read(paths), source
    # What the Kubernetes provider replaces stands in rows; every other kind it changes in place (`diff.go`).
    return Replaced(), Source.PROVIDER if package == "kubernetes" else Source.ASSUMED


def public_replacement(token: str) -> str | None:
    """The document of what replaces a type that no row describes, or None where nobody published it."""
    return next((source_of(name) for name, _ in _REPLACEMENT if token in table(name)), None)


def _read(text: str) -> Replaced:
    """A table in its short form.

    `!` says that the old object goes first; of the paths, `path?` stays when it is not given any more, and
    `path=default` is no change when the default is given.
    """
    paths, kept, defaults = [], [], {}
    words = text.split()
    for item in words:
        if item == "!":
            continue
        path, given, default = item.partition("=")
        paths.append(path.removesuffix("?"))
        if given:
            defaults[paths[-1]] = json.loads(default)
        elif path.endswith("?"):
            kept.append(paths[-1])
    return Replaced(tuple(paths), defaults, kept=tuple(kept), deleted_first="!" in words)
