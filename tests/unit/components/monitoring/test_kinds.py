"""A kind of thing to watch is complete: alarms, panels and runbooks; what it lacks is named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from components.monitoring.catalog import KINDS, alarms_of
from components.monitoring.kind import ClusterKind, Kind, Target
from components.monitoring.kinds.application import APPLICATION
from components.monitoring.kinds.cache import CacheTarget
from components.monitoring.kinds.database import DATABASE
from components.monitoring.kinds.pooler import POOLER
from tests.support.targets import SCOPE, examples, missing

if TYPE_CHECKING:
    from components.monitoring.alarm_spec import AlarmSpec
    from components.monitoring.kinds.database import DatabaseTarget


@dataclass(frozen=True, kw_only=True)
class QueueTarget(Target):
    """Of no kind yet."""


def without_a_page(target: DatabaseTarget) -> tuple[AlarmSpec, ...]:
    return tuple(replace(spec, runbook="database-dreams") for spec in DATABASE.alarms(target)[:1])


def on_another_page(target: DatabaseTarget) -> tuple[AlarmSpec, ...]:
    return tuple(replace(spec, name="dreams") for spec in DATABASE.alarms(target)[:1])


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_has_alarms_panels_and_runbooks(name: str) -> None:
    found = missing(name, KINDS[name])
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("kind", "lack"),
    [
        (replace(DATABASE, alarms=lambda _: ()), "raises no alarm"),
        (replace(DATABASE, panels=lambda _: {}), "is on no dashboard"),
        (replace(DATABASE, watches=()), "stands for no resource"),
        (replace(DATABASE, alarms=without_a_page), "write docs/runbooks/database-dreams.md"),
        (replace(DATABASE, alarms=on_another_page), "docs/runbooks/database-cpu.md does not mention -dreams`"),
        (Kind(target=QueueTarget, watches=("q",), alarms=lambda _: (), panels=lambda _: {}), "add QueueTarget to"),
        (replace(APPLICATION, alerts=lambda _: ()), "raises no alarm"),
        (replace(APPLICATION, panels=lambda _: {}), "is on no dashboard"),
    ],
)
def test_what_a_kind_lacks_is_named(kind: Kind[DatabaseTarget] | ClusterKind, lack: str) -> None:
    assert any(lack in line for line in missing("it", kind)), missing("it", kind)


def test_every_target_is_of_one_kind_and_a_resource_is_watched_by_one() -> None:
    classes = [kind.target for kind in KINDS.values() if isinstance(kind, Kind)]
    assert len(set(classes)) == len(classes) > 2
    tokens = [token for kind in KINDS.values() for token in kind.watches]
    assert len(set(tokens)) == len(tokens)


def test_a_target_of_no_kind_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match="'jobs': QueueTarget is of no kind"):
        alarms_of(QueueTarget(name="jobs"))


def test_every_switch_of_a_target_is_tried() -> None:
    switches = [(found["evicts"], found["any_key_leaves"]) for found in map(vars, examples(CacheTarget))]
    assert sorted(switches) == [(False, False), (False, True), (True, False), (True, True)]


def test_panels_of_a_cluster_that_has_no_pooler_ask_for_none() -> None:
    assert not POOLER.panels(replace(SCOPE, pooler=False))
