"""Production is judged as production, whatever the side that would stand calls itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.gate import gate
from ops.answers.gate.goals import missed
from ops.answers.policy import policies_of
from plan.preview import read_preview
from planner.objectives.model import Answer
from tests.support.gate_cases import steps_of

if TYPE_CHECKING:
    from plan.steps import Preview

AWS, DATABASE = "pulumi:providers:aws", "aws:rds/instance:Instance"


def preview(config: dict[str, str], was: str | None, becomes: str | None, *, text: bool = False) -> Preview:
    """A database that stands alone from now on, under a provider whose tags name an environment."""

    def tags(name: str | None) -> dict[str, Any]:
        found = {"tags": {"Environment": name} if name else {}}
        return {"defaultTags": json.dumps(found) if text else found}

    sdk = {"do": "same" if was == becomes else "update", "thing": "sdk", "was": tags(was), "is": tags(becomes)}
    alone = {"do": "update", "thing": "db", "was": {"multiAz": True}, "is": {"multiAz": False}}
    things = {"sdk": {"type": AWS}, "db": {"type": DATABASE}}
    steps = [step for line in (sdk, {**alone, "changed": ["multiAz"]}) for step in steps_of(line, things)]
    return read_preview({"config": config, "steps": steps})


def rules(found: Preview) -> set[str]:
    return {one.rule for one in gate(found).stopping} & {"environment", "stands-alone"}


DEV, PROD = ({"bailbondpro:environment": name} for name in ("development", "production"))


@pytest.mark.parametrize("text", [False, True])
def test_production_that_calls_itself_development_is_judged_as_production_and_stops(text: bool) -> None:
    assert rules(preview(DEV, "prod", "prod", text=text)) == {"environment", "stands-alone"}
    assert rules(preview(DEV, "production", "development", text=text)) == {"environment", "stands-alone"}
    assert rules(preview(PROD, "production", "development", text=text)) == {"environment", "stands-alone"}


def test_a_second_key_does_not_take_production_s_rules_away() -> None:
    assert rules(preview({"a:environment": "dev", **PROD}, None, None)) == {"stands-alone"}


def test_development_may_stay_development_or_become_production() -> None:
    assert rules(preview(DEV, "dev", "dev")) == set()
    assert rules(preview(DEV, None, "dev")) == set()
    assert rules(preview(PROD, "dev", "prod")) == {"stands-alone"}
    assert rules(preview(PROD, "prod", "prod")) == {"stands-alone"}


def test_goals_and_policies_of_what_calls_itself_development_are_production_s() -> None:
    before, after = (
        Answer(name="errors", goal="a", found="b", verdict=verdict, tool="c", value=None, accepted="")
        for verdict in ("met", "not judged")
    )
    found = list(missed(preview(DEV, "prod", "prod"), [before], [after]))
    assert [one.stops for one in found] == [True]
    assert next(missed(preview(DEV, "dev", "dev"), [before], [after])).stops is False
    sides = [policies_of(preview(DEV, name, name)) for name in ("prod", "dev")]
    assert len(sides[0].broken) > len(sides[1].broken)
