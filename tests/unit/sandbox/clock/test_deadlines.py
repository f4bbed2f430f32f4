"""What ends at a moment of its own: deletion windows, retained backups, certificates."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.clock.agenda import advance, coming
from sandbox.clock.modifying import as_seen, stamped
from sandbox.clock.moments import START
from sandbox.cloud import Cloud, CloudObject
from sandbox.protocol.diff import changes
from sandbox.providers.replacement import replacing
from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path

KEY = "aws:kms/key:Key"
OURS = "aws:secretsmanager/secret:Secret"
DATABASE = "aws:rds/instance:Instance"
CERTIFICATE = "tls:index/selfSignedCert:SelfSignedCert"
ORIGIN = "cloudflare:index/originCaCertificate:OriginCaCertificate"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def made(world: World, token: str, **inputs: object) -> CloudObject:
    outputs = {**inputs, **stamped(world.cloud, token, dict(inputs))}
    item = CloudObject(token, "id", f"urn:pulumi:dev::p::{token}::certificate", dict(inputs), outputs)
    world.cloud.put(item)
    return item


def days(count: float) -> timedelta:
    return timedelta(days=count)


def test_the_name_of_a_deleted_secret_is_free_when_its_recovery_window_has_passed(world: World) -> None:
    world.add(OURS, "app", name="app", recoveryWindowInDays=7).delete(OURS, "app")
    [refusal] = world.create(OURS, name="app")
    assert "Mon 2026-12-07 12:00 UTC" in refusal
    assert advance(world.cloud, START + days(7) - timedelta(minutes=1)) == []
    assert world.create(OURS, name="app") != []
    [event] = advance(world.cloud, START + days(7))
    assert "its name is free again" in event.what
    assert world.create(OURS, name="app") == []


def test_a_secret_without_a_window_of_its_own_can_be_restored_for_thirty_days(world: World) -> None:
    world.add(OURS, "app", name="app").delete(OURS, "app")
    [end] = coming(world.cloud)
    assert end.at == START + days(30)


def test_a_secret_that_is_deleted_at_once_reserves_nothing(world: World) -> None:
    world.add(OURS, "app", name="app", recoveryWindowInDays=0).delete(OURS, "app")
    assert coming(world.cloud) == []
    assert world.create(OURS, name="app") == []


@pytest.mark.parametrize(("given", "waits"), [({"deletionWindowInDays": 7}, 7), ({}, 30)])
def test_a_deleted_key_waits_for_its_window_and_what_it_encrypted_is_lost_then(
    world: World, given: dict[str, Any], waits: int
) -> None:
    world.add(KEY, "key", **given).delete(KEY, "key")
    [event] = advance(world.cloud, START + days(40))
    assert event.at == START + days(waits)
    assert "can never be read again" in event.what
    assert "PendingDeletion" in event.what
    assert coming(world.cloud) == []


def test_automated_backups_outlive_their_database_for_as_long_as_they_are_kept(world: World) -> None:
    kept: dict[str, object] = {"skipFinalSnapshot": True, "backupRetentionPeriod": 14}
    world.add(DATABASE, "kept", **kept, deleteAutomatedBackups=False).delete(DATABASE, "kept")
    world.add(DATABASE, "gone", **kept, deleteAutomatedBackups=True).delete(DATABASE, "gone")
    [end] = coming(world.cloud)
    assert (end.name, end.at) == ("kept", START + days(14))


def test_the_ends_of_what_is_kept_for_a_time_outlive_the_process(tmp_path: Path) -> None:
    World(tmp_path).add(KEY, "key").delete(KEY, "key")
    again = Cloud(tmp_path / "cloud.jsonl")
    assert len(coming(again)) == 1
    assert len(coming(Cloud(tmp_path / "cloud.jsonl"))) == 1
    advance(again, START + days(30))
    assert coming(Cloud(tmp_path / "cloud.jsonl")) == []


def test_a_certificate_is_valid_from_the_moment_on_the_clock(world: World) -> None:
    item = made(world, CERTIFICATE, validityPeriodHours=48)
    assert item.outputs["validityStartTime"] == "2026-11-30T12:00:00Z"
    assert item.outputs["validityEndTime"] == "2026-12-02T12:00:00Z"


def test_a_certificate_in_its_last_hours_is_replaced_by_the_next_update(world: World) -> None:
    """terraform-provider-tls: ready_for_renewal."""
    item = made(world, CERTIFICATE, validityPeriodHours=48, earlyRenewalHours=12)
    assert differs(world, item) == []
    assert advance(world.cloud, START + timedelta(hours=35)) == []
    assert differs(world, item) == []
    [ready] = advance(world.cloud, START + timedelta(hours=36))
    assert "replaces it" in ready.what
    assert differs(world, item) == ["readyForRenewal"]
    [expired] = advance(world.cloud, START + timedelta(hours=48))
    assert "expires" in expired.what


def differs(world: World, item: CloudObject) -> list[str]:
    """What a preview would replace."""
    seen = as_seen(world.cloud, item.token, item.inputs, item.outputs)
    found = changes(seen, item.inputs)
    assert replacing(item.token, found, seen, item.inputs) == {change.path for change in found}
    return [change.path for change in found]


def test_a_certificate_that_nobody_renews_expires_and_a_preview_says_nothing(world: World) -> None:
    item = made(world, ORIGIN, requestedValidity=90, hostnames=["a.example"])
    assert item.outputs["expiresOn"] == "2027-02-28T12:00:00Z"
    [event] = advance(world.cloud, START + days(100))
    assert event.at == START + days(90)
    assert differs(world, item) == []


def test_a_validity_beyond_every_calendar_is_no_crash(world: World) -> None:
    made(world, CERTIFICATE, validityPeriodHours=10**9)
    assert advance(world.cloud, START + days(1)) == []
