"""Configurations that violate exactly one limit, and their neighbours just inside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.case_tables import EMPTY_SHARDS, ENDLESS, EVERYTHING_LOST, MANY_SMALL_PODS, NO_PAGES, STOPS


@dataclass(frozen=True, kw_only=True)
class Case:
    """One changed configuration and the limit it is about."""

    rule: str
    path: str
    environment: str = "dev"
    phase: str = "optimization"
    areas: dict[str, object] = field(default_factory=dict)


def case(rule: str, path: str, stack: str = "dev optimization", **areas: object) -> Case:
    environment, phase = stack.split()
    return Case(rule=rule, path=path, environment=environment, phase=phase, areas=areas)


def service(name: str = "payments", **keys: object) -> dict[str, object]:
    """A service of one path and one pod that opens no connection."""
    return {"name": name, "paths": [f"/api/{name}/"], "minReplicas": 1, "maxReplicas": 1, "databases": [], **keys}


ADMIN = "arn:aws:iam::123456789012:role/deploy"
TAG = "registry.example.com/bailbondpro:1.2"
CDN = {"enabled": True, "zoneId": "0" * 31 + "a", "accountId": "0" * 31 + "b"}
P2, P3 = "prod horizontal", "prod microservices"
RETENTION = "monitoring.prometheus.retentionDays"

ROOM = {"app": {"maxSize": 9}}
"""Nodes for more pods than the defaults ask for, so that a case breaks one limit alone."""

REFUSED = (
    # network
    case("vpc-private", "network.vpcCidr", network={"vpcCidr": "8.8.0.0/16"}),
    case(
        "zones-of-region",
        "network.availabilityZones[2]",
        network={"availabilityZones": ["us-east-1a", "us-east-1b", "us-west-2c"]},
    ),
    case(
        "zones-distinct",
        "network.availabilityZones",
        network={"availabilityZones": ["us-east-1a", "us-east-1b", "us-east-1b"]},
    ),
    case("endpoints-distinct", "network.interfaceEndpoints", network={"interfaceEndpoints": ["sts", "sts"]}),
    case("service-range-apart", "cluster.serviceIpv4Cidr", cluster={"serviceIpv4Cidr": "10.20.0.0/20"}),
    case("service-range-apart", "cluster.serviceIpv4Cidr", network={"vpcCidr": "172.20.0.0/16"}),
    case("prod-behind-cdn", "cdn.enabled", P2, cdn={"enabled": False}),
    # cluster
    case("eks-version", "cluster.version", cluster={"version": "1.31"}),
    case("eks-version", "cluster.version", cluster={"version": "1.99"}),
    case("eks-upgrade-ladder", "cluster.version", cluster={"version": "1.36", "deployedVersion": "1.34"}),
    case("eks-upgrade-ladder", "cluster.version", cluster={"version": "1.34", "deployedVersion": "1.35"}),
    case("endpoint-access", "cluster.publicAccessCidrs", P2, cluster={"endpointPublicAccess": True}),
    case(
        "endpoint-access",
        "cluster.publicAccessCidrs",
        P2,
        cluster={"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]},
    ),
    case("cluster-has-an-administrator", "cluster.adminPrincipalArns", cluster={"adminPrincipalArns": []}),
    case("admins-distinct", "cluster.adminPrincipalArns", cluster={"adminPrincipalArns": [ADMIN, ADMIN]}),
    case(
        "admins-distinct",
        "cluster.viewerPrincipalArns[0]",
        cluster={"adminPrincipalArns": [ADMIN], "viewerPrincipalArns": [ADMIN]},
    ),
    case("control-plane-logs-distinct", "cluster.logTypes", cluster={"logTypes": ["api", "api"]}),
    # nodes
    case("nodes-hold-pods", "pools.app.maxSize", P2, autoscaling={"maxReplicas": 100}),
    case("nodes-hold-pods", "pools.system.minSize", P2, pools={"system": {"minSize": 1}}),
    case("subnet-addresses", "pools.app.maxSize", pools={"app": {"maxSize": 185}}),
    case("nodes-hold-pod-count", "pools.app.maxSize", "dev optimization", **MANY_SMALL_PODS),
    case(
        "pod-fits-node",
        "app.resources.cpuRequestMillicores",
        app={"resources": {"cpuRequestMillicores": 1900, "cpuLimitMillicores": 2000}},
        autoscaling={"minReplicas": 1, "maxReplicas": 1},
        pools=ROOM,
    ),
    case(
        "vpa-fits-node",
        "autoscaling.vpa.maxMemoryMib",
        autoscaling={"memoryPercent": None, "vpa": {"mode": "memory", "maxMemoryMib": 8192}},
    ),
    case("pool-in-every-zone", "pools.spot.maxSize", P2, pools={"spot": {"maxSize": 2}}),
    case("pool-sizes", "pools.app.desiredSize", pools={"app": {"desiredSize": 9}}),
    case("pool-sizes", "pools.app.minSize", pools={"app": {"minSize": 9}}),
    case("pool-sizes", "pools.spot.desiredSize", P2, pools={"spot": {"minSize": 1}}),
    case("app-pool-never-empty", "pools.app.minSize", pools={"app": {"minSize": 0}}),
    case("app-pool-never-empty", "pools.app.minSize", P2, pools={"app": {"minSize": 1}}),
    case("pool-architecture", "pools.app.instanceType", pools={"app": {"instanceType": "m7i.large"}}),
    case(
        "pool-architecture",
        "pools.spot.instanceTypes",
        P2,
        pools={"spot": {"instanceTypes": ["m8g.xlarge", "m8i.xlarge"]}},
    ),
    case(
        "spot-types-distinct",
        "pools.spot.instanceTypes",
        pools={"spot": {"instanceTypes": ["m8g.xlarge", "m8g.xlarge"]}},
    ),
    # app
    case("prod-image-digest", "app.image", P2, app={"image": "bailbondpro:latest"}),
    case("own-images-apart", "app.image", P2, app={"image": f"ghcr.io/bailbondpro-dev/app@sha256:{'ab' * 32}"}),
    case("region-partition", "aws:region", region="us-gov-west-1"),
    case("prod-image-digest", "services[0].image", P2, services=[service(image=TAG, minReplicas=2, maxReplicas=2)]),
    case("service-calls", "services[0].calls", services=[service(calls=["nobody"])]),
    case("third-party-images", "gateway.image", gateway={"image": "nginx:latest"}),
    case("third-party-images", "postgres.pooler.image", postgres={"pooler": {"image": "registry:5000/pgbouncer"}}),
    case(
        "requests-below-limits",
        "app.resources.memoryRequestMib",
        app={"resources": {"memoryRequestMib": 1025}},
    ),
    case(
        "requests-below-limits",
        "services[0].resources.cpuRequestMillicores",
        services=[service(resources={"cpuRequestMillicores": 600})],
        pools=ROOM,
    ),
    case(
        "node-heap", "app.resources.memoryLimitMib", app={"resources": {"memoryLimitMib": 255, "memoryRequestMib": 200}}
    ),
    case("node-heap", "app.maxOldSpaceMib", app={"maxOldSpaceMib": 4096}),
    case("node-heap", "app.maxOldSpaceMib", app={"maxOldSpaceMib": 772}),
    case("pods-stay", "app.disruptionMaxUnavailable", app={"disruptionMaxUnavailable": 0}),
    case("pods-stay", "app.disruptionMaxUnavailable", "prod optimization", app={"disruptionMaxUnavailable": 2}),
    case("pods-stay", "app.maxUnavailable", "prod optimization", app={"maxUnavailable": 2}),
    case("one-owner-of-replicas", "app.replicas", app={"replicas": 3}),
    *(case("graceful-stop", path, "dev optimization", **areas) for path, areas in STOPS),
    case("ports-distinct", "app.apiPort", app={"apiPort": 3000}),
    *(
        case("tls-stays-on", f"app.environment.{name}", app={"environment": {name: value}})
        for name, value in (
            ("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
            ("PYTHONHTTPSVERIFY", "0"),
            ("PGSSLMODE", "require"),
            ("GIT_SSL_NO_VERIFY", "true"),
            ("VAULT_SKIP_VERIFY", "1"),
            ("NPM_CONFIG_STRICT_SSL", "false"),
            ("SEARCH_INSECURE", "true"),
            ("SMTP_TLS", "off"),
            ("FETCH_OPTIONS", "--silent --insecure"),
            ("LEDGER_URL", "postgresql://ledger.example/db?sslmode=disable"),
            ("SEARCH_URL", "mongodb://search.example/?tlsAllowInvalidCertificates=true"),
        )
    ),
    case(
        "tls-stays-on",
        "services[0].environment.NODE_TLS_REJECT_UNAUTHORIZED",
        "dev microservices",
        services=[service(environment={"NODE_TLS_REJECT_UNAUTHORIZED": "0"})],
    ),
    case("platform-variables", "app.environment.DATABASE_URL", app={"environment": {"DATABASE_URL": "x"}}),
    case(
        "platform-variables",
        "services[0].environment.NODE_OPTIONS",
        services=[service(environment={"NODE_OPTIONS": "--gc-interval=100"})],
    ),
    case("replica-range", "autoscaling.maxReplicas", autoscaling={"minReplicas": 3}),
    case("replica-range", "autoscaling.minReplicas", P2, autoscaling={"minReplicas": 1}),
    case("autoscaler-metrics", "autoscaling.metricsBackend", autoscaling={"requestsPerSecond": 100}),
    case("autoscaler-metrics", "autoscaling.metricsBackend", autoscaling={"profile": "guide-autoscaler"}),
    case(
        "autoscaler-metrics",
        "autoscaling.metricsBackend",
        autoscaling={"profile": "scaling-manager", "metricsBackend": "custom-metrics-api"},
        monitoring={"prometheus": {"enabled": True}},
    ),
    case(
        "autoscaler-metrics",
        "monitoring.prometheus.enabled",
        autoscaling={"metricsBackend": "keda"},
        monitoring={"prometheus": {"enabled": False}},
    ),
    case("metrics-outlast-alerts", RETENTION, monitoring={"prometheus": {"enabled": True, "retentionDays": 3}}),
    case("vpa-not-with-hpa", "autoscaling.vpa.mode", autoscaling={"vpa": {"mode": "full", "maxCpuMillicores": 1000}}),
    case("vpa-not-with-hpa", "autoscaling.memoryPercent", autoscaling={"vpa": {"mode": "memory"}}),
    case("vpa-range", "autoscaling.vpa.minCpuMillicores", autoscaling={"vpa": {"minCpuMillicores": 2001}}),
    case("scaling-rules", "autoscaling.scaleUp", autoscaling={"scaleUp": {"stabilizationSeconds": 60}}),
    # services
    case(
        "service-names", "services[1].name", services=[service(), {**service(), "paths": ["/api/other/"]}], pools=ROOM
    ),
    case("service-names", "services[0].name", services=[service("gateway")]),
    case("service-paths", "services[1].paths", services=[service(), {**service(), "name": "other"}], pools=ROOM),
    case("service-paths", "services[0].paths", services=[service(paths=["/"])]),
    case("service-paths", "services[0].paths", services=[service(paths=["/Internal/cache/"])]),
    case("service-prefix-slash", "services[0].paths", services=[service(paths=["/portal"])]),
    case("service-replicas", "services[0].maxReplicas", services=[service(minReplicas=2)]),
    case("service-replicas", "services[0].minReplicas", P2, services=[service()]),
    case("service-rate-limit", "services[0].rateLimit", services=[service(rateLimit="none")]),
    case("service-metrics", "services[0].requestsPerSecond", services=[service(requestsPerSecond=50)]),
    case(
        "service-metrics",
        "services[0].requestsPerSecond",
        services=[service(requestsPerSecond=50)],
        monitoring={"prometheus": {"enabled": True}},
        pools=ROOM,
    ),
    case(
        "service-databases",
        "services[0].databases",
        "dev horizontal",
        services=[service(databases=["shards"])],
        pools=ROOM,
    ),
    # gateway
    case("gateway-memory", "gateway.workerConnections", gateway={"workerConnections": 20_000}),
    case("gateway-memory", "gateway.workerConnections", gateway={"openFileCache": 100_000, "workerConnections": 9000}),
    case("node-heap", "app.uvThreadpoolSize", app={"uvThreadpoolSize": 200}),
    case("gateway-replicas", "gateway.maxReplicas", gateway={"replicas": 3}),
    case("gateway-replicas", "gateway.replicas", P2, gateway={"replicas": 1}),
    case(
        "login-limit",
        "gateway.rateLimits.login.ratePerSecond",
        gateway={"rateLimits": {"login": {"ratePerSecond": 11}}},
    ),
    case("hsts-preload", "gateway.headers.hstsPreload", gateway={"headers": {"hstsMaxAgeSeconds": 300}}),
    case("hsts-preload", "cdn.hsts.preload", cdn={"hsts": {"preload": True, "includeSubdomains": False}}),
    case("gateway-clients", "gateway.allowedCidrs", cdn=CDN, gateway={"allowedCidrs": ["0.0.0.0/0"]}),
    case("gateway-clients", "gateway.allowedCidrs", gateway={"allowedCidrs": ["0.0.0.0/0"]}),
    case("gateway-clients", "gateway.allowedCidrs", gateway={"allowedCidrs": [f"203.0.113.{n}/32" for n in range(6)]}),
    case("gateway-clients", "gateway.allowedCidrs", gateway={"allowedCidrs": ["173.245.48.0/20"]}),
    case("gateway-authorization", "gateway.authRequestPath", gateway={"authRequestPath": "/api/verify"}),
    case("gateway-authorization", "gateway.authRequestPath", gateway={"authRequestPath": "/verify"}),
    # postgres
    case("postgres-memory", "postgres.instanceClass", postgres={"profile": "guide"}),
    case("postgres-memory", "postgres.instanceClass", P2, postgres={"maxConnections": 400}),
    case(
        "postgres-memory", "postgres.shards.instanceClass", P3, postgres={"shards": {"instanceClass": "db.t4g.medium"}}
    ),
    case("postgres-memory", "postgres.instanceClass", postgres={"maxConnections": 200}),
    case("upgrading-from", "postgres.upgradingFrom", postgres={"upgradingFrom": "17"}),
    case("redis-upgrading-from", "redis.upgradingFrom", redis={"upgradingFrom": "8"}),
    case("replica-class", "postgres.replicaInstanceClass", P3, postgres={"replicaInstanceClass": "db.m7g.large"}),
    case(
        "replicas-need-backups", "postgres.backupRetentionDays", "dev horizontal", postgres={"backupRetentionDays": 0}
    ),
    case("prod-backups", "postgres.backupRetentionDays", "prod optimization", postgres={"backupRetentionDays": 6}),
    case("storage-growth", "postgres.maxAllocatedStorageGib", postgres={"maxAllocatedStorageGib": 21}),
    case(
        "storage-growth",
        "postgres.shards.maxAllocatedStorageGib",
        postgres={"shards": {"maxAllocatedStorageGib": 20}},
    ),
    case("gp3-iops", "postgres.iops", postgres={"iops": 12000}),
    case("gp3-iops", "postgres.storageThroughputMibps", postgres={"storageThroughputMibps": 500}),
    case(
        "gp3-throughput",
        "postgres.storageThroughputMibps",
        postgres={"storageThroughputMibps": 3001, "allocatedStorageGib": 400, "maxAllocatedStorageGib": 500},
    ),
    case(
        "insights-retention",
        "postgres.performanceInsightsRetentionDays",
        postgres={"performanceInsightsRetentionDays": 30},
    ),
    case(
        "insights-retention", "postgres.performanceInsightsRetentionDays", postgres={"databaseInsightsMode": "advanced"}
    ),
    case("postgres-windows", "postgres.backupWindow", postgres={"backupWindow": "03:00-03:20"}),
    case("postgres-windows", "postgres.maintenanceWindow", postgres={"maintenanceWindow": "sun:07:30-sun:08:30"}),
    case("maintenance-slots", "postgres.maintenanceWindow", P3, postgres={"maintenanceWindow": "wed:05:00-wed:05:30"}),
    case("postgres-names", "postgres.username", postgres={"username": "rdsadmin"}),
    case("postgres-names", "postgres.databaseName", postgres={"databaseName": "postgres"}),
    case("rds-quota", "postgres.shards.count", P3, postgres={"shards": {"count": 10, "replicas": 3}}),
    case("backup-region", "postgres.backupRegion", postgres={"backupRegion": "us-east-1"}),
    case("database-authority", "aws:region", region="ca-west-1"),
    case("shard-count", "postgres.shards.count", postgres={"shards": {"count": 1}}),
    # connections
    case("connections-fit", "postgres.clientPools.primary", P2, postgres={"pooler": {"enabled": False}}),
    case(
        "connections-fit",
        "postgres.clientPools.shard",
        postgres={"clientPools": {"shard": 62}, "placement": "shards", "shards": {"count": 4, "placedOn": 4}},
    ),
    case(
        "pooler-fits",
        "postgres.pooler.replicas",
        "dev horizontal",
        postgres={"maxConnections": 50, "pooler": {"replicas": 7, "resources": {"cpuRequestMillicores": 10}}},
        pools=ROOM,
    ),
    case(
        "connections-reserved",
        "postgres.reservedConnections",
        postgres={"reservedConnections": 51, "clientPools": {"primary": 10}},
    ),
    # redis
    case("redis-cluster-client", "redis.clientIsClusterAware", redis={"shards": 2}),
    case("redis-multi-az", "redis.replicasPerShard", redis={"multiAz": True}),
    case("redis-maintenance-apart", "redis.maintenanceWindow", redis={"maintenanceWindow": "tue:09:00-tue:10:00"}),
    case("redis-token", "redis.tokensRetiredBefore", redis={"tokensRetiredBefore": 2}),
    case("certificates-take-turns", "cdn.certificatesRetiredBefore", cdn={"certificatesRetiredBefore": 2}),
    case("certificates-take-turns", "cdn.certificateGeneration", cdn={"certificateGeneration": 3}),
    case("redis-token-turns", "redis.tokenGeneration", redis={"tokenGeneration": 3}),
    case("redis-nodes", "redis.shards", P2, redis={"shards": 46}),
    case("redis-windows", "redis.snapshotWindow", redis={"snapshotWindow": "05:00-05:30"}),
    case("redis-windows", "redis.maintenanceWindow", redis={"maintenanceWindow": "mon:05:30-mon:06:30"}),
    # cdn
    case("cdn-ids", "cdn.zoneId", cdn={**CDN, "zoneId": None}),
    case("cdn-edge-ttl", "cdn.lifetimes.css.maxAgeSeconds", cdn={**CDN, "lifetimes": {"css": {"maxAgeSeconds": 7199}}}),
    case("cdn-plan-features", "cdn.managedWaf", cdn={**CDN, "managedWaf": True}),
    case(
        "cdn-plan-features",
        "cdn.monitorIntervalSeconds",
        cdn={**CDN, "monitorIntervalSeconds": 30, "addons": {"loadBalancing": True}},
    ),
    case("cdn-upload", "gateway.clientMaxBodyMib", cdn=CDN, gateway={"clientMaxBodyMib": 96}),
    case("cdn-hosts", "cdn.hosts.images", cdn={"hosts": {"images": "images.example.org"}}),
    case("cdn-hosts", "cdn.hosts.cdn", cdn={"hosts": {"cdn": "a.b.bailbondpro.com"}}),
    case("cdn-hosts", "cdn.hosts", cdn={"hosts": {"cdn": "assets.bailbondpro.com"}}),
    case("cdn-backup-origin", "cdn.backupOrigin", cdn={"backupOrigin": "cdn-backup.bailbondpro.com"}),
    case("cdn-private-paths", "cdn.publicApiPrefixes", cdn={"publicApiPrefixes": ["/api/"]}),
    case("cdn-private-paths", "cdn.publicHtmlPaths", cdn={"publicHtmlPaths": ["/admin/help"]}),
    case("cdn-private-paths", "cdn.publicHtmlPaths", cdn={"publicHtmlPaths": ["/en/Login.html"]}),
    case("cdn-private-paths", "cdn.publicApiPrefixes", cdn={"publicApiPrefixes": ["/api/public/me"]}),
    case("cdn-public-api", "cdn.publicApiPrefixes", cdn={"publicApiPrefixes": ["/reference/"]}),
    case("cdn-image-widths", "cdn.imageWidths", cdn={"imageWidths": [20000]}),
    case("cdn-image-widths", "cdn.imageWidths", cdn={"imageWidths": [320, 320]}),
    case("cdn-image-widths", "cdn.imageHeights", cdn={"imageHeights": [9]}),
    case("cdn-image-widths", "cdn.imageQualities", cdn={"imageQualities": [80, 80]}),
    case(
        "cdn-expressions",
        "cdn.publicApiPrefixes",
        cdn={**CDN, "publicApiPrefixes": [f"/api/public-records-{number}" for number in range(50)]},
    ),
    case("cdn-warm-paths", "cdn.warmPaths", cdn={"warmPaths": ["/api/clients/1"]}),
    case("cdn-warm-paths", "cdn.warmPaths", cdn={"warmPaths": ["/pricing"]}),
    case(
        "cdn-warm-paths",
        "cdn.warmPaths",
        cdn={"privatePrefixes": ["/images/clients"], "warmPaths": ["/clients/7.png"]},
    ),
    case("cdn-never-cached", "cdn.publicApiPrefixes", cdn={"publicApiPrefixes": ["/api/a./b"]}),
    *(case("cdn-never-cached", "cdn.publicHtmlPaths", cdn={"publicHtmlPaths": [path]}) for path in NO_PAGES),
    case("cdn-never-cached", "cdn.publicApiPrefixes", cdn={"publicApiPrefixes": ["/api/a."]}),
    *(case(rule, path, P3, **areas) for rule, path, areas in (*EMPTY_SHARDS, *EVERYTHING_LOST, *ENDLESS)),
)
