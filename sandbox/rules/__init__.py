"""Provider truth: what the real services refuse, each rule with the public document that states it.

Value rules need nothing but the inputs: they run in every check, previews and unit tests included. Reference rules ask
what exists and run when something is created or updated. Deletion rules say why an object cannot go.
"""

from __future__ import annotations

from sandbox.rules.base import Context, Rule, RuleSet, Violation
from sandbox.rules.values import RULES as VALUE_RULES

__all__ = ["Context", "Rule", "Violation", "deletion_refusal", "reference_violations", "value_violations"]

_VALUES = RuleSet(VALUE_RULES)
_REFERENCES = RuleSet(())


def value_violations(context: Context) -> list[Violation]:
    """Names, lengths, character sets, allowed numbers and conflicts between properties; asks no cloud."""
    return _VALUES.violations(context)


def reference_violations(context: Context) -> list[Violation]:
    """Objects that the inputs refer to and that do not exist or do not fit, and names that are taken."""
    return _REFERENCES.violations(context) if context.cloud is not None else []


def deletion_refusal(context: Context) -> str | None:  # noqa: ARG001 - replaced when deletion rules exist
    """Why an object cannot be deleted now, or None."""
    return None
