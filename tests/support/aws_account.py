"""An AWS account in which a plan meets nothing in its way, recorded as answers that botocore's Stubber validates.

Every call goes through a real botocore client: parameters and answers are held against the service models. An answer
is a function of the call's parameters and region, a document, or an `Error` of the service.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore import xform_name

from ops.answers.preflight.account import Account

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deployers/bailbondpro-deploy"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/bailbondpro-deploy/ada"
ISSUER = "token.actions.githubusercontent.com"
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Error:
    """What a service refuses a call with."""

    code: str
    status: int = 400
    message: str = "as the service says it"


Answer = Any  # a document of the service, an Error, an exception of botocore, or a function that gives one of them


def zone(letter: str, region: str, number: int) -> dict[str, Any]:
    return {
        "ZoneName": f"{region}{letter}",
        "ZoneId": f"{region[:3].replace('-', '')}{region[-1]}-az{number}",
        "State": "available",
        "ZoneType": "availability-zone",
    }


def _zones(_: Mapping[str, Any], region: str) -> dict[str, Any]:
    return {
        "AvailabilityZones": [zone(letter, region, number) for letter, number in zip("abcd", (1, 2, 4, 6), strict=True)]
    }


def _offering(parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
    name = parameters["Filters"][0]["Values"][0]
    return {"InstanceTypeOfferings": [{"InstanceType": name, "Location": f"{region}{letter}"} for letter in "abcd"]}


def _orderable(parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
    option = {
        "Engine": parameters["Engine"],
        "EngineVersion": "17.6",
        "DBInstanceClass": parameters["DBInstanceClass"],
        "AvailabilityZones": [{"Name": f"{region}{letter}"} for letter in "abc"],
        "StorageType": "gp3",
        "MultiAZCapable": True,
        "SupportsStorageEncryption": True,
    }
    return {"OrderableDBInstanceOptions": [option]}


def _addon(parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
    del region
    fits = [{"clusterVersion": parameters["kubernetesVersion"]}]
    versions = [{"addonVersion": "v1.20.4-eksbuild.2", "compatibilities": fits}]
    return {"addons": [{"addonName": parameters["addonName"], "addonVersions": versions}]}


def _image(parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
    del region
    return {"imageDetails": [{"repositoryName": parameters["repositoryName"], "imagePushedAt": NOON}]}


def trust(subject: str, operator: str = "StringEquals", **changed: object) -> dict[str, Any]:
    """A trust policy as the bootstrap writes it, with what differs."""
    conditions = {operator: {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": subject}}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": conditions,
    }
    return {"Version": "2012-10-17", "Statement": [{**statement, **changed}]}


def role(
    name: str, *, hours: int = 6, trusts: Mapping[str, Any] | None = None, path: str | None = None
) -> dict[str, Any]:
    """A role as IAM describes it: of the bootstrap, of whoever asks (in a path), or of a service."""
    stack = name.removeprefix("bailbondpro-").removesuffix("-deploy")
    if path is None:
        path = "" if name.startswith(f"bailbondpro-{stack}-") else "aws-service-role/x/"
        path = "deployers/" if name == "bailbondpro-deploy" else path
    document = trusts or trust(f"repo:acme/bailbondpro:environment:{stack}")
    found = {"Path": "/", "RoleName": name, "RoleId": "AROAEXAMPLEEXAMPLE", "CreateDate": NOON}
    found |= {"Arn": f"arn:aws:iam::{ACCOUNT}:role/{path}{name}", "MaxSessionDuration": hours * 3600}
    return {"Role": {**found, "AssumeRolePolicyDocument": quote(json.dumps(document))}}


def _role(parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
    del region
    return role(parameters["RoleName"])


def simulated(
    decide: Callable[[str, str, Mapping[str, str]], str] = lambda *_: "allowed",
) -> Callable[[Mapping[str, Any], str], dict[str, Any]]:
    """Answers of IAM's policy simulator: one for each action and resource, decided with the context's values."""

    def answer(parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
        del region
        context = {
            entry["ContextKeyName"]: entry["ContextKeyValues"][0] for entry in parameters.get("ContextEntries", ())
        }
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": where,
                "EvalDecision": decide(action, where, context),
            }
            for action in parameters["ActionNames"]
            for where in parameters.get("ResourceArns", ["*"])
        ]
        return {"EvaluationResults": results, "IsTruncated": False}

    return answer


def _region(parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
    del region
    return {"Regions": [{"RegionName": parameters["RegionNames"][0], "OptInStatus": "opt-in-not-required"}]}


def _cluster_versions(_: Mapping[str, Any], __: str) -> dict[str, Any]:
    names = ("1.36", "1.35", "1.34")
    return {"clusterVersions": [{"clusterVersion": name, "versionStatus": "STANDARD_SUPPORT"} for name in names]}


def _named(one: str, all_of: str, missing: str) -> Callable[[Mapping[str, Any], str], Answer]:
    """Nothing of a kind: an error where a name is asked for, an empty list elsewhere."""
    return lambda parameters, _: Error(missing) if parameters.get(one) else {all_of: []}


FREE: dict[str, Answer] = {
    "sts:GetCallerIdentity": {"Account": ACCOUNT, "Arn": SESSION, "UserId": "AROAEXAMPLE:ada"},
    "organizations:DescribeOrganization": Error("AWSOrganizationsNotInUseException"),
    "ec2:DescribeRegions": _region,
    "ec2:DescribeAvailabilityZones": _zones,
    "ec2:DescribeInstanceTypeOfferings": _offering,
    "ec2:DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-default", "IsDefault": True}]},
    "ec2:DescribeAddresses": {"Addresses": []},
    "ec2:DescribeNatGateways": {"NatGateways": []},
    "ec2:DescribeSubnets": {"Subnets": []},
    "ec2:DescribeInstances": {"Reservations": []},
    "ec2:GetEbsEncryptionByDefault": {"EbsEncryptionByDefault": True},
    "ec2:GetEbsDefaultKmsKeyId": {"KmsKeyId": f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/ebs"},
    "service-quotas:GetServiceQuota": {"Quota": {"Value": 500.0}},
    "service-quotas:GetAWSDefaultServiceQuota": {"Quota": {"Value": 5.0}},
    "iam:GetRole": _role,
    "iam:SimulatePrincipalPolicy": simulated(),
    "iam:GetOpenIDConnectProvider": {"Url": ISSUER, "ClientIDList": ["sts.amazonaws.com"]},
    "kms:DescribeKey": Error("NotFoundException"),
    "kms:GetKeyPolicy": {"Policy": "{}"},
    "kms:ListGrants": {"Grants": []},
    "kms:ListResourceTags": {"Tags": []},
    "eks:DescribeClusterVersions": _cluster_versions,
    "eks:DescribeAddonVersions": _addon,
    "eks:ListClusters": {"clusters": []},
    "eks:DescribeCluster": Error("ResourceNotFoundException", 404),
    "rds:DescribeDBEngineVersions": {"DBEngineVersions": [{"Engine": "postgres", "EngineVersion": "17.6"}]},
    "rds:DescribeOrderableDBInstanceOptions": _orderable,
    "rds:DescribeDBInstances": _named("DBInstanceIdentifier", "DBInstances", "DBInstanceNotFound"),
    "elasticache:DescribeCacheEngineVersions": {
        "CacheEngineVersions": [
            {"Engine": "valkey", "EngineVersion": "8.2"},
            {"Engine": "valkey", "EngineVersion": "8.1"},
        ]
    },
    "elasticache:DescribeReservedCacheNodesOfferings": {"ReservedCacheNodesOfferings": [{"Duration": 31_536_000}]},
    "elasticache:DescribeCacheClusters": {"CacheClusters": []},
    "elasticache:DescribeReplicationGroups": Error("ReplicationGroupNotFoundFault", 404),
    "elasticache:ListTagsForResource": {"TagList": []},
    "elbv2:DescribeLoadBalancers": _named("Names", "LoadBalancers", "LoadBalancerNotFound"),
    "elbv2:DescribeTags": {"TagDescriptions": [{"Tags": []}]},
    "s3:HeadBucket": Error("404", 404),
    "s3:GetBucketTagging": Error("NoSuchTagSet", 404),
    "ecr:DescribeRepositories": Error("RepositoryNotFoundException"),
    "ecr:ListTagsForResource": {"tags": []},
    "ecr:DescribeImages": _image,
    "logs:DescribeLogGroups": {"logGroups": []},
    "logs:ListTagsForResource": {"tags": {}},
    "logs:DescribeResourcePolicies": {"resourcePolicies": []},
    "secretsmanager:DescribeSecret": Error("ResourceNotFoundException"),
    "ssm:DescribeParameters": {"Parameters": []},
    "ssm:ListTagsForResource": {"TagList": []},
    "budgets:DescribeBudget": Error("NotFoundException"),
    "budgets:ListTagsForResource": {"ResourceTags": []},
}
"""Answers by `service:Operation`, of an account in which nothing of the plan exists and everything may be made."""


@dataclass
class RecordedAccount:
    """An account that gives these answers, and remembers what it was asked.

    Attributes:
        answers: what differs from `FREE`; under `*` what every call gets but the one for the identity.
        calls: `service:Operation` and region of every call.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, name: str, parameters: Mapping[str, Any], region: str) -> Answer:
        """What a call gets; it is remembered."""
        self.calls.append((name, region))
        found = self.answers.get(name, self.answers.get("*") if name != "sts:GetCallerIdentity" else None)
        found = FREE[name] if found is None else found
        return found(parameters, region) if callable(found) else found

    @property
    def account(self) -> Account:
        """The account as a preflight asks it."""
        return Account(self.client, "us-east-1")

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401 - botocore has no types
        """A real client whose every call is answered from the record, without a network and without credentials."""
        client, asked = _client(service, region)
        asked.account = self
        return client


@dataclass
class _Asked:
    """Whose record answers the calls of a client."""

    account: RecordedAccount | None = None


@cache
def _client(service: str, region: str) -> tuple[Any, _Asked]:
    """A client, made once in a test process: making one takes longer than all calls of a preflight."""
    from botocore.config import Config
    from botocore.stub import Stubber

    config = Config(retries={"total_max_attempts": 1})
    client, asked = _session().create_client(service, region_name=region, config=config), _Asked()
    stubber = Stubber(client)
    stubber.activate()

    def prepare(params: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - as above
        assert asked.account is not None
        name = f"{service}:{model.name}"
        answer = asked.account.answer(name, params, region)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Error):
            stubber.add_client_error(xform_name(model.name), answer.code, answer.message, answer.status)
        else:
            stubber.add_response(xform_name(model.name), answer)

    client.meta.events.register_first("provide-client-params.*.*", prepare)
    return client, asked


@cache
def _session() -> Any:  # noqa: ANN401 - as above
    import botocore.session

    session = botocore.session.get_session()
    session.set_credentials("AKIAEXAMPLE", "nobody's")
    return session
