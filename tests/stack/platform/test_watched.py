"""Everything of AWS in a stack is watched, or it is said why not; what is watched raises its alarms."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
import yaml

from components.monitoring.catalog import KINDS
from sandbox.providers.computed import computed_outputs, resource_id
from tests.support.paths import DATA
from tests.support.recording import Recording
from tests.support.stack import EVERY_STACK, recorded
from tests.support.targets import alarms

if TYPE_CHECKING:
    from collections.abc import Iterable


ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
LIST = DATA / "not_watched.yaml"
COVERED = {
    "load-balancer-http": "its targets and their health check are those of load-balancer-https, which has the alarms",
}
"""Resources of a watched type that no alarm names, by logical name, each with the reason."""
KNOWN_BY = ("name", "identifier", "replicationGroupId", "arnSuffix")
"""What CloudWatch's dimensions call a resource by."""
everywhere = pytest.mark.parametrize(("environment", "phase"), EVERY_STACK)


@cache
def not_watched() -> dict[str, str]:
    """Type of a resource to the reason why nobody watches it."""
    found = yaml.safe_load(LIST.read_text("utf-8"))
    return {token: entry["because"] for entry in found for token in entry["types"]}


@cache
def watched() -> dict[str, str]:
    """Type of a resource to the kind that watches it."""
    return {token: name for name, kind in KINDS.items() for token in kind.watches}


def aws_types(recording: Recording) -> set[str]:
    return {item.type for item in recording if item.type.startswith("aws:")}


def unjudged(tokens: Iterable[str]) -> list[str]:
    """Types that no kind watches and no reason excuses."""
    return sorted(set(tokens) - watched().keys() - not_watched().keys())


def silent(recording: Recording) -> list[str]:
    """Kinds whose resources are in a stack and whose metrics no alarm of that stack reads."""
    measured = [
        query.get("metric", {}) for item in recording.of_type(ALARM) for query in item.inputs.get("metricQueries", ())
    ]
    read = {item.get("namespace") for item in (*measured, *(alarm.inputs for alarm in recording.of_type(ALARM)))}
    types = {item.type for item in recording}
    return sorted(
        {
            f"{name}: no alarm on {alarm.namespace}; make its target in infra/wiring/monitoring.py"
            for name, kind in KINDS.items()
            if types.intersection(kind.watches)
            for alarm in alarms(kind)
            if alarm.namespace not in read
        }
    )


def dimensions(recording: Recording) -> set[str]:
    """Everything that an alarm of a stack names."""
    found = [alarm.inputs for alarm in recording.of_type(ALARM)]
    found += [query["metric"] for one in found for query in one.get("metricQueries", ()) if "metric" in query]
    return {str(value) for one in found for value in (one.get("dimensions") or {}).values()}


def unnamed(recording: Recording) -> list[str]:
    """Resources of a kind with alarms that no alarm names, itself or one of its numbered nodes."""
    named = dimensions(recording)
    named |= {re.sub(r"-\d{4}-\d{3}$", "", one) for one in named}
    kinds = {token: name for name, kind in KINDS.items() if alarms(kind) for token in kind.watches}
    found = []
    for item in recording:
        if item.type not in kinds or item.name in COVERED:
            continue
        identity = resource_id(item.type, item.name, item.inputs)
        made = {**computed_outputs(item.type, item.name, item.inputs, identity), **item.inputs}
        if named.isdisjoint(str(made[key]) for key in KNOWN_BY if made.get(key)):
            found.append(
                f"{item.name}: no alarm of the kind {kinds[item.type]!r} names it; give it a target, or COVERED"
            )
    return found


@everywhere
def test_every_type_of_aws_in_a_stack_is_watched_or_it_is_said_why_not(environment: str, phase: str) -> None:
    found = unjudged(aws_types(recorded(environment, phase)))
    assert not found, f"in `watches` of no kind (components/monitoring/kinds), nor in {LIST.name}: {found}"


@everywhere
def test_every_kind_whose_resources_a_stack_has_raises_its_alarms_there(environment: str, phase: str) -> None:
    found = silent(recorded(environment, phase))
    assert not found, "\n".join(found)


@everywhere
def test_every_resource_of_a_kind_with_alarms_is_named_by_one(environment: str, phase: str) -> None:
    found = unnamed(recorded(environment, phase))
    assert not found, "\n".join(found)


def test_a_second_resource_of_a_kind_without_a_target_is_named() -> None:
    recording = recorded("dev", "optimization")
    (database,) = recording.of_type("aws:rds/instance:Instance")
    second = replace(database, name="second", inputs={**database.inputs, "identifier": "second"})
    (told,) = unnamed(Recording(resources=[*recording, second]))
    assert told.startswith("second: no alarm of the kind 'database' names it")


def test_a_type_is_either_watched_or_excused_and_every_excuse_has_a_resource() -> None:
    assert watched().keys() & not_watched().keys() == set()
    planned = {token for pair in EVERY_STACK for token in aws_types(recorded(*pair))}
    assert sorted((watched().keys() | not_watched().keys()) - planned) == []
    assert all(len(reason) > 20 for reason in not_watched().values())


def test_a_type_that_nobody_judged_is_named() -> None:
    assert unjudged(["aws:rds/instance:Instance", "aws:made/up:Up"]) == ["aws:made/up:Up"]


def test_a_kind_without_a_target_in_the_wiring_is_named() -> None:
    recording = recorded("dev", "optimization")
    deaf = Recording(resources=[item for item in recording if "-redis-" not in item.name or item.type != ALARM])
    assert silent(recording) == []
    (told,) = silent(deaf)
    assert told.startswith("cache: no alarm on AWS/ElastiCache; make its target")
