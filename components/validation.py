"""Refusal of impossible arguments: every broken rule in one error, before any resource is registered."""

from __future__ import annotations


def require(subject: str, *rules: tuple[bool, str]) -> None:
    """Raise one error that names every rule which does not hold.

    Args:
        subject: what is being checked, as its user knows it (an identifier, a logical name).
        *rules: pairs of "holds" and the sentence that says what is required.

    Raises:
        ValueError: at least one rule does not hold.
    """
    broken = [sentence for holds, sentence in rules if not holds]
    if broken:
        raise ValueError(f"{subject}: " + "; ".join(broken))


def within(value: float, lowest: float, highest: float) -> bool:
    """Whether a value lies in a range, both ends included."""
    return lowest <= value <= highest
