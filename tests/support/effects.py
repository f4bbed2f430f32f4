"""What it takes to see a setting's effect: the stack it matters in, and another value for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CHECKS_ONLY = {
    "allowShrink": "`./bbp journey` reads it: whether a step may take databases or nodes away",
    "deployAfter": "`./bbp stacks` and `./bbp check` read it: in which order a merge deploys",
    **dict.fromkeys(
        (
            *(f"availability.acceptedLosses[].{key}" for key in ("stops", "reason", "until")),
            *(f"availability.acceptedUptime.{key}" for key in ("percent", "reason", "until")),
        ),
        "`./bbp availability` and `./bbp report` read it: which single points and how little uptime a stack accepts",
    ),
    "cluster.deployedVersion": "`./bbp check` reads it: which step of the Kubernetes version is possible",
    **dict.fromkeys(
        (
            *("objectives.users", "objectives.usdPerUser"),
            *("objectives.recoveryPointMinutes", "objectives.recoveryTimeMinutes"),
            *(f"objectives.restoreTimed.{key}" for key in ("minutes", "day")),
            *(f"objectives.accepted[].{key}" for key in ("objective", "value", "reason", "until")),
        ),
        "`./bbp objectives` and `./bbp report` read it: what the stack is held to, and what it accepts",
    ),
    "cdn.warmPaths": "`./bbp cdn warm` reads it: what is requested after a deployment",
    "cdn.addons.imagesPaid": "`./bbp check` reads it: how many image transformations the account has",
    "cdn.addons.advancedCertificates": "`./bbp check` reads it: whether hosts may lie two levels below the domain",
}
"""Settings that no resource follows from, and who reads them."""


@dataclass(frozen=True)
class Context:
    """A stack in which settings matter: environment, phase, and what differs from the smallest configuration."""

    environment: str = "dev"
    phase: str = "optimization"
    areas: dict[str, Any] = field(default_factory=dict)


ALONG: dict[str, dict[str, Any]] = {
    "postgres.placement": {"postgres": {"shards": {"movingTo": 2, "mapVersion": 1}}},
    "storage.uploads.objectLock.years": {"storage": {"uploads": {"objectLock": {"days": None}}}},
}
"""What must change together with a setting: without it the changed stack would be refused."""

CDN = {"enabled": True, "zoneId": "0" * 31 + "a", "accountId": "0" * 31 + "b"}
SERVICE = {"name": "payments", "paths": ["/api/payments/"], "minReplicas": 1, "maxReplicas": 2}
ROOM = {"app": {"maxSize": 20}}
PROMETHEUS = {"prometheus": {"enabled": True}}
LARGE = {"allocatedStorageGib": 400, "maxAllocatedStorageGib": 500}

CONTEXTS = {
    "": Context(),
    "environment": Context(environment="prod"),
    "budget.anomalyThresholdUsd": Context(areas={"budget": {"anomalyDetection": True}}),
    "cluster.publicAccessCidrs": Context(
        areas={"cluster": {"endpointPublicAccess": True, "publicAccessCidrs": ["198.51.100.0/24"]}}
    ),
    "cluster.endpointPublicAccess": Context(
        areas={"cluster": {"endpointPublicAccess": True, "publicAccessCidrs": ["198.51.100.0/24"]}}
    ),
    "app.metricsPath": Context(areas={"monitoring": PROMETHEUS, "pools": ROOM}),
    "gateway.maxReplicas": Context(areas={"pools": ROOM}),
    "gateway.resources.cpuLimitMillicores": Context(areas={"gateway": {"workerConnections": 2048}}),
    "gateway.headers": Context(areas={"gateway": {"headers": {"hstsPreload": False}}}),
    "app.replicas": Context(areas={"autoscaling": {"enabled": False}, "pools": ROOM}),
    "app.disruptionMaxUnavailable": Context(
        phase="horizontal", areas={"autoscaling": {"minReplicas": 4, "maxReplicas": 4}, "pools": ROOM}
    ),
    "autoscaling": Context(areas={"pools": ROOM}),
    "autoscaling.metricsBackend": Context(areas={"monitoring": PROMETHEUS, "pools": ROOM}),
    "autoscaling.profile": Context(
        areas={"autoscaling": {"metricsBackend": "keda"}, "monitoring": PROMETHEUS, "pools": ROOM}
    ),
    "autoscaling.requestsPerSecond": Context(
        areas={"autoscaling": {"metricsBackend": "keda"}, "monitoring": PROMETHEUS, "pools": ROOM}
    ),
    "autoscaling.scaleUp": Context(
        areas={"autoscaling": {"scaleUp": {"stabilizationSeconds": 60, "percent": 50}}, "pools": ROOM}
    ),
    "autoscaling.scaleDown": Context(
        areas={"autoscaling": {"scaleDown": {"stabilizationSeconds": 60, "percent": 50}}, "pools": ROOM}
    ),
    "cdn": Context(areas={"cdn": CDN}),
    "cdn.accountId": Context(areas={"cdn": {**CDN, "addons": {"loadBalancing": True}}}),
    "cdn.imports.managedFirewall": Context(areas={"cdn": {**CDN, "plan": "pro", "managedWaf": True}}),
    "cdn.monitorIntervalSeconds": Context(areas={"cdn": {**CDN, "addons": {"loadBalancing": True}}}),
    "cdn.managedWaf": Context(areas={"cdn": {**CDN, "plan": "pro"}}),
    "monitoring": Context(areas={"monitoring": PROMETHEUS, "pools": ROOM}),
    "pools.system": Context(areas={"pools": {"system": {"enabled": True, "desiredSize": 2, "maxSize": 4}}}),
    "pools.spot": Context(areas={"pools": {"spot": {"enabled": True, "desiredSize": 1}}}),
    "postgres.profile": Context(areas={"postgres": {"instanceClass": "db.m7g.xlarge"}}),
    "postgres.databaseInsightsMode": Context(areas={"postgres": {"performanceInsightsRetentionDays": 465}}),
    "postgres.upgradingFrom": Context(areas={"postgres": {"engineVersion": "18"}}),
    "redis.upgradingFrom": Context(areas={"redis": {"engineVersion": "9.0"}}),
    "postgres.replicaEngineVersion": Context(
        phase="horizontal", areas={"postgres": {"autoMinorVersionUpgrade": False}}
    ),
    "postgres.iops": Context(areas={"postgres": LARGE}),
    "postgres.storageThroughputMibps": Context(areas={"postgres": LARGE}),
    "postgres.replicaInstanceClass": Context(phase="horizontal"),
    "postgres.protectReplicas": Context(phase="horizontal"),
    "postgres.reservedConnections": Context(phase="horizontal"),
    "postgres.pooler": Context(phase="horizontal", areas={"pools": ROOM}),
    "postgres.pooler.enabled": Context(),
    "postgres.placement": Context(areas={"postgres": {"shards": {"count": 2}}}),
    "postgres.shards": Context(areas={"postgres": {"placement": "shards", "shards": {"count": 3, "placedOn": 2}}}),
    "postgres.shards.movingTo": Context(
        areas={"postgres": {"placement": "moving", "shards": {"count": 4, "movingTo": 2, "mapVersion": 1}}}
    ),
    "postgres.shards.mapVersion": Context(areas={"postgres": {"shards": {"count": 2, "mapVersion": 3}}}),
    "postgres.shards.returnedFrom": Context(
        areas={"postgres": {"shards": {"count": 2, "mapVersion": 9, "returnedFrom": 3}}}
    ),
    "postgres.clientPools.shard": Context(
        areas={"postgres": {"placement": "shards", "shards": {"count": 2, "placedOn": 2}}}
    ),
    "postgres.restored": Context(areas={"postgres": {"shards": {"count": 2}, "restored": {"source": "primary"}}}),
    "postgres.usersRetiredBefore": Context(areas={"postgres": {"userGeneration": 2}}),
    "postgres.shards.usersRetiredBefore": Context(
        areas={"postgres": {"placement": "shards", "shards": {"count": 2, "placedOn": 2, "userGenerations": [1, 2]}}}
    ),
    "postgres.pooler.usersRetiredBefore": Context(
        phase="horizontal", areas={"postgres": {"pooler": {"userGeneration": 2}}, "pools": ROOM}
    ),
    "storage.uploads.objectLock": Context(
        areas={"protect": True, "storage": {"uploads": {"objectLock": {"mode": "GOVERNANCE", "days": 30}}}}
    ),
    "storage.backups": Context(areas={"storage": {"backups": {"enabled": True}}}),
    "cdn.certificatesRetiredBefore": Context(areas={"cdn": {**CDN, "certificateGeneration": 2}}),
    "postgres.pooler.certificatesRetiredBefore": Context(
        phase="horizontal", areas={"pools": ROOM, "postgres": {"pooler": {"certificateGeneration": 2}}}
    ),
    "redis.tokensRetiredBefore": Context(areas={"redis": {"tokenGeneration": 2}}),
    "redis.shards": Context(areas={"redis": {"clientIsClusterAware": True}}),
    "redis.multiAz": Context(areas={"redis": {"replicasPerShard": 1}}),
    "services[].calls": Context(
        phase="horizontal",
        areas={
            "services": [SERVICE, {**SERVICE, "name": "other", "paths": ["/api/other/"]}],
            "monitoring": PROMETHEUS,
            "pools": ROOM,
        },
    ),
    "services[].requestsPerSecond": Context(
        phase="horizontal",
        areas={
            "services": [SERVICE],
            "autoscaling": {"metricsBackend": "keda"},
            "monitoring": PROMETHEUS,
            "pools": ROOM,
        },
    ),
    "services": Context(phase="horizontal", areas={"services": [SERVICE], "monitoring": PROMETHEUS, "pools": ROOM}),
}
"""By the beginning of a path; the longest one wins."""

VALUES: dict[str, object] = {
    "objectives.errorPercent": 0.5,
    # On Free style sheets and scripts share a rule, in which the shorter time counts.
    "cdn.lifetimes.js.staleWhileRevalidateSeconds": 30,
    "domain": "bailbondpro.org",
    "region": "us-west-2",
    "aws.allowedAccountIds": ["123456789012"],
    "aws.permissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary",
    "network.vpcCidr": "10.30.0.0/16",
    "network.availabilityZones": ["us-east-1a", "us-east-1b", "us-east-1d"],
    "network.interfaceEndpoints": ["sts"],
    "cluster.version": "1.36",
    "cluster.nodeVersion": "1.34",
    "cluster.publicAccessCidrs": ["203.0.113.0/24"],
    "cluster.adminPrincipalArns": ["arn:aws:iam::123456789012:role/other"],
    "cluster.viewerPrincipalArns": ["arn:aws:iam::123456789012:role/preview"],
    "cluster.logTypes": ["audit"],
    "cluster.serviceIpv4Cidr": "172.21.0.0/16",
    "cluster.addonVersions.vpcCni": "v1.20.4-eksbuild.2",
    "cluster.addonVersions.kubeProxy": "v1.35.0-eksbuild.2",
    "cluster.addonVersions.podIdentityAgent": "v1.3.9-eksbuild.3",
    "cluster.addonVersions.coredns": "v1.12.4-eksbuild.1",
    "cluster.addonVersions.metricsServer": "v0.8.0-eksbuild.2",
    "cluster.addonVersions.ebsCsiDriver": "v1.50.1-eksbuild.1",
    "cluster.addonVersions.nodeMonitoringAgent": "v1.4.0-eksbuild.1",
    "pools.system.instanceType": "m8g.large",
    "pools.app.instanceType": "m8g.large",
    "pools.spot.instanceTypes": ["m8g.xlarge"],
    "app.image": "registry.example.com/bailbondpro:2",
    "app.namespace": "staging",
    "app.metricsPath": "/internal/metrics",
    "app.replicas": 2,
    "app.maxOldSpaceMib": 500,
    "app.environment": {"FEATURE": "on"},
    "services[].name": "invoices",
    "services[].image": "registry.example.com/payments:2",
    "services[].paths": ["/api/invoices/"],
    "services[].calls": ["other"],
    "services[].requestsPerSecond": 50,
    "services[].databases": ["primary"],
    "services[].metricsPath": "/internal/metrics",
    "services[].environment": {"FEATURE": "on"},
    "autoscaling.requestsPerSecond": 50,
    "autoscaling.scaleUp.pods": 2,
    "autoscaling.scaleDown.pods": 2,
    "gateway.image": "docker.io/nginxinc/nginx-unprivileged:1.28-alpine",
    "gateway.allowedCidrs": ["203.0.113.0/24"],
    "gateway.authRequestPath": "/api/auth/verify",
    "postgres.instanceClass": "db.t4g.large",
    "postgres.engineVersion": "18",
    "postgres.upgradingFrom": "17",
    "redis.upgradingFrom": "8",
    "cluster.nodeReleaseVersion": "1.35.2-20261118",
    "postgres.replicaEngineVersion": "17.7",
    "postgres.iops": 14_000,
    "postgres.reservedConnections": 30,
    "postgres.performanceInsightsRetentionDays": 31,
    "postgres.storageThroughputMibps": 600,
    "postgres.replicaInstanceClass": "db.t4g.large",
    "postgres.databaseName": "platform",
    "postgres.username": "platform",
    "postgres.backupWindow": "01:00-02:00",
    "postgres.maintenanceWindow": "mon:04:30-mon:05:30",
    "postgres.backupRegion": "us-west-2",
    "postgres.restored.source": "shard-0",
    "postgres.restored.at": "2026-12-01T10:30:00Z",
    "postgres.restored.backupsArn": "arn:aws:rds:us-east-1:123456789012:auto-backup:ab-example",
    "postgres.restored.snapshot": "bailbondpro-dev-primary-final",
    "storage.uploads.objectLock.days": 60,
    "storage.uploads.objectLock.years": 1,
    "storage.backups.startWindow": "20:00-04:00",
    "storage.backups.lockedDays": 20,
    "storage.backups.coolingOffDays": 30,
    "storage.backups.copyRegion": "us-west-2",
    "storage.backups.copyVaultArns": ["arn:aws:backup:us-east-1:999999999999:backup-vault:safe"],
    "postgres.shards.instanceClass": "db.t4g.large",
    "postgres.shards.userGenerations": [1, 2],
    "postgres.shards.usersRetiredBefore": [1, 2],
    "postgres.usersImage": "registry.example.com/postgres:17.7",
    "postgres.pooler.image": "docker.io/edoburu/pgbouncer:v1.25.0-p0",
    "redis.nodeType": "cache.t4g.small",
    "redis.warmUp.paths": ["/internal/cache/bond_types"],
    "redis.snapshotWindow": "01:00-02:00",
    "redis.maintenanceWindow": "mon:06:30-mon:07:30",
    "cdn.zoneId": "0" * 31 + "c",
    "cdn.accountId": "0" * 31 + "c",
    "cdn.backupOrigin": "gateway.east.example.net",
    "cdn.hosts.app": "www.bailbondpro.com",
    "cdn.hosts.api": "api2.bailbondpro.com",
    "cdn.hosts.cdn": "static.bailbondpro.com",
    "cdn.hosts.cdnBackup": "static-backup.bailbondpro.com",
    "cdn.hosts.images": "pictures.bailbondpro.com",
    "cdn.hosts.assets": "files.bailbondpro.com",
    "cdn.sessionCookieNames": ["sid"],
    "cdn.publicHtmlPaths": ["/about"],
    "cdn.publicApiPrefixes": ["/api/bond-types/"],
    "cdn.privatePrefixes": ["/secret"],
    "cdn.imageWidths": [320, 800],
    "cdn.imageHeights": [480],
    "cdn.imageQualities": [70],
    **{
        f"cdn.imports.{phase}": "0" * 31 + "d"
        for phase in (
            "rewrites",
            "cache",
            "cacheResponse",
            "responseHeaders",
            "rateLimit",
            "managedFirewall",
            "customFirewall",
        )
    },
    "monitoring.alertEmails": ["oncall@bailbondpro.com"],
    "budget.emails": ["owner@bailbondpro.com"],
}
"""Other values that do not follow from the type."""


def context_of(path: str) -> Context:
    """The stack in which a leaf matters: that of the longest prefix of its path that one is stated for."""
    known = [prefix for prefix in CONTEXTS if path == prefix or path.startswith((f"{prefix}.", f"{prefix}["))]
    return CONTEXTS[max(known, key=len)] if known else CONTEXTS[""]
