"""The stack that takes a lost one's place in another region: what `restore plan region` makes of the stack file."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from infra.neighbours import neighbour_problems
from infra.settings import Settings, load
from ops.answers.restore.plan import plan
from ops.answers.restore.region import STANDBY
from ops.answers.upgrade.steps import edited
from policies.protection import bare
from policies.restored import restored_copies
from tests.support.paths import DATA
from tests.support.plans import plan_of
from tests.support.stack import EVERYTHING, raw, record_platform, settings

if TYPE_CHECKING:
    from plan import Plan

LOST, HERE = "us-east-1", "us-west-2"
REGION = re.compile(r"\b(?:af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d\b")


@cache
def stages() -> tuple[dict[str, Any], ...]:
    """The stack file after each step."""
    now, found = raw(*EVERYTHING), []
    for step in plan("region", "everything", "primary", None, DATA / "everything.yaml").steps:
        now = edited(now, step.edits, bare=True)
        found.append(now)
    return tuple(found)


def standby(step: int) -> Settings:
    return load(stages()[step], STANDBY)


@cache
def planned(step: int) -> Plan:
    return plan_of(record_platform(standby(step)))


@pytest.mark.parametrize("step", [1, 2])
def test_nothing_of_the_second_stack_lies_in_the_lost_region(step: int) -> None:
    found = planned(step)
    named = {(item.type, item.name) for item in found if LOST in REGION.findall(json.dumps(item.inputs, default=str))}
    # CloudWatch has the metrics of the bill in one region alone (Amazon CloudWatch User Guide, billing alarms).
    assert named <= {("kubernetes:core/v1:ConfigMap", "alert-rules-dashboard")}


def test_a_server_of_copied_backups_stands_beside_that_of_the_second_stack_as_a_copy() -> None:
    found = planned(2)
    (server,) = (item for item in found if item.name == "restored-server")
    arn = server.inputs["restoreToPointInTime"]["sourceDbInstanceAutomatedBackupsArn"]
    assert arn.startswith(f"arn:aws:rds:{HERE}:")
    assert restored_copies(found) == ("restored-server",)
    assert bare(found) == []


def test_both_stacks_stand_beside_each_other_until_the_hosts_move_and_not_after() -> None:
    lost = {"everything": settings(*EVERYTHING)}
    assert list(neighbour_problems(standby(1), lost)) == []
    assert list(neighbour_problems(standby(-1), lost)) != []
    assert standby(-1).cdn.hosts == lost["everything"].cdn.hosts
