"""The value rules against two independent oracles: botocore's service models and cfn-lint's CloudFormation schemas.

Enumerations and ranges of the rules are read from their refusals, so that nothing but behaviour is compared. Every
disagreement stands here with its reason.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sandbox.model.base import RuleSet
from sandbox.providers.rules import Context
from sandbox.services import VALUE_RULES
from sandbox.services.aws.elasticache.nodes import CACHE_FAMILIES
from sandbox.services.aws.rds.classes import DATABASE_FAMILIES
from tests.support.paths import ROOT
from tests.support.rule_oracles import (
    BUDGET,
    CACHE,
    CFN_ENUMS,
    CLUSTER,
    ENCRYPTION,
    ENUMS,
    GROUP,
    INSTANCE,
    LISTENER,
    NODES,
)

botocore_session = pytest.importorskip("botocore.session")
cfnlint = pytest.importorskip("cfnlint")

SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
VALUES = RuleSet(VALUE_RULES)
REGION = "us-east-1"

DISAGREEMENTS: dict[tuple[str, str, str], tuple[set[str], set[str], str]] = {
    (CLUSTER, "controlPlaneScalingConfig.tier", "botocore"): (
        {"tier-ultra"},
        set(),
        "newer than this botocore; the CloudFormation schema of cfn-lint has it",
    ),
    ("aws:ec2/vpc:Vpc", "instanceTenancy", "botocore"): (
        set(),
        {"host"},
        "the shape serves instances too; CreateVpc documents that host tenancy is not for VPCs",
    ),
    ("aws:s3/bucketVersioning:BucketVersioning", "versioningConfiguration.status", "botocore"): (
        {"Disabled"},
        set(),
        "the provider's own value for a bucket that was never versioned",
    ),
    (ENCRYPTION, "rules[*].applyServerSideEncryptionByDefault.sseAlgorithm", "botocore"): (
        set(),
        {"aws:backup", "aws:fsx"},
        "the shape describes objects too; PutBucketEncryption takes none of these as a default",
    ),
    ("aws:cloudwatch/logGroup:LogGroup", "retentionInDays", "cfn-lint"): (
        {"0"},
        set(),
        "the provider's value for logs that never expire; CloudFormation leaves the property out",
    ),
}
"""(type, property, oracle) -> (only in the rules, only in the oracle, why)."""


def set_at(path: str, value: object) -> dict[str, Any]:
    head, _, rest = path.partition(".")
    inner = set_at(rest, value) if rest else value
    return {head.removesuffix("[*]"): [inner] if head.endswith("[*]") else inner}


def reasons(token: str, path: str, value: object) -> list[str]:
    context = Context(token=token, name="x", urn="", inputs=set_at(path, value))
    at = path.replace("[*]", "[0]")
    return [item.reason for item in VALUES.violations(context) if item.path == at]


def allowed(token: str, path: str) -> set[str]:
    for reason in reasons(token, path, "no-such-value"):
        found = re.search(r"is none of: ([^;(]*)", reason)
        if found:
            return {item.strip() for item in found[1].split(",")}
    raise AssertionError(f"no rule of {token} enumerates {path}")


def limits(token: str, path: str) -> tuple[float, float]:
    for reason in reasons(token, path, 10**13):
        found = re.search(r"is outside (-?[\d.e+]+?)\.\.([\d.e+]+)", reason)
        if found:
            return float(found[1]), float(found[2])
    raise AssertionError(f"no rule of {token} limits {path}")


@cache
def model(service: str) -> Any:  # noqa: ANN401 - botocore is untyped
    return botocore_session.get_session().get_service_model(service)


@cache
def schema(kind: str) -> dict[str, Any]:
    index = json.loads((SCHEMAS / "providers" / f"{REGION}.json").read_text())
    found: dict[str, Any] = json.loads((SCHEMAS / "resources" / f"{index[kind]}.json").read_text())
    return found


def property_of(kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema(kind)["properties"][name]
    return found


def compare(key: tuple[str, str, str], ours: set[str], theirs: set[str]) -> None:
    extra, missing, _ = DISAGREEMENTS.get(key, (set(), set(), ""))
    assert (ours - theirs, theirs - ours) == (extra, missing)


@pytest.mark.parametrize(("token", "path", "service", "shape"), ENUMS)
def test_enumerations_are_those_of_the_service_models(token: str, path: str, service: str, shape: str) -> None:
    compare((token, path, "botocore"), allowed(token, path), set(model(service).shape_for(shape).enum))


@pytest.mark.parametrize(("token", "path", "kind", "name"), CFN_ENUMS)
def test_enumerations_are_those_of_cloudformation(token: str, path: str, kind: str, name: str) -> None:
    theirs = {str(item) for item in property_of(kind, name)["enum"]}
    compare((token, path, "cfn-lint"), allowed(token, path), theirs)


RANGES: list[tuple[str, str, str, str]] = [
    (GROUP, "healthCheck.interval", "elbv2", "HealthCheckIntervalSeconds"),
    (GROUP, "healthCheck.timeout", "elbv2", "HealthCheckTimeoutSeconds"),
    (GROUP, "healthCheck.healthyThreshold", "elbv2", "HealthCheckThresholdCount"),
    (GROUP, "port", "elbv2", "Port"),
    (LISTENER, "port", "elbv2", "Port"),
    (NODES, "updateConfig.maxUnavailablePercentage", "eks", "PercentCapacity"),
    ("aws:kms/key:Key", "deletionWindowInDays", "kms", "PendingWindowInDaysType"),
    ("aws:kms/key:Key", "rotationPeriodInDays", "kms", "RotationPeriodInDaysType"),
    ("aws:iam/role:Role", "maxSessionDuration", "iam", "roleMaxSessionDurationType"),
    (BUDGET, "notifications[*].threshold", "budgets", "NotificationThreshold"),
]
"""(type, property, service, shape of the service model)."""

OTHER_RANGES: dict[tuple[str, str], tuple[tuple[float, float], str]] = {
    ("aws:kms/key:Key", "deletionWindowInDays"): (
        (1, 365),
        "the model is wider than the documented 7..30 days, outside of which the API answers ValidationException",
    ),
    (BUDGET, "notifications[*].threshold"): (
        (0, 15_000_000_000_000),
        "the documentation and CloudFormation say 0.1 to 1,000,000,000",
    ),
}
"""(type, property) -> what the model says, and why the rule says something else."""


@pytest.mark.parametrize(("token", "path", "service", "shape"), RANGES)
def test_ranges_are_those_of_the_service_models(token: str, path: str, service: str, shape: str) -> None:
    metadata = model(service).shape_for(shape).metadata
    theirs = (float(metadata["min"]), float(metadata["max"]))
    ours = limits(token, path)
    expected = OTHER_RANGES.get((token, path))
    if expected is None:
        assert ours == theirs
    else:
        assert theirs == expected[0]
        assert theirs[0] <= ours[0]
        assert ours[1] <= theirs[1]


NAMES: list[tuple[str, str, str, str]] = [
    (CLUSTER, "name", "AWS::EKS::Cluster", "Name"),
    (INSTANCE, "identifier", "AWS::RDS::DBInstance", "DBInstanceIdentifier"),
    ("aws:ecr/repository:Repository", "name", "AWS::ECR::Repository", "RepositoryName"),
    ("aws:cloudwatch/logGroup:LogGroup", "name", "AWS::Logs::LogGroup", "LogGroupName"),
    ("aws:kms/alias:Alias", "name", "AWS::KMS::Alias", "AliasName"),
    ("aws:iam/role:Role", "name", "AWS::IAM::Role", "RoleName"),
    ("aws:s3/bucket:Bucket", "bucket", "AWS::S3::Bucket", "BucketName"),
    ("aws:ec2/securityGroup:SecurityGroup", "description", "AWS::EC2::SecurityGroup", "GroupDescription"),
]
"""(type, property, CloudFormation type, its property)."""

SAMPLES = [
    *("a", "ab", "abc", "a-b", "a--b", "a-", "-a", "1a", "a1", "A", "Ab-1", "a_b", "a.b", "a..b", "a/b", "a b"),
    *("a+b=c,d.e@f", "alias/a", "alias/a-b_c/d", "alias/", "alias/a.b", "alias/aws/x", "/aws/eks/a/cluster"),
    *("a#b", "a:b", "a*b", "a!b", "a__b/c--d", "a//b", "(a) [b] {c}; #d", "a<b>", 'a"b"', "UPPER/case"),
    *("10.0.0.1", "xn--a", "a" * 62 + ".", "straße"),
    *("x" * length for length in (40, 63, 64, 65, 100, 101, 255, 256, 257, 512, 513)),
]

NAME_DISAGREEMENTS: dict[tuple[str, str], tuple[set[str], str]] = {
    ("aws:kms/alias:Alias", "name"): (
        {"alias/aws/x"},
        "CreateAlias documents that names that begin with alias/aws/ are reserved",
    ),
    ("aws:rds/instance:Instance", "identifier"): (
        {"A", "Ab-1"},
        "RDS keeps identifiers in lower case; the provider refuses capitals (terraform-provider-aws, validIdentifier)",
    ),
    ("aws:s3/bucket:Bucket", "bucket"): (
        {"10.0.0.1", "1a", "a..b", "a1", "ab", "xn--a"},
        "the naming rules of S3 are stricter: 3 characters, no address, no two dots, reserved beginnings",
    ),
}
"""(type, property) -> (samples that the two judge differently, why the rule is right)."""


@pytest.mark.parametrize(("token", "path", "kind", "name"), NAMES)
def test_names_are_judged_as_the_cloudformation_schema_judges_them(token: str, path: str, kind: str, name: str) -> None:
    rule = property_of(kind, name)
    pattern = re.compile(rule.get("pattern", ".*"))  # as a whole: some of the patterns end open
    differ = set()
    for sample in SAMPLES:
        fits = rule.get("minLength", 0) <= len(sample) <= rule.get("maxLength", 10_000)
        theirs = fits and pattern.fullmatch(sample) is not None
        if theirs == bool(reasons(token, path, sample)):
            differ.add(sample)
    assert differ == NAME_DISAGREEMENTS.get((token, path), (set(), ""))[0]


def strings(value: object) -> set[str]:
    if isinstance(value, dict):
        return set().union(*(strings(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(strings(item) for item in value))
    return {value} if isinstance(value, str) else set()


def extension(*parts: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(SCHEMAS.joinpath("extensions", *parts).read_text())


def test_every_database_class_that_aws_lists_is_accepted_and_no_other_family() -> None:
    texts = strings(extension("aws_rds_dbinstance", "dbinstanceclass_enum.json"))
    listed = {text for text in texts if text.startswith("db.")} - {"db.serverless"}  # Aurora only
    assert len(listed) > 300
    assert {name for name in listed if reasons(INSTANCE, "instanceClass", name)} == set()
    assert {name.split(".")[1] for name in listed} == DATABASE_FAMILIES


def test_every_cache_node_type_that_aws_lists_is_accepted_and_no_other_family() -> None:
    texts = strings(extension("aws_elasticache_cachecluster", "cachenodetype_enum.json"))
    listed = {text for text in texts if text.startswith("cache.")}
    assert len(listed) > 50
    assert {name for name in listed if reasons(CACHE, "nodeType", name)} == set()
    assert {name.split(".")[1] for name in listed} == CACHE_FAMILIES


@pytest.mark.parametrize(
    ("file", "token", "engine"),
    [
        (("aws_rds_dbinstance", "engine_version.json"), INSTANCE, "postgres"),
        (("aws_rds_dbinstance", "engine_version.json"), INSTANCE, "mysql"),
        (("aws_rds_dbinstance", "engine_version.json"), INSTANCE, "mariadb"),
        (("aws_elasticache_cachecluster", "engine_version.json"), CACHE, "valkey"),
        (("aws_elasticache_cachecluster", "engine_version.json"), CACHE, "redis"),
    ],
)
def test_every_engine_version_that_aws_lists_is_accepted(file: tuple[str, str], token: str, engine: str) -> None:
    versions: set[str] = set()
    for case in extension(*file)["allOf"]:
        if engine in strings(case["if"]):
            versions |= strings(case["then"])
    assert versions
    refused = [
        version
        for version in versions
        for item in VALUES.violations(Context(token, "x", "", {"engine": engine, "engineVersion": version}))
        if item.path == "engineVersion"
    ]
    assert refused == []


def test_the_documentation_lists_every_disagreement() -> None:
    text = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    reasons_by_key = {key[:2]: why for key, (_, _, why) in DISAGREEMENTS.items()}
    reasons_by_key |= {key: why for key, (_, why) in (OTHER_RANGES | NAME_DISAGREEMENTS).items()}
    absent = [key for key, why in reasons_by_key.items() if not any(key[1] in row and why in row for row in rows)]
    assert absent == []
