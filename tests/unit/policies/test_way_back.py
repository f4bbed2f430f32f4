"""What a revert does not take back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from plan.types import TYPES
from plan.types.way_back import ONE_WAY, Back, OneWay
from policies.stateful import STATEFUL
from policies.way_back import stuck
from tests.support.plans import planned

DATABASE = "aws:rds/instance:Instance"
VOLUME = "kubernetes:core/v1:PersistentVolumeClaim"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"


def told(token: str, old: dict[str, Any], new: dict[str, Any], op: str = "update") -> list[tuple[str, Back]]:
    item = replace(planned(token), op=op, inputs=new, old_inputs=old)  # type: ignore[arg-type]  # each is an `Op`
    return [(one.change, one.row.back) for one in stuck([item])]


@pytest.mark.parametrize(
    ("token", "old", "new", "said"),
    [
        (DATABASE, {"allocatedStorage": 20}, {"allocatedStorage": 40}, [("allocatedStorage raised", Back.REFUSED)]),
        (DATABASE, {"allocatedStorage": 40}, {"allocatedStorage": 20}, []),
        (DATABASE, {"engineVersion": "17.5"}, {"engineVersion": "17.10"}, [("engineVersion raised", Back.REFUSED)]),
        (
            DATABASE,
            {"backupRetentionPeriod": 7},
            {"backupRetentionPeriod": 1},
            [("backupRetentionPeriod lowered", Back.LOST)],
        ),
        (DATABASE, {"backupRetentionPeriod": 1}, {"backupRetentionPeriod": 7}, []),
        (DATABASE, {"passwordWoVersion": 1}, {"passwordWoVersion": 2}, [("passwordWoVersion changed", Back.OTHER)]),
        (DATABASE, {"tags": {}}, {"tags": {"a": "b"}}, []),
        (
            VOLUME,
            {"spec": {"resources": {"requests": {"storage": "900Mi"}}}},
            {"spec": {"resources": {"requests": {"storage": "1Gi"}}}},
            [("spec.resources.requests.storage raised", Back.REFUSED)],
        ),
        (DATABASE, {"engineVersion": "17"}, {"engineVersion": "latest"}, [("engineVersion raised", Back.REFUSED)]),
    ],
)
def test_a_change_in_place_is_told_by_the_way_it_goes(
    token: str, old: dict[str, Any], new: dict[str, Any], said: list[tuple[str, Back]]
) -> None:
    assert told(token, old, new) == said


@pytest.mark.parametrize("op", ["delete", "replace"])
def test_what_goes_comes_back_empty(op: str) -> None:
    assert told(DATABASE, {}, {}, op) == [(f"{op}d", Back.LOST)]


def test_what_cannot_be_unset_is_told_when_it_is_made() -> None:
    assert told(LOCK, {}, {"changeableForDays": 3}, "create") == [("set", Back.REFUSED)]


def test_what_is_created_or_stays_is_taken_back() -> None:
    assert told(DATABASE, {}, {"allocatedStorage": 20}, "create") == []
    assert told(DATABASE, {}, {}, "same") == []


def test_what_is_refused_stands_before_what_costs_time() -> None:
    old, new = {"instanceClass": "a", "allocatedStorage": 20}, {"instanceClass": "b", "allocatedStorage": 40}
    assert [back for _, back in told(DATABASE, old, new)] == [Back.REFUSED, Back.AGAIN]


def test_every_type_that_holds_data_says_what_becomes_of_it_when_it_goes() -> None:
    assert set(STATEFUL) - {row.token for row in ONE_WAY if row.when == "gone"} == set()


def test_whatever_a_type_calls_one_way_or_growing_has_a_row() -> None:
    rows = {(row.token, row.path) for row in ONE_WAY}
    wanted = {
        (row.token, path) for row in TYPES.values() if row.holds for path in (*row.holds.one_way, *row.holds.grows)
    }
    assert wanted - rows == set()


@pytest.mark.parametrize("row", ONE_WAY, ids=lambda row: f"{row.token} {row.when} {row.path}")
def test_every_row_is_of_a_known_type_and_says_why_what_instead_and_who_says_so(row: OneWay) -> None:
    assert row.token in TYPES
    assert row.why
    assert row.instead
    assert "read 20" in row.source or "unverified" in row.source or row.source.startswith("this project: ")
