"""Scenarios by their names."""

from __future__ import annotations

import pytest

from sandbox.drill.scenarios import SCENARIOS, ScenarioError, named


def test_no_name_and_all_mean_every_scenario() -> None:
    assert named(()) == SCENARIOS
    assert named(("all", "minimum")) == SCENARIOS


def test_no_two_scenarios_share_a_name() -> None:
    assert len({item.name for item in SCENARIOS}) == len(SCENARIOS)


def test_scenarios_run_in_one_order_however_they_are_named() -> None:
    assert [item.name for item in named(("rollout", "minimum", "rollout"))] == ["minimum", "rollout"]


def test_every_unknown_scenario_is_named_with_the_ones_that_there_are() -> None:
    with pytest.raises(ScenarioError) as raised:
        named(("zone-lost-maximun", "minimum", "fire"))
    message = str(raised.value)
    assert "--scenario zone-lost-maximun: no such scenario; did you mean zone-lost-maximum?" in message
    assert "--scenario fire: no such scenario" in message
    assert "there are: all, first-start, minimum" in message


@pytest.mark.parametrize("name", ["", " ", "../minimum", "MINIMUM"])
def test_names_are_taken_as_they_are(name: str) -> None:
    with pytest.raises(ScenarioError):
        named((name,))
