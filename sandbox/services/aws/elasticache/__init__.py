"""Amazon ElastiCache."""

from __future__ import annotations

from sandbox.model.rows import Service
from sandbox.services.aws.elasticache import groups, pairs, replication

ELASTICACHE = Service(
    "elasticache",
    "Amazon ElastiCache API Reference, Errors of CreateReplicationGroup, DeleteCacheSubnetGroup",
    (*groups.ROWS, *replication.ROWS),
    pairs.ALIKE,
)
