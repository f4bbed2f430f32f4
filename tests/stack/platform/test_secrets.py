"""A setting that rotates a secret changes that secret and no other, and restarts the pods that its row says."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from infra.settings import load
from tests.support import recording
from tests.support.secret_rows import SECRET, Row, matched, rows, short
from tests.support.stack import EVERYTHING, WITHOUT_CDN, raw, record_platform, recorded

if TYPE_CHECKING:
    from tests.support.recording import RecordedResource, Recording

CERTIFICATES = ("tls:index/selfSignedCert:SelfSignedCert", "tls:index/locallySignedCert:LocallySignedCert")
ORIGIN = "cloudflare:index/originCaCertificate:OriginCaCertificate"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
ROTATING = sorted({(row.setting, row.other) for row in rows() if row.setting is not None})


def called(item: RecordedResource) -> str:
    return short(item.type, item.name)


@cache
def changed(setting: str, other: int) -> Recording:
    """The stack with everything and another value of a setting."""
    area, _, key = setting.partition(".")
    generation = {"tokenGeneration": other} if key == "tokensRetiredBefore" else {}
    return rotated(area, {**raw(*EVERYTHING)[area], **generation, key: other})


def rotated(area: str, values: dict[str, Any]) -> Recording:
    """The stack with everything and another area, in which what is generated anew is another text.

    Recordings make generated values from names alone; here whatever has other inputs than in the stack gets another
    value, so that its copies can be seen to follow.
    """
    made, scrambled = dict(recording._MADE), recording._scrambled
    recording._MADE.clear()  # another test may have made what a rotation makes
    record_platform(load(raw(*EVERYTHING), EVERYTHING[0]))  # what stays the same is remembered from here
    try:
        with patch.object(recording, "_scrambled", lambda value, seed: scrambled(value, f"{seed} anew")):
            return record_platform(load({**raw(*EVERYTHING), area: values}, EVERYTHING[0]))
    finally:
        recording._MADE.clear()
        recording._MADE.update(made)


def differing(setting: str, other: int) -> dict[str, RecordedResource]:
    """What another value changes."""
    before = {item.urn: item for item in recorded(*EVERYTHING)}
    after = {item.urn: item for item in changed(setting, other)}
    assert before.keys() == after.keys()
    return {called(item): item for urn, item in after.items() if item.inputs != before[urn].inputs}


def of(setting: str | None) -> list[Row]:
    return [row for row in rows() if row.setting == setting]


@pytest.mark.parametrize(("setting", "other"), ROTATING)
def test_a_setting_makes_another_one_of_its_secrets_and_of_no_other(setting: str, other: int) -> None:
    seen = differing(setting, other)
    makes = [name for row in rows() if row.setting == setting for name in row.makes]
    here = {called(item) for item in recorded(*EVERYTHING)}
    assert matched(makes, here) - seen.keys() == set(), "it makes nothing new"
    allowed = [name for row in of(setting) for name in row.resources]
    touched = {name for name, item in seen.items() if SECRET.match(item.type)}
    assert touched - matched(allowed, touched) == set()


@pytest.mark.parametrize(("setting", "other"), ROTATING)
def test_every_copy_of_a_secret_follows_in_the_same_deployment(setting: str, other: int) -> None:
    seen = differing(setting, other)
    copies = [name for row in of(setting) for name in row.holds if not name.startswith("aws.Secret ")]
    here = {called(item) for item in recorded(*EVERYTHING)}
    assert matched(copies, here) - seen.keys() == set()


@pytest.mark.parametrize(("setting", "other"), ROTATING)
def test_the_pods_that_a_rotation_restarts_are_those_of_its_rows(setting: str, other: int) -> None:
    rolled = {item.name for item in differing(setting, other).values() if item.type == DEPLOYMENT}
    deployments = {item.name for item in recorded(*EVERYTHING).of_type(DEPLOYMENT)}
    said = matched((name for row in of(setting) for name in row.restarts), deployments)
    assert rolled == said


def test_retiring_old_tokens_is_a_step_that_changes_no_secret_and_no_pod() -> None:
    first = changed("redis.tokenGeneration", 2)
    before = {item.urn: item.inputs for item in first}
    second = changed("redis.tokensRetiredBefore", 2)
    moved = {called(item): item.inputs for item in second if item.inputs != before[item.urn]}
    assert set(moved) == {"aws.ReplicationGroup redis-group"}
    group = first.one("aws:elasticache/replicationGroup:ReplicationGroup").inputs
    [after] = moved.values()
    differs = {key for key in group if group[key] != after[key]}
    assert differs == {"authTokenUpdateStrategy", "authTokenWoVersion"}
    assert (group["authTokenUpdateStrategy"], after["authTokenUpdateStrategy"]) == ("ROTATE", "SET")


@pytest.mark.parametrize("stack", [EVERYTHING, WITHOUT_CDN])
def test_a_certificate_is_renewed_as_early_as_its_row_says(stack: tuple[str, str]) -> None:
    early: dict[str, Any] = {}
    for item in recorded(*stack):
        if item.type in {*CERTIFICATES, ORIGIN}:
            early[called(item)] = int(item.inputs.get("earlyRenewalHours") or 0)
    assert early
    said = {name: row.early for row in rows() for name in matched(row.makes, early)}
    assert said == early


@pytest.mark.parametrize("stack", [EVERYTHING, WITHOUT_CDN])
def test_whatever_a_program_marks_as_secret_belongs_to_a_row(stack: tuple[str, str]) -> None:
    marked = {called(item) for item in recorded(*stack) if item.custom and item.secret_inputs}
    known = matched((name for row in rows() for name in row.resources), marked)
    assert marked - known == set()
