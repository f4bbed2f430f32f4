"""What Amazon EKS and its provider refuse, as far as the inputs alone show it."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, changed, flag, given, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTHENTICATION = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
"""In the order in which a cluster may move, and never back."""

LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
SUPPORT = ("STANDARD", "EXTENDED")
TIERS = ("standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl", "tier-ultra")
AMI_TYPES = (
    "AL2_x86_64",
    "AL2_x86_64_GPU",
    "AL2_ARM_64",
    "AL2023_x86_64_STANDARD",
    "AL2023_ARM_64_STANDARD",
    "AL2023_x86_64_NEURON",
    "AL2023_x86_64_NVIDIA",
    "AL2023_ARM_64_NVIDIA",
    "BOTTLEROCKET_ARM_64",
    "BOTTLEROCKET_x86_64",
    "BOTTLEROCKET_ARM_64_FIPS",
    "BOTTLEROCKET_x86_64_FIPS",
    "BOTTLEROCKET_ARM_64_NVIDIA",
    "BOTTLEROCKET_x86_64_NVIDIA",
    "BOTTLEROCKET_ARM_64_NVIDIA_FIPS",
    "BOTTLEROCKET_x86_64_NVIDIA_FIPS",
    "WINDOWS_CORE_2019_x86_64",
    "WINDOWS_FULL_2019_x86_64",
    "WINDOWS_CORE_2022_x86_64",
    "WINDOWS_FULL_2022_x86_64",
    "WINDOWS_CORE_2025_x86_64",
    "WINDOWS_FULL_2025_x86_64",
    "CUSTOM",
)
CAPACITY = ("ON_DEMAND", "SPOT", "CAPACITY_BLOCK")
EFFECTS = ("NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE")
ENTRY_TYPES = (
    "STANDARD",
    "EC2_LINUX",
    "EC2_WINDOWS",
    "EC2",
    "FARGATE_LINUX",
    "HYBRID_LINUX",
    "HYPERPOD_LINUX",
)
AL2_END = 33
"""Kubernetes 1.33 is the first minor version without Amazon Linux 2 images (Amazon EKS User Guide, AL2 end of life)."""

INSTANCE_TYPE = r"[a-z][a-z0-9-]*\.(?:nano|micro|small|medium|large|\d{0,3}xlarge|metal(?:-\d+xl)?)"
_PRIVATE = [ipaddress.IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_ROLE = r"arn:aws[a-z-]*:iam::\d{12}:role/.+"


def _minor(value: object) -> int | None:
    found = re.fullmatch(r"1\.(\d{2})", str(value))
    return int(found[1]) if found else None


def _network(context: Context) -> Iterator[Violation]:
    value = block(context.inputs, "kubernetesNetworkConfig").get("serviceIpv4Cidr")
    at = "kubernetesNetworkConfig.serviceIpv4Cidr"
    if not isinstance(value, str):
        return
    try:
        found = ipaddress.IPv4Network(value)
    except ValueError as error:
        yield Violation(at, f"{value!r} is no IPv4 network: {error}")
        return
    if not 12 <= found.prefixlen <= 24:  # noqa: PLR2004 - the documented range
        yield Violation(at, f"{value} is not between /12 and /24 (InvalidParameterException)")
    if not any(found.subnet_of(private) for private in _PRIVATE):
        yield Violation(at, f"{value} is not within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")


def _vpc(context: Context) -> Iterator[Violation]:
    found = block(context.inputs, "vpcConfig")
    subnets = found.get("subnetIds")
    if isinstance(subnets, list) and len(subnets) <= 1 and not given(context.inputs, "outpostConfig"):
        yield Violation(
            "vpcConfig.subnetIds",
            f"{len(subnets)} subnet, at least two in different zones are required (InvalidParameterException: Subnets "
            "specified must be in at least two different AZs)",
        )
    private, public = flag(found.get("endpointPrivateAccess", False)), flag(found.get("endpointPublicAccess", True))
    if private is False and public is False:
        yield Violation(
            "vpcConfig.endpointPrivateAccess",
            "private and public access cannot both be off (InvalidParameterException: Private and public endpoint "
            "access can't both be set to false)",
        )
    cidrs = found.get("publicAccessCidrs")
    for index, cidr in enumerate(cidrs if isinstance(cidrs, list) else []):
        if isinstance(cidr, str) and not _is_network(cidr):
            yield Violation(f"vpcConfig.publicAccessCidrs[{index}]", f"{cidr!r} is no network address in CIDR notation")


def _is_network(cidr: str) -> bool:
    try:
        ipaddress.ip_network(cidr)
    except ValueError:
        return False
    return "/" in cidr


def _encryption(context: Context) -> Iterator[Violation]:
    found = block(context.inputs, "encryptionConfig").get("resources")
    if isinstance(found, list) and any(item != "secrets" for item in found if known(item)):
        yield Violation("encryptionConfig.resources", "only 'secrets' can be encrypted with a key")


def _cluster_updates(context: Context) -> Iterator[Violation]:
    modes = changed(context, "accessConfig")
    if modes:
        before, after = (block({"x": item}, "x").get("authenticationMode") for item in modes)
        order = {mode: index for index, mode in enumerate(AUTHENTICATION)}
        if before in order and after in order and order[after] < order[before]:
            yield Violation(
                "accessConfig.authenticationMode",
                f"cannot go back from {before} to {after} (InvalidParameterException: Unsupported authentication mode "
                "update)",
            )
    versions = changed(context, "version")
    if versions:
        yield from _version_step(*versions)


def _version_step(before: object, after: object) -> Iterator[Violation]:
    old, new = _minor(before), _minor(after)
    if old is None or new is None:
        return
    if new > old + 1:
        yield Violation(
            "version",
            f"cannot skip from {before} to {after}: one minor version at a time (InvalidParameterException: "
            f"Unsupported Kubernetes minor version update from {before} to {after})",
        )
    if new < old:
        yield Violation(
            "version",
            f"cannot go back from {before} to {after}; a rollback is another operation (InvalidParameterException: "
            f"Unsupported Kubernetes minor version update from {before} to {after})",
        )


def _scaling(context: Context) -> Iterator[Violation]:
    found = block(context.inputs, "scalingConfig")
    low, wanted, high = (number(found.get(name)) for name in ("minSize", "desiredSize", "maxSize"))
    if low is not None and high is not None and low > high:
        yield Violation(
            "scalingConfig.minSize",
            f"{low:g} is above maxSize {high:g} (InvalidParameterException: Minimum capacity {low:g} can't be greater "
            f"than maximum capacity {high:g})",
        )
    for limit, name, wrong, word in ((low, "minSize", -1, "less"), (high, "maxSize", 1, "greater")):
        if wanted is not None and limit is not None and (wanted - limit) * wrong > 0:
            yield Violation(
                "scalingConfig.desiredSize",
                f"{wanted:g} is {word} than {name} {limit:g} (InvalidParameterException: desired capacity {wanted:g} "
                f"can't be {word} than {name} {limit:g})",
            )


def _template(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    template = block(inputs, "launchTemplate")
    if not template:
        return
    for name in ("diskSize", "remoteAccess"):
        if given(inputs, name):
            yield Violation(
                name,
                "not together with launchTemplate, which describes the disk and the access (InvalidParameterException)",
            )
    if given(template, "id") == given(template, "name"):
        yield Violation("launchTemplate.id", "exactly one of id and name is required")


def _images(context: Context) -> Iterator[Violation]:
    kind, minor = text(context.inputs, "amiType"), _minor(context.inputs.get("version"))
    if minor is not None and minor >= AL2_END and kind.startswith("AL2_"):
        yield Violation(
            "amiType", f"{kind} does not exist for Kubernetes 1.{minor}: Amazon Linux 2 ended with 1.{AL2_END - 1}"
        )


def _update_config(context: Context) -> Iterator[Violation]:
    found = block(context.inputs, "updateConfig")
    if given(found, "maxUnavailable") and given(found, "maxUnavailablePercentage"):
        yield Violation("updateConfig.maxUnavailable", "not together with maxUnavailablePercentage")


def _taints(context: Context) -> Iterator[Violation]:
    pairs = [(str(item.get("key")), str(item.get("effect"))) for item in items(context.inputs, "taints")]
    for index, pair in enumerate(pairs):
        if pair in pairs[:index]:
            yield Violation(f"taints[{index}]", f"a second taint {pair[0]} with effect {pair[1]}")


def _addon_values(context: Context) -> Iterator[Violation]:
    value = text(context.inputs, "configurationValues")
    if value.lstrip().startswith("{"):
        try:
            json.loads(value)
        except ValueError as error:
            yield Violation(
                "configurationValues",
                f"not valid JSON: {error} (InvalidParameterException: ConfigurationValue provided)",
            )


def _entry(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    groups, user = inputs.get("kubernetesGroups"), text(inputs, "userName")
    principal, kind = text(inputs, "principalArn"), text(inputs, "type", "STANDARD")
    if principal and re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/.+", principal) is None:
        yield Violation(
            "principalArn",
            f"{principal!r} is no ARN of an IAM role or user: the session of an assumed role is none "
            "(InvalidParameterException: The principalArn parameter format is not valid)",
        )
    for index, group in enumerate(groups if isinstance(groups, list) else []):
        if isinstance(group, str) and group.startswith("system:"):
            yield Violation(
                f"kubernetesGroups[{index}]",
                f"{group!r} is reserved (InvalidParameterException: The kubernetes group name {group} is invalid, it "
                "cannot start with system:)",
            )
    if user.startswith(("system:", "eks:", "aws:", "amazon:", "iam:")):
        yield Violation("userName", f"{user!r} begins with a reserved prefix")
    if kind not in {"", "STANDARD"} and (groups or user):
        yield Violation("kubernetesGroups" if groups else "userName", f"only for entries of type STANDARD, here {kind}")


def _scope(context: Context) -> Iterator[Violation]:
    scope: dict[str, Any] = block(context.inputs, "accessScope")
    if scope.get("type") == "namespace" and not given(scope, "namespaces"):
        yield Violation("accessScope.namespaces", "required for type 'namespace'")
    if scope.get("type") == "cluster" and given(scope, "namespaces"):
        yield Violation("accessScope.namespaces", "not together with type 'cluster'")


_cluster = On("eks-cluster", "aws:eks/cluster:Cluster", "Amazon EKS API Reference, CreateCluster")
_nodes = On("eks-nodes", "aws:eks/nodeGroup:NodeGroup", "Amazon EKS API Reference, CreateNodegroup")
_addon = On("eks-addon", "aws:eks/addon:Addon", "Amazon EKS API Reference, CreateAddon")
_entries = On("eks-entry", "aws:eks/accessEntry:AccessEntry", "Amazon EKS API Reference, CreateAccessEntry")
_policies = On(
    "eks-access",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "Amazon EKS API Reference, AssociateAccessPolicy",
)
_pods = On(
    "eks-pod-identity",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    "Amazon EKS API Reference, CreatePodIdentityAssociation",
)
RULES: tuple[Rule, ...] = (
    _cluster.matches(
        "name", r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", "1 to 100 letters, digits, hyphens or underscores, no hyphen first"
    ),
    _cluster.matches("version", r"1\.\d{2}", "a minor version such as 1.35", "InvalidParameterException"),
    _cluster.matches("roleArn", _ROLE, "the ARN of an IAM role"),
    _cluster.one_of("accessConfig.authenticationMode", AUTHENTICATION),
    _cluster.one_of("upgradePolicy.supportType", SUPPORT),
    _cluster.one_of("enabledClusterLogTypes[*]", LOGS),
    _cluster.one_of("kubernetesNetworkConfig.ipFamily", ("ipv4", "ipv6")),
    _cluster.one_of("controlPlaneScalingConfig.tier", TIERS),
    _cluster.custom("network", _network, "Amazon EKS API Reference, KubernetesNetworkConfigRequest"),
    _cluster.custom("vpc", _vpc, "Amazon EKS API Reference, VpcConfigRequest"),
    _cluster.custom("encryption", _encryption, "Amazon EKS API Reference, EncryptionConfig"),
    _cluster.custom("update", _cluster_updates, "Amazon EKS API Reference, UpdateClusterConfig, UpdateClusterVersion"),
    _nodes.longest("nodeGroupName", 63),
    _nodes.matches("nodeGroupName", r"[0-9A-Za-z][A-Za-z0-9_-]*", "letters, digits, hyphens or underscores"),
    _nodes.matches("nodeRoleArn", _ROLE, "the ARN of an IAM role"),
    _nodes.one_of("amiType", AMI_TYPES),
    _nodes.one_of("capacityType", CAPACITY),
    _nodes.one_of("taints[*].effect", EFFECTS),
    _nodes.longest("taints[*].key", 317),
    _nodes.longest("taints[*].value", 63),
    _nodes.custom("taints", _taints),
    _nodes.at_most("instanceTypes", 20),
    _nodes.matches("instanceTypes[*]", INSTANCE_TYPE, "an EC2 instance type such as m8g.large"),
    _nodes.between("scalingConfig.minSize", 0, 100_000),
    _nodes.between("scalingConfig.maxSize", 1, 100_000),
    _nodes.between("scalingConfig.desiredSize", 0, 100_000),
    _nodes.custom("scaling", _scaling, "Amazon EKS API Reference, NodegroupScalingConfig"),
    _nodes.custom("template", _template, "Amazon EKS User Guide, Customize managed nodes with launch templates"),
    _nodes.custom("images", _images, "Amazon EKS User Guide, Amazon Linux 2 AMI deprecation"),
    _nodes.between("updateConfig.maxUnavailable", 1, 100),
    _nodes.between("updateConfig.maxUnavailablePercentage", 1, 100, "%"),
    _nodes.one_of("updateConfig.updateStrategy", ("DEFAULT", "MINIMAL")),
    _nodes.custom("update-config", _update_config, "Amazon EKS API Reference, NodegroupUpdateConfig"),
    _addon.one_of("resolveConflictsOnCreate", ("NONE", "OVERWRITE")),
    _addon.one_of("resolveConflictsOnUpdate", ("NONE", "OVERWRITE", "PRESERVE")),
    _addon.matches("addonVersion", r"v\d+\.\d+\.\d+.*", "a version such as v1.20.4-eksbuild.1"),
    _addon.custom("values", _addon_values),
    _entries.one_of("type", ENTRY_TYPES),
    _entries.custom("entry", _entry, "Amazon EKS User Guide, Create access entries"),
    _policies.matches("policyArn", r"arn:aws[a-z-]*:eks::aws:cluster-access-policy/\w+", "an EKS access policy"),
    _policies.one_of("accessScope.type", ("cluster", "namespace")),
    _policies.custom("scope", _scope),
    _pods.matches("namespace", r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", "a Kubernetes namespace"),
    _pods.matches("serviceAccount", r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", "a Kubernetes service account"),
    _pods.matches("roleArn", _ROLE, "the ARN of an IAM role"),
)
