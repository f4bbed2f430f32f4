from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from infra.sample_values import sample_values, simulated
from tests.support.configs import smallest
from tests.support.paths import ROOT
from tests.support.stack import settings as checked_in

PUSHED = (
    "210987654321.dkr.ecr.us-east-1.amazonaws.com/bailbondpro"
    "@sha256:3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b"
)
OWN: dict[str, Any] = {
    "app": {"image": PUSHED},
    "cluster": {"adminPrincipalArns": ["arn:aws:iam::210987654321:role/deploy"]},
}


def left(environment: str = "dev", **areas: object) -> list[str]:
    """Keys whose values are examples."""
    found = sample_values(smallest(environment, "horizontal", **{**OWN, **areas}))
    return [problem.path.removeprefix("bailbondpro:") for problem in found]


def test_a_configuration_of_somebodys_own_has_no_sample_value() -> None:
    assert left() == []
    ids = {"zoneId": "023e105f4ecef8ad9ca31a8372d0c353", "accountId": "f037e56e89293a057740de681ac9abbe"}
    assert left("prod", cdn=ids, aws={"allowedAccountIds": ["210987654321"]}) == []


@pytest.mark.parametrize(
    "image",
    [
        "bailbondpro:latest",
        "nginx",
        "acme/shop:1.2",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/bailbondpro:1.0.0",
        "111122223333.dkr.ecr.us-east-1.amazonaws.com/bailbondpro:1.0.0",
        f"localhost:5000/bailbondpro@sha256:{'ab' * 32}",
        "127.0.0.1:5000/bailbondpro:1.0.0",
        "host.docker.internal:5000/bailbondpro:1.0.0",
        "registry.example.com/bailbondpro:1.4.2",
        f"ghcr.io/acme/shop@sha256:{'0' * 64}",
        f"ghcr.io/acme/shop@sha256:{'0123456789abcdef' * 4}",
        "ghcr.io/acme/shop@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "docker.io/bailbondpro:latest",
        "docker.io/library/bailbondpro:latest",
        f"index.docker.io/bailbondpro@sha256:{'3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b'}",
        "registry-1.docker.io/library/bailbondpro",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com:443/bailbondpro:1.0.0",
        "account.dkr.ecr.us-east-1.amazonaws.com/bailbondpro:1.0.0",
        "123456789012.dkr-ecr.us-east-1.on.aws/bailbondpro:1.0.0",
        "bailbondpro",
        f"bailbondpro@sha256:{'3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b'}",
        f"ghcr.io/acme/shop@sha256:{'9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'}",
    ],
)
def test_an_image_that_nobody_pushed_is_a_sample(image: str) -> None:
    assert left(app={"image": image}) == ["app.image"]


@pytest.mark.parametrize(
    "image",
    [
        *("docker.io/acme/shop:1.2", "ghcr.io/acme/shop:1.2", "registry.local:5000/shop:1", PUSHED),
        "210987654321.dkr.ecr-fips.us-east-1.amazonaws.com/bailbondpro:1.0.0",
        "210987654321.dkr-ecr.us-east-1.on.aws/bailbondpro:1.0.0",
        "public.ecr.aws/acme/shop:1.0.0",
    ],
)
def test_an_image_with_its_registry_is_none(image: str) -> None:
    assert left(app={"image": image}) == []


def test_a_services_own_image_counts_too() -> None:
    service = {"name": "payments", "paths": ["/api/payments/"], "minReplicas": 1, "maxReplicas": 2}
    assert left(services=[{**service, "image": "payments:2"}], pools={"app": {"maxSize": 20}}) == ["services[0].image"]
    assert left(services=[service], pools={"app": {"maxSize": 20}}) == []


def test_accounts_ids_and_ranges_of_documentation_are_samples() -> None:
    assert left(aws={"allowedAccountIds": ["210987654321", "123456789012"]}) == ["aws.allowedAccountIds[1]"]
    assert left(aws={"allowedAccountIds": ["210987654321", "111122223333"]}) == ["aws.allowedAccountIds[1]"]
    role = "arn:aws:iam::123456789012:role/bailbondpro-deploy"
    assert left(cluster={"adminPrincipalArns": [role]}) == ["cluster.adminPrincipalArns[0]"]
    public = {**OWN["cluster"], "endpointPublicAccess": True, "publicAccessCidrs": ["8.8.8.0/24", "203.0.113.0/24"]}
    assert left(cluster=public) == ["cluster.publicAccessCidrs[1]"]
    cdn = {"enabled": True, "zoneId": "0" * 31 + "a", "accountId": "f037e56e89293a057740de681ac9abbe"}
    assert left(cdn=cdn) == ["cdn.zoneId"]
    assert left(cdn={**cdn, "enabled": False}) == []


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_example_of_the_checked_in_files_is_found_and_says_what_to_write(stack: str) -> None:
    found = sample_values(checked_in(stack, "optimization"))
    assert {"bailbondpro:app.image", "bailbondpro:cdn.zoneId", "bailbondpro:cdn.accountId"} <= {p.path for p in found}
    assert {"bailbondpro:cluster.adminPrincipalArns[0]", "bailbondpro:cluster.publicAccessCidrs[0]"} <= {
        p.path for p in found
    }
    for problem in found:
        assert problem.fix.startswith(("push", "write", "copy"))


def test_only_who_runs_the_program_says_that_its_cloud_is_simulated() -> None:
    assert simulated({"SIMULATED": True}, {})
    assert simulated({}, {"PULUMI_DEBUG_PROVIDERS": "kubernetes:4000,aws:4001"})
    assert not simulated({}, {})
    assert not simulated({"SIMULATED": "yes"}, {"PULUMI_DEBUG_PROVIDERS": "cloudflare:4000", "SIMULATED": "true"})


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_program_itself_refuses_examples_before_it_makes_anything(stack: str) -> None:
    code = f"""
import json, os, yaml
config = yaml.safe_load(open("Pulumi.{stack}.yaml"))["config"]
texts = {{key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}}
os.environ["PULUMI_CONFIG"] = json.dumps(texts)
import pulumi
from pulumi.runtime import settings
settings.configure(settings.Settings(project="bailbondpro", stack="{stack}"))
import infra.__main__
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "bailbondpro:app.image" in done.stderr
    assert "sample-value" in done.stderr
