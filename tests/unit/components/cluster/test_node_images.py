"""Which release of EKS's image the nodes have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.cluster.node_pools import NodePool, NodePools, NodePoolsArgs
from tests.support.recording import record

ARGS = NodePoolsArgs(
    prefix="acme-test",
    cluster_name="acme-test",
    cluster_version="1.35",
    subnet_ids={zone: f"subnet-{zone}" for zone in "abc"},
    pools=(NodePool(name="app", instance_types=("m8g.large",), min_size=3, desired_size=3, max_size=6),),
)


def releases(args: NodePoolsArgs) -> list[object]:
    found = record(lambda: NodePools("pools", args)).of_type("aws:eks/nodeGroup:NodeGroup")
    return [item.inputs.get("releaseVersion") for item in found]


def test_the_nodes_image_is_eks_s_choice_or_a_named_release_of_their_version() -> None:
    assert releases(ARGS) == [None] * 3
    assert releases(replace(ARGS, release_version="1.35.2-20261118")) == ["1.35.2-20261118"] * 3
    with pytest.raises(ValueError, match=r"release_version 1\.34\.2-20261118 is not of Kubernetes 1\.35"):
        replace(ARGS, release_version="1.34.2-20261118")
