"""IAM policy documents from typed statements, written the same way every time so that previews stay quiet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

POLICY_VERSION = "2012-10-17"
"""The current version of the policy language (IAM User Guide, "IAM JSON policy elements: Version")."""

ARN_FIELDS = 6


class Effect(StrEnum):
    """What a statement does with a matching request."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One test of a statement: an operator ("StringEquals"), a condition key, and the values it may have."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a policy.

    Attributes:
        sid: what the statement is for, in letters and digits.
        actions: the actions it covers, such as "s3:GetObject".
        resources: the ARNs it covers; empty in a trust policy.
        services: service principals, such as "pods.eks.amazonaws.com".
        accounts: IAM principals (ARNs), or "*".
        federated: identity providers (ARNs), in the trust policy of a role that their tokens may take.
        effect: allow or deny.
        conditions: all must hold.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()
    effect: Effect = Effect.ALLOW
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Arn:
    """The fields of an Amazon Resource Name (IAM User Guide, "IAM identifiers")."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Read an ARN.

        Args:
            text: "arn:partition:service:region:account:resource".

        Raises:
            ValueError: the text is no ARN.
        """
        fields = text.split(":", ARN_FIELDS - 1)
        if len(fields) != ARN_FIELDS or fields[0] != "arn" or not all((fields[1], fields[2], fields[5])):
            raise ValueError(f"{text!r} is no ARN (arn:partition:service:region:account:resource)")
        _, partition, service, region, account, resource = fields
        return cls(partition=partition, service=service, region=region, account=account, resource=resource)


def equals(key: str, *values: str) -> Condition:
    """The condition that a key has one of the values."""
    return Condition(operator="StringEquals", key=key, values=values)


def arn_like(key: str, *patterns: str) -> Condition:
    """The condition that a key holds an ARN of one of the patterns."""
    return Condition(operator="ArnLike", key=key, values=patterns)


def _principal(statement: Statement) -> dict[str, list[str]]:
    listed = {
        "Service": list(statement.services),
        "AWS": list(statement.accounts),
        "Federated": list(statement.federated),
    }
    return {kind: names for kind, names in listed.items() if names}


def _rendered(statement: Statement) -> dict[str, object]:
    rendered: dict[str, object] = {
        "Sid": statement.sid,
        "Effect": statement.effect.value,
        "Action": list(statement.actions),
    }
    if statement.resources:
        rendered["Resource"] = list(statement.resources)
    if principal := _principal(statement):
        rendered["Principal"] = principal
    if statement.conditions:
        operators: dict[str, dict[str, list[str]]] = {}
        for condition in statement.conditions:
            operators.setdefault(condition.operator, {})[condition.key] = list(condition.values)
        rendered["Condition"] = operators
    return rendered


def policy_document(*statements: Statement) -> str:
    """A policy as JSON with sorted keys: equal statements give equal text.

    Args:
        *statements: at least one.

    Raises:
        ValueError: there is no statement, or two share a sid.
    """
    sids = [statement.sid for statement in statements]
    if not sids or len(set(sids)) != len(sids):
        raise ValueError(f"a policy needs at least one statement and every sid once, got {sids}")
    document = {"Version": POLICY_VERSION, "Statement": [_rendered(statement) for statement in statements]}
    return json.dumps(document, sort_keys=True)


def extended(document: str, *statements: Statement) -> str:
    """A policy with further statements, written as `policy_document` writes it.

    Args:
        document: a policy as `policy_document` gives it.
        *statements: what is added; their sids are new to it.

    Raises:
        ValueError: a sid stands in the document already.
    """
    found = json.loads(document)
    added = json.loads(policy_document(*statements))["Statement"]
    sids = [statement.get("Sid") for statement in (*found["Statement"], *added)]
    if len(set(sids)) != len(sids):
        raise ValueError(f"a policy needs every sid once, got {sids}")
    return json.dumps({**found, "Statement": [*found["Statement"], *added]}, sort_keys=True)


def secrets_below(path: str, neighbour_arn: str) -> Statement:
    """The right to read the secrets of one path in Secrets Manager, and no others.

    Args:
        path: the beginning of their names, such as "acme-prod/app/".
        neighbour_arn: any resource of the same partition, region and account.
    """
    beside = Arn.parse(neighbour_arn)
    secrets = f"arn:{beside.partition}:secretsmanager:{beside.region}:{beside.account}:secret:{path}*"
    actions = ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue")
    return Statement(sid="ReadOwnSecrets", actions=actions, resources=(secrets,))


def service_trust(service: str, *conditions: Condition, tag_session: bool = False) -> str:
    """The trust policy of a role that one AWS service assumes.

    Args:
        service: the service principal.
        *conditions: what the request must fulfil.
        tag_session: also allow the service to tag the session (EKS and its pods do).
    """
    actions = ("sts:AssumeRole", "sts:TagSession") if tag_session else ("sts:AssumeRole",)
    return policy_document(
        Statement(sid="ServiceAssumesRole", actions=actions, services=(service,), conditions=conditions)
    )
