"""Stacks of one account and region never meet: whatever has a name there holds the stack's own."""

from __future__ import annotations

import hashlib
import json
import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import pytest

from infra.settings import load
from sandbox.providers.autonames import NAMED
from tests.support.paths import ROOT
from tests.support.stack import EVERY_STACK, raw, record_platform, recorded

if TYPE_CHECKING:
    from tests.support.recording import RecordedResource, Recording

ACCOUNT = "000000000000000000000000000acc01"

NAMES = ("name", "identifier", "bucket", "replicationGroupId", "nodeGroupName", "clusterIdentifier", "budgetName")
"""Inputs that are a thing's name at its vendor."""

OF_THE_VENDOR = {
    "aws:eks/addon:Addon": "a name that AWS gives, unique in its cluster",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "the name of a service of AWS",
    "aws:rds/parameterGroup:ParameterGroup": "names of parameters",
}
"""Types whose name is no thing of ours, with the reason."""


def third(name: str, environment: str, phase: str) -> Recording:
    """A further stack with the defaults of an environment, a zone of its own, and all that is switched on by hand."""
    zone = hashlib.sha256(name.encode()).hexdigest()[:32]
    areas: dict[str, Any] = {
        "domain": f"{name}-bailbondpro.net",
        "budget": {"anomalyDetection": True},
        "monitoring": {"alertEmails": ["oncall@bailbondpro.com"], "prometheus": {"enabled": True}},
        "cdn": {
            "enabled": True,
            "plan": "pro",
            "zoneId": zone,
            "accountId": ACCOUNT,
            "addons": {"loadBalancing": True},
        },
        "pools": {"app": {"maxSize": 20}},
    }
    return record_platform(load(raw(environment, phase, **areas), name))


def scope(item: RecordedResource) -> str:
    """Where a name must be unique: a zone's or an account's at Cloudflare, the account and region at AWS."""
    return str(item.inputs.get("zoneId") or "account")


def names(platform: Recording) -> dict[tuple[str, str, str], str]:
    """Every explicit name outside of Kubernetes (each stack has a cluster of its own), by type, scope and name."""
    found = {}
    for item in platform:
        if not item.type.startswith(("aws:", "cloudflare:")) or item.type in OF_THE_VENDOR:
            continue
        for key in {*NAMES, NAMED.get(item.type, "name")}:
            value = item.inputs.get(key)
            pointing = item.type.startswith("aws:s3") and item.type not in NAMED
            if isinstance(value, str) and value and not pointing:
                found[item.type, scope(item), value] = item.name
    return found


@pytest.mark.parametrize("phase", ["optimization", "microservices"])
def test_no_name_of_a_third_stack_is_one_of_dev_or_prod_in_the_same_account_and_region(phase: str) -> None:
    stacks = {
        "dev": recorded("dev", phase),
        "prod": recorded("prod", phase),
        "staging": third("staging", "prod", phase),
        "dev-2": third("dev-2", "dev", phase),
    }
    taken: dict[tuple[str, str, str], str] = {}
    for stack, platform in stacks.items():
        own = names(platform)
        assert len(own) > 20, "names are found at all"
        assert set(own) & set(taken) == set(), stack
        taken.update(dict.fromkeys(own, stack))


def endings(platform: Recording, stack: str) -> set[tuple[str, str, str]]:
    """Type, what stands before the stack's name, and what after it, of everything at AWS that is named after it."""
    found = set()
    for token, _, name in names(platform):
        for match in re.finditer(rf"bailbondpro[-/]{stack}(?![a-z0-9])", name):
            found.add((token, name[: match.start()], name[match.end() :]))
    return found


@pytest.mark.parametrize("environment", ["dev", "prod", "everything"])
def test_no_stack_has_a_name_of_one_whose_name_it_begins_with(environment: str) -> None:
    """Stack `a` could name a thing `b-c` and stack `a-b` one `c`: for no stack at all two such endings exist."""
    stacks = [(recorded(name, phase), name) for name, phase in EVERY_STACK if name == environment]
    own = {ending for platform, name in stacks for ending in endings(platform, name)}
    assert len(own) > 30, "names are found at all"
    for token, before, longer in own:
        for other, start, shorter in own:
            rest = longer.removesuffix(shorter)
            meets = (token, before) == (other, start) and longer.endswith(shorter) and longer != shorter
            assert not (meets and re.fullmatch(r"-[a-z0-9](?:-?[a-z0-9])*", rest)), (
                f"{token}: {longer}, {rest} {shorter}"
            )


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_everything_at_aws_says_whose_it_is(environment: str) -> None:
    platform = third("staging", environment, "microservices")
    for (token, _, name), logical in names(platform).items():
        if token.startswith("aws:"):
            assert "staging" in name, f"{token} {logical}: {name}"
    tags = platform.one("pulumi:providers:aws").inputs["defaultTags"]
    tags = json.loads(tags) if isinstance(tags, str) else tags
    assert tags["tags"]["Stack"] == "bailbondpro-staging"
    budget = platform.one("aws:budgets/budget:Budget").inputs
    assert "bailbondpro-staging" in str(budget["costFilters"])


def test_no_permission_reaches_the_secrets_of_a_stack_whose_name_begins_alike() -> None:
    policies = [
        str(item.inputs["policy"])
        for item in third("dev-2", "dev", "horizontal").of_type("aws:iam/rolePolicy:RolePolicy")
    ]
    policies += [
        str(item.inputs["policy"]) for item in recorded("dev", "horizontal").of_type("aws:iam/rolePolicy:RolePolicy")
    ]
    assert any("secret:bailbondpro-dev-2/app/*" in policy for policy in policies)
    assert any("secret:bailbondpro-dev/app/*" in policy for policy in policies)
    assert not any("bailbondpro-dev*" in policy or "bailbondpro-dev-*" in policy for policy in policies)


def test_what_a_preview_may_read_holds_every_secret_of_the_stack() -> None:
    """A role that lacks one fails every drift check from the day on which the secret is made."""
    document = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
    row = next(line for line in document.splitlines() if "secretsmanager:GetSecretValue" in line)
    allowed = [text.replace("<stack>", "prod") for text in re.findall(r"`(bailbondpro-<stack>[^`]*)`", row)]
    secrets = recorded("prod", "microservices").of_type("aws:secretsmanager/secret:Secret")
    assert len(secrets) > 4
    for item in secrets:
        assert any(fnmatch(item.inputs["name"], pattern) for pattern in allowed), item.inputs["name"]


def test_an_alert_says_which_stack_it_is_of() -> None:
    release = next(
        item
        for item in third("staging", "dev", "optimization").of_type("kubernetes:helm.sh/v3:Release")
        if item.inputs["chart"] == "kube-prometheus-stack"
    )
    assert release.inputs["values"]["prometheus"]["prometheusSpec"]["externalLabels"] == {
        "stack": "bailbondpro-staging"
    }


def test_the_longest_name_a_stack_may_have_gives_names_that_its_services_take() -> None:
    longest = "a" * 30
    platform = third(longest, "prod", "microservices")
    assert len(platform.one("aws:lb/loadBalancer:LoadBalancer").inputs["name"]) == 32
    other = third("a" * 29 + "b", "prod", "microservices")
    aws = [{key for key in names(found) if key[0].startswith("aws:")} for found in (platform, other)]
    assert aws[0] & aws[1] == set(), "shortened names still differ"
