"""Two resources of one thing: of one bucket's settings, of one name. The one that is written last holds.

Which properties name a thing says the Pulumi Registry, at each type (unverified 2026-12-01).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plan import tokens
from plan.unknown import is_unknown
from policies.gate.losses import KEPT_BY
from policies.gate.model import LED, WEAKENED, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from plan.steps import Change, State
    from policies.gate.model import Finding

_ADDON = ("clusterName", "addonName")
_PODS = ("clusterName", "namespace", "serviceAccount")
_VAULT, _ZONE = ("backupVaultName",), ("zoneId",)
OWNED: Mapping[str, tuple[str, ...]] = {
    "aws:kms/keyPolicy:KeyPolicy": ("keyId",),
    "aws:sns/topicPolicy:TopicPolicy": ("arn",),
    "aws:sqs/queuePolicy:QueuePolicy": ("queueUrl",),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("secretArn",),
    "aws:secretsmanager/secretRotation:SecretRotation": ("secretId",),
    tokens.SECRET_VERSION: ("secretId",),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": ("repository",),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("repository",),
    "aws:backup/vaultPolicy:VaultPolicy": _VAULT,
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": _VAULT,
    "aws:backup/vaultNotifications:VaultNotifications": _VAULT,
    "aws:opensearch/domainPolicy:DomainPolicy": ("domainName",),
    tokens.DEFAULT_SECURITY_GROUP: ("vpcId",),
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": ("vpcId",),
    tokens.ROUTE_TABLE_ASSOCIATION: ("subnetId",),
    tokens.ADDON: _ADDON,
    "aws:eks/accessEntry:AccessEntry": ("clusterName", "principalArn"),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _PODS,
    "cloudflare:index/zoneSetting:ZoneSetting": (*_ZONE, "settingId"),
    tokens.RULESET: (*_ZONE, "phase"),
    "cloudflare:index/tieredCache:TieredCache": _ZONE,
    "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings": _ZONE,
    "cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings": _ZONE,
}
"""Types that are one for each thing, with the properties that name the thing."""
_BUCKETS = "aws:s3/bucket"
_SEVERAL = frozenset((f"{_BUCKETS}:Bucket", f"{_BUCKETS}/bucket:Bucket"))
_OF_A_BUCKET = (
    *("Versioning", "LifecycleConfiguration", "Logging", "OwnershipControls", "Policy", "PublicAccessBlock"),
    *("ServerSideEncryptionConfiguration", "ObjectLockConfiguration", "ReplicationConfig", "Acl", "CorsConfiguration"),
    *("Notification", "WebsiteConfiguration", "AccelerateConfiguration", "RequestPaymentConfiguration"),
)
_IDENTIFIERS = ("identifier", "replicationGroupId", "clusterIdentifier", "name")
"""Properties by which a service of AWS knows a thing, the narrower ones first."""
_WITHIN = {
    "aws:iam/rolePolicy:RolePolicy": ("role",),
    tokens.SECURITY_GROUP: ("vpcId",),
    "aws:ssm/association:Association": ("instanceId",),
}
"""Types whose names are unique within something else, with the property that says what."""
_CHART = ("namespace", "name")

Key = tuple[str, str]


def managed_twice(changes: Iterable[Change]) -> Iterator[Finding]:
    """Everything that is made and is something that another resource of the plan is already.

    Args:
        changes: what happens to each resource.
    """
    known: dict[Key, str] = {}
    made: list[tuple[Key, Change]] = []
    for change in changes:
        after = change.after
        key = _key(after) if after is not None and after.custom and not after.leftover else None
        if key is None:
            continue
        if change.kind == "create" and change.before is None:
            made.append((key, change))
        elif change.kind != "read":
            known.setdefault(key, change.name)
    for key, change in made:
        other = known.get(key)
        known.setdefault(key, change.name)
        if other is not None:
            rule = WEAKENED if change.type in OWNED or change.type in KEPT_BY or _of_a_bucket(change.type) else LED
            says = f"it would be {key[1][:120]}, which {other} is: the one that is written last holds"
            yield found(rule, change.urn, says, fix="change the one that stands, in place of a second one")


def _of_a_bucket(token: str) -> bool:
    return token.startswith(_BUCKETS) and token.rpartition(":")[2].removeprefix("Bucket") in _OF_A_BUCKET


def _key(state: State) -> Key | None:
    """What a resource is, beside its name in the program; None where a plan does not say."""
    inputs, token = state.inputs, state.type
    if token.startswith("kubernetes:"):
        return _of_kubernetes(token, inputs)
    if _of_a_bucket(token):
        return _said(token, inputs, ("bucket",))
    if token in OWNED:
        return _said(token, inputs, OWNED[token])
    if not token.startswith("aws:"):
        return None
    name = next((one for one in _IDENTIFIERS if inputs.get(one) is not None), "")
    return _said(token, inputs, (*_WITHIN.get(token, ()), name)) if name else None


def _said(token: str, inputs: Mapping[str, Any], names: tuple[str, ...]) -> Key | None:
    values = [inputs.get(name) for name in names]
    if any(value is None or is_unknown(value) for value in values):
        return None
    # An engine writes 443.0 and a program 443.
    text = ", ".join(
        f"{name} {json.dumps(float(value) if isinstance(value, int) else value)}"
        for name, value in zip(names, values, strict=True)
    )
    return token, f"{token.rpartition(':')[2]} of {text}"


def _of_kubernetes(token: str, inputs: Mapping[str, Any]) -> Key | None:
    """Kind, namespace and name: another version of its group is another way to the same object."""
    group, _, kind = token.removeprefix("kubernetes:").rpartition(":")
    about = inputs if token == tokens.RELEASE else inputs.get("metadata")
    space, name = (about.get(one) for one in _CHART) if isinstance(about, dict) else (None, None)
    if not isinstance(name, str) or is_unknown(name) or is_unknown(space):
        return None
    return f"{group.partition('/')[0]}:{kind}", f"{kind} {space or 'default'}/{name}"
