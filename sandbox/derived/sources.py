"""Who says what the sandbox knows of a type: its row, the provider's schema, a public fact, or nobody."""

from __future__ import annotations

from sandbox.derived.facts import Source, replacement
from sandbox.derived.values import conventions
from sandbox.services import alike_of, row_of

__all__ = ["Source", "outputs_source", "replacement_source"]


def replacement_source(token: str) -> Source:
    """Who says what replaces a type; what nobody says is assumed to change in place."""
    row = row_of(token)
    if row is not None and row.replaced is not None:
        return Source.ROW
    return replacement(token)[1]


def outputs_source(token: str) -> Source:
    """Who says what a type returns beside its inputs."""
    row = row_of(token)
    if row is not None and row.outputs is not None:
        return Source.ROW
    if conventions(token):
        return Source.CONVENTION
    package = token.partition(":")[0]
    return (
        Source.ROW if package != "aws" and any(item.outputs is not None for item in alike_of(token)) else Source.SCHEMA
    )
