"""What clusters of EKS and their access entries demand of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation, values_at
from sandbox.model.checks import flag
from sandbox.model.pairs import find, pair, told
from sandbox.model.place import CALLER
from sandbox.protocol.wire import has_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import CloudObject

CLUSTER, NODES, ENTRY = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:eks/accessEntry:AccessEntry"
_TEMPLATE, _SUBNET = "aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/subnet:Subnet"
_GUIDE = "Amazon EKS User Guide"
_API = "Amazon EKS API Reference"


def cluster_of(context: Context) -> CloudObject | None:
    """The cluster that something belongs to."""
    name = context.inputs.get("clusterName")
    return find(context.cloud, CLUSTER, name, ("name",)) if context.cloud is not None else None


# Auto mode.


_PARTS = ("computeConfig", "kubernetesNetworkConfig.elasticLoadBalancing", "storageConfig.blockStorage")


def _half(context: Context) -> Iterator[Violation]:
    heads = {part.split(".", maxsplit=1)[0] for part in _PARTS} & context.inputs.keys()
    if any(context.inputs[head] is None or has_unknown(context.inputs[head]) for head in heads):
        return
    on = [part for part in _PARTS if any(flag(value) for _, value in values_at(context.inputs, f"{part}.enabled"))]
    off = [part for part in _PARTS if part not in on]
    if on and off:
        yield Violation(f"{off[0]}.enabled", f"auto mode is on or off as a whole, and {on[0]}.enabled is on")


AUTO_MODE = pair(
    "cluster-auto-mode",
    _half,
    refused="a cluster with some parts of auto mode on and others off",
    says="InvalidParameterException: For EKS Auto Mode, please ensure that all required configs, including "
    "computeConfig, "
    "kubernetesNetworkConfig, and blockStorage are all either fully enabled or fully disabled",
    source=f"{_API}, CreateCluster, computeConfig; {_GUIDE}, Create an EKS Auto Mode cluster",
    at_once=True,
)


# Access.


def _mode(context: Context) -> Iterator[Violation]:
    cluster = cluster_of(context)
    mode = told(cluster, "accessConfig.authenticationMode", "CONFIG_MAP") if cluster is not None else None
    if cluster is not None and mode == "CONFIG_MAP":
        yield Violation(
            "clusterName",
            f"{cluster.name} has authentication mode CONFIG_MAP; set accessConfig.authenticationMode to API or "
            "API_AND_CONFIG_MAP",
        )


def _own_entry(context: Context) -> Iterator[Violation]:
    """EKS makes the entries of the creator, of managed node groups and of Fargate profiles itself."""
    cluster, principal = cluster_of(context), context.inputs.get("principalArn")
    if cluster is None or context.cloud is None or not isinstance(principal, str) or context.old is not None:
        return
    if principal.endswith(f":{CALLER}"):
        by_creation = told(cluster, "accessConfig.bootstrapClusterCreatorAdminPermissions", default=True)
        if flag(by_creation) is True:
            yield Violation("principalArn", f"it made {cluster.name}, and EKS its entry with it")
        return
    for item in context.cloud.of_type(NODES):
        if item.inputs.get("clusterName") == context.inputs.get("clusterName") and _node_role(item) == principal:
            yield Violation("principalArn", f"EKS has made the entry of node group {item.name}, which has this role")
            return


def _node_role(nodes: CloudObject) -> object:
    return nodes.inputs.get("nodeRoleArn")


def _not_standard(context: Context) -> Iterator[Violation]:
    name, principal = context.inputs.get("clusterName"), context.inputs.get("principalArn")
    for item in context.cloud.of_type(ENTRY) if context.cloud is not None else ():
        kind = told(item, "type", "STANDARD")
        same = item.inputs.get("clusterName") == name and item.inputs.get("principalArn") == principal
        if same and kind in {"EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX"}:
            yield Violation("principalArn", f"access entry {item.name} is of type {kind}, which takes no access policy")


MODE = pair(
    "access-mode",
    _mode,
    refused="access entries and policies in a cluster whose authentication mode is CONFIG_MAP, the default",
    says="InvalidRequestException: The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] "
    "to "
    "perform this operation",
    source=f"{_API}, CreateAccessEntry, Errors; {_GUIDE}, Grant IAM users access to Kubernetes with EKS access entries",
)
OWN_ENTRY = pair(
    "access-entry-of-nodes",
    _own_entry,
    refused="an access entry of a managed node group's role after the node group, or of whoever made the cluster",
    says="ResourceInUseException: The specified access entry resource is already in use on this cluster",
    source=f"{_API}, CreateAccessEntry; {_GUIDE}, Create access entries: EKS makes those of managed node groups",
)
NOT_STANDARD = pair(
    "access-policy-type",
    _not_standard,
    refused="an access policy for an access entry of nodes",
    says="InvalidRequestException: access policies are for access entries of type STANDARD",
    source=f"{_GUIDE}, Associate access policies with access entries",
)
