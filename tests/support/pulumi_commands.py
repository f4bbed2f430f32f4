"""Commands of the Pulumi CLI that plans of steps print, with the options that they give them."""

PULUMI: dict[str, frozenset[str]] = {
    "cancel": frozenset(("--stack",)),
    "import": frozenset(("--file", "--generate-code", "--stack")),
    "login": frozenset(("--local",)),
    "preview": frozenset(("--diff", "--import-file", "--stack")),
    "refresh": frozenset(("--diff", "--preview-only", "--stack")),
    "stack export": frozenset(("--file", "--stack")),
    "stack init": frozenset(("--secrets-provider",)),
    "state repair": frozenset(("--stack",)),
    "up": frozenset(("--stack",)),
}
"""The engine's own help has them: tests/engine/test_restore.py asks it."""
