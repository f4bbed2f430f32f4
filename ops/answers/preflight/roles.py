"""Service-linked roles: each service makes its own on first use, where the identity may let it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ops.answers.preflight import reads
from ops.answers.preflight.deploying import NO_ROLE, NoRoleError, principal
from ops.answers.preflight.model import Answer, Permission, Question, met, not_judged, not_met
from plan import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ops.answers.preflight.account import Account
    from ops.answers.preflight.model import Clouds
    from ops.answers.preflight.subject import Subject
    from plan import PlannedResource

AREA = "service-linked roles"
CREATE = "iam:CreateServiceLinkedRole"


@dataclass(frozen=True, kw_only=True)
class LinkedRole:
    """A role that a service has in every account that uses it.

    Attributes:
        service: the principal that assumes it.
        role: its name, the same in every account.
        types: resource types whose creation needs it.
        only: which resources of these types.
        made_by_itself: whether the service makes it on first use.
    """

    service: str
    role: str
    types: tuple[str, ...]
    only: Callable[[PlannedResource], bool] = lambda _: True
    made_by_itself: bool = True


LINKED_ROLES = (
    LinkedRole(service="eks.amazonaws.com", role="AWSServiceRoleForAmazonEKS", types=(tokens.CLUSTER,)),
    LinkedRole(
        service="eks-nodegroup.amazonaws.com", role="AWSServiceRoleForAmazonEKSNodegroup", types=(tokens.NODE_GROUP,)
    ),
    LinkedRole(service="autoscaling.amazonaws.com", role="AWSServiceRoleForAutoScaling", types=(tokens.NODE_GROUP,)),
    LinkedRole(
        service="spot.amazonaws.com",
        role="AWSServiceRoleForEC2Spot",
        types=(tokens.NODE_GROUP,),
        only=lambda item: item.inputs.get("capacityType") == "SPOT",
        made_by_itself=False,
    ),
    LinkedRole(
        service="elasticloadbalancing.amazonaws.com",
        role="AWSServiceRoleForElasticLoadBalancing",
        types=(tokens.LOAD_BALANCER,),
    ),
    LinkedRole(service="rds.amazonaws.com", role="AWSServiceRoleForRDS", types=(tokens.DATABASE,)),
    LinkedRole(service="elasticache.amazonaws.com", role="AWSServiceRoleForElastiCache", types=(tokens.CACHE,)),
    LinkedRole(
        service="backup.amazonaws.com", role="AWSServiceRoleForBackup", types=("aws:backup/selection:Selection",)
    ),
)
"""The services' user guides, section service-linked roles (unverified; Spot: EC2 User Guide, made before a first
request that does not come from the console)."""


def questions(subject: Subject) -> Iterator[Question]:
    """One for each role that something in the plan needs."""
    for linked in LINKED_ROLES:
        if not any(linked.only(item) for item in subject.of(*linked.types)):
            continue
        path = f"role/aws-service-role/{linked.service}/{linked.role}"
        yield Question(
            area=AREA,
            name=linked.role,
            why=f"{linked.service} refuses its first resource without this role",
            needs=(
                Permission(reads.ROLE, subject.arn("iam", "", path)),
                Permission(reads.ROLE, subject.arn("iam", "", "role/*")),
                Permission(reads.SIMULATION, subject.arn("iam", "", "role/*")),
                Permission(reads.SIMULATION, subject.arn("iam", "", "user/*")),
            ),
            ask=partial(_role, subject, linked),
        )


def _role(subject: Subject, linked: LinkedRole, clouds: Clouds) -> Answer:
    there = clouds.aws.look(reads.ROLE, missing=NO_ROLE, RoleName=linked.role)
    if there is not None:
        return met(f"it exists: {there['Role']['Arn']}")
    fix = f"aws iam create-service-linked-role --aws-service-name {linked.service}"
    if not linked.made_by_itself:
        return not_met("it does not exist, and the service does not make it by itself", fix)
    who, asking = clouds.aws.identity, _principal(subject, clouds.aws)
    if asking is None:
        return not_judged("it does not exist, and permissions of who deploys cannot be simulated", fix)
    found = clouds.aws.read(
        reads.SIMULATION,
        PolicySourceArn=asking,
        ActionNames=[CREATE],
        ResourceArns=[f"arn:{who.partition}:iam::{who.account}:role/aws-service-role/{linked.service}/{linked.role}"],
        ContextEntries=[
            {
                "ContextKeyName": "iam:AWSServiceName",
                "ContextKeyValues": [linked.service],
                "ContextKeyType": "string",
            }
        ],
    )
    decision = found["EvaluationResults"][0]["EvalDecision"]
    if decision == "allowed":
        return met(f"it does not exist; the service makes it on first use, and {asking} may {CREATE}")
    return not_met(f"it does not exist, and {asking} may not {CREATE} ({decision})", fix)


def _principal(subject: Subject, aws: Account) -> str | None:
    """Whose policies are simulated; None where they cannot be."""
    try:
        return principal(subject, aws)
    except NoRoleError:
        return None
