"""Amazon EKS."""

from __future__ import annotations

from sandbox.model.rows import Alike, Service
from sandbox.services.aws.eks import access, cluster, node_pairs, nodes

EKS = Service(
    "eks",
    "Amazon EKS API Reference, Errors of CreateCluster, CreateNodegroup, CreateAccessEntry, DeleteCluster",
    (*access.ROWS, *cluster.ROWS, *nodes.ROWS),
    (Alike("aws:eks/fargateProfile:*", state=(node_pairs.FARGATE,)),),
)
