"""Names that the plan chooses: free, this stack's by its tags, or somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.preflight.finders import NAME_KINDS
from plan import tokens
from tests.support.aws_account import ACCOUNT, NOON, Error
from tests.support.preflight import TAGS, findings, one, resource, subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.answers.preflight.finders import NameKind

NAME = "bailbondpro-test"
OTHERS = {**TAGS, "Stack": "bailbondpro-other"}
ARN = f"arn:aws:x:us-east-1:{ACCOUNT}:thing/{NAME}"


def listed(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: name, value: tag} for name, tag in tags.items()]


def existing(tags: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Everything exists, with these tags: answers by type."""
    pairs = listed(tags)
    return {
        tokens.CLUSTER: {"eks:DescribeCluster": {"cluster": {"name": NAME, "tags": dict(tags)}}},
        tokens.DATABASE: {
            "rds:DescribeDBInstances": {"DBInstances": [{"DBInstanceIdentifier": NAME, "TagList": pairs}]}
        },
        tokens.CACHE: {
            "elasticache:DescribeReplicationGroups": {"ReplicationGroups": [{"ARN": ARN}]},
            "elasticache:ListTagsForResource": {"TagList": pairs},
        },
        tokens.LOAD_BALANCER: {
            "elbv2:DescribeLoadBalancers": {"LoadBalancers": [{"LoadBalancerArn": ARN, "Type": "network"}]},
            "elbv2:DescribeTags": {"TagDescriptions": [{"Tags": pairs} if pairs else {"ResourceArn": ARN}]},
        },
        tokens.BUCKET: {"s3:HeadBucket": {}, "s3:GetBucketTagging": {"TagSet": pairs}},
        "aws:ecr/repository:Repository": {
            "ecr:DescribeRepositories": {"repositories": [{"repositoryArn": ARN}]},
            "ecr:ListTagsForResource": {"tags": pairs},
        },
        tokens.LOG_GROUP: {
            "logs:DescribeLogGroups": {"logGroups": [{"logGroupName": NAME, "arn": f"{ARN}:*"}]},
            "logs:ListTagsForResource": {"tags": dict(tags)},
        },
        tokens.SECRET: {"secretsmanager:DescribeSecret": {"Name": NAME, "Tags": pairs}},
        "aws:ssm/parameter:Parameter": {
            "ssm:DescribeParameters": {"Parameters": [{"Name": NAME}]},
            "ssm:ListTagsForResource": {"TagList": pairs},
        },
        "aws:kms/alias:Alias": {
            "kms:DescribeKey": {"KeyMetadata": {"KeyId": "1"}},
            "kms:ListResourceTags": {"Tags": listed(tags, "TagKey", "TagValue")},
        },
        tokens.BUDGET: {
            "budgets:DescribeBudget": {"Budget": {"BudgetName": NAME, "TimeUnit": "MONTHLY", "BudgetType": "COST"}},
            "budgets:ListTagsForResource": {"ResourceTags": pairs},
        },
        "aws:iam/role:Role": {
            "iam:GetRole": {
                "Role": {
                    "Path": "/",
                    "RoleName": NAME,
                    "RoleId": "AROAEXAMPLEEXAMPLE",
                    "Arn": ARN,
                    "CreateDate": NOON,
                    "Tags": pairs,
                }
            }
        },
    }


NOT_THERE: dict[str, Any] = {"iam:GetRole": Error("NoSuchEntity", 404)}


def verdict(kind: NameKind, answers: Mapping[str, object], **inputs: object) -> tuple[str, str]:
    thing = resource(kind.type, "thing", **{kind.key: NAME}, **inputs)
    found = one(subject(thing), f"1 {kind.noun}", answers)
    return found.verdict, f"{found.said} | {found.fix}"


def test_every_kind_of_name_has_a_case() -> None:
    assert {kind.type for kind in NAME_KINDS} == set(existing(TAGS))


@pytest.mark.parametrize("kind", NAME_KINDS, ids=lambda kind: kind.noun)
def test_a_name_that_nobody_has_is_free(kind: NameKind) -> None:
    assert verdict(kind, NOT_THERE) == ("met", "free | ")


@pytest.mark.parametrize("kind", NAME_KINDS, ids=lambda kind: kind.noun)
def test_a_stack_that_runs_already_is_told_by_its_tags(kind: NameKind) -> None:
    assert verdict(kind, existing(TAGS)[kind.type]) == ("met", f"0 free; 1 carry this stack's tags: {NAME} | ")


@pytest.mark.parametrize("kind", NAME_KINDS, ids=lambda kind: kind.noun)
def test_a_name_that_somebody_else_has_is_not_met_and_the_fix_imports_it(kind: NameKind) -> None:
    found, text = verdict(kind, existing(OTHERS)[kind.type])
    assert found == "not met"
    assert f"{NAME} exists and does not carry this stack's tags (Stack: bailbondpro-other)" in text
    assert f"pulumi import {kind.type} thing {NAME}, or delete it" in text


@pytest.mark.parametrize("kind", NAME_KINDS, ids=lambda kind: kind.noun)
def test_something_without_any_tag_is_somebody_elses(kind: NameKind) -> None:
    assert verdict(kind, existing({})[kind.type])[0] == "not met"


@pytest.mark.parametrize("kind", NAME_KINDS, ids=lambda kind: kind.noun)
def test_a_look_up_that_is_denied_is_no_free_name(kind: NameKind) -> None:
    first = f"{kind.asked[0].service}:{kind.asked[0].operation}"
    found, text = verdict(kind, {first: Error("AccessDenied", 403)})
    assert found in {"not judged", "not met"}
    assert "allow " in text or "another account, or this identity may not look" in text


def test_a_plan_whose_tags_name_no_stack_cannot_tell_whose_something_is() -> None:
    item = resource(tokens.CLUSTER, "thing", name=NAME, tagsAll={"ManagedBy": "pulumi"})
    of = subject(item)
    provider = next(found for found in of.plan if found.type == "pulumi:providers:aws")
    provider.inputs["defaultTags"] = '{"tags": {"ManagedBy": "pulumi"}}'
    found = one(of, "1 EKS clusters", existing({"ManagedBy": "pulumi"})[tokens.CLUSTER])
    assert (found.verdict, "tag everything with the stack's name" in found.fix) == ("not judged", True)


def test_a_secret_that_waits_for_its_deletion_blocks_its_name_even_for_its_own_stack() -> None:
    kind = next(kind for kind in NAME_KINDS if kind.type == tokens.SECRET)
    deleted = {"secretsmanager:DescribeSecret": {"Name": NAME, "Tags": listed(TAGS), "DeletedDate": NOON}}
    found, text = verdict(kind, deleted)
    assert found == "not met"
    assert "being deleted" in text
    assert f"aws secretsmanager restore-secret --region us-east-1 --secret-id {NAME}" in text


def test_a_bucket_of_another_account_is_not_met() -> None:
    kind = next(kind for kind in NAME_KINDS if kind.type == tokens.BUCKET)
    found, text = verdict(kind, {"s3:HeadBucket": Error("403", 403)})
    assert (found, "belongs to another account" in text) == ("not met", True)


def test_a_log_group_whose_name_only_begins_alike_is_another() -> None:
    kind = next(kind for kind in NAME_KINDS if kind.type == tokens.LOG_GROUP)
    longer = {"logs:DescribeLogGroups": {"logGroups": [{"logGroupName": f"{NAME}-2", "arn": f"{ARN}-2:*"}]}}
    assert verdict(kind, longer)[0] == "met"


def test_of_several_names_each_is_looked_up_and_only_the_taken_ones_are_named() -> None:
    def answer(parameters: Mapping[str, Any], _: str) -> object:
        taken = {"name": "b", "tags": dict(OTHERS)}
        return {"cluster": taken} if parameters["name"] == "b" else Error("ResourceNotFoundException", 404)

    clusters = [resource(tokens.CLUSTER, f"cluster-{name}", name=name) for name in "abc"]
    found = one(subject(*clusters), "3 EKS clusters", {"eks:DescribeCluster": answer})
    assert found.verdict == "not met"
    assert "b exists" in found.said
    assert "a exists" not in found.said


def test_names_that_nobody_looks_up_are_said_and_names_with_a_random_part_are_not_asked() -> None:
    queue = resource("aws:sqs/queue:Queue", "queue", name="orders")
    role = resource("aws:iam/role:Role", "cluster-role", name="cluster-role-f50d90c")
    found = findings(subject(queue, role))
    assert found["1 other chosen names"].verdict == "not asked"
    assert "Queue" in found["1 other chosen names"].said
    assert not any("IAM roles" in name for name in found)


def test_names_are_looked_up_in_the_region_of_their_resource() -> None:
    seen: list[str] = []

    def answer(_: Mapping[str, Any], region: str) -> object:
        seen.append(region)
        return Error("NotFoundException")

    alias = "aws:kms/alias:Alias"
    of = subject(resource(alias, "here", name="alias/a"), resource(alias, "there", name="alias/b", region="us-west-2"))
    assert {name for name in findings(of, {"kms:DescribeKey": answer}) if "aliases" in name} == {
        "1 aliases of keys in us-east-1",
        "1 aliases of keys in us-west-2",
    }
    assert seen == ["us-east-1", "us-west-2"]
