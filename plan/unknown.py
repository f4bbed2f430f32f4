"""Values that a preview does not know, and values that it does not show."""

from __future__ import annotations

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes for a text that only an update makes known (Pulumi SDK, `UnknownStringValue`)."""
MARKERS = frozenset(
    (
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
        "[unknown]",
    )
)
"""All of the engine's markers: of texts, booleans, numbers, lists, assets, archives and objects (Pulumi SDK,
`plugin/rpc.go`), and the one that the CLI shows people."""
SECRET = "[secret]"
"""What the engine writes into a preview instead of a secret (Pulumi CLI, `massagePropertyValue`)."""


def is_unknown(value: object) -> bool:
    """Whether a value is known only after an update."""
    return isinstance(value, str) and value in MARKERS


def is_hidden(value: object) -> bool:
    """Whether a preview does not say what a value is: it is not known yet, or a secret."""
    return is_unknown(value) or value == SECRET
