"""Policies of a stack's two roles, generated from what its plans hold.

The deploying role may read, make, change and delete the types of the plans; the preview role may read them. Writes are
granted by name, tag or region, wherever the service lets them (`plan.permissions.scopes`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.security.iam import Condition, Effect, Statement, equals, policy_document
from plan.permissions import PERMISSIONS, without_permissions
from plan.permissions.model import SECRETS
from plan.permissions.scopes import ANYWHERE, BUCKET, BY_TAG, GLOBAL, ROLE, SCOPES, TOPIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plan.permissions import Needs, Permissions

LONGEST = 6_144
"""Characters of a managed policy without white space (IAM User Guide, "IAM and AWS STS quotas")."""
MOST_POLICIES = 10
"""Managed policies of one role, the default of an adjustable quota (as above)."""
PREFIX = "bailbondpro-{stack}"
"""Beginning of the names that a stack chooses; also the value of its tag `Stack`."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "network": ("ec2", "elasticloadbalancing"),
    "cluster": ("ecr", "eks", "iam"),
    "data": ("backup", "elasticache", "kms", "rds", "s3", "secretsmanager", "ssm"),
    "watching": ("budgets", "ce", "cloudwatch", "logs", "sns"),
}
"""Which services' writes stand in one policy: what is changed in a review is found by its name."""

BOUND = frozenset(
    (
        *("iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"),
        *("iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"),
    )
)
"""What decides on a role's rights, and can be granted for roles inside one boundary only (IAM User Guide, "Permissions
boundaries for IAM entities", delegating)."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where a stack's roles may act.

    Attributes:
        stack: the stack's name.
        account: its AWS account.
        partition: such as "aws".
        regions: where it has resources: its own, and that of copies of backups.
        boundary_arn: the policy that bounds every role of the stack, or None.
    """

    stack: str
    account: str
    partition: str
    regions: tuple[str, ...]
    boundary_arn: str | None = None

    @property
    def prefix(self) -> str:
        """Beginning of names, and value of the tag `Stack`."""
        return PREFIX.format(stack=self.stack)

    def arn(self, pattern: str) -> str:
        """A pattern of `SCOPES` as an ARN."""
        return pattern.format(partition=self.partition, account=self.account, prefix=self.prefix, stack=self.stack)


def deploy_policies(needs: Needs, scope: Scope) -> dict[str, str]:
    """Policies of the deploying role by name, each within IAM's size.

    Args:
        needs: what the stack's plans hold.
        scope: where it may act.

    Raises:
        ValueError: a type has no row, or a statement is longer than a policy may be.
    """
    rows = _rows(needs)
    writes = {action for row in rows for action in row.writes()}
    found = _packed("reading", _reading(needs, scope))
    for group, services in GROUPS.items():
        statements = [item for service in services for item in _writing(service, writes, needs, scope)]
        if group == "cluster":
            statements += _handing_over(needs, scope)
        statements.append(_not_anothers(services, scope))
        found |= _packed(group, statements)
    return found


def preview_policies(needs: Needs, scope: Scope) -> dict[str, str]:
    """Policies of the preview role by name: what a refresh reads, and nothing else.

    Raises:
        ValueError: a type has no row.
    """
    return _packed("reading", _reading(needs, scope))


def _rows(needs: Needs) -> list[Permissions]:
    """The rows of the types of AWS.

    Raises:
        ValueError: it names every type without one.
    """
    if missing := without_permissions(needs.types):
        raise ValueError("; ".join(missing))
    return [PERMISSIONS[token] for token in needs.types if token.startswith("aws:")]


def _reading(needs: Needs, scope: Scope) -> list[Statement]:
    """Every description of everything, and the values of the stack's own secrets and parameters."""
    actions = {action for row in _rows(needs) for action in row.reads}
    buckets = {action for action in actions if action.startswith("s3:")}
    values = actions & SECRETS
    found = [_statement("Describe", actions - buckets - values, ("*",))]
    if buckets:
        found.append(_statement("OwnBuckets", buckets, _own("s3", needs, scope)))
    for service in sorted({action.partition(":")[0] for action in values}):
        own = {action for action in values if action.startswith(f"{service}:")}
        found.append(_statement(f"Values{service.title()}", own, _own(service, needs, scope)))
    if "secretsmanager:GetSecretValue" in values:
        found.append(_through_secrets_manager("ReadEncryptedValues", ("kms:Decrypt",), scope))
    return found


def _writing(service: str, writes: Iterable[str], needs: Needs, scope: Scope) -> Iterator[Statement]:
    """What changes something in one service."""
    actions = {action for action in writes if action.startswith(f"{service}:")}
    region = () if service in GLOBAL else (equals("aws:RequestedRegion", *scope.regions),)
    name = service.title()
    tagged, grants, bound = actions & BY_TAG, actions & {"kms:CreateGrant"}, actions & BOUND
    free = actions & ANYWHERE
    own = actions - tagged - grants - bound - free
    if own:
        yield _statement(f"{name}Own", own, _own(service, needs, scope), *region)
    if free:
        yield _statement(f"{name}Make", free, ("*",), *region)
    if tagged:
        yield _statement(f"{name}Tagged", tagged, ("*",), equals("aws:ResourceTag/Stack", scope.prefix), *region)
    if grants:
        # A service that encrypts for the stack asks for a grant in the caller's name; nobody else gets one.
        yield _statement(
            f"{name}Grants",
            grants,
            ("*",),
            Condition(operator="Bool", key="kms:GrantIsForAWSResource", values=("true",)),
            *region,
        )
    if bound:
        inside = () if scope.boundary_arn is None else (equals("iam:PermissionsBoundary", scope.boundary_arn),)
        yield _statement(f"{name}Rights", bound, _own(service, needs, scope), *inside)
    if "secretsmanager:PutSecretValue" in actions:
        yield _through_secrets_manager("WriteEncryptedValues", ("kms:Decrypt", "kms:GenerateDataKey"), scope)


def _handing_over(needs: Needs, scope: Scope) -> Iterator[Statement]:
    """Roles are handed to the services that the plan's roles trust, and to no other; nor is any other role."""
    rows = _rows(needs)
    if needs.services:
        yield _statement(
            "PassOwnRoles", {"iam:PassRole"}, _own("iam", needs, scope), equals("iam:PassedToService", *needs.services)
        )
    linked = sorted({service for row in rows for service in row.linked})
    if linked:
        roles = f"arn:{scope.partition}:iam::{scope.account}:role/aws-service-role/*"
        yield _statement(
            "ServiceLinkedRoles", {"iam:CreateServiceLinkedRole"}, (roles,), equals("iam:AWSServiceName", *linked)
        )


def _own(service: str, needs: Needs, scope: Scope) -> tuple[str, ...]:
    """The ARNs that a service's writes are granted on."""
    start = f"arn:{scope.partition}"
    if service == "iam":
        return tuple(f"{start}:iam::{scope.account}:role/{name}" for name in needs.names.get(ROLE, ()))
    if service == "s3":
        return tuple(f"{start}:s3:::{name}" for name in needs.names.get(BUCKET, ()))
    if service == "sns":
        return tuple(f"{start}:sns:*:{scope.account}:{name}" for name in needs.names.get(TOPIC, ()))
    return tuple(map(scope.arn, SCOPES.get(service, ("*",))))


def _not_anothers(services: tuple[str, ...], scope: Scope) -> Statement:
    """Nothing that another stack of the account has tagged, whatever else is granted.

    A key that was made a moment ago may not show its tag yet (AWS KMS Developer Guide, "ABAC for AWS KMS": up to five
    minutes), so what is granted does not ask for the tag, and what is refused does.
    """
    return Statement(
        sid="OtherStacks",
        effect=Effect.DENY,
        actions=tuple(f"{service}:*" for service in services),
        resources=("*",),
        conditions=(
            Condition(operator="StringNotEquals", key="aws:ResourceTag/Stack", values=(scope.prefix,)),
            Condition(operator="Null", key="aws:ResourceTag/Stack", values=("false",)),
        ),
    )


def _through_secrets_manager(sid: str, actions: tuple[str, ...], scope: Scope) -> Statement:
    """Secrets Manager encrypts in the caller's name (its user guide, "Secret encryption and decryption").

    With the account's own keys in the stack's regions: Security Hub's KMS.1 looks at resources, not at conditions.
    """
    keys = tuple(f"arn:{scope.partition}:kms:{region}:{scope.account}:key/*" for region in scope.regions)
    through = tuple(f"secretsmanager.{region}.amazonaws.com" for region in scope.regions)
    return _statement(sid, set(actions), keys, equals("kms:ViaService", *through))


def _statement(sid: str, actions: set[str], resources: tuple[str, ...], *conditions: Condition) -> Statement:
    return Statement(sid=_sid(sid), actions=tuple(sorted(actions)), resources=resources, conditions=conditions)


def _sid(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def compact(*statements: Statement) -> str:
    """A policy without the white space that IAM does not count either."""
    return json.dumps(json.loads(policy_document(*statements)), sort_keys=True, separators=(",", ":"))


def _packed(name: str, statements: Iterable[Statement]) -> dict[str, str]:
    """Statements in as few policies as their size allows, in their order; the second is called `<name>-2`.

    Raises:
        ValueError: one statement alone is longer than a policy may be.
    """
    bundles: list[list[Statement]] = []
    for statement in statements:
        if len(compact(statement)) > LONGEST:
            raise ValueError(f"statement {statement.sid} of {name} is longer than {LONGEST} characters")
        if not bundles or len(compact(*bundles[-1], statement)) > LONGEST:
            bundles.append([])
        bundles[-1].append(statement)
    return {name if number == 1 else f"{name}-{number}": compact(*bundle) for number, bundle in enumerate(bundles, 1)}
