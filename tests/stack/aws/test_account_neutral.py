"""Nothing that a stack makes by default is refused, or fought over, because of which AWS account it is."""

from __future__ import annotations

import re

import pytest

from bootstrap.settings import ImagesSettings
from tests.support.paths import ROOT
from tests.support.stack import CHECKED_IN, recorded

ONE_OF_A_KIND = (
    *("iam/serviceLinkedRole", "iam/accountAlias", "iam/accountPasswordPolicy", "iam/openIdConnectProvider"),
    *("ebs/encryptionByDefault", "ebs/defaultKmsKey", "ec2/defaultVpc", "ec2/instanceMetadataDefaults"),
    *("ecr/registryPolicy", "ecr/replicationConfiguration", "ecr/registryScanningConfiguration"),
    *("s3/accountPublicAccessBlock", "s3control/", "cloudwatch/logResourcePolicy", "cloudwatch/logAccountPolicy"),
    *("guardduty/detector", "securityhub/", "accessanalyzer/", "inspector2/", "macie2/", "detective/", "cfg/recorder"),
    *("organizations/", "account/", "ssoadmin/", "servicequotas/", "route53domains/", "apigateway/account"),
)
"""Modules and types of which an account or a region has one, or that only some accounts may use."""
PAYERS = ("costexplorer/", "cur/", "costoptimizationhub/", "bcmdata/", "savingsplans/")
"""What only an account that pays its own bill may use."""


@pytest.mark.parametrize(("environment", "phase"), CHECKED_IN)
def test_nothing_that_a_member_account_is_refused_is_made_by_default(environment: str, phase: str) -> None:
    types = {item.type.removeprefix("aws:") for item in recorded(environment, phase) if item.type.startswith("aws:")}
    assert len(types) > 30
    assert sorted(name for name in types if name.startswith((*ONE_OF_A_KIND, *PAYERS))) == []


README = (ROOT / "README.md").read_text("utf-8")


def test_the_readme_pushes_an_image_before_it_configures_and_configures_before_it_provisions() -> None:
    section = README.partition("## Run it for real")[2].partition("\n## ")[0]
    steps = [
        "pulumi up -s account",
        "docker login",
        "--push",
        "imageDigest",
        "app: {image:",
        "./bbp check",
        "pulumi up -s dev",
    ]
    places = [section.index(step) for step in steps]
    assert places == sorted(places)


def test_the_readmes_image_is_built_for_the_nodes_and_pushed_where_the_stack_file_says() -> None:
    section = README.partition("## Run it for real")[2].partition("\n## ")[0]
    pools = [item.inputs for item in recorded("dev", "optimization").of_type("aws:eks/nodeGroup:NodeGroup")]
    assert all("ARM_64" in pool["amiType"] for pool in pools)
    assert "--platform linux/arm64" in section
    made = re.search(r"--repository-name (\S+)", section)
    assert made is not None
    assert made[1] == ImagesSettings().name, "the bootstrap makes it"
    assert f"$registry/{made[1]}:" in section
    assert f"<registry>/{made[1]}@<digest>" in section
