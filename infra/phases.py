"""The three growth phases as tables of numbers. A stack file overrides single values of them.

A phase changes sizes and counts only, and only such that can change in place: storage, replicas and shards never shrink
from one phase to the next. Sources: scaling guide (autoscaler ranges, shards, replicas, database tuning, cost formula);
sizes of machines are chosen to hold the guide's load under its cost formula and are priced by the planner. The budgets are
what the planner says that AWS bills for these sizes, and 15 % (docs/adr/0023; tests/support/budgets.py writes them).
"""

# ruff: noqa: E501 - a row of a table is one line

from __future__ import annotations

from bailbondpro.facts.rds import ADVANCED_INSIGHTS_DAYS

PHASES = ("optimization", "horizontal", "microservices")
ENVIRONMENTS = ("development", "production")

SPOT_TYPES = ("m8g.xlarge", "m7g.xlarge", "m6g.xlarge", "c8g.xlarge", "r8g.xlarge", "t4g.xlarge")
NODE_ENDPOINTS = ("ecr.api", "ecr.dkr", "eks-auth", "logs", "secretsmanager", "sts")
GUIDE_SCALE_UP = {"stabilizationSeconds": 60, "percent": 50, "pods": 2, "periodSeconds": 60}
GUIDE_SCALE_DOWN = {"stabilizationSeconds": 300, "percent": 10, "periodSeconds": 60}

# What the environment alone decides, and no stack file overrides.
KEY_DELETION_DAYS = {"development": 7, "production": 30}
"""Waiting time before a deleted key is gone: the shortest and the longest that KMS allows (KMS documentation)."""
RECOVERY_DAYS = {"development": 0, "production": 30}
"""Days a deleted secret can be restored (Secrets Manager: 0, or 7 to 30); 0 lets a destroyed development stack come back."""
LOG_RETENTION_DAYS = {"development": 14, "production": 90}
"""Days the databases' logs are kept, as the control plane's."""

# What one failure may take from users, and how little uptime may be promised: all of it in development.
DEV_LOSSES = (
    {
        "stops": "*",
        "reason": "a development stack serves no users: the smallest size is wanted, and an outage costs only time",
    },
)
DEV_UPTIME = {"percent": 98, "reason": "a development stack serves no users: one zone and one of everything is enough"}
FIRST_LOSSES = (
    {
        "stops": "the way out of *",
        "reason": "the first phase has up to 500 users and two NAT gateways for three zones; the second phase brings one of everything for each zone (scaling guide, Scaling Phases)",
    },
)

DEV_OBJECTIVES = (
    {
        "objective": "recovery-time",
        "reason": "a development stack is built anew from its program, and holds no data that anybody misses",
    },
)
LAST_OBJECTIVES = (
    {
        "objective": "cost",
        "value": 2.1,
        "reason": "advanced Database Insights and six interface endpoints are beyond what the guide's formula knows (docs/planning.md, Cost)",
    },
)

# The formatter would take the columns apart.
# fmt: off
BY_ENVIRONMENT: dict[str, tuple[object, object]] = {
    #                                          dev                prod
    "protect":                                (False,             True),
    "network.vpcCidr":                        ("10.20.0.0/16",    "10.10.0.0/16"),
    "network.flowLogs.trafficType":           ("REJECT",          "ALL"),
    "network.flowLogs.retentionDays":         (14,                90),
    "cluster.endpointPublicAccess":           (False,             False),
    "cluster.publicAccessCidrs":              ((),                ()),
    "cluster.logRetentionDays":               (14,                90),
    "cluster.logTypes":                       (("api", "audit", "authenticator"),
                                               ("api", "audit", "authenticator", "controllerManager", "scheduler")),
    "pools.spot.instanceTypes":               (SPOT_TYPES,        SPOT_TYPES),
    "pools.spot.minSize":                     (0,                 0),
    "pools.spot.desiredSize":                 (0,                 0),
    "app.namespace":                          ("development",     "production"),
    "postgres.profile":                       ("scaled",          "guide"),
    "postgres.maxConnections":                (100,               200),
    "postgres.multiAz":                       (False,             True),
    "postgres.applyImmediately":              (True,              False),
    "postgres.shards.instanceClass":          ("db.t4g.medium",   "db.m7g.large"),
    "postgres.shards.allocatedStorageGib":    (20,                100),
    "postgres.shards.maxAllocatedStorageGib": (100,               300),
    "postgres.shards.multiAz":                (False,             True),
    "postgres.pooler.replicas":               (1,                 2),
    "redis.multiAz":                          (False,             True),
    "redis.logRetentionDays":                 (14,                90),
    "redis.applyImmediately":                 (True,              False),
    "cdn.enabled":                            (False,             True),
    "objectives.recoveryPointMinutes":        (1440,              5),
    "objectives.recoveryTimeMinutes":         (1440,              240),
    "cdn.plan":                               ("free",            "pro"),
    "cdn.managedWaf":                         (False,             True),
}

BY_PHASE: dict[str, tuple[object, object, object, object, object, object]] = {
    #                                          optimization                         horizontal                           microservices
    #                                          dev              prod                dev              prod                dev              prod
    "network.natGateways":                    (1,               2,                  1,               3,                  1,               3),
    "network.interfaceEndpoints":             ((),              (),                 (),              NODE_ENDPOINTS,     (),              NODE_ENDPOINTS),

    "pools.system.enabled":                   (False,           False,              False,           True,               False,           True),
    "pools.system.instanceType":              ("t4g.large",     "m8g.large",        "t4g.large",     "m8g.large",        "t4g.large",     "m8g.large"),
    # One node per zone from the day the pool exists: a minimum raised above the live size is refused by EKS.
    "pools.system.minSize":                   (1,               2,                  1,               3,                  1,               3),
    "pools.system.desiredSize":               (1,               2,                  1,               3,                  1,               3),
    # The same number in each zone, and enough in two of them: a lost zone takes its group along (docs/adr/0040).
    "pools.system.maxSize":                   (3,               3,                  3,               6,                  3,               6),
    "pools.app.instanceType":                 ("t4g.large",     "m8g.large",        "t4g.large",     "m8g.xlarge",       "t4g.large",     "m8g.2xlarge"),
    "pools.app.minSize":                      (1,               3,                  1,               3,                  2,               3),
    "pools.app.desiredSize":                  (2,               3,                  2,               3,                  3,               3),
    "pools.app.maxSize":                      (3,               9,                  4,               9,                  7,               9),
    "pools.spot.enabled":                     (False,           False,              True,            True,               True,            True),
    "pools.spot.maxSize":                     (3,               4,                  3,               4,                  3,               10),

    "autoscaling.minReplicas":                (1,               2,                  2,               3,                  2,               3),
    "autoscaling.maxReplicas":                (2,               6,                  4,               10,                 6,               20),
    "autoscaling.metricsBackend":             ("native",        "native",           "native",        "native",           "keda",          "keda"),
    "autoscaling.requestsPerSecond":          (None,            None,               None,            None,               100,             100),
    "autoscaling.scaleUp":                    (None,            None,               None,            None,               GUIDE_SCALE_UP,  GUIDE_SCALE_UP),
    "autoscaling.scaleDown":                  (None,            None,               None,            None,               GUIDE_SCALE_DOWN, GUIDE_SCALE_DOWN),
    "gateway.replicas":                       (1,               2,                  1,               2,                  1,               3),
    "gateway.maxReplicas":                    (2,               4,                  2,               6,                  2,               6),

    "postgres.instanceClass":                 ("db.t4g.medium", "db.m7g.large",     "db.t4g.medium", "db.m7g.large",     "db.t4g.medium", "db.m7g.xlarge"),
    "postgres.allocatedStorageGib":           (20,              100,                20,              150,                20,              300),
    "postgres.maxAllocatedStorageGib":        (100,             200,                100,             300,                100,             600),
    "postgres.replicas":                      (0,               0,                  1,               3,                  1,               3),
    "postgres.backupRetentionDays":           (3,               14,                 3,               14,                 3,               35),
    "postgres.performanceInsightsRetentionDays": (7,            7,                  7,               ADVANCED_INSIGHTS_DAYS, 7,            ADVANCED_INSIGHTS_DAYS),
    "postgres.databaseInsightsMode":          ("standard",      "standard",         "standard",      "advanced",         "standard",      "advanced"),
    "postgres.shards.count":                  (0,               0,                  0,               0,                  4,               4),
    "postgres.pooler.enabled":                (False,           False,              True,            True,               True,            True),

    "redis.nodeType":                         ("cache.t4g.micro", "cache.t4g.small", "cache.t4g.micro", "cache.t4g.medium", "cache.t4g.micro", "cache.m7g.large"),
    "redis.shards":                           (1,               1,                  1,               3,                  1,               3),
    "redis.replicasPerShard":                 (0,               1,                  1,               1,                  1,               2),
    "redis.snapshotRetentionDays":            (0,               7,                  0,               7,                  0,               14),

    "availability.acceptedLosses":            (DEV_LOSSES,      FIRST_LOSSES,       DEV_LOSSES,         (),                 DEV_LOSSES,         ()),
    "availability.acceptedUptime":            (DEV_UPTIME,      None,               DEV_UPTIME,         None,               DEV_UPTIME,         None),
    "objectives.accepted":                    (DEV_OBJECTIVES,  (),                 DEV_OBJECTIVES,  (),                 DEV_OBJECTIVES,  LAST_OBJECTIVES),
    "budget.monthlyLimitUsd":                 (370,             820,                440,             2300,               740,             5700),
}

# Name, path prefixes, rate limit zone, databases. The guide names the phase and its entities but lists no services.
SERVICES: tuple[tuple[str, tuple[str, ...], str, tuple[str, ...]], ...] = (
    ("web",             ("/portal/",),              "api", ("primary", "replicas")),
    ("auth",            ("/api/auth/",),            "api", ("primary",)),
    ("clients",         ("/api/clients/",),         "api", ("primary", "replicas", "shards")),
    ("bonds",           ("/api/bonds/",),           "api", ("primary", "replicas", "shards")),
    ("court-schedules", ("/api/court-schedules/",), "api", ("replicas",)),
    ("documents",       ("/api/documents/",),       "api", ("primary", "replicas")),
)
SERVICE_SIZES: dict[str, dict[str, object]] = {
    "development": {"minReplicas": 1, "maxReplicas": 2,
                    "resources": {"cpuRequestMillicores": 100, "memoryRequestMib": 192, "cpuLimitMillicores": 500, "memoryLimitMib": 384}},
    "production":  {"minReplicas": 2, "maxReplicas": 6},
}
# fmt: on
