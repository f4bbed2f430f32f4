"""Command groups in which a stack's name may stand where a subcommand stands: `simulate prod`, `simulate hpa`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperGroup

if TYPE_CHECKING:
    import typer

STACK_COMMAND = "stack"
"""The subcommand that a stack's name stands for."""


class StackGroup(TyperGroup):
    """A group whose first word is a subcommand or else the argument of its subcommand `stack`, where it has one."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # Typer's own context class
        """Put `stack` before a first word that is no subcommand."""
        first = next((word for word in args if not word.startswith("-")), None)
        if first is not None and first not in self.commands and STACK_COMMAND in self.commands:
            args = [STACK_COMMAND, *args]
        return super().parse_args(ctx, args)
