"""Amazon EKS."""

from __future__ import annotations

from sandbox.model.rows import Service
from sandbox.services.aws.eks import access, cluster, nodes

EKS = Service(
    "eks",
    "Amazon EKS API Reference, Errors of CreateCluster, CreateNodegroup, CreateAccessEntry, DeleteCluster",
    (*access.ROWS, *cluster.ROWS, *nodes.ROWS),
)
