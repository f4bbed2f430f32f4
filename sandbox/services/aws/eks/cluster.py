"""Clusters of EKS."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, changed, flag, given
from sandbox.model.names import Named, Unique
from sandbox.model.outputs import Inputs, short_hash
from sandbox.model.pairs import pair
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Condition, Replaced, Situation, words
from sandbox.model.rows import Deletion, Returned, Row, by_name
from sandbox.model.sources import Sources
from sandbox.protocol.wire import Unknown
from sandbox.services.aws.arns import arn
from sandbox.services.aws.ec2.places import ONE_VPC, two_zones
from sandbox.services.aws.ec2.targets import DEPENDENCY, SECURITY_GROUP, SUBNET
from sandbox.services.aws.eks.pairs import AUTO_MODE, NODES
from sandbox.services.aws.eks.timing import CLUSTER_TIMING
from sandbox.services.aws.iam import ROLE_ARN
from sandbox.services.aws.kms import KEY_ARN
from sandbox.services.aws.returned import clusters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.place import Place
    from sandbox.protocol.diff import Change

CLUSTER = (Target("aws:eks/cluster:Cluster", ("id", "name")),)
NO_CLUSTER = "ResourceNotFoundException: No cluster found for name"
AUTHENTICATION = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
"""In the order in which a cluster may move, and never back."""
LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
SUPPORT = ("STANDARD", "EXTENDED")
TIERS = ("standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl", "tier-ultra")
_PRIVATE = [ipaddress.IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
ROLE = r"arn:aws[a-z-]*:iam::\d{12}:role/.+"

VERSION = (r"1\.\d{2}", "a minor version such as 1.35", "InvalidParameterException")
"""Of a control plane and of its nodes: pattern, words, the service's error."""


def minor_of(value: object) -> int | None:
    """The minor version of Kubernetes 1, or None for another text."""
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
    old, new = minor_of(before), minor_of(after)
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


def parts(value: object) -> tuple[int, ...]:
    """The first two numbers of a version."""
    return tuple(map(int, re.findall(r"\d+", value)))[:2] if isinstance(value, str) else ()


def _cluster_version(context: Context) -> Iterator[Violation]:
    old = context.old or {}
    before, after = parts(old.get("version")), parts(context.inputs.get("version"))
    if before and after and before != after and after != (before[0], before[1] + 1):
        yield Violation(
            "version",
            f"{context.inputs['version']} does not follow {old['version']}; a cluster is upgraded by one minor version "
            f"at a time, here to {before[0]}.{before[1] + 1} (InvalidParameterException: Unsupported Kubernetes minor "
            "version update)",
        )


def _nodes_lag(context: Context) -> Iterator[Violation]:
    """A control plane goes on only from the version that all its managed node groups have."""
    runs, wanted = parts((context.old or {}).get("version")), parts(context.inputs.get("version"))
    name = (context.old or {}).get("name")
    if context.cloud is None or not runs or not wanted or wanted <= runs or not isinstance(name, str):
        return
    groups = [item for item in context.cloud.of_type(NODES) if item.inputs.get("clusterName") in {name, context.id}]
    behind = [item.name for item in groups if (found := parts(item.inputs.get("version"))) and found < runs]
    if behind:
        yield Violation(
            "version",
            f"node groups {', '.join(sorted(behind))} are older than {runs[0]}.{runs[1]}, from which the control plane "
            "is to go on: bring them to it first (InvalidParameterException: Nodegroups must be updated to match "
            f"cluster version {runs[0]}.{runs[1]} before updating cluster version)",
        )


def _encryption_removed(case: Situation, _: Change) -> bool:
    return bool(case.old.get("encryptionConfig")) and not case.new.get("encryptionConfig")


def _compute_role_changed(case: Situation, _: Change) -> bool:
    before, after = block(case.old, "computeConfig").get("nodeRoleArn"), block(case.new, "computeConfig")
    return bool(before and after and before != after.get("nodeRoleArn"))


def _egress_taken_back(case: Situation, _: Change) -> bool:
    before = block(case.old, "vpcConfig").get("controlPlaneEgressMode")
    after = block(case.new, "vpcConfig").get("controlPlaneEgressMode") or "AWS_MANAGED"
    unknown = isinstance(case.new.get("vpcConfig"), Unknown)
    return bool(before == "CUSTOMER_ROUTED" and after == "AWS_MANAGED" and not unknown)


_CLUSTER = "terraform-provider-aws, internal/service/eks/cluster.go, 2025"


def _outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    cluster = str(inputs.get("name") or name)
    digest = short_hash(cluster, "eks", length=32).upper()
    region = place.region
    return {
        "arn": arn("eks", f"cluster/{cluster}", place),
        "endpoint": f"https://{digest}.gr7.{region}.eks.{place.dns_suffix}",
        "certificateAuthority": {"data": "c2FuZGJveCBjZXJ0aWZpY2F0ZSBhdXRob3JpdHk="},
        "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.{region}.{place.dns_suffix}/id/{digest}"}]}],
        "platformVersion": "eks.1",
        "status": "ACTIVE",
        "vpcConfig": {"clusterSecurityGroupId": f"sg-{short_hash(cluster, 'cluster', length=17)}"},
    }


_cluster = On("eks-cluster", source="Amazon EKS API Reference, CreateCluster")

ROWS = (
    Row(
        token=CLUSTER[0].token,
        name=Named(),
        id=by_name,
        outputs=_outputs,
        replaced=Replaced(
            words(
                "accessConfig.bootstrapClusterCreatorAdminPermissions bootstrapSelfManagedAddons "
                "kubernetesNetworkConfig.ipFamily kubernetesNetworkConfig.serviceIpv4Cidr name "
                "outpostConfig.controlPlaneInstanceType outpostConfig.controlPlanePlacement.groupName "
                "roleArn"
            ),
            {"accessConfig.bootstrapClusterCreatorAdminPermissions": True, "bootstrapSelfManagedAddons": True},
            when={
                "encryptionConfig": Condition(_encryption_removed, "the encryption is removed", _CLUSTER),
                "computeConfig": Condition(_compute_role_changed, "an existing node role changes", _CLUSTER),
                "vpcConfig": Condition(
                    _egress_taken_back, "the egress mode goes back from CUSTOMER_ROUTED", "SDK documentation"
                ),
            },
        ),
        references=(
            Reference("roleArn", ROLE_ARN, "InvalidParameterException: Role does not exist"),
            Reference("vpcConfig.subnetIds[*]", SUBNET, "InvalidParameterException", DEPENDENCY),
            Reference("vpcConfig.securityGroupIds[*]", SECURITY_GROUP, "InvalidParameterException", DEPENDENCY),
            Reference("encryptionConfig.provider.keyArn", KEY_ARN, "InvalidParameterException"),
        ),
        unique=(Unique(("name",), "ResourceInUseException: Cluster already exists with this name"),),
        values=(
            _cluster.matches(
                "name",
                r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}",
                "1 to 100 letters, digits, hyphens or underscores, no hyphen first",
            ),
            _cluster.matches("version", *VERSION),
            _cluster.matches("roleArn", ROLE, "the ARN of an IAM role"),
            _cluster.one_of("accessConfig.authenticationMode", AUTHENTICATION),
            _cluster.one_of("upgradePolicy.supportType", SUPPORT),
            _cluster.one_of("enabledClusterLogTypes[*]", LOGS),
            _cluster.one_of("kubernetesNetworkConfig.ipFamily", ("ipv4", "ipv6")),
            _cluster.one_of("controlPlaneScalingConfig.tier", TIERS),
            AUTO_MODE,
            _cluster.custom("network", _network, "Amazon EKS API Reference, KubernetesNetworkConfigRequest"),
            _cluster.custom("vpc", _vpc, "Amazon EKS API Reference, VpcConfigRequest"),
            _cluster.custom("encryption", _encryption, "Amazon EKS API Reference, EncryptionConfig"),
            _cluster.custom(
                "update", _cluster_updates, "Amazon EKS API Reference, UpdateClusterConfig, UpdateClusterVersion"
            ),
        ),
        state=(
            pair(
                "cluster-zones",
                two_zones("vpcConfig.subnetIds", "InvalidParameterException"),
                refused="subnets of one availability zone for a cluster",
                says="InvalidParameterException: Subnets specified must be in at least two different AZs",
                source="Amazon EKS User Guide, Amazon EKS networking requirements for VPC and subnets",
            ),
            ONE_VPC,
            Rule(
                "cluster-version-step",
                "Amazon EKS User Guide, Update existing cluster to new Kubernetes version",
                (),
                _cluster_version,
            ),
            Rule(
                "cluster-nodes-match",
                "Amazon EKS API Reference, UpdateClusterVersion; terraform-provider-aws issue 19478",
                (),
                _nodes_lag,
            ),
        ),
        deletion=Deletion(
            ("deletionProtection", "InvalidRequestException: deletion protection is enabled for the cluster")
        ),
        sources=Sources(
            outputs="Amazon EKS API Reference, Cluster; Amazon EKS User Guide, Cluster API server endpoint",
            time="Amazon EKS API Reference, UpdateClusterConfig, UpdateClusterVersion: they begin at once",
        ),
        returned=Returned(values=clusters.CLUSTER),
        timing=CLUSTER_TIMING,
    ),
)
