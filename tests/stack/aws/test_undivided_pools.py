"""The way from node groups over all zones to one in each zone changes node groups and nothing else of a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.tokens import NODE_GROUP
from tests.support.stack import record_platform, settings

if TYPE_CHECKING:
    from tests.support.recording import RecordedResource

STEPS = ("only", "keep", "drain", "gone")


def everything(step: str) -> dict[str, RecordedResource]:
    recording = record_platform(settings("dev", "horizontal", pools={"undivided": step}))
    return {item.urn: item for item in recording}


def told(item: RecordedResource) -> object:
    return (item.inputs, item.protect, item.parent, item.ignore_changes, item.provider)


def test_no_step_touches_anything_but_node_groups() -> None:
    before = everything(STEPS[0])
    for step in STEPS[1:]:
        after = everything(step)
        changed = {
            urn
            for urn in before.keys() | after.keys()
            if urn not in before or urn not in after or told(before[urn]) != told(after[urn])
        }
        assert changed
        assert {(before | after)[urn].type for urn in changed} == {NODE_GROUP}
        before = after
