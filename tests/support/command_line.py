"""Commands of ours as somebody writes them, read as the command line reads them."""

from __future__ import annotations

from typer.main import get_command

from ops.cli import app


def parsed(words: list[str]) -> None:
    """Reads a command with its arguments, and runs nothing.

    Raises:
        Exception: the command line does not take it.
    """
    command, rest = get_command(app), list(words)
    while hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    command.make_context(words[0], rest)
