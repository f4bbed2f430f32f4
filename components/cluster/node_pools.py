"""Pools of nodes: one launch template each and one managed node group in each zone, sized in place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from bailbondpro.facts.nodes import MAX_DISK_GIB, MAX_NODES, MAX_SPOT_TYPES, MIN_DISK_GIB

from ..kubernetes.children import child_options
from ..security.iam import service_trust
from ..validation import require, within
from .node_groups import ZONE_KEY, Group, Undivided, groups_of

if TYPE_CHECKING:
    from collections.abc import Mapping

POOL_LABEL = "pool"
"""The node label that holds a pool's name, for node selectors: node group names are generated and cannot serve."""

NODE_POLICIES = (
    ("worker", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
    ("images", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"),
    ("network", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"),
)
"""What a node needs (EKS User Guide, "Amazon EKS node IAM role"); pods cannot borrow it, as the hop limit is 1."""

POOL_NAME = re.compile(r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?")
GRAVITON = re.compile(r"[a-z]+\d+g[a-z]*(-flex)?\.\w[\w-]*")
INSTANCE_TYPE = re.compile(r"[a-z]+[\w-]*\d[a-z]*(-flex)?\.\w[\w-]*")
"""Family, generation, options, size: "m8g.2xlarge". A "g" after the generation is AWS Graviton (EC2 User Guide)."""

UNAVAILABLE_AT_ONCE = 1
"""Nodes that a rolling update may drain together: one, because a pool may have as few as two."""
NODE_UPDATE_MINUTES = 20
"""A rolling update waits up to 15 minutes until the pods have left a node (Amazon EKS User Guide, Understand each phase
of node updates); 5 more for its successor are an allowance of ours. The provider gives a whole group 60."""


class CapacityType(StrEnum):
    """How the instances are bought."""

    ON_DEMAND = "ON_DEMAND"
    SPOT = "SPOT"


class Architecture(StrEnum):
    """The processor of a pool's nodes, with the machine image that EKS builds for it; can never change in place."""

    ARM64 = "AL2023_ARM_64_STANDARD"
    X86_64 = "AL2023_x86_64_STANDARD"


class TaintEffect(StrEnum):
    """What a taint does to pods that do not tolerate it, in the spelling of the EKS API."""

    NO_SCHEDULE = "NO_SCHEDULE"
    PREFER_NO_SCHEDULE = "PREFER_NO_SCHEDULE"
    NO_EXECUTE = "NO_EXECUTE"


@dataclass(frozen=True, kw_only=True)
class Taint:
    """Keeps pods away that do not tolerate it."""

    key: str
    value: str
    effect: TaintEffect


SYSTEM_TAINT = Taint(key="CriticalAddonsOnly", value="true", effect=TaintEffect.NO_SCHEDULE)
"""CoreDNS, the Pod Identity agent and the EBS driver tolerate it without being told (EKS add-on defaults)."""
SPOT_TAINT = Taint(key="spot", value="true", effect=TaintEffect.NO_SCHEDULE)
"""Only batch work that tolerates an interruption runs on spot nodes."""
UNDIVIDED_TAINT = Taint(key="undivided", value="true", effect=TaintEffect.NO_SCHEDULE)
"""Nothing tolerates it: what runs on the nodes stays until it is evicted, nothing else comes (`Undivided.DRAIN`)."""


@dataclass(frozen=True, kw_only=True)
class NodePool:
    """One pool; its sizes are those of all zones together.

    Attributes:
        name: its role ("system", "app", "spot"); part of logical names, so it never changes.
        instance_types: exactly one for on-demand pools, which change it by a rolling update; 1 to 20 for spot pools,
            where a change replaces the groups.
        min_size: fewest nodes the autoscaler keeps.
        desired_size: nodes at creation; afterwards the autoscaler's, unless `NodePoolsArgs.reset_desired`.
        max_size: most nodes the autoscaler adds, at least 1 for each zone.
        capacity_type: on demand or spot; can never change in place.
        architecture: the processor; can never change in place.
        disk_gib: root volume in GiB, gp3, encrypted; 20 to 16,384.
        taints: what keeps other pods away.
        labels: node labels besides `POOL_LABEL`.
    """

    name: str
    instance_types: tuple[str, ...]
    min_size: int
    desired_size: int
    max_size: int
    capacity_type: CapacityType = CapacityType.ON_DEMAND
    architecture: Architecture = Architecture.ARM64
    disk_gib: int = 50
    taints: tuple[Taint, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what the API refuses, and types that the pool's machine image cannot boot on."""
        types = self.instance_types
        malformed = [kind for kind in types if not INSTANCE_TYPE.fullmatch(kind)]
        arm = self.architecture is Architecture.ARM64
        foreign = [kind for kind in types if kind not in malformed and (GRAVITON.fullmatch(kind) is not None) != arm]
        spot = self.capacity_type is CapacityType.SPOT
        require(
            f"node pool {self.name!r}",
            (POOL_NAME.fullmatch(self.name) is not None, "name must be 1 to 20 of a-z, 0-9 and -"),
            (not malformed, f"instance_types {malformed} are no instance types such as 'm8g.large'"),
            (not foreign, f"instance_types {foreign} do not run {self.architecture.name}"),
            (spot or len(types) == 1, "an on-demand pool needs exactly one instance type"),
            (within(len(types), 1, MAX_SPOT_TYPES), f"needs 1 to {MAX_SPOT_TYPES} instance types"),
            (len(set(types)) == len(types), "instance_types must be distinct"),
            (
                0 <= self.min_size <= self.desired_size <= self.max_size,
                f"0 <= min {self.min_size} <= desired {self.desired_size} <= max {self.max_size} must hold",
            ),
            (within(self.max_size, 1, MAX_NODES), f"max_size must be 1 to {MAX_NODES}, got {self.max_size}"),
            (within(self.disk_gib, MIN_DISK_GIB, MAX_DISK_GIB), f"disk_gib must be {MIN_DISK_GIB} to {MAX_DISK_GIB}"),
            (POOL_LABEL not in self.labels, f"the label {POOL_LABEL!r} holds the pool's name"),
        )


@dataclass(frozen=True, kw_only=True)
class NodePoolsArgs:
    """What the pools need to be told.

    Attributes:
        prefix: beginning of the nodes' Name tags.
        cluster_name: the cluster they join.
        cluster_version: Kubernetes minor of the nodes; follows the cluster's, by a rolling update.
        release_version: release of the nodes' image, such as "1.35.2-20261118"; None takes EKS's newest when a group is
            made or its Kubernetes minor changes, and leaves it there. A change rolls every node, and never goes back.
        subnet_ids: where the nodes live, by zone: its key is part of logical names, so it tells the zone's place ("a")
            and never changes; another subnet replaces the groups of its zone.
        pools: the pools, of different names.
        undivided: what becomes of groups over all zones, which a running stack may have from before.
        tags: tags of instances, volumes and network interfaces; a change rolls every node, so no phase among them.
        reset_desired: for one update, let `desired_size` win over the autoscaler's number.
    """

    prefix: str
    cluster_name: pulumi.Input[str]
    cluster_version: str
    subnet_ids: Mapping[str, pulumi.Input[str]]
    pools: tuple[NodePool, ...]
    undivided: Undivided = Undivided.GONE
    release_version: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    reset_desired: bool = False

    def __post_init__(self) -> None:
        """Refuse pools that would overwrite each other, and those that cannot have a group in each zone."""
        names, zones = [pool.name for pool in self.pools], len(self.subnet_ids)
        divided = {f"{name}-{zone}" for name in names for zone in self.subnet_ids}
        malformed = [zone for zone in self.subnet_ids if not ZONE_KEY.fullmatch(zone)]
        small = [pool.name for pool in self.pools if pool.max_size < zones and self.undivided is not Undivided.ONLY]
        require(
            "node pools",
            (bool(names), "at least one pool is needed"),
            (len(set(names)) == len(names), f"names must be distinct, got {names}"),
            (divided.isdisjoint(names), f"{sorted(divided & set(names))} are names of groups in a zone"),
            (zones > 0, "at least one subnet is needed"),
            (
                self.release_version is None or self.release_version.startswith(f"{self.cluster_version}."),
                f"release_version {self.release_version} is not of Kubernetes {self.cluster_version}",
            ),
            (not malformed, f"zones {malformed} must be 1 to 4 of a-z and 0-9, beginning with a letter"),
            (not small, f"pools {small} need a max_size of {zones} or more: each zone's group has at least one node"),
        )


class NodePools(pulumi.ComponentResource):
    """Managed node groups that share one role: of each pool one in each zone.

    An autoscaler adds a node to a group, and where a group has several zones it cannot choose which. The groups of a
    pool change one after the other, so that no two zones lose nodes at once, and an update that fails in the first
    zone never reaches the others.

    An on-demand pool holds its instance type in the launch template: another type is a new version of the template and
    a rolling update. In the group itself it would replace the group.

    Example:
        ```python
        app = NodePool(name="app", instance_types=("m8g.large",), min_size=2, desired_size=3, max_size=6)
        args = NodePoolsArgs(
            prefix="acme-prod",
            cluster_name=cluster.cluster_name,
            cluster_version="1.35",
            subnet_ids=dict(zip("abc", network.app_subnet_ids, strict=True)),
            pools=(app,),
        )
        NodePools("pools", args, pulumi.ResourceOptions(depends_on=cluster.node_prerequisites))
        ```
    """

    node_group_names: Mapping[str, pulumi.Output[str]]
    """Generated names by pool and zone, such as "app-a"; by pool alone for groups over all zones."""
    node_groups: tuple[pulumi.Resource, ...]
    """The groups, for `depends_on` of what needs nodes."""
    node_role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: NodePoolsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:node_pools:NodePools", name, None, opts)
        self._name = name
        self._args = args
        # Role and templates wait for nothing: each further way to a group multiplies the engine's work on failed steps.
        self._child = pulumi.ResourceOptions(parent=self)
        self._ordered = child_options(self, opts)

        role, permissions = self._role()
        groups = {key: group for pool in args.pools for key, group in self._groups(pool, role, permissions).items()}

        self.node_group_names = {key: group.node_group_name for key, group in groups.items()}
        self.node_groups = tuple(groups.values())
        self.node_role_arn = role.arn
        self.register_outputs({"node_group_names": self.node_group_names, "node_role_arn": self.node_role_arn})

    def _role(self) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        role = aws.iam.Role(
            f"{self._name}-role",
            description="Nodes of the cluster",
            assume_role_policy=service_trust("ec2.amazonaws.com"),
            opts=self._child,
        )
        permissions: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{self._name}-role-{purpose}", role=role.name, policy_arn=policy, opts=self._child
            )
            for purpose, policy in NODE_POLICIES
        ]
        return role, permissions

    def _template(self, pool: NodePool) -> aws.ec2.LaunchTemplate:
        """No image and no user data: EKS owns both, and keeps them fit for the cluster."""
        on_demand = pool.capacity_type is CapacityType.ON_DEMAND
        return aws.ec2.LaunchTemplate(
            f"{self._name}-{pool.name}-template",
            description=f"Nodes of the {pool.name} pool",
            instance_type=pool.instance_types[0] if on_demand else None,
            update_default_version=True,
            block_device_mappings=[
                aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
                    device_name="/dev/xvda",
                    ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                        volume_type="gp3", volume_size=pool.disk_gib, encrypted="true", delete_on_termination="true"
                    ),
                )
            ],
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=self._tags(pool))
                for kind in ("instance", "volume", "network-interface")
            ],
            opts=self._child,
        )

    def _tags(self, pool: NodePool) -> dict[str, str]:
        """The provider's default tags do not reach what a group launches."""
        return {**self._args.tags, "Name": f"{self._args.prefix}-{pool.name}"}

    def _groups(
        self, pool: NodePool, role: aws.iam.Role, permissions: list[pulumi.Resource]
    ) -> dict[str, aws.eks.NodeGroup]:
        """The groups of a pool, each after the one before it; one over all zones repels pods once those exist."""
        template = self._template(pool)
        made: dict[str, aws.eks.NodeGroup] = {}
        after: list[pulumi.Resource] = permissions
        for part in groups_of(pool.name, pool, tuple(self._args.subnet_ids), self._args.undivided):
            waits = permissions if part.kept else after
            made[part.name] = self._group(pool, part, template, role.arn, waits)
            after = [*permissions, *made.values()]
        return made

    def _group(
        self,
        pool: NodePool,
        part: Group,
        template: aws.ec2.LaunchTemplate,
        role_arn: pulumi.Output[str],
        after: list[pulumi.Resource],
    ) -> aws.eks.NodeGroup:
        spot = pool.capacity_type is CapacityType.SPOT
        taints = (*pool.taints, UNDIVIDED_TAINT) if part.drained else pool.taints
        return aws.eks.NodeGroup(
            f"{self._name}-{part.name}",
            cluster_name=self._args.cluster_name,
            version=self._args.cluster_version,
            release_version=self._args.release_version,
            node_role_arn=role_arn,
            subnet_ids=[self._args.subnet_ids[zone] for zone in part.zones],
            ami_type=pool.architecture.value,
            capacity_type=pool.capacity_type.value,
            instance_types=list(pool.instance_types) if spot else None,
            launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(_version_text)
            ),
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                min_size=part.min_size, desired_size=part.desired_size, max_size=part.max_size
            ),
            labels={**pool.labels, POOL_LABEL: pool.name},
            taints=[
                aws.eks.NodeGroupTaintArgs(key=taint.key, value=taint.value, effect=taint.effect.value)
                for taint in taints
            ],
            update_config=aws.eks.NodeGroupUpdateConfigArgs(max_unavailable=UNAVAILABLE_AT_ONCE),
            node_repair_config=aws.eks.NodeGroupNodeRepairConfigArgs(enabled=True),
            opts=pulumi.ResourceOptions.merge(
                self._ordered,
                pulumi.ResourceOptions(
                    depends_on=after,
                    # A dotted path is passed on as it is, so it must be in the engine's spelling.
                    ignore_changes=None if self._args.reset_desired else ["scalingConfig.desiredSize"],
                    custom_timeouts=pulumi.CustomTimeouts(update=update_timeout(part.max_size)),
                ),
            ),
        )


def update_timeout(max_size: int) -> str:
    """How long a rolling update of a group may take, in Pulumi's notation: its nodes one by one, an hour at least.

    Args:
        max_size: the most nodes that the group may have.
    """
    return f"{max(60, NODE_UPDATE_MINUTES * max_size // UNAVAILABLE_AT_ONCE)}m"


def _version_text(version: float) -> str:
    """A template's version counts in numbers; a node group names it in text."""
    return str(int(version))
