"""Settings of the node pools: on-demand `system` and `app`, and `spot`. All pools run arm64."""

from typing import Annotated, Literal

from pydantic import Field

from bailbondpro.facts.nodes import MAX_DISK_GIB, MAX_NODES, MAX_SPOT_TYPES, MIN_DISK_GIB
from infra.settings.base import Area, Ec2Class


class PoolSizes(Area):
    """How many nodes a pool has over all zones, and their disks."""

    min_size: int = Field(
        ge=0, le=MAX_NODES, description="Fewest nodes the cluster-autoscaler keeps. Default by phase."
    )
    desired_size: int = Field(
        ge=0,
        le=MAX_NODES,
        description="Nodes at the first deployment; afterwards cluster-autoscaler owns the number. Default by phase.",
    )
    max_size: int = Field(
        ge=1,
        le=MAX_NODES,
        description="Most nodes the cluster-autoscaler adds, one for each zone or more. Default by phase.",
    )
    disk_gib: int = Field(
        default=50,
        ge=MIN_DISK_GIB,
        le=MAX_DISK_GIB,
        description="Root disk of each node in GiB, gp3 (EBS: 1 to 16,384).",
    )


class AppPoolSettings(PoolSizes):
    """The pool every application pod runs on."""

    instance_type: Ec2Class = Field(
        description="EC2 instance type of the nodes, arm64; changes by rolling update. Default by phase, from "
        "t4g.large in dev to m8g.2xlarge in the last phase of prod."
    )


class SystemPoolSettings(AppPoolSettings):
    """An optional pool for cluster add-ons, so that application load never starves them."""

    enabled: bool = Field(description="Whether the pool exists. Default by phase: prod from the second phase on.")


class SpotPoolSettings(PoolSizes):
    """An optional pool of spot instances for batch work (scaling guide, Cost Optimization: 70 % saved)."""

    enabled: bool = Field(description="Whether the pool exists. Default by phase: from the second phase on.")
    instance_types: Annotated[tuple[Ec2Class, ...], Field(min_length=1, max_length=MAX_SPOT_TYPES)] = Field(
        description="Similar instance types to choose spot capacity from, 1 to 20 (EKS API); several make "
        "interruptions rarer. Default: six of xlarge size."
    )


class PoolsSettings(Area):
    """The node pools: each has one group in each zone, over which its sizes are divided, the first zones first."""

    system: SystemPoolSettings = Field(description="Nodes for add-ons and operators.")
    app: AppPoolSettings = Field(description="Nodes for the application, its services and the gateway.")
    spot: SpotPoolSettings = Field(description="Interruptible nodes for batch work.")
    undivided: Literal["only", "keep", "drain", "gone"] = Field(
        default="gone",
        description="What becomes of the groups over all zones that a stack from before has: only they (nothing moves "
        "yet), keep them beside the groups of the zones, drain them (no more pods, may become empty), or gone. One "
        "step in each deployment (docs/runbooks/node-pools.md). Default: gone, which is right for every other stack.",
    )
    reset_desired: bool = Field(
        default=False,
        description="For one deployment: let desiredSize of this file win over the autoscaler's number, needed when a "
        "new minSize exceeds the number of nodes that run.",
    )
