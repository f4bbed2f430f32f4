"""Every certificate of every stack is renewed by somebody and watched by somebody, and two generations take turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.monitoring.kinds.certificates import SOON_HOURS, ends_at
from components.security.generations import HOUR_SECONDS
from tests.support.secret_rows import CERTIFICATE, certificate_rows, matched, rows, short
from tests.support.stack import EVERY_STACK, EVERYTHING, raw, record_platform, recorded, settings

if TYPE_CHECKING:
    from tests.support.recording import RecordedResource, Recording

RULES = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
REQUEST = "tls:index/certRequest:CertRequest"
PRODUCTION = ("prod", "optimization")
each_stack = pytest.mark.parametrize("stack", EVERY_STACK, ids="-".join)


def certificates(recording: Recording) -> dict[str, RecordedResource]:
    """By what a row calls them; a request for one is none."""
    found = (item for item in recording if CERTIFICATE.match(item.type) and item.type != REQUEST)
    return {short(item.type, item.name): item for item in found}


def alerts(recording: Recording) -> dict[str, str]:
    """Expressions of the alerts that Prometheus is told, by name."""
    [rule] = recording.of_type(RULES)
    told = [one for group in rule.inputs["spec"]["groups"] for one in group["rules"] if "alert" in one]
    return {one["alert"]: one["expr"] for one in told}


@each_stack
def test_every_certificate_of_a_stack_is_in_one_row(stack: tuple[str, str]) -> None:
    found = certificates(recorded(*stack))
    assert found
    told = [name for row in certificate_rows() for name in matched(row.certificates, found)]
    assert sorted(told) == sorted(found)


@each_stack
def test_a_certificate_is_renewed_as_its_row_says(stack: tuple[str, str]) -> None:
    found = certificates(recorded(*stack))
    rotations = {name: row.setting for row in rows() for name in matched(row.makes, found)}
    for row in certificate_rows():
        for name in matched(row.certificates, found):
            if row.copy_of is not None:
                continue
            assert int(found[name].inputs.get("earlyRenewalHours") or 0) == row.early, name
            assert (rotations[name] == row.setting) == (row.setting is not None), name
            assert row.early or row.setting, f"nobody renews {name}"


@each_stack
def test_the_alert_of_its_row_names_a_certificate_thirty_days_before_its_end(stack: tuple[str, str]) -> None:
    recording = recorded(*stack)
    found, told = certificates(recording), alerts(recording)
    for row in certificate_rows():
        for name in matched(row.certificates, found):
            if row.copy_of is not None:
                assert matched((row.copy_of,), found), f"{name} is a copy of nothing"
                continue
            assert row.watched is not None, f"nobody watches {name}"
            logical = found[name].name
            part = next(text for text in told[row.watched].split(" or ") if f'"{logical}"' in text)
            end = int(part.partition("vector(")[2].partition(")")[0])
            assert end > ends_at("2026-01-01T00:00:00Z"), "its end is known"
            assert part.endswith(f"< {SOON_HOURS * HOUR_SECONDS}")


def test_a_certificate_without_a_row_is_noticed() -> None:
    found = certificates(recorded(*EVERYTHING))
    without = [row for row in certificate_rows() if row.setting != "cdn.certificateGeneration"]
    told = {name for row in without for name in matched(row.certificates, found)}
    assert "cloudflare.OriginCaCertificate origin-certificate-certificate" in found.keys() - told


def test_days_of_the_origins_certificate_change_what_production_does_not_protect() -> None:
    before = {item.urn: item for item in recorded(*PRODUCTION)}
    after = record_platform(settings(*PRODUCTION, cdn={**raw(*PRODUCTION)["cdn"], "originCertificateDays": 365}))
    moved = {item.name: item for item in after if before[item.urn].inputs != item.inputs}
    assert {"origin-certificate-certificate", "origin-certificate-client-ca"} <= moved.keys()
    assert [name for name, item in moved.items() if item.protect] == []
