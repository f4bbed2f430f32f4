"""`restore plan`: the steps back from each loss, and what is refused because nothing leads back."""

from __future__ import annotations

import pytest

from infra.problems import ConfigError
from ops.answers.restore.model import KINDS, NoWayBackError
from ops.answers.restore.plan import plan
from ops.answers.state.model import StateKindError
from ops.answers.state.steps import plan as plan_of_state
from ops.views.restore import section
from tests.support.paths import DATA

EVERYTHING = DATA / "everything.yaml"


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_says_how_long_it_takes_what_it_costs_and_how_to_go_back(kind: str) -> None:
    found = plan(kind, "everything", "primary", None, EVERYTHING)
    assert len(found.steps) >= 2
    assert all(step.takes and step.costs and step.back and (step.by_hand or step.commands) for step in found.steps)
    assert any(step.no_return for step in found.steps)
    assert len(section(found).blocks) == 3 + len(found.steps)


def test_a_moment_is_restored_by_two_edits_and_taken_away_by_one() -> None:
    found = plan("point", "prod", "shard-3", "2026-12-01T10:30:00Z", phase="microservices")
    first, _, last = found.steps
    assert [(edit.path, edit.new) for edit in first.edits] == [
        ("postgres.restored.source", "shard-3"),
        ("postgres.restored.at", "2026-12-01T10:30:00Z"),
    ]
    assert "USD an hour: a db.m7g.large in one zone" in first.costs
    assert [(edit.path, edit.new) for edit in last.edits] == [("postgres.restored", None)]


@pytest.mark.parametrize(
    ("source", "at", "told"),
    [("shard-9", None, "restored.source"), ("primary", "yesterday", "restored.at"), ("other", None, "restored.source")],
)
def test_a_step_whose_stack_file_would_be_refused_is_refused(source: str, at: str | None, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        plan("point", "prod", source, at)


@pytest.mark.parametrize(
    ("kind", "told"),
    [("bucket", "storage.backups.enabled"), ("region", "nothing of this stack outlives"), ("disk", "point, bucket")],
)
def test_a_loss_without_a_way_back_is_refused_with_what_had_to_be_on_before(kind: str, told: str) -> None:
    with pytest.raises(NoWayBackError, match=told):
        plan(kind, "prod", "primary", None)


def test_what_happened_to_a_state_is_no_restore() -> None:
    with pytest.raises(StateKindError, match=r"^This way back of a state: 1 problem") as refused:
        plan_of_state("foo", "prod")
    assert "lost, locked, corrupted" in str(refused.value)
