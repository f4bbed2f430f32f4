"""Every secret of every stack has a rotation and a runbook, and no row speaks of a secret that is none."""

from __future__ import annotations

import pytest

from tests.support.leaves import leaves
from tests.support.secret_rows import RUNBOOKS, SECRET, Row, headings, listed, matched, rows

each_row = pytest.mark.parametrize("row", rows(), ids=lambda row: row.secret)


def test_every_secret_of_every_stack_has_a_row() -> None:
    secrets = {name for name, token in listed().items() if SECRET.match(token)}
    assert len(secrets) > 40
    told = {name for row in rows() for name in matched(row.resources, secrets)}
    assert sorted(secrets - told) == []


def test_each_generated_secret_is_made_by_one_row() -> None:
    made = [name for row in rows() for name in matched(row.makes, listed())]
    assert sorted(made) == sorted(set(made))


def test_a_secret_without_a_row_is_noticed() -> None:
    without = [row for row in rows() if row.setting != "redis.tokenGeneration"]
    secrets = {name for name, token in listed().items() if SECRET.match(token)}
    told = {name for row in without for name in matched(row.resources, secrets)}
    assert "random.RandomPassword redis-credential-password" in secrets - told


@each_row
def test_every_resource_of_a_row_exists_in_a_stack(row: Row) -> None:
    assert [pattern for pattern in row.resources if not matched((pattern,), listed())] == []


@each_row
def test_a_row_names_a_setting_that_exists_or_says_the_way_without_one(row: Row) -> None:
    known = {leaf.path for leaf in leaves()}
    assert [key for key in (row.setting, row.then) if key is not None and key not in known] == []
    assert (row.setting is None) == (row.how is not None)
    assert (row.setting is None) == (row.other is None)


@each_row
def test_every_deployment_that_a_row_restarts_exists(row: Row) -> None:
    deployments = [name.partition(" ")[2] for name in listed() if name.startswith("kubernetes.Deployment ")]
    assert [pattern for pattern in row.restarts if not matched((pattern,), deployments)] == []


@each_row
def test_a_row_leads_to_its_place_in_a_runbook_which_names_its_setting(row: Row) -> None:
    page, _, heading = row.runbook.partition("#")
    assert heading in headings(page)
    text = (RUNBOOKS / page).read_text("utf-8")
    assert [key for key in (row.setting, row.then) if key is not None and f"`{key}`" not in text] == []
