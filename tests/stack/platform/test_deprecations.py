"""The program stays clear of what the SDKs are going to drop."""

from __future__ import annotations

import pulumi
import pytest
from pulumi_aws.s3 import BucketAclV2

from tests.support.recording import record
from tests.support.stack import record_platform, settings


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the SDKs say while resources are made: each deprecated type and property is one of these lines."""
    found: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, *_, **__: found.append(message))
    return found


def test_a_deprecated_type_is_noticed(warned: list[str]) -> None:
    record(lambda: BucketAclV2("old", bucket="some-bucket", acl="private").bucket)
    assert any("is deprecated" in message for message in warned)


@pytest.mark.parametrize(("environment", "phase"), [("dev", "optimization"), ("prod", "microservices")])
def test_the_platform_uses_no_deprecated_type_or_property(environment: str, phase: str, warned: list[str]) -> None:
    record_platform(settings(environment, phase))
    assert [message for message in warned if "deprecated" in message] == []
