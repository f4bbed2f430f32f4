"""EKS and ECR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.returned import Kind, Shows, Value, any_order, filled, hidden, late, same_text
from sandbox.services.aws.equivalence import lifecycle
from sandbox.services.aws.returned import code
from sandbox.services.aws.returned.identity import policy_document

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs

_CLUSTER, _GROUP, _ADDON = (code(f"eks/{name}.go") for name in ("cluster", "node_group", "addon"))
_SETS = ("enabledClusterLogTypes", "encryptionConfig.resources", "vpcConfig.subnetIds", "vpcConfig.securityGroupIds")
CLUSTER = (
    *any_order(_CLUSTER, *_SETS, "vpcConfig.publicAccessCidrs", "computeConfig.nodePools"),
    filled("accessConfig.authenticationMode", "CONFIG_MAP", f"{_CLUSTER}; EKS API, CreateAccessConfigRequest"),
    filled("vpcConfig.endpointPublicAccess", True, _CLUSTER),  # noqa: FBT003 - the default itself
    filled("vpcConfig.endpointPrivateAccess", False, _CLUSTER),  # noqa: FBT003 - the default itself
    filled("kubernetesNetworkConfig.ipFamily", "ipv4", f"{_CLUSTER}; EKS API, KubernetesNetworkConfigRequest"),
    hidden("bootstrapSelfManagedAddons", f"{_CLUSTER}; EKS API, Cluster"),
    late(
        "roleArn",
        "a role that was made a moment ago",
        "'does not exist', 'Role could not be assumed'; the provider asks again",
        f"{_CLUSTER}, RetryWhen",
    ),
)


def _number(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return "1" if value in {"$Latest", "$Default"} else value


NODE_GROUP = (
    Value(
        "launchTemplate.version",
        Kind.FORM,
        "`$Latest`, `$Default`",
        "the number of the version",
        "terraform-aws-modules/terraform-aws-eks 2087, 1446, 1500",
        Shows.EVERY_PREVIEW,
        _number,
    ),
    *any_order(_GROUP, "subnetIds", "taints", "remoteAccess.sourceSecurityGroupIds"),
    filled("capacityType", "ON_DEMAND", f"{_GROUP}; EKS API, CreateNodegroup"),
    Value(
        "scalingConfig.desiredSize",
        Kind.FORM,
        "a number, beside an autoscaler",
        "the autoscaler's number",
        "EKS User Guide, Managed node groups; SDK documentation, Ignoring changes to desired size",
        Shows.AFTER_REFRESH,
    ),
    hidden("forceUpdateVersion", _GROUP),
)
ADDON = (
    *any_order(_ADDON, "podIdentityAssociations"),
    hidden("resolveConflictsOnCreate", _ADDON),
    hidden("resolveConflictsOnUpdate", _ADDON),
    hidden("preserve", _ADDON),
    late("addonVersion", "a new add-on", "CREATING, DEGRADED, then ACTIVE (20 minutes)", f"{_ADDON}, waitAddonCreated"),
)
ACCESS_ENTRY = (
    *any_order(code("eks/access_entry.go"), "kubernetesGroups"),
    filled("type", "STANDARD", "EKS API, CreateAccessEntry"),
)

LIFECYCLE_POLICY = (
    same_text(
        "policy",
        "rules in another order, tags in another order",
        "in the order of their priorities",
        f"{code('ecr/lifecycle_policy.go')}, equivalentLifecyclePolicyJSON",
        lifecycle,
        kept=True,
    ),
)
REPOSITORY_POLICY = (policy_document("policy", "hashicorp/awspolicyequivalence"),)
REPOSITORY = (
    filled("imageTagMutability", "MUTABLE", "Amazon ECR API, CreateRepository"),
    hidden("forceDelete", "SDK documentation of aws.ecr.Repository"),
)
