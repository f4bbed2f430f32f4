"""How sure a rehearsal is of what it says, and what a strict one refuses."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ops.jsonable import picked
from plan.types import TYPES
from sandbox.truth.report import truth
from sandbox.truth.setting import Kubernetes, Setting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import PlannedResource
    from sandbox.invokes.origins import Answered
    from sandbox.session import Session
    from sandbox.truth.report import Spot, Truth, TypeTruth

NOBODY_KNOWS = "nobody knows what"
"""What a type holds that `plan.types` does not describe: it is treated like one that holds data."""
_ENGINE = ("pulumi", "pulumi-nodejs", "pulumi-python")
"""Packages of the engine itself: its providers, its stack references and resources that a program defines."""


def holds(token: str) -> str:
    """What is lost with a resource of a type; empty for what can be made again."""
    row = TYPES.get(token)
    if row is None:
        return NOBODY_KNOWS
    return row.holds.what if row.holds is not None else ""


def truth_of(resources: Iterable[PlannedResource], setting: Setting, lookups: tuple[Answered, ...] = ()) -> Truth:
    """The truth report of a plan, everything that it would delete included.

    Args:
        resources: the plan.
        setting: what the run had beside the simulation.
        lookups: what its look-ups were answered from.
    """
    custom = [item.type for item in resources if item.custom and item.type.partition(":")[0] not in _ENGINE]
    return truth(Counter(custom), setting, holds, lookups)


def setting_of(session: Session, *, updated: bool, server: str = "") -> Setting:
    """What a session's answers rest on.

    Args:
        session: the session.
        updated: whether its update ran.
        server: the version of its Kubernetes API.
    """
    if session.cluster is None:
        return Setting(updated=updated)
    plugin = "kubernetes" in session.plugins
    return Setting(updated, Kubernetes.PLUGIN if plugin else Kubernetes.SERVER, server)


def truth_json(found: Truth) -> dict[str, Any]:
    """The machine-readable truth report."""
    return {
        "strict": not found.unproven,
        "grades": {grade.value: count for grade, count in found.grades.items()},
        "packages": [
            {
                **picked(item, "package", "resources", "types"),
                "grades": {grade.value: count for grade, count in item.grades.items()},
                "assumed": {aspect.value: count for aspect, count in item.assumed.items()},
            }
            for item in found.packages
        ],
        "weakest": [_spot(spot) for spot in found.weakest],
        "unsaid": found.unsaid,
        "lookups": found.lookups,
        "types": [_type(item) for item in found.types],
    }


def _spot(spot: Spot) -> dict[str, Any]:
    return picked(
        spot,
        *("type=type.token", "resources=type.resources", "holds=type.holds", "aspect", "grade=answer.grade", "weight"),
        *("why=answer.why", "fix=answer.fix"),
    )


def _type(item: TypeTruth) -> dict[str, Any]:
    return {
        **picked(item, "type=token", "resources", "holds"),
        "aspects": {aspect.value: answer for aspect, answer in item.answers.items()},
    }


def refusal(found: Truth) -> str:
    """Why a strict rehearsal ends with exit code 1: everything that is assumed of what holds data; empty if nothing."""
    if not found.unproven:
        return ""
    lines = [
        f"  {spot.aspect.value} of {spot.type.name} ({spot.type.resources}, {spot.type.holds}): {spot.answer.why}\n"
        f"    fix: {spot.answer.fix}"
        for spot in found.unproven
    ]
    head = f"--strict: {len(lines)} assumed of types that hold data, or of which nobody knows what they hold:"
    return "\n".join((head, *lines))
