"""A drill that has been made, as it is kept: what was decided, by what, and what stood in for something."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from plan.drills.results import Event, Outcome, Pending, TimeLine

FORMAT = 1
"""Of the kept document; a document of another format is none."""


@dataclass(frozen=True, kw_only=True)
class Drill:
    """All scenarios that were drilled with the same objects on the same nodes.

    Attributes:
        key: says which objects and nodes; see `plan.drills.key`.
        version: of Kubernetes, whose scheduler and controllers decided.
        outcomes: what came of each scenario, in the order in which they ran.
        stand_ins: what was not the real thing, one sentence each.
    """

    key: str
    version: str
    outcomes: tuple[Outcome, ...]
    stand_ins: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether something was drilled and everything in it came true."""
        return bool(self.outcomes) and all(outcome.passed for outcome in self.outcomes)

    def outcome(self, scenario: str) -> Outcome | None:
        """What came of a scenario; None if it was not drilled."""
        return next((item for item in self.outcomes if item.scenario == scenario), None)

    def without(self, scenario: str) -> Drill:
        """This one without what came of a scenario."""
        return replace(self, outcomes=tuple(item for item in self.outcomes if item.scenario != scenario))

    def merged(self, newer: Drill) -> Drill:
        """This one with the outcomes of a newer one of the same objects and nodes in place of its own."""
        fresh = {item.scenario: item for item in newer.outcomes}
        kept = tuple(fresh.pop(item.scenario, item) for item in self.outcomes)
        return Drill(key=newer.key, version=newer.version, outcomes=(*kept, *fresh.values()), stand_ins=newer.stand_ins)


def written(drill: Drill) -> str:
    """The document to keep."""
    return json.dumps({"format": FORMAT, **asdict(drill)}, ensure_ascii=False)


def read(text: str) -> Drill | None:
    """The drill in a document; None if it is of another format, or damaged."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            return None
        return Drill(
            key=str(document["key"]),
            version=str(document["version"]),
            outcomes=tuple(map(_outcome, document["outcomes"])),
            stand_ins=tuple(map(str, document["stand_ins"])),
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _outcome(document: dict[str, Any]) -> Outcome:
    line = document["time_line"]
    return Outcome(
        **{
            **document,
            "problems": tuple(document["problems"]),
            "pending": tuple(Pending(**item) for item in document["pending"]),
            "worst_ready": tuple((str(name), float(share)) for name, share in document["worst_ready"]),
            "notes": tuple(document["notes"]),
            "time_line": TimeLine(tuple(Event(**item) for item in line["events"]), float(line["seconds"])),
        }
    )
