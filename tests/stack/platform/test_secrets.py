"""A setting that rotates a secret changes that secret and no other, and restarts the pods that its row says."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from infra.settings import load
from tests.support import recording
from tests.support.leaves import changed
from tests.support.secret_rows import SECRET, Row, matched, rows, short
from tests.support.stack import EVERYTHING, WITHOUT_CDN, raw, record_platform, recorded

if TYPE_CHECKING:
    from tests.support.recording import RecordedResource, Recording

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
ROTATING = sorted({row.setting for row in rows() if row.setting is not None})
SECOND = [row for row in rows() if row.then is not None]
BESIDE = [row for row in SECOND if row.beside]
each_setting = pytest.mark.parametrize("setting", ROTATING)
each_second_step = pytest.mark.parametrize("row", SECOND, ids=lambda row: row.then)


def called(item: RecordedResource) -> str:
    return short(item.type, item.name)


def of(setting: str) -> list[Row]:
    return [row for row in rows() if row.setting == setting]


def home(row: Row) -> tuple[str, str]:
    """The stack that has what a row makes: the one with everything has a CDN."""
    here = {called(item) for item in recorded(*EVERYTHING)}
    return EVERYTHING if matched(row.makes, here) else WITHOUT_CDN


@cache
def remembered(stack: tuple[str, str]) -> dict[Any, Any]:
    """What the providers of a stack made up, so that what stays the same is the same in another recording of it."""
    made = dict(recording._MADE)
    recording._MADE.clear()  # another test may have made what a rotation makes
    record_platform(load(raw(*stack), stack[0]))
    found = dict(recording._MADE)
    recording._MADE.clear()
    recording._MADE.update(made)
    return found


@cache
def rotated(stack: tuple[str, str], *keys: tuple[str, int | tuple[int, ...]]) -> Recording:
    """A stack with other values of some keys, in which what is generated anew is another text.

    Recordings make generated values from names alone; here whatever has other inputs than in the stack gets another
    value, so that its copies can be seen to follow.
    """
    made, scrambled = dict(recording._MADE), recording._scrambled
    kept = remembered(stack)
    values = raw(*stack)
    for path, value in keys:
        values = changed(values, path, list(value) if isinstance(value, tuple) else value)
    recording._MADE.clear()
    recording._MADE.update(kept)
    try:
        with patch.object(recording, "_scrambled", lambda value, seed: scrambled(value, f"{seed} anew")):
            return record_platform(load(values, stack[0]))
    finally:
        recording._MADE.clear()
        recording._MADE.update(made)


def steps(row: Row, *paths: str | None) -> Recording:
    """After deployments that set these keys to the row's other value."""
    values: dict[str, int | list[int] | None] = {**row.along}
    values |= dict.fromkeys(path for path in paths if path is not None)
    assert row.other is not None
    keys = {path: row.other if value is None else value for path, value in values.items()}
    return rotated(
        home(row), *((path, tuple(value) if isinstance(value, list) else value) for path, value in keys.items())
    )


def first(row: Row) -> Recording:
    """After the first deployment of a rotation."""
    return steps(row, row.setting)


def second(row: Row) -> Recording:
    """After the second one."""
    assert row.then is not None
    return steps(row, row.setting, row.then)


def differing(before: Recording, after: Recording) -> dict[str, RecordedResource]:
    """What the second of two recordings has that the first has not, or has otherwise."""
    old = {item.urn: item.inputs for item in before}
    return {called(item): item for item in after if old.get(item.urn) != item.inputs or item.urn not in old}


def gone(before: Recording, after: Recording) -> set[str]:
    kept = {item.urn for item in after}
    return {called(item) for item in before if item.urn not in kept}


def step(setting: str) -> dict[str, RecordedResource]:
    """What the first deployment of a rotation changes."""
    row = of(setting)[0]
    return differing(recorded(*home(row)), first(row))


@each_setting
def test_a_setting_makes_another_one_of_its_secrets_and_of_no_other(setting: str) -> None:
    seen = step(setting)
    for row in of(setting):
        here = {called(item) for item in recorded(*home(row))}
        for pattern in row.makes:
            assert len(matched((pattern,), seen)) == len(matched((pattern,), here)) > 0, f"{pattern} makes nothing new"
    allowed = [name for row in of(setting) for name in row.resources]
    touched = {name for name, item in seen.items() if SECRET.match(item.type)}
    assert touched - matched(allowed, touched) == set()


@each_setting
def test_every_copy_of_a_secret_follows_by_the_last_deployment_of_its_rotation(setting: str) -> None:
    for row in of(setting):
        after = second(row) if row.then is not None else first(row)
        seen = differing(recorded(*home(row)), after)
        copies = [name for name in row.holds if not name.startswith("aws.Secret ")]
        here = {called(item) for item in after}
        assert matched(copies, here) - seen.keys() == set()


@each_setting
def test_the_pods_that_a_rotation_restarts_are_those_of_its_rows(setting: str) -> None:
    rolled = {item.name for item in step(setting).values() if item.type == DEPLOYMENT}
    deployments = {item.name for item in recorded(*home(of(setting)[0])).of_type(DEPLOYMENT)}
    said = matched((name for row in of(setting) for name in row.restarts), deployments)
    assert rolled == said


@each_second_step
def test_the_second_deployment_makes_no_secret_and_restarts_the_pods_of_its_row(row: Row) -> None:
    seen = differing(first(row), second(row))
    assert matched(row.makes, seen) == set()
    rolled = {item.name for item in seen.values() if item.type == DEPLOYMENT}
    deployments = {item.name for item in recorded(*home(row)).of_type(DEPLOYMENT)}
    assert rolled == matched(row.then_restarts, deployments)


@pytest.mark.parametrize("row", BESIDE, ids=lambda row: row.setting)
def test_the_first_deployment_leaves_the_old_keys_unprotected_and_the_second_deletes_exactly_them(row: Row) -> None:
    old = matched(row.makes, (called(item) for item in recorded(*home(row))))
    between = {called(item): item for item in first(row)}
    assert old - between.keys() == set(), "the old ones stay beside the new ones"
    keys = {name for name in matched(row.makes, between) if name.startswith("tls.PrivateKey ")}
    assert keys
    assert {name for name in keys if between[name].protect} == keys - old, "production protects the newest keys"
    assert matched(row.makes, gone(first(row), second(row))) == old


def test_retiring_old_tokens_is_a_step_that_changes_no_secret_and_no_pod() -> None:
    [row] = of("redis.tokenGeneration")
    moved = differing(first(row), second(row))
    assert set(moved) == {"aws.ReplicationGroup redis-group"}
    group = first(row).one(GROUP).inputs
    after = moved["aws.ReplicationGroup redis-group"].inputs
    differs = {key for key in group if group[key] != after[key]}
    assert differs == {"authTokenUpdateStrategy", "authTokenWoVersion"}
    assert (group["authTokenUpdateStrategy"], after["authTokenUpdateStrategy"]) == ("ROTATE", "SET")


@pytest.mark.parametrize("stack", [EVERYTHING, WITHOUT_CDN])
def test_whatever_a_program_marks_as_secret_belongs_to_a_row(stack: tuple[str, str]) -> None:
    marked = {called(item) for item in recorded(*stack) if item.custom and item.secret_inputs}
    known = matched((name for row in rows() for name in row.resources), marked)
    assert marked - known == set()
