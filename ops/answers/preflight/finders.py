"""How something of a physical name is found in an account, and whose it is: one function for each kind of name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.preflight import reads
from ops.answers.preflight.model import NotJudgedError
from plan import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ops.answers.preflight.account import Account
    from ops.answers.preflight.model import Read

NOT_THERE = ("ResourceNotFoundException", "NotFoundException")


@dataclass(frozen=True)
class Existing:
    """Something that has the name.

    Attributes:
        tags: its tags; None where they cannot be had.
        blocks: why its name is taken whoever it belongs to; empty for an ordinary one.
        fix: what frees the name then.
    """

    tags: Mapping[str, str] | None
    blocks: str = ""
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class NameKind:
    """One kind of physical name.

    Attributes:
        type: the resource type that has it.
        key: the input that is the name.
        noun: what it is called, in the plural.
        service: what its ARN begins with, with a pattern of the rest around `{}`; empty where policies take `*`.
        asked: what is read.
        find: finds it.
    """

    type: str
    key: str
    noun: str
    service: str = ""
    asked: tuple[Read, ...]
    find: Callable[[Account, str, str], Existing | None]


def _tags(found: Iterable[Mapping[str, Any]], key: str = "Key", value: str = "Value") -> dict[str, str]:
    return {item[key]: item[value] for item in found}


def _cluster(aws: Account, region: str, name: str) -> Existing | None:
    found = aws.look(reads.CLUSTER, region, missing=NOT_THERE, name=name)
    return Existing(found["cluster"].get("tags") or {}) if found is not None else None


def _database(aws: Account, region: str, name: str) -> Existing | None:
    missing = ("DBInstanceNotFound", "DBInstanceNotFoundFault")
    found = aws.look(reads.DATABASES, region, missing=missing, DBInstanceIdentifier=name)
    return Existing(_tags(found["DBInstances"][0].get("TagList") or ())) if found is not None else None


def _cache(aws: Account, region: str, name: str) -> Existing | None:
    missing = ("ReplicationGroupNotFoundFault", "ReplicationGroupNotFound")
    found = aws.look(reads.CACHE_GROUPS, region, missing=missing, ReplicationGroupId=name)
    if found is None:
        return None
    arn = found["ReplicationGroups"][0]["ARN"]
    return Existing(_tags(aws.read(reads.CACHE_TAGS, region, ResourceName=arn)["TagList"]))


def _load_balancer(aws: Account, region: str, name: str) -> Existing | None:
    missing = ("LoadBalancerNotFound", "LoadBalancerNotFoundException")
    found = aws.look(reads.LOAD_BALANCERS, region, missing=missing, Names=[name])
    if found is None:
        return None
    arn = found["LoadBalancers"][0]["LoadBalancerArn"]
    told = aws.read(reads.LOAD_BALANCER_TAGS, region, ResourceArns=[arn])["TagDescriptions"]
    return Existing(_tags(told[0].get("Tags") or ()))


def _bucket(aws: Account, region: str, name: str) -> Existing | None:
    try:
        found = aws.look(reads.BUCKET, region, missing=("404", "NoSuchBucket"), Bucket=name)
    except NotJudgedError as error:
        if "denied" in error.said:
            return Existing(
                None, "the name belongs to another account, or this identity may not look", "choose another"
            )
        raise
    if found is None:
        return None
    told = aws.look(reads.BUCKET_TAGS, region, missing=("NoSuchTagSet",), Bucket=name)
    return Existing(_tags(told["TagSet"]) if told is not None else {})


def _repository(aws: Account, region: str, name: str) -> Existing | None:
    found = aws.look(reads.REPOSITORIES, region, missing=("RepositoryNotFoundException",), repositoryNames=[name])
    if found is None:
        return None
    arn = found["repositories"][0]["repositoryArn"]
    return Existing(_tags(aws.read(reads.REPOSITORY_TAGS, region, resourceArn=arn)["tags"]))


def _log_group(aws: Account, region: str, name: str) -> Existing | None:
    found = aws.read(reads.LOG_GROUPS, region, logGroupNamePrefix=name)["logGroups"]
    exact = next((item for item in found if item["logGroupName"] == name), None)
    if exact is None:
        return None
    arn = str(exact["arn"]).removesuffix(":*")
    return Existing(aws.read(reads.LOG_GROUP_TAGS, region, resourceArn=arn)["tags"])


def _secret(aws: Account, region: str, name: str) -> Existing | None:
    found = aws.look(reads.SECRET, region, missing=NOT_THERE, SecretId=name)
    if found is None:
        return None
    tags, known_as = _tags(found.get("Tags") or ()), found["Name"]
    if "DeletedDate" not in found:
        return Existing(tags)
    restore = f"aws secretsmanager restore-secret --region {region} --secret-id {known_as}"
    fix = f"{restore}, then import it; or wait for its window to end"
    return Existing(tags, "it is being deleted, and its name is taken until then", fix)


def _parameter(aws: Account, region: str, name: str) -> Existing | None:
    only = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    if not aws.read(reads.PARAMETERS, region, ParameterFilters=only)["Parameters"]:
        return None
    told = aws.read(reads.PARAMETER_TAGS, region, ResourceType="Parameter", ResourceId=name)
    return Existing(_tags(told["TagList"]))


def _alias(aws: Account, region: str, name: str) -> Existing | None:
    found = aws.look(reads.KEY, region, missing=NOT_THERE, KeyId=name)
    if found is None:
        return None
    told = aws.read(reads.KEY_TAGS, region, KeyId=found["KeyMetadata"]["KeyId"])
    return Existing(_tags(told["Tags"], "TagKey", "TagValue"))


def _budget(aws: Account, region: str, name: str) -> Existing | None:
    account = aws.identity.account
    if aws.look(reads.BUDGET, region, missing=NOT_THERE, AccountId=account, BudgetName=name) is None:
        return None
    arn = f"arn:{aws.identity.partition}:budgets::{account}:budget/{name}"
    return Existing(_tags(aws.read(reads.BUDGET_TAGS, region, ResourceARN=arn)["ResourceTags"]))


def _role(aws: Account, region: str, name: str) -> Existing | None:
    found = aws.look(reads.ROLE, region, missing=("NoSuchEntity", "NoSuchEntityException"), RoleName=name)
    return Existing(_tags(found["Role"].get("Tags") or ())) if found is not None else None


NAME_KINDS = (
    NameKind(
        type=tokens.CLUSTER,
        key="name",
        noun="EKS clusters",
        service="eks:cluster/{}",
        asked=(reads.CLUSTER,),
        find=_cluster,
    ),
    NameKind(type=tokens.DATABASE, key="identifier", noun="RDS servers", asked=(reads.DATABASES,), find=_database),
    NameKind(
        type=tokens.CACHE,
        key="replicationGroupId",
        noun="ElastiCache replication groups",
        asked=(reads.CACHE_GROUPS, reads.CACHE_TAGS),
        find=_cache,
    ),
    NameKind(
        type=tokens.LOAD_BALANCER,
        key="name",
        noun="load balancers",
        asked=(reads.LOAD_BALANCERS, reads.LOAD_BALANCER_TAGS),
        find=_load_balancer,
    ),
    NameKind(type=tokens.BUCKET, key="bucket", noun="buckets", asked=(reads.BUCKET, reads.BUCKET_TAGS), find=_bucket),
    NameKind(
        type="aws:ecr/repository:Repository",
        key="name",
        noun="ECR repositories",
        service="ecr:repository/{}",
        asked=(reads.REPOSITORIES, reads.REPOSITORY_TAGS),
        find=_repository,
    ),
    NameKind(
        type=tokens.LOG_GROUP,
        key="name",
        noun="log groups",
        asked=(reads.LOG_GROUPS, reads.LOG_GROUP_TAGS),
        find=_log_group,
    ),
    NameKind(
        type=tokens.SECRET,
        key="name",
        noun="secrets",
        service="secretsmanager:secret:{}*",
        asked=(reads.SECRET,),
        find=_secret,
    ),
    NameKind(
        type="aws:ssm/parameter:Parameter",
        key="name",
        noun="SSM parameters",
        asked=(reads.PARAMETERS, reads.PARAMETER_TAGS),
        find=_parameter,
    ),
    NameKind(
        type="aws:kms/alias:Alias", key="name", noun="aliases of keys", asked=(reads.KEY, reads.KEY_TAGS), find=_alias
    ),
    NameKind(type=tokens.BUDGET, key="name", noun="budgets", asked=(reads.BUDGET, reads.BUDGET_TAGS), find=_budget),
    NameKind(
        type="aws:iam/role:Role", key="name", noun="IAM roles", service="iam:role/{}", asked=(reads.ROLE,), find=_role
    ),
)
