"""Says in words for people what is wrong with the value of an option, where its library speaks of validators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click.core import Command, Context

_WORDS = {
    "int_parsing": "must be a whole number, not {input!r}",
    "int_parsing_size": "must be a whole number of fewer digits",
    "float_parsing": "must be a number, not {input!r}",
    "finite_number": "must be a finite number, not {input!r}",
    "bool_parsing": "must be true or false, not {input!r}",
    "greater_than_equal": "must be {ge:g} or more, not {input!r}",
    "greater_than": "must be more than {gt:g}, not {input!r}",
    "less_than_equal": "must be {le:g} or less, not {input!r}",
    "less_than": "must be less than {lt:g}, not {input!r}",
}
"""By pydantic's type of error, which Typer checks options with (Pydantic documentation, Validation Errors)."""


class Group(TyperGroup):
    """The commands, whose refusals of values are sentences; `cost trend` is `cost-trend` in two words."""

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """The command that a line begins with."""
        joined = "-".join(args[:2])
        return super().resolve_command(ctx, [joined, *args[2:]] if joined in self.commands else args)

    def invoke(self, ctx: Context) -> Any:  # noqa: ANN401 - whatever a command returns
        """Run a command; a value that it does not take is explained."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = _in_words(error)
            raise


def _in_words(error: typer.BadParameter) -> str:
    from pydantic import ValidationError  # noqa: PLC0415 - only for a command line that is wrong

    if not isinstance(error.__cause__, ValidationError):
        return error.message
    first = error.__cause__.errors()[0]
    words = _WORDS.get(first["type"])
    return error.message if words is None else words.format(input=first["input"], **first.get("ctx", {}))
