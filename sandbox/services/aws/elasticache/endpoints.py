"""Addresses and members of a replication group, by its cluster mode.

Their forms are those of the Amazon ElastiCache User Guide, Finding connection endpoints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.outputs import short_hash
from sandbox.services.aws.arns import arn
from sandbox.services.aws.elasticache.timing import follows

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place


def _clustered(inputs: Inputs) -> bool:
    """Whether clients are told the shards: cluster mode, or more than one node group, which needs it."""
    return inputs.get("clusterMode") in {"enabled", "compatible"} or int(inputs.get("numNodeGroups") or 1) > 1


def _endpoints(inputs: Inputs, suffix: str) -> dict[str, Any]:
    """One address for all shards, or two where there is one (SDK documentation of aws.elasticache.ReplicationGroup)."""
    if _clustered(inputs):
        return {"configurationEndpointAddress": f"clustercfg.{suffix}", "clusterEnabled": True}
    return {
        "primaryEndpointAddress": f"master.{suffix}",
        "readerEndpointAddress": f"replica.{suffix}",
        "clusterEnabled": False,
    }


def _members(group: str, inputs: Inputs) -> list[str]:
    if not _clustered(inputs):
        return [f"{group}-{node + 1:03d}" for node in range(int(inputs.get("numCacheClusters") or 1))]
    shards, replicas = int(inputs.get("numNodeGroups") or 1), int(inputs.get("replicasPerNodeGroup") or 0)
    return [f"{group}-{shard + 1:04d}-{node + 1:03d}" for shard in range(shards) for node in range(replicas + 1)]


def outputs(_name: str, inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    """What ElastiCache computes of a group."""
    group = str(inputs.get("replicationGroupId") or identity)
    suffix = f"{group}.{short_hash('cache', length=6)}.{place.short}.cache.{place.dns_suffix}"
    return {
        "arn": arn("elasticache", f"replicationgroup:{group}", place),
        **_endpoints(inputs, suffix),
        **follows(inputs),
        "memberClusters": _members(group, inputs),
    }
