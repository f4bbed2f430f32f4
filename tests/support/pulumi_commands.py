"""Commands of the Pulumi CLI that plans of steps print, with the options that they give them."""

PULUMI: dict[str, frozenset[str]] = {
    "login": frozenset(("--local",)),
    "preview": frozenset(("--diff", "--stack")),
    "refresh": frozenset(("--stack",)),
    "stack init": frozenset(),
    "up": frozenset(("--stack",)),
}
"""The engine's own help has them: tests/engine/test_restore.py asks it."""
