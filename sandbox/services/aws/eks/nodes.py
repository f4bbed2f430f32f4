"""Managed node groups of EKS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, block, given, items, number, text
from sandbox.model.names import Named, Unique
from sandbox.model.outputs import Inputs, short_hash, uuid
from sandbox.model.pairs import pair
from sandbox.model.references import Reference
from sandbox.model.replacement import Replaced, words
from sandbox.model.rows import Returned, Row
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.ec2.launch import INSTANCE_TYPE
from sandbox.services.aws.ec2.places import ONE_VPC
from sandbox.services.aws.ec2.targets import DEPENDENCY, LAUNCH_TEMPLATE, SUBNET
from sandbox.services.aws.eks import node_pairs
from sandbox.services.aws.eks.cluster import CLUSTER, NO_CLUSTER, ROLE, VERSION, minor_of, parts
from sandbox.services.aws.eks.timing import NODE_GROUP_TIMING
from sandbox.services.aws.iam import ROLE_ARN
from sandbox.services.aws.returned import clusters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.place import Place


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
AL2_END = 33
"""Kubernetes 1.33 is the first minor version without Amazon Linux 2 images (Amazon EKS User Guide, AL2 end of life)."""


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
    kind, minor = text(context.inputs, "amiType"), minor_of(context.inputs.get("version"))
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
    for index, taint in enumerate(pairs):
        if taint in pairs[:index]:
            yield Violation(f"taints[{index}]", f"a second taint {taint[0]} with effect {taint[1]}")


CONTROL_PLANE_AHEAD_OF_NODES = 3
"""Kubernetes documentation, Version skew policy: kubelets may be up to three minor versions older."""


def _node_version(context: Context) -> Iterator[Violation]:
    name, nodes = context.inputs.get("clusterName"), parts(context.inputs.get("version"))
    if context.cloud is None or not isinstance(name, str) or not nodes:
        return
    cluster = CLUSTER[0].find(context.cloud, name)
    plane = parts(cluster.inputs.get("version")) if cluster is not None else ()
    if plane and not plane[1] - CONTROL_PLANE_AHEAD_OF_NODES <= nodes[1] <= plane[1]:
        yield Violation(
            "version",
            f"nodes of {context.inputs['version']} do not fit a control plane of {plane[0]}.{plane[1]}: not newer, at "
            f"most {CONTROL_PLANE_AHEAD_OF_NODES} minor versions older (InvalidParameterException)",
        )


def _outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    cluster = inputs.get("clusterName", "")
    group = str(inputs.get("nodeGroupName") or f"{name}-{short_hash(name, length=7)}")
    return {
        "arn": arn("eks", f"nodegroup/{cluster}/{group}/{uuid(group)}", place),
        "nodeGroupName": group,
        "status": "ACTIVE",
        "resources": [{"autoscalingGroups": [{"name": f"eks-{group}-{short_hash(group)}"}]}],
    }


_nodes = On("eks-nodes", source="Amazon EKS API Reference, CreateNodegroup")

ROWS = (
    Row(
        token="aws:eks/nodeGroup:NodeGroup",
        name=Named("nodeGroupName"),
        outputs=_outputs,
        replaced=Replaced(
            words(
                "amiType capacityType clusterName diskSize instanceTypes launchTemplate.id "
                "launchTemplate.name nodeGroupName nodeGroupNamePrefix nodeRoleArn remoteAccess "
                "subnetIds"
            ),
            kept=("amiType", "capacityType", "diskSize", "instanceTypes", "nodeGroupName", "nodeGroupNamePrefix"),
        ),
        references=(
            Reference("clusterName", CLUSTER, NO_CLUSTER, "ResourceInUseException: Cluster has nodegroups attached"),
            Reference("nodeRoleArn", ROLE_ARN, "InvalidParameterException"),
            Reference("subnetIds[*]", SUBNET, "InvalidParameterException", DEPENDENCY),
            Reference(
                "launchTemplate.id", LAUNCH_TEMPLATE, "InvalidRequestException: the launch template does not exist"
            ),
        ),
        unique=(Unique(("clusterName", "nodeGroupName"), "ResourceInUseException"),),
        values=(
            _nodes.longest("nodeGroupName", 63),
            _nodes.matches("nodeGroupName", r"[0-9A-Za-z][A-Za-z0-9_-]*", "letters, digits, hyphens or underscores"),
            _nodes.matches("nodeRoleArn", ROLE, "the ARN of an IAM role"),
            _nodes.matches("version", *VERSION),
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
            _nodes.custom(
                "template", _template, "Amazon EKS User Guide, Customize managed nodes with launch templates"
            ),
            _nodes.custom("images", _images, "Amazon EKS User Guide, Amazon Linux 2 AMI deprecation"),
            _nodes.between("updateConfig.maxUnavailable", 1, 100),
            _nodes.between("updateConfig.maxUnavailablePercentage", 1, 100, "%"),
            _nodes.one_of("updateConfig.updateStrategy", ("DEFAULT", "MINIMAL")),
            node_pairs.MACHINES,
            _nodes.custom("update-config", _update_config, "Amazon EKS API Reference, NodegroupUpdateConfig"),
        ),
        state=(
            ONE_VPC,
            pair(
                "node-version",
                _node_version,
                refused="nodes that are newer than their control plane, or more than three minor versions older",
                says="InvalidParameterException",
                source="Kubernetes documentation, Version skew policy; Amazon EKS User Guide, Update a managed node "
                "group",
            ),
            node_pairs.IMAGE,
            node_pairs.IN_BOTH,
            node_pairs.MACHINES_OF_TEMPLATE,
            node_pairs.MACHINES_OF_IMAGE,
            node_pairs.NO_ADDRESSES,
            node_pairs.TEMPLATE_VERSION,
            node_pairs.USER_DATA,
        ),
        sources=Sources(
            time="Amazon EKS API Reference, UpdateNodegroupConfig, UpdateNodegroupVersion: they begin at once"
        ),
        returned=Returned(values=clusters.NODE_GROUP),
        timing=NODE_GROUP_TIMING,
    ),
)
