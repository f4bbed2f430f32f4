"""Amazon ElastiCache for Valkey: bounds that its API enforces, and the default times of day."""

MIN_WINDOW_MINUTES = 60
"""Least length of a maintenance window (Amazon ElastiCache API reference, CreateReplicationGroup; read 2026-11-29), and
of a snapshot window (Amazon ElastiCache User Guide, "Scheduling automatic backups"; unverified 2026-11-29)."""
MAX_WINDOW_MINUTES = 24 * 60
"""Most length of a maintenance window: a longer one touches the daily snapshot window whenever that is, which
ElastiCache refuses (Amazon ElastiCache API reference, CreateReplicationGroup; unverified 2026-11-29)."""

MAX_NODES = 90
"""Nodes of one cluster without asking; on request up to 500 (Amazon ElastiCache API reference, CreateReplicationGroup;
read 2026-11-29)."""
MAX_SHARDS = MAX_NODES
"""Shards of one cluster, each of at least one node; on request up to 500 (Amazon ElastiCache API reference,
CreateReplicationGroup; read 2026-11-29)."""
MAX_REPLICAS_PER_SHARD = 5
"""Replicas of one shard (Amazon ElastiCache API reference, CreateReplicationGroup, ReplicasPerNodeGroup; read
2026-11-29)."""
MAX_SNAPSHOT_DAYS = 35
"""Days of daily snapshots; 0 is none (Amazon ElastiCache User Guide, "Scheduling automatic backups"; unverified
2026-11-29)."""
SNAPSHOT_WINDOW = "05:00-06:00"
"""When snapshots start, UTC (our choice of 2026-11-29: what running stacks have)."""
MAINTENANCE_WINDOW = "mon:10:00-mon:11:00"
"""When nodes may be patched, UTC (our choice of 2026-11-29: a weekday on which no database is)."""
RESERVED_MEMORY_PERCENT, MAX_RESERVED_MEMORY_PERCENT = 25, 50
"""Memory kept for snapshots and failover: the default, and what micro nodes are advised to keep at most (Amazon
ElastiCache User Guide, "Managing reserved memory"; read 2026-11-29). The parameter itself takes 100, which would
leave no cache."""
