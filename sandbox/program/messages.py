"""What the engine says, in the words of a program's author."""

from __future__ import annotations

import re

_PLUGIN = re.compile(r"no (?:resource )?plugin '?(?:pulumi-resource-)?([\w-]+)'? found in the workspace.*", re.DOTALL)
_PROPERTY = re.compile(
    r"^(?P<type>\S+) resource '(?P<name>[^']*)': property (?P<property>.+?) value \{(?P<value>.*?)\} has a problem: "
    r"(?P<reason>.*)$",
    re.DOTALL,
)
_WHOLE = re.compile(r"^\S+ resource '[^']*' has a problem: ")
_SECRET = "&{"
"""How the engine writes a value within an envelope: a secret, which it prints in plain text, and outputs."""
_SHORT = 60
"""How many characters of a value are shown beside what is wrong with it."""


def readable(message: str) -> str:
    """One message of the engine: without what it repeats, and with what can be done."""
    message = message.strip().removeprefix("an unhandled error occurred: ")
    if (plugin := _PLUGIN.search(message)) is not None:
        return (
            f"the package {plugin[1]} is not simulated: its SDK is not installed in the program's environment\n"
            f"  fix: install pulumi-{plugin[1]} there, or rehearse without its resources"
        )
    if (found := _PROPERTY.match(message)) is not None:
        value = found["value"]
        plain = value != "<nil>" and not value.startswith(_SECRET) and len(value) <= _SHORT
        shown = f", is {value}" if plain and value not in found["reason"] else ""
        return f"{found['type']}: {found['property']}{shown}: {found['reason']}"
    return _WHOLE.sub("", message)
