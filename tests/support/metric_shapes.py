"""Situations and what the metrics of a thing look like in them: `tests/data/metric_shapes.yaml`, read and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from bailbondpro.facts.instance_classes import InstanceClass, find_class
from tests.support.paths import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.support.cloudwatch import Alarm
    from tests.support.recording import RecordedResource, Recording

GIB = 1024**3
SHAPES = DATA / "metric_shapes.yaml"
DATABASE, CACHE = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"
SIZED = ("database", "cache")
POLICIES = {"allkeys": "any-key-leaves", "volatile": "some-keys-leave", "noeviction": "no-key-leaves"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """A situation.

    Attributes:
        name: what happens.
        of: kinds of things that it happens to.
        only: what else must hold of one.
        fires: endings of the names of the alarms that go off.
        source: who says so.
        metrics: what each metric looks like.
    """

    name: str
    of: frozenset[str]
    only: frozenset[str]
    fires: frozenset[str]
    source: str
    metrics: Mapping[str, Mapping[str, Any]]

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return max(sum(int(run[0]) for run in shown["runs"]) for shown in self.metrics.values())


@dataclass(frozen=True)
class Thing:
    """What an alarm is about, as the plan has it.

    Attributes:
        kinds: what it is, in the words of the shapes.
        traits: what else holds of it.
        sizes: what shares are of, in the units of the metrics.
    """

    kinds: frozenset[str]
    traits: frozenset[str]
    sizes: tuple[tuple[str, float], ...]


@cache
def shapes() -> tuple[Shape, ...]:
    """Every situation of the file."""
    found = yaml.safe_load(SHAPES.read_text("utf-8"))["shapes"]
    return tuple(
        Shape(
            name=entry["name"],
            of=frozenset(entry["of"]),
            only=frozenset(entry.get("only", ())),
            fires=frozenset(entry.get("fires", ())),
            source=entry["source"],
            metrics=entry["metrics"],
        )
        for entry in found
    )


@cache
def at_rest() -> dict[str, dict[str, dict[str, Any]]]:
    """By kind, what each metric looks like when nothing happens."""
    found: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(SHAPES.read_text("utf-8"))["rest"]
    return found


@cache
def kinds() -> dict[str, str]:
    """By CloudWatch namespace, the kind of thing that it measures."""
    found: dict[str, str] = yaml.safe_load(SHAPES.read_text("utf-8"))["kinds"]
    return found


def situations(thing: Thing) -> list[Shape]:
    """What can happen to a thing."""
    return [shape for shape in shapes() if shape.of & thing.kinds and shape.only <= thing.traits]


def series(shape: Shape, thing: Thing) -> dict[str, list[float | None]]:
    """By metric, its value in each minute of a situation, in the metric's own unit.

    Raises:
        ValueError: a metric's runs are shorter or longer than the situation, or it says nothing of the thing's size.
    """
    found: dict[str, list[float | None]] = {}
    for kind in sorted(thing.kinds):
        for metric, shown in at_rest()[kind].items():
            ((_, value),) = shown["runs"]
            found[metric] = _drawn({**shown, "runs": [[shape.minutes, value]]}, thing)
    for metric, wanted in shape.metrics.items():
        found[metric] = _drawn(wanted, thing)
        if len(found[metric]) != shape.minutes:
            raise ValueError(f"{shape.name}: {metric} has {len(found[metric])} minutes, not {shape.minutes}")
    return found


def _drawn(shown: Mapping[str, Any], thing: Thing) -> list[float | None]:
    sizes, every = dict(thing.sizes), int(shown.get("every", 1))
    whole = sizes.get(shown["share"]) if "share" in shown else 100.0
    values = [value for run in shown["runs"] for value in _run(run)]
    return [
        None if value is None or whole is None or minute % every else value * whole / 100
        for minute, value in enumerate(values)
    ]


def _run(run: Sequence[Any]) -> list[float | None]:
    length, first, last = int(run[0]), run[1], run[-1]
    if first is None:
        return [None] * length
    step = (last - first) / (length - 1) if length > 1 else 0
    return [float(first + step * minute) for minute in range(length)]


def thing_of(alarm: Alarm, recording: Recording) -> Thing:
    """What an alarm is about: a server is found in the plan by the alarm's dimensions, anything else has no size.

    Raises:
        LookupError: the plan has no such server, or the file of shapes does not know the kind.
    """
    namespace = alarm.metrics[0][1].namespace
    if namespace not in kinds():
        raise LookupError(f"{alarm.name}: say in `kinds` of tests/data/{SHAPES.name} what {namespace} measures")
    for database in recording.of_type(DATABASE):
        if database.inputs["identifier"] in alarm.dimensions:
            return _database(database, recording)
    for cache_group in recording.of_type(CACHE):
        if any(str(value).startswith(cache_group.inputs["replicationGroupId"] + "-") for value in alarm.dimensions):
            return _cache(cache_group, recording)
    if kinds()[namespace] not in SIZED:
        return Thing(frozenset({kinds()[namespace]}), frozenset(), ())
    raise LookupError(f"{alarm.name}: nothing in the plan is called {sorted(alarm.dimensions)}")


def _database(database: RecordedResource, recording: Recording) -> Thing:
    inputs, found = database.inputs, _class(database.inputs["instanceClass"])
    replica = "replicateSourceDb" in inputs
    connections = float(_parameter(recording, "aws:rds/parameterGroup:ParameterGroup", "max_connections"))
    storage = float(inputs["allocatedStorage"])
    sizes = {
        "memory": found.memory_gib * GIB,
        "storage": storage * GIB,
        "most-storage": float(inputs.get("maxAllocatedStorage") or storage) * GIB,
        "connections": connections,
        **_credits(found),
    }
    kinds = frozenset({"database", *(["replica"] if replica else [])})
    return Thing(kinds, _traits(found) | ({"primary"} if not replica else set()), tuple(sizes.items()))


def _cache(group: RecordedResource, recording: Recording) -> Thing:
    found = _class(group.inputs["nodeType"])
    policy = _parameter(recording, "aws:elasticache/parameterGroup:ParameterGroup", "maxmemory-policy")
    leaves = POLICIES[policy.partition("-")[0]]
    return Thing(frozenset({"cache"}), _traits(found) | {leaves}, tuple(_credits(found).items()))


def _parameter(recording: Recording, token: str, name: str) -> str:
    """A parameter that has one value in all groups of a plan."""
    every = [item for group in recording.of_type(token) for item in group.inputs["parameters"]]
    (value,) = {str(item["value"]) for item in every if item["name"] == name}
    return value


def _class(name: str) -> InstanceClass:
    found = find_class(name)
    if found is None:
        raise LookupError(f"the table of classes has no {name}")
    return found


def _traits(found: InstanceClass) -> frozenset[str]:
    return frozenset({"burstable"} if found.max_credits is not None else ())


def _credits(found: InstanceClass) -> dict[str, float]:
    if found.max_credits is None or found.baseline_percent is None:
        return {}
    return {"credits": found.max_credits, "baseline": found.baseline_percent}
