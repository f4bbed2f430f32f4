"""The roles of a stack may do what its plans need, no less and no more, and every action is one that AWS knows.

Actions, and the resources that they take, are held against the Service Authorization Reference as cfn-lint ships it.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bootstrap.access import BOUNDED_SERVICES, boundary_policy, state_policy
from bootstrap.needs import needs_text
from bootstrap.policies import LONGEST, MOST_POLICIES, Scope, deploy_policies, preview_policies
from plan.permissions import PERMISSIONS, Needs, needs_of, without_permissions
from plan.permissions.cloudflare import GROUPS, token_groups
from plan.permissions.model import READING, reads_only
from plan.permissions.scopes import ANYWHERE, BY_TAG, ROLE, SCOPES, TOPIC
from tests.support.paths import ROOT
from tests.support.plans import stack_plan
from tests.support.stack import ENVIRONMENTS, EVERY_STACK, EVERYTHING, PHASES

cfnlint = pytest.importorskip("cfnlint")
REFERENCE: dict[str, Any] = json.loads(
    (Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "Policies.json").read_text("utf-8")
)
ACCOUNT = "123456789012"
BESIDE = frozenset(("iam:PassRole", "iam:CreateServiceLinkedRole", "kms:Decrypt", "kms:GenerateDataKey"))
"""What the deploying role may beside the actions of the rows: roles to hand over, and values of secrets to encrypt."""
UNUSED = frozenset(
    (
        "cloudflare:index/ruleset:Ruleset#http_request_transform",
        "cloudflare:index/ruleset:Ruleset#http_request_late_transform",
    )
)
NAMED: dict[str, tuple[str, str]] = {
    "aws:budgets/budget:Budget": ("name", "arn:aws:budgets::{account}:budget/{name}"),
    "aws:cloudwatch/logGroup:LogGroup": ("name", "arn:aws:logs:us-east-1:{account}:log-group:{name}"),
    "aws:ecr/repository:Repository": ("name", "arn:aws:ecr:us-east-1:{account}:repository/{name}"),
    "aws:eks/cluster:Cluster": ("name", "arn:aws:eks:us-east-1:{account}:cluster/{name}"),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        "replicationGroupId",
        "arn:aws:elasticache:us-east-1:{account}:replicationgroup:{name}",
    ),
    "aws:lb/loadBalancer:LoadBalancer": (
        "name",
        "arn:aws:elasticloadbalancing:us-east-1:{account}:loadbalancer/net/{name}/50dc6c495c0c9188",
    ),
    "aws:rds/instance:Instance": ("identifier", "arn:aws:rds:us-east-1:{account}:db:{name}"),
    "aws:secretsmanager/secret:Secret": ("name", "arn:aws:secretsmanager:us-east-1:{account}:secret:{name}-AbCdEf"),
    "aws:ssm/parameter:Parameter": ("name", "arn:aws:ssm:us-east-1:{account}:parameter{name}"),
}
"""Types whose name the stack chooses, where it stands, and the ARN that follows (Service Authorization Reference)."""
LOGICAL = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": "arn:aws:cloudwatch:us-east-1:{account}:alarm:{name}-1a2b3c4",
    "aws:lb/targetGroup:TargetGroup": "arn:aws:elasticloadbalancing:us-east-1:{account}:targetgroup/{name}-1a2/5b6c",
}
"""Types of scoped services whose name Pulumi makes of the resource's own."""


def scope(stack: str) -> Scope:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/bailbondpro-{stack}-boundary"
    return Scope(stack=stack, account=ACCOUNT, partition="aws", regions=("us-east-1",), boundary_arn=boundary)


@cache
def needs(*stacks: tuple[str, str]) -> Needs:
    return needs_of([stack_plan(*at) for at in stacks])


def statements(policies: dict[str, str]) -> list[dict[str, Any]]:
    return [statement for text in policies.values() for statement in json.loads(text)["Statement"]]


def allowed(policies: dict[str, str]) -> set[str]:
    return {action for item in statements(policies) if item["Effect"] == "Allow" for action in item["Action"]}


def writes(service: str = "") -> set[str]:
    found = {action for row in PERMISSIONS.values() for action in row.writes()}
    return {action for action in found if action.startswith(f"{service}:")} if service else found


def test_every_type_of_aws_in_every_plan_has_its_permissions_and_no_row_is_of_another() -> None:
    used = needs(*EVERY_STACK).types
    assert without_permissions(used) == []
    assert [token for token in PERMISSIONS if token not in used] == []


def test_every_type_of_cloudflare_in_every_plan_has_its_permission_group_and_no_group_is_of_another() -> None:
    used = needs(*EVERY_STACK).types
    assert token_groups(used)
    assert [token for token in GROUPS if token not in used and token not in UNUSED] == []


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_what_the_bootstrap_knows_of_a_checked_in_stack_is_what_its_plans_hold(stack: str) -> None:
    written = (ROOT / "bootstrap" / "needs" / f"{stack}.yaml").read_text("utf-8")
    assert written == needs_text(stack, needs(*((stack, phase) for phase in PHASES))), (
        f"./bbp bootstrap policies {stack} --write"
    )


@pytest.mark.parametrize("at", EVERY_STACK, ids="-".join)
def test_the_deploying_role_may_do_exactly_what_the_types_of_its_plan_need(at: tuple[str, str]) -> None:
    found = needs(at)
    rows = [PERMISSIONS[token] for token in found.types if token in PERMISSIONS]
    wanted = {action for row in rows for action in (*row.reads, *row.writes())}
    assert allowed(deploy_policies(found, scope(at[0]))) == wanted | BESIDE


@pytest.mark.parametrize("at", EVERY_STACK, ids="-".join)
def test_the_preview_role_reads_and_nothing_else(at: tuple[str, str]) -> None:
    policies = preview_policies(needs(at), scope(at[0]))
    assert {action for action in allowed(policies) if not reads_only(action)} == {"kms:Decrypt"}
    state = state_policy(at[0], "arn:aws:s3:::state", "arn:key/1", "arn:key/2", writes=False)
    assert {action for action in allowed({"state": state}) if not reads_only(action)} == {"kms:Decrypt"}


@pytest.mark.parametrize("at", EVERY_STACK, ids="-".join)
def test_policies_fit_into_iam(at: tuple[str, str]) -> None:
    stack = "a" * 30
    for policies in (deploy_policies(needs(at), scope(stack)), preview_policies(needs(at), scope(stack))):
        assert all(len(text) <= LONGEST for text in policies.values())
        assert len({**policies, "state": ""}) <= MOST_POLICIES
    assert len(boundary_policy(scope(stack), needs(at))) <= LONGEST


def test_every_action_is_one_that_aws_knows() -> None:
    every = {action for row in PERMISSIONS.values() for action in (*row.reads, *row.writes())} | BESIDE
    state = state_policy("dev", "arn:aws:s3:::state", "arn:key/1", "arn:key/2", writes=True)
    every |= {*allowed({"state": state}), *ANYWHERE, *BY_TAG}
    known = {
        action for action in every if action.partition(":")[2].lower() in REFERENCE[action.partition(":")[0]]["Actions"]
    }
    assert sorted(every - known) == []
    assert [service for service in BOUNDED_SERVICES if service not in REFERENCE] == []


def takes(action: str) -> set[str]:
    """The resource types that an action takes."""
    service, _, name = action.partition(":")
    return set(REFERENCE[service]["Actions"][name.lower()].get("Resources", ()))


def kind_of(arn: str) -> str:
    """The resource type in an ARN's last part: `db` of `...:db:name`, `loadbalancer` of `...:loadbalancer/net/...`."""
    last = arn.split(":", 5)[5]
    return last.split("/")[0].split(":")[0].lower().replace("backup-", "backup")


def alike(kind: str, taken: set[str]) -> bool:
    """Whether an action takes a kind of resource: the reference writes it as `Secret` or `loadbalancer/net/`, too."""
    return any(item.lower().split("/")[0] == kind for item in taken)


@pytest.mark.parametrize("service", SCOPES)
def test_a_write_that_is_granted_by_name_takes_a_resource_of_that_kind(service: str) -> None:
    kinds = {kind_of(arn) for arn in SCOPES[service]}
    for action in writes(service) - ANYWHERE - BY_TAG:
        assert any(alike(kind, takes(action)) for kind in kinds), action
    assert {action for action in writes(service) if not takes(action)} == ANYWHERE & writes(service)


def test_a_deletion_that_is_granted_by_tag_names_one_kind_of_resource() -> None:
    assert writes() >= BY_TAG
    several = {action: takes(action) for action in BY_TAG if len(takes(action)) != 1}
    # The reference lists what an address may be bound to beside the address.
    assert set(several) <= {"ec2:ReleaseAddress"}


@pytest.mark.parametrize("at", EVERY_STACK, ids="-".join)
def test_every_name_in_a_plan_is_inside_of_what_its_role_is_granted(at: tuple[str, str]) -> None:
    granted = [arn for item in statements(deploy_policies(needs(at), scope(at[0]))) for arn in item["Resource"]]
    seen = 0
    for item in stack_plan(*at):
        if item.type in NAMED:
            key, pattern = NAMED[item.type]
            name = str(item.inputs[key])
        elif item.type in LOGICAL:
            pattern, name = LOGICAL[item.type], item.name
        else:
            continue
        arn = pattern.format(account=ACCOUNT, name=name)
        seen += 1
        assert any(fnmatchcase(arn, wide) for wide in granted if wide != "*"), arn
    assert seen > 20


@pytest.mark.parametrize("at", EVERY_STACK, ids="-".join)
def test_roles_are_handed_to_the_services_that_their_trust_policies_name(at: tuple[str, str]) -> None:
    trusts = [json.loads(str(role.inputs["assumeRolePolicy"])) for role in stack_plan(*at).of_type(ROLE)]
    named = {item["Principal"]["Service"][0] for trust in trusts for item in trust["Statement"]}
    assert set(needs(at).services) == named


@pytest.mark.parametrize("at", EVERY_STACK, ids="-".join)
def test_roles_are_handed_to_the_services_of_the_plan_only_and_made_inside_the_boundary_only(
    at: tuple[str, str],
) -> None:
    by_sid = {item["Sid"]: item for item in statements(deploy_policies(needs(at), scope(at[0]))) if "Sid" in item}
    passed = by_sid["PassOwnRoles"]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": list(needs(at).services)}}
    assert {arn.rpartition("role/")[2] for arn in passed["Resource"]} == set(needs(at).names[ROLE])
    rights = by_sid["IamRights"]
    assert {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"} <= set(rights["Action"])
    assert rights["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": [scope(at[0]).boundary_arn]}}
    # Nothing that decides on rights is granted without it, and no role of the bootstrap is inside.
    assert not set(rights["Action"]) & set(by_sid["IamOwn"]["Action"])
    own = f"arn:aws:iam::{ACCOUNT}:role/bailbondpro-{at[0]}-deploy"
    assert not any(fnmatchcase(own, arn) for arn in (*passed["Resource"], *rights["Resource"]))


def test_every_write_of_a_regional_service_is_in_the_stacks_regions_only() -> None:
    for item in statements(deploy_policies(needs(EVERYTHING), scope("everything"))):
        regional = [action for action in item["Action"] if not action.startswith(("iam:", "budgets:", "ce:"))]
        if item["Effect"] == "Deny" or not any(action in writes() for action in regional):
            continue
        assert item["Condition"]["StringEquals"]["aws:RequestedRegion"] == ["us-east-1"], item["Sid"]


def test_the_boundary_admits_what_the_roles_of_every_plan_are_given_and_no_administration_of_iam() -> None:
    for at in EVERY_STACK:
        document = {"boundary": boundary_policy(scope(at[0]), needs(at))}
        granted = allowed(document)
        inline = {
            action
            for item in stack_plan(*at)
            if item.type == "aws:iam/rolePolicy:RolePolicy"
            for statement in json.loads(str(item.inputs["policy"]))["Statement"]
            for action in statement["Action"]
        }
        assert inline
        assert [action for action in inline if not any(fnmatchcase(action, wide) for wide in granted)] == []
        assert {action for action in granted if action.startswith("iam:")} == {"iam:CreateServiceLinkedRole"}


def admits(document: str, action: str, where: str, **context: str) -> bool:
    """Whether a boundary lets a role do it on a resource without a tag: a grant that covers it, and no refusal."""

    def covers(item: dict[str, Any]) -> bool:
        matches = any(fnmatchcase(action, wide) for wide in item["Action"])
        equal = item.get("Condition", {}).get("StringEquals", {})
        holds = all(context.get(key.partition(":")[2]) in values for key, values in equal.items())
        return matches and holds and any(fnmatchcase(where, wide) for wide in item["Resource"])

    return any(covers(item) for item in json.loads(document)["Statement"] if item["Effect"] == "Allow")


ONLY_ALL = frozenset(("s3:ListAllMyBuckets",))
"""Actions of services with own names that take no resource (Service Authorization Reference)."""


def given(at: tuple[str, str]) -> set[str]:
    """The policies of AWS that roles of a stack are given, by their names."""
    found = stack_plan(*at).of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    return {str(item.inputs["policyArn"]).rpartition("/")[2] for item in found}


@pytest.mark.parametrize("at", EVERY_STACK, ids="-".join)
def test_the_boundary_leaves_the_policies_of_aws_that_roles_are_given_whole(at: tuple[str, str]) -> None:
    known = yaml.safe_load((ROOT / "tests" / "data" / "managed_policies.yaml").read_text("utf-8"))
    document = boundary_policy(scope(at[0]), needs(at))
    attached = given(at)
    assert {"AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"} < attached <= set(known)
    for name in attached:
        for action in known[name]["actions"]:
            bucket = action.startswith("s3:") and action not in ONLY_ALL
            where = "arn:aws:s3:::uploads-bucket-1a2b3c4/key" if bucket else "*"
            if action == "iam:CreateServiceLinkedRole":
                where = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/elasticloadbalancing.amazonaws.com/x"
            assert admits(document, action, where, AWSServiceName="elasticloadbalancing.amazonaws.com"), (name, action)
        assert not any(admits(document, f"{service}:x", "*") for service in known[name].get("cut", ()))


def test_every_policy_of_aws_that_is_known_is_given_to_a_role_of_some_stack() -> None:
    known = yaml.safe_load((ROOT / "tests" / "data" / "managed_policies.yaml").read_text("utf-8"))
    items = [
        item
        for at in EVERY_STACK
        for item in stack_plan(*at).of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    ]
    assert {str(item.inputs["policyArn"]).rpartition("/")[2] for item in items} == set(known)
    actions = {action for row in known.values() for action in row["actions"]}
    missing = {
        action
        for action in actions
        if action.partition(":")[2].lower() not in REFERENCE[action.partition(":")[0]]["Actions"]
    }
    assert missing == set()


@pytest.mark.parametrize("at", EVERY_STACK, ids="-".join)
def test_every_role_of_a_stack_with_a_boundary_has_it(at: tuple[str, str]) -> None:
    roles = stack_plan(*at).of_type(ROLE)
    expected = f"arn:aws:iam::{ACCOUNT}:policy/bailbondpro-{at[0]}-boundary"
    bounded = {role.inputs.get("permissionsBoundary") for role in roles}
    assert bounded == ({expected} if at[0] in {*ENVIRONMENTS, "everything"} else {None})


def test_reading_begins_as_the_reference_writes_it() -> None:
    assert all(action.partition(":")[2].startswith(READING) for row in PERMISSIONS.values() for action in row.reads)
    assert needs(EVERYTHING).names[TOPIC] == ("alerts-topic*",)
