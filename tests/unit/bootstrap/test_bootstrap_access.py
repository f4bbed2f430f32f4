from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from bootstrap.access import (
    DEPLOY_SESSION_SECONDS,
    PREVIEW_SESSION_SECONDS,
    boundary_policy,
    key_policy,
    state_policy,
    trust_policy,
)
from bootstrap.policies import LONGEST, Scope, deploy_policies, preview_policies
from plan.permissions import Needs
from plan.permissions.scopes import BUCKET, ROLE

PROVIDER = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
SCOPE = Scope(stack="dev", account="111111111111", partition="aws", regions=("eu-west-1",))
STATE = "arn:aws:s3:::state-bucket"


def statements(document: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(document)["Statement"]
    return found


def test_a_token_must_be_of_the_repository_and_the_environment_and_neither_is_a_pattern() -> None:
    (found,) = statements(trust_policy(PROVIDER, "bail/platform", "dev"))
    assert found["Principal"] == {"Federated": [PROVIDER]}
    assert found["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert found["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": ["sts.amazonaws.com"],
            "token.actions.githubusercontent.com:sub": ["repo:bail/platform:environment:dev"],
        }
    }
    assert "*" not in json.dumps(found)


@pytest.mark.parametrize("writes", [True, False])
def test_a_role_reaches_the_state_of_its_own_stack_and_of_no_other(writes: bool) -> None:
    document = state_policy("dev", STATE, "arn:key/shared", "arn:key/dev", writes=writes)
    granted = [arn for item in statements(document) for arn in item["Resource"]]
    inside = [
        *("meta.yaml", "stacks/bailbondpro/dev.json", "stacks/bailbondpro/dev.json.bak"),
        *("locks/organization/bailbondpro/dev/1.json", "history/bailbondpro/dev/dev-1.history.json"),
    ]
    outside = [
        *("stacks/bailbondpro/dev2.json", "stacks/bailbondpro/prod.json", "stacks/other/dev.json"),
        *("stacks/bailbondpro-bootstrap/account.json", "locks/organization/bailbondpro/prod/1.json"),
    ]
    assert all(any(fnmatchcase(f"{STATE}/.pulumi/{key}", arn) for arn in granted) for key in inside)
    assert not any(fnmatchcase(f"{STATE}/.pulumi/{key}", arn) for arn in granted for key in outside)
    actions = {action for item in statements(document) for action in item["Action"]}
    assert ({"s3:PutObject", "s3:DeleteObject", "kms:GenerateDataKey"} <= actions) is writes
    assert "kms:Encrypt" not in actions


def test_a_key_is_its_accounts_to_give() -> None:
    (found,) = statements(key_policy("arn:aws:iam::111111111111:root"))
    assert found["Principal"] == {"AWS": ["arn:aws:iam::111111111111:root"]}
    assert (found["Effect"], found["Action"], found["Resource"]) == ("Allow", ["kms:*"], ["*"])


def test_a_session_to_deploy_lasts_as_long_as_a_job_may_and_one_to_preview_an_hour() -> None:
    assert DEPLOY_SESSION_SECONDS == 6 * 3600
    assert PREVIEW_SESSION_SECONDS == 3600


def test_inside_the_boundary_nobody_touches_another_stacks_secrets_keys_or_buckets() -> None:
    wanted = Needs(types=(BUCKET,), names={BUCKET: ("uploads-bucket*",)}, services=())
    found = {item["Sid"]: item for item in statements(boundary_policy(SCOPE, wanted))}
    assert found["OwnBuckets"]["Resource"] == ["arn:aws:s3:::uploads-bucket*"]
    assert all("bailbondpro-dev" in arn for arn in found["OwnSecrets"]["Resource"])
    deny = found["OtherStacks"]
    assert (deny["Effect"], deny["Action"]) == ("Deny", ["kms:*", "secretsmanager:*"])
    assert deny["Condition"]["StringNotEquals"] == {"aws:ResourceTag/Stack": ["bailbondpro-dev"]}


def test_the_boundary_lets_the_role_of_backups_work_where_a_plan_has_them_and_nobody_elsewhere() -> None:
    def services(*types: str) -> set[str]:
        document = boundary_policy(SCOPE, Needs(types=types, names={}, services=()))
        (wide,) = [item for item in statements(document) if item["Sid"] == "ServicesOfTheStack"]
        return {action.partition(":")[0] for action in wide["Action"]}

    more = services("aws:ec2/vpc:Vpc", "aws:backup/plan:Plan") - services("aws:ec2/vpc:Vpc")
    assert more == {"backup", "backup-storage", "events", "rds", "tag"}


def needs(*types: str, **names: tuple[str, ...]) -> Needs:
    return Needs(types=types, names=names, services=())


def test_a_type_without_a_row_is_refused_by_name_before_anything_is_granted() -> None:
    for policies in (deploy_policies, preview_policies):
        with pytest.raises(ValueError, match="aws:sqs/queue:Queue"):
            policies(needs("aws:sqs/queue:Queue", "aws:ec2/vpc:Vpc"), SCOPE)


def test_without_a_boundary_roles_are_made_by_name_alone() -> None:
    document = deploy_policies(Needs(types=(ROLE,), names={ROLE: ("app-role*",)}, services=()), SCOPE)["cluster"]
    (rights,) = [item for item in statements(document) if item["Sid"] == "IamRights"]
    assert rights["Resource"] == ["arn:aws:iam::111111111111:role/app-role*"]
    assert "Condition" not in rights


def test_what_is_too_long_for_one_policy_goes_into_a_second_and_a_statement_too_long_for_any_is_refused() -> None:
    buckets = tuple(f"bucket-{number}-{'x' * 28}*" for number in range(60))
    found = deploy_policies(Needs(types=(BUCKET, "aws:ec2/vpc:Vpc"), names={BUCKET: buckets}, services=()), SCOPE)
    assert all(len(text) <= LONGEST for text in found.values())
    many = tuple(f"bucket-{number}-{'x' * 28}*" for number in range(200))
    with pytest.raises(ValueError, match="statement OwnBuckets of reading is longer than 6144 characters"):
        deploy_policies(Needs(types=(BUCKET,), names={BUCKET: many}, services=()), SCOPE)


def test_equal_needs_give_equal_text() -> None:
    wanted = needs("aws:ec2/vpc:Vpc", "aws:rds/subnetGroup:SubnetGroup")
    assert deploy_policies(wanted, SCOPE) == deploy_policies(needs(*reversed(wanted.types)), SCOPE)
