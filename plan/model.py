"""Planned resources, read from the JSON that `pulumi preview --json` writes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal, get_args

from plan.keys import PREVIEW, STATE, STEP, other_letters
from plan.placement import shards_told
from plan.strict_json import ForeignJsonError, parsed
from plan.systems import system_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

Op = Literal["create", "update", "replace", "delete", "same"]
"""What happens to a resource; the engine's steps of a replacement are one `replace`."""

_OPS: dict[str, Op] = {
    "create": "create",
    "import": "create",
    "update": "update",
    "refresh": "update",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import-replacement": "replace",
    "delete": "delete",
    "discard": "delete",
    "same": "same",
    "read": "same",
}
COUNTED = ("create", "update", "delete", "replace", "import")
"""Operations of which each counts as one step (Pulumi 3.259, `ResourceChanges`)."""
_STACK = "pulumi:pulumi:Stack"
KUBERNETES = "kubernetes:"
"""The package whose types may be pods, with an environment."""


class PlanError(Exception):
    """The file is no engine preview; the message says what is wrong and how to make one."""


class UnwrittenKeyError(ValueError):
    """A key stands in letters in which no engine writes it."""


@dataclass(frozen=True)
class PlannedResource:
    """One resource of a plan.

    Attributes:
        urn: the Pulumi URN.
        type: the type token, for example `aws:rds/instance:Instance`.
        name: the logical name.
        op: what would happen to it.
        inputs: its inputs in camelCase; secrets are redacted by the engine, unknown values are the engine's marker.
        parent: URN of its parent, empty for the stack itself.
        dependencies: URNs that it depends on.
        protect: whether the engine refuses to delete or replace it.
        provider: URN and id of its provider, empty for components.
        changed: property paths that differ, with the engine's kind (`update`, `add-replace`, ...).
        custom: False for components.
        old_inputs: its inputs as they were last deployed; empty for what does not exist yet.
    """

    urn: str
    type: str
    name: str
    op: Op
    inputs: dict[str, Any] = field(repr=False)
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    protect: bool = False
    provider: str = ""
    changed: tuple[tuple[str, str], ...] = ()
    custom: bool = True
    old_inputs: dict[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def system(self) -> str:
        """The key of the system that it belongs to."""
        return system_of(self.urn)


@dataclass(frozen=True)
class Plan:
    """Everything that one preview would do, in the engine's order, components and unchanged resources included.

    Attributes:
        resources: what the preview names.
        config: the stack configuration that the preview was made with: full keys and their texts, objects as JSON,
            secrets masked by the engine. Empty where the document has none.
        hidden: how many unchanged resources the preview counts without naming them (it was made without
            `--show-sames`): whoever judges the whole platform does not see them.
    """

    resources: tuple[PlannedResource, ...]
    config: Mapping[str, str] = field(default_factory=dict, compare=False)
    hidden: int = field(default=0, compare=False)

    def __iter__(self) -> Iterator[PlannedResource]:
        return iter(self.resources)

    def __len__(self) -> int:
        return len(self.resources)

    def of_type(self, *tokens: str) -> list[PlannedResource]:
        """The resources that will exist of the given types, in the plan's order."""
        found = [one for token in dict.fromkeys(tokens) for one in self._by_type.get(token, ())]
        return [item for _, item in (found if len(tokens) == 1 else sorted(found, key=itemgetter(0)))]

    def count(self, token: str) -> int:
        """How many resources of a type will exist."""
        return len(self._by_type.get(token, ()))

    def get(self, urn: str) -> PlannedResource | None:
        """The resource of this URN."""
        found = self._by_urn.get(urn)
        return found[1] if found else None

    def dependencies(self, item: PlannedResource, token: str) -> list[PlannedResource]:
        """What will exist of a type and a resource depends on itself, in the plan's order."""
        found = [one for urn in dict.fromkeys(item.dependencies) if (one := self._by_urn.get(urn)) is not None]
        return [other for _, other in sorted(found, key=itemgetter(0)) if other.type == token and other.op != "delete"]

    def dependents(self, urn: str) -> tuple[PlannedResource, ...]:
        """The resources that will exist and depend on this URN themselves, in the plan's order."""
        return tuple(self._dependents.get(urn, ()))

    def children(self, urn: str) -> tuple[PlannedResource, ...]:
        """The resources that will exist and have this parent, in the plan's order."""
        return tuple(self._children.get(urn, ()))

    def place(self, urn: str) -> int:
        """Where a resource stands in the plan's order; behind all where it does not."""
        found = self._by_urn.get(urn)
        return found[0] if found else len(self)

    @cached_property
    def shards_told(self) -> int:
        """How many shards its pods are told of; 0 while the primary serves all clients."""
        pods = (item for item in self.resources if item.op != "delete" and item.type.startswith(KUBERNETES))
        return max((shards_told(item.inputs) for item in pods), default=0)

    @cached_property
    def _by_urn(self) -> dict[str, tuple[int, PlannedResource]]:
        found: dict[str, tuple[int, PlannedResource]] = {}
        for number, item in enumerate(self.resources):
            found.setdefault(item.urn, (number, item))
        return found

    @cached_property
    def _by_type(self) -> dict[str, list[tuple[int, PlannedResource]]]:
        found: dict[str, list[tuple[int, PlannedResource]]] = {}
        for number, item in enumerate(self.resources):
            if item.op != "delete":
                found.setdefault(item.type, []).append((number, item))
        return found

    @cached_property
    def _children(self) -> dict[str, list[PlannedResource]]:
        found: dict[str, list[PlannedResource]] = {}
        for item in self.resources:
            if item.op != "delete":
                found.setdefault(item.parent, []).append(item)
        return found

    @cached_property
    def _dependents(self) -> dict[str, list[PlannedResource]]:
        found: dict[str, list[PlannedResource]] = {}
        for item in self.resources:
            for urn in dict.fromkeys(item.dependencies) if item.op != "delete" else ():
                found.setdefault(urn, []).append(item)
        return found

    def counts(self) -> dict[str, int]:
        """How many resources per operation."""
        return tally(item.op for item in self.resources)

    def by_system(self) -> dict[str, dict[str, int]]:
        """Operation counts for each system that has resources in this plan."""
        systems: dict[str, list[Op]] = {}
        for item in self.resources:
            systems.setdefault(item.system, []).append(item.op)
        return {system: tally(ops) for system, ops in systems.items()}

    def changes(self) -> list[PlannedResource]:
        """Everything that is not `same`."""
        return [item for item in self.resources if item.op != "same"]


def tally(ops: Iterable[Op]) -> dict[str, int]:
    """Counts for all five operations, zeros included."""
    counted = Counter(ops)
    return {op: counted[op] for op in get_args(Op)}


def parse_preview(document: dict[str, Any], origin: str = "this preview") -> Plan:
    """The plan in an engine preview document.

    Args:
        document: what `pulumi preview --json` printed, parsed.
        origin: how to call it in an error, such as the name of its file.

    Raises:
        PlanError: the document has no steps or fewer than it counts, or a step has an unknown form.
    """
    if wrong := other_letters(document, PREVIEW):
        raise PlanError(f"{origin} is no engine preview: no engine writes it so, {wrong}")
    steps = document.get("steps")
    if not isinstance(steps, list):
        raise PlanError(
            f"{origin} is no engine preview, it has no `steps`; "
            "make one: `pulumi preview --json --show-sames > plan.json`"
        )
    if lost := _lost(document, steps):
        raise PlanError(f"steps are missing from {origin}: {lost}")
    found: dict[str, PlannedResource] = {}
    for number, step in enumerate(steps):
        try:
            item = _planned(step)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise PlanError(f"step {number} of {origin} has an unknown form: {_unknown(step, error)}") from error
        if item is None:
            continue
        if item.urn in found and item.op == "replace":
            item = _richer(found[item.urn], item)
        found[item.urn] = item
    config = document.get("config")
    known = {str(key): str(value) for key, value in config.items()} if isinstance(config, dict) else {}
    return Plan(tuple(found.values()), known, _hidden(document, steps))


def _lost(document: dict[str, Any], steps: list[Any]) -> str:
    """The first kind of change that the preview counts more of than it names; empty for none."""
    counts = document.get("changeSummary")
    if not isinstance(counts, dict):
        return ""
    for op in COUNTED:
        named = sum(isinstance(step, dict) and step.get("op") == op for step in steps)
        if isinstance(told := counts.get(op), int) and told > named:
            return f"{told} {op} are counted and {named} named"
    return ""


def _hidden(document: dict[str, Any], steps: list[dict[str, Any]]) -> int:
    """Unchanged resources that are in the preview's own count and not among its steps."""
    counts = document.get("changeSummary")
    same = counts.get("same") if isinstance(counts, dict) else None
    return max(same - sum(step["op"] == "same" for step in steps), 0) if isinstance(same, int) else 0


def _richer(first: PlannedResource, second: PlannedResource) -> PlannedResource:
    """Of a replacement's several steps, the one that names the changed properties."""
    return second if second.changed or not first.changed else first


def _planned(step: dict[str, Any]) -> PlannedResource | None:
    if wrong := other_letters(step, STEP):
        raise UnwrittenKeyError(wrong)
    state = step.get("newState") or step.get("oldState")
    if state and (wrong := other_letters(state, STATE)):
        raise UnwrittenKeyError(wrong)
    if not state:
        raise KeyError("newState")  # a step that nobody understands must not vanish from what is judged
    if state["type"] == _STACK:
        return None
    urn = str(step["urn"])
    detailed = step.get("detailedDiff") or {}
    return PlannedResource(
        urn=urn,
        type=str(state["type"]),
        name=urn.split("::", 3)[3],
        op=_OPS[step["op"]],
        inputs=dict(state.get("inputs") or {}),
        parent=str(state.get("parent") or ""),
        dependencies=tuple(state.get("dependencies") or ()),
        protect=bool(state.get("protect")),
        provider=str(state.get("provider") or ""),
        changed=tuple((path, str(entry.get("kind", "update"))) for path, entry in sorted(detailed.items())),
        custom=bool(state.get("custom")),
        old_inputs=dict((step.get("oldState") or {}).get("inputs") or {}),
    )


_KINDS = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}
"""What a file may hold instead of a preview."""


def _unknown(step: object, error: Exception) -> str:
    """What nobody knows in a step."""
    if not isinstance(step, dict):
        return f"it is {_KINDS.get(type(step), 'nothing')}, not an object"
    if isinstance(error, UnwrittenKeyError):
        return str(error)
    if isinstance(error, KeyError):
        return f"{error.args[0]!a} is missing, or unknown"
    return "a value has another type"


def _no_json(error: ValueError) -> str:
    known = isinstance(error, (json.JSONDecodeError, UnicodeDecodeError))
    return str(error) if known else "a number in it has more digits than anybody reads"


def load_plan(path: Path) -> Plan:
    """Read a plan from a file that `pulumi preview --json` or `./bbp rehearse --plan-out` wrote.

    Raises:
        PlanError: the file cannot be read, is no JSON, or is no engine preview.
    """
    try:
        document = parsed(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlanError(f"{path} cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise PlanError(f"{path} is no engine preview: it is nested too deeply") from error
    except ForeignJsonError as error:
        raise PlanError(f"{path} is no engine preview: no engine writes it so, {error}") from error
    except ValueError as error:
        raise PlanError(f"{path} is no JSON: {_no_json(error)}") from error
    if not isinstance(document, dict):
        kind = _KINDS.get(type(document), "nothing")
        raise PlanError(f"{path} is no engine preview: it holds {kind}, not an object")
    return parse_preview(document, str(path))
