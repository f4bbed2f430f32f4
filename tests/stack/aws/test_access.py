"""Who may read what, and which namespaces are taken, over the whole platform."""

from __future__ import annotations

import json

import pytest

from infra.limits.access import SYSTEM_PREFIX, TAKEN_NAMESPACES
from tests.support.stack import COMBINATIONS, recorded, settings

everywhere = pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)


@everywhere
def test_the_application_reads_its_own_secrets_and_none_of_the_platforms(environment: str, phase: str) -> None:
    platform = recorded(environment, phase)
    policy = platform.one("aws:iam/rolePolicy:RolePolicy", "app-access-policy").inputs["policy"]
    (own,) = [item for item in json.loads(policy)["Statement"] if item["Sid"] == "ReadOwnSecrets"]
    (resource,) = own["Resource"]
    assert resource.endswith(f":secret:bailbondpro-{environment}/app/*")
    begin = resource.split(":secret:")[1].rstrip("*")
    names = [str(item.inputs["name"]) for item in platform.of_type("aws:secretsmanager/secret:Secret")]
    assert names
    assert not [name for name in names if name.startswith(begin)]


@everywhere
def test_every_namespace_of_an_operator_is_refused_for_the_application(environment: str, phase: str) -> None:
    platform = recorded(environment, phase)
    used = {
        str(item.inputs.get("namespace") or (item.inputs.get("metadata") or {}).get("namespace") or "")
        for item in platform
        if item.custom and item.type.startswith(("kubernetes:", "aws:eks/"))
    }
    own = settings(environment, phase).app.namespace
    others = used - {own, ""}
    assert others
    assert not {name for name in others if name not in TAKEN_NAMESPACES and not name.startswith(SYSTEM_PREFIX)}
