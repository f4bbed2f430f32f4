"""The plans of `tests/data/gate_plans.yaml`: small words for what an engine's preview says at length."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from ops.answers.gate import Gate, GateError, GateOptions, gate_file
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FILE = ROOT / "tests" / "data" / "gate_plans.yaml"
TODAY = date(2026, 12, 1)
"""The day on which waivers are used there."""
OLD_ONLY = {"delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace"}
NEW_ONLY = {"create", "import", "read"}
REPLACEMENT = ("create-replacement", "replace", "delete-replaced")
"""What the engine writes for one replacement; of one that deletes first, the last comes first."""
HUGE = 50_000


@dataclass(frozen=True)
class Case:
    """One plan of the table.

    Attributes:
        name: what it is, as a sentence.
        exit: exit code of the gate.
        says: first line of the answer, or of the error.
        document: the preview; None where the file holds something else.
        text: what the file holds then.
        waivers: the file of waivers; None for none.
        options: what is allowed.
    """

    name: str
    exit: int
    says: str
    document: dict[str, Any] | None
    text: str
    waivers: Any
    options: GateOptions

    def plan_file(self, folder: Path) -> Path:
        """The plan as a file."""
        path = folder / "plan.json"
        path.write_text(self.text if self.document is None else json.dumps(self.document), encoding="utf-8")
        return path

    def waiver_file(self, folder: Path) -> Path | None:
        """Its waivers as a file."""
        if self.waivers is None:
            return None
        path = folder / "waivers.yaml"
        path.write_text(self.waivers if isinstance(self.waivers, str) else yaml.safe_dump(self.waivers), "utf-8")
        return path

    def answer(self, folder: Path) -> Gate | GateError:
        """What the gate says of it."""
        try:
            return gate_file(self.plan_file(folder), self.waiver_file(folder), self.options, TODAY)
        except GateError as error:
            return error

    def outcome(self, folder: Path) -> tuple[int, str]:
        """Exit code, and the first line of the answer without the folder of the test."""
        found = self.answer(folder)
        if isinstance(found, GateError):
            return 1, str(found).replace(f"{folder}/", "").split("\n", 1)[0]
        return found.exit_code, found.headline


@cache
def cases() -> tuple[Case, ...]:
    """All plans of the table, in its order."""
    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(_case(entry, read["things"]) for entry in read["plans"])


def _case(entry: Mapping[str, Any], things: Mapping[str, Any]) -> Case:
    document = None
    if "steps" in entry or "huge" in entry:
        steps = [step for line in entry.get("steps", ()) for step in steps_of(line, things)]
        steps += _huge(entry.get("huge"), things)
        document = {"config": {"bailbondpro:environment": entry.get("environment", "prod")}, "steps": steps}
        document |= {"changeSummary": {}, **entry.get("document", {})}
    elif "document" in entry:
        document = entry["document"]
    return Case(
        name=entry["name"],
        exit=entry["exit"],
        says=entry["says"],
        document=document,
        text=entry.get("text", ""),
        waivers=entry.get("waivers"),
        options=GateOptions(**entry.get("options", {})),
    )


def urn_of(kind: str, name: str, stack: str = "prod") -> str:
    """A URN of the table."""
    return f"urn:pulumi:{stack}::bailbondpro::{kind}::{name}"


def steps_of(line: Any, things: Mapping[str, Any]) -> Iterator[Any]:  # noqa: ANN401 - a damaged step may be anything
    """The engine's steps for one line of the table; a line without `do` is a step as it stands."""
    if not isinstance(line, dict) or "do" not in line:
        yield line
        return
    if line["do"] == "replace":
        order = REPLACEMENT[::-1] if line.get("gone_first") else REPLACEMENT
        for op in order:
            yield _step(op, line, things)
        return
    yield _step(line["do"], line, things)


def _step(op: str, line: Mapping[str, Any], things: Mapping[str, Any]) -> dict[str, Any]:
    thing = things[line["thing"]]
    name = line.get("name", line["thing"])
    urn = line.get("urn") or urn_of(thing["type"], name)
    forced, changed = line.get("forced", []), line.get("changed", [])
    kinds = dict.fromkeys(forced, "update-replace") | dict.fromkeys(changed, "update")
    step: dict[str, Any] = {
        "op": op,
        "urn": urn,
        "detailedDiff": {path: {"kind": kind} for path, kind in kinds.items()},
    }
    if forced and op != "delete-replaced":
        step["replaceReasons"] = [path.split(".")[0] for path in forced]
    if op not in NEW_ONLY:
        step["oldState"] = _state(thing, line, "was", line.get("old", {}), urn)
    if op not in OLD_ONLY:
        step["newState"] = _state(thing, line, "is", line.get("new", {}), urn)
    return step


def _state(
    thing: Mapping[str, Any], line: Mapping[str, Any], side: str, flags: Mapping[str, Any], urn: str
) -> dict[str, Any]:
    inputs = {**copy.deepcopy(thing.get("inputs", {})), **line.get("both", {}), **line.get(side, {})}
    return {
        "urn": urn,
        "type": thing["type"],
        "custom": thing.get("custom", True),
        "protect": thing.get("protect", False),
        "inputs": {key: value for key, value in inputs.items() if value is not None},
        "dependencies": [urn_of(things_type, name) for things_type, name in line.get("needs", [])],
        "parent": urn_of("pulumi:pulumi:Stack", "bailbondpro-prod"),
        **flags,
    }


def _huge(op: str | None, things: Mapping[str, Any]) -> list[dict[str, Any]]:
    """So many steps of one kind, each depending on the one before."""
    if op is None:
        return []
    kind, found = things["alarm"]["type"], []
    for number in range(HUGE):
        needs = [(kind, f"alarm-{number - 1}")] if number else []
        found.append(_step(op, {"thing": "alarm", "name": f"alarm-{number}", "needs": needs}, things))
    return found
