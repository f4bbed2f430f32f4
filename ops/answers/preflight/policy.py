"""The smallest IAM policy with which every question of a plan can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.answers.preflight.model import Question


def policy(questions: Iterable[Question]) -> dict[str, Any]:
    """The policy's document: one statement for all that takes no narrower resource, and one for each set of others."""
    resources: dict[str, set[str]] = {}
    for question in questions:
        for need in question.needs:
            if need.read.action:
                resources.setdefault(need.read.action, set()).add(need.resource)
    together: dict[tuple[str, ...], list[str]] = {}
    for action, found in sorted(resources.items()):
        together.setdefault(("*",) if "*" in found else tuple(_without_covered(found)), []).append(action)
    statements = [
        {"Sid": f"Preflight{number}", "Effect": "Allow", "Action": actions, "Resource": list(where)}
        for number, (where, actions) in enumerate(sorted(together.items()), 1)
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _without_covered(arns: set[str]) -> list[str]:
    """Patterns without those that a wider one of them covers."""
    wide = tuple(arn[:-1] for arn in arns if arn.endswith("/*"))
    return sorted(arn for arn in arns if arn.endswith("/*") or not arn.startswith(wide or ("\0",)))
