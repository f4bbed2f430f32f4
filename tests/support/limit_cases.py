"""Configurations that violate exactly one limit, and their neighbours just inside it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Case:
    """One changed configuration and the limit it is about."""

    rule: str
    path: str
    environment: str = "dev"
    phase: str = "optimization"
    areas: dict[str, object] = field(default_factory=dict)


def _case(rule: str, path: str, stack: str = "dev optimization", **areas: object) -> Case:
    environment, phase = stack.split()
    return Case(rule=rule, path=path, environment=environment, phase=phase, areas=areas)


def service(name: str = "payments", **keys: object) -> dict[str, object]:
    """A service of one path and one pod that opens no connection."""
    return {"name": name, "paths": [f"/api/{name}/"], "minReplicas": 1, "maxReplicas": 1, "databases": [], **keys}


ADMIN = "arn:aws:iam::123456789012:role/deploy"
TAG = "registry.example.com/bailbondpro:1.2"
CDN = {"enabled": True, "zoneId": "0" * 31 + "a", "accountId": "0" * 31 + "b"}
P2, P3 = "prod horizontal", "prod microservices"

REFUSED = (
    # network
    _case("vpc-private", "network.vpcCidr", network={"vpcCidr": "8.8.0.0/16"}),
    _case(
        "zones-of-region",
        "network.availabilityZones[2]",
        network={"availabilityZones": ["us-east-1a", "us-east-1b", "us-west-2c"]},
    ),
    _case(
        "zones-distinct",
        "network.availabilityZones",
        network={"availabilityZones": ["us-east-1a", "us-east-1b", "us-east-1b"]},
    ),
    _case("endpoints-distinct", "network.interfaceEndpoints", network={"interfaceEndpoints": ["sts", "sts"]}),
    _case(
        "service-range-apart",
        "cluster.serviceIpv4Cidr",
        cluster={"serviceIpv4Cidr": "10.20.0.0/20"},
    ),
    _case("service-range-apart", "cluster.serviceIpv4Cidr", network={"vpcCidr": "172.20.0.0/16"}),
    _case("prod-behind-cdn", "cdn.enabled", P2, cdn={"enabled": False}),
    # access
    _case(
        "api-not-for-everybody",
        "cluster.publicAccessCidrs",
        P2,
        cluster={"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/1", "128.0.0.0/1"]},
    ),
    _case(
        "api-not-for-everybody",
        "cluster.publicAccessCidrs",
        P2,
        cluster={"endpointPublicAccess": True, "publicAccessCidrs": ["11.0.0.0/8", "12.0.0.0/32"]},
    ),
    _case("origin-not-for-everybody", "gateway.allowedCidrs", P2, gateway={"allowedCidrs": ["0.0.0.0/2"]}),
    _case(
        "principals-of-allowed-accounts",
        "cluster.adminPrincipalArns[0]",
        aws={"allowedAccountIds": ["999999999999"]},
    ),
    *(
        _case("namespace-free", "app.namespace", app={"namespace": name})
        for name in ("default", "kube-system", "kube-anything", "monitoring", "keda", "amazon-cloudwatch")
    ),
    # cluster
    _case("eks-version", "cluster.version", cluster={"version": "1.31"}),
    _case("eks-version", "cluster.version", cluster={"version": "1.99"}),
    _case("eks-upgrade-ladder", "cluster.version", cluster={"version": "1.36", "deployedVersion": "1.34"}),
    _case("eks-upgrade-ladder", "cluster.version", cluster={"version": "1.34", "deployedVersion": "1.35"}),
    _case("endpoint-access", "cluster.publicAccessCidrs", P2, cluster={"endpointPublicAccess": True}),
    _case(
        "endpoint-access",
        "cluster.publicAccessCidrs",
        P2,
        cluster={"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]},
    ),
    _case("cluster-has-an-administrator", "cluster.adminPrincipalArns", cluster={"adminPrincipalArns": []}),
    _case("admins-distinct", "cluster.adminPrincipalArns", cluster={"adminPrincipalArns": [ADMIN, ADMIN]}),
    _case(
        "admins-distinct",
        "cluster.viewerPrincipalArns[0]",
        cluster={"adminPrincipalArns": [ADMIN], "viewerPrincipalArns": [ADMIN]},
    ),
    _case("control-plane-logs-distinct", "cluster.logTypes", cluster={"logTypes": ["api", "api"]}),
    # nodes
    _case("nodes-hold-pods", "pools.app.maxSize", P2, autoscaling={"maxReplicas": 100}),
    _case("subnet-addresses", "pools.app.maxSize", pools={"app": {"maxSize": 186}}),
    _case(
        "nodes-hold-pod-count",
        "pools.app.maxSize",
        app={"resources": {"cpuRequestMillicores": 10, "memoryRequestMib": 256, "memoryLimitMib": 256}},
        autoscaling={"maxReplicas": 200},
        pools={"app": {"instanceType": "r8g.4xlarge", "minSize": 1, "desiredSize": 1, "maxSize": 2}},
        postgres={"clientPools": {"primary": 1, "replica": 1}, "maxConnections": 300, "instanceClass": "db.r7g.large"},
    ),
    _case(
        "pod-fits-node",
        "app.resources.cpuRequestMillicores",
        app={"resources": {"cpuRequestMillicores": 1900, "cpuLimitMillicores": 2000}},
        autoscaling={"minReplicas": 1, "maxReplicas": 1},
        pools={"app": {"maxSize": 9}},
    ),
    _case(
        "vpa-fits-node",
        "autoscaling.vpa.maxMemoryMib",
        autoscaling={"memoryPercent": None, "vpa": {"mode": "memory", "maxMemoryMib": 8192}},
    ),
    _case("pool-sizes", "pools.app.desiredSize", pools={"app": {"desiredSize": 9}}),
    _case("pool-sizes", "pools.app.minSize", pools={"app": {"minSize": 9}}),
    _case("pool-sizes", "pools.spot.desiredSize", P2, pools={"spot": {"minSize": 1}}),
    _case("app-pool-never-empty", "pools.app.minSize", pools={"app": {"minSize": 0}}),
    _case("app-pool-never-empty", "pools.app.minSize", P2, pools={"app": {"minSize": 1}}),
    _case("pool-architecture", "pools.app.instanceType", pools={"app": {"instanceType": "m7i.large"}}),
    _case(
        "pool-architecture",
        "pools.spot.instanceTypes",
        P2,
        pools={"spot": {"instanceTypes": ["m8g.xlarge", "m8i.xlarge"]}},
    ),
    _case(
        "spot-types-distinct",
        "pools.spot.instanceTypes",
        pools={"spot": {"instanceTypes": ["m8g.xlarge", "m8g.xlarge"]}},
    ),
    # app
    _case("prod-image-digest", "app.image", P2, app={"image": "bailbondpro:latest"}),
    _case("prod-image-digest", "services[0].image", P2, services=[service(image=TAG, minReplicas=2, maxReplicas=2)]),
    _case("third-party-images", "gateway.image", gateway={"image": "nginx:latest"}),
    _case("third-party-images", "postgres.pooler.image", postgres={"pooler": {"image": "registry:5000/pgbouncer"}}),
    _case(
        "requests-below-limits",
        "app.resources.memoryRequestMib",
        app={"resources": {"memoryRequestMib": 1025}},
    ),
    _case(
        "requests-below-limits",
        "services[0].resources.cpuRequestMillicores",
        services=[service(resources={"cpuRequestMillicores": 600})],
    ),
    _case(
        "node-heap", "app.resources.memoryLimitMib", app={"resources": {"memoryLimitMib": 255, "memoryRequestMib": 200}}
    ),
    _case("node-heap", "app.maxOldSpaceMib", app={"maxOldSpaceMib": 4096}),
    _case("node-heap", "app.maxOldSpaceMib", app={"maxOldSpaceMib": 772}),
    _case("pods-stay", "app.disruptionMaxUnavailable", app={"disruptionMaxUnavailable": 0}),
    _case("pods-stay", "app.disruptionMaxUnavailable", "prod optimization", app={"disruptionMaxUnavailable": 2}),
    _case("pods-stay", "app.maxUnavailable", "prod optimization", app={"maxUnavailable": 2}),
    _case("one-owner-of-replicas", "app.replicas", app={"replicas": 3}),
    _case("graceful-stop", "app.terminationGraceSeconds", app={"terminationGraceSeconds": 79}),
    _case("ports-distinct", "app.apiPort", app={"apiPort": 3000}),
    *(
        _case("tls-stays-on", f"app.environment.{name}", app={"environment": {name: value}})
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
    _case(
        "tls-stays-on",
        "services[0].environment.NODE_TLS_REJECT_UNAUTHORIZED",
        "dev microservices",
        services=[service(environment={"NODE_TLS_REJECT_UNAUTHORIZED": "0"})],
    ),
    _case("platform-variables", "app.environment.DATABASE_URL", app={"environment": {"DATABASE_URL": "x"}}),
    _case(
        "platform-variables",
        "services[0].environment.NODE_OPTIONS",
        services=[service(environment={"NODE_OPTIONS": "--gc-interval=100"})],
    ),
    _case("replica-range", "autoscaling.maxReplicas", autoscaling={"minReplicas": 3}),
    _case("replica-range", "autoscaling.minReplicas", P2, autoscaling={"minReplicas": 1}),
    _case("autoscaler-metrics", "autoscaling.metricsBackend", autoscaling={"requestsPerSecond": 100}),
    _case("autoscaler-metrics", "autoscaling.metricsBackend", autoscaling={"profile": "guide-autoscaler"}),
    _case(
        "autoscaler-metrics",
        "monitoring.prometheus.enabled",
        autoscaling={"metricsBackend": "keda"},
        monitoring={"prometheus": {"enabled": False}},
    ),
    _case("vpa-not-with-hpa", "autoscaling.vpa.mode", autoscaling={"vpa": {"mode": "full", "maxCpuMillicores": 1000}}),
    _case("vpa-not-with-hpa", "autoscaling.memoryPercent", autoscaling={"vpa": {"mode": "memory"}}),
    _case("vpa-range", "autoscaling.vpa.minCpuMillicores", autoscaling={"vpa": {"minCpuMillicores": 2001}}),
    _case("scaling-rules", "autoscaling.scaleUp", autoscaling={"scaleUp": {"stabilizationSeconds": 60}}),
    # services
    _case("service-names", "services[1].name", services=[service(), {**service(), "paths": ["/api/other/"]}]),
    _case("service-names", "services[0].name", services=[service("gateway")]),
    _case("service-paths", "services[1].paths", services=[service(), {**service(), "name": "other"}]),
    _case("service-paths", "services[0].paths", services=[service(paths=["/"])]),
    _case("service-prefix-slash", "services[0].paths", services=[service(paths=["/portal"])]),
    _case("service-replicas", "services[0].maxReplicas", services=[service(minReplicas=2)]),
    _case("service-replicas", "services[0].minReplicas", P2, services=[service()]),
    _case("service-rate-limit", "services[0].rateLimit", services=[service(rateLimit="none")]),
    _case("service-metrics", "services[0].requestsPerSecond", services=[service(requestsPerSecond=50)]),
    _case(
        "service-metrics",
        "services[0].requestsPerSecond",
        services=[service(requestsPerSecond=50)],
        monitoring={"prometheus": {"enabled": True}},
        pools={"app": {"maxSize": 9}},
    ),
    _case("service-databases", "services[0].databases", "dev horizontal", services=[service(databases=["shards"])]),
    # gateway
    _case("gateway-memory", "gateway.workerConnections", gateway={"workerConnections": 20_000}),
    _case("gateway-memory", "gateway.workerConnections", gateway={"openFileCache": 100_000, "workerConnections": 9000}),
    _case("node-heap", "app.uvThreadpoolSize", app={"uvThreadpoolSize": 200}),
    _case("gateway-replicas", "gateway.maxReplicas", gateway={"replicas": 3}),
    _case("gateway-replicas", "gateway.replicas", P2, gateway={"replicas": 1}),
    _case(
        "login-limit",
        "gateway.rateLimits.login.ratePerSecond",
        gateway={"rateLimits": {"login": {"ratePerSecond": 11}}},
    ),
    _case("hsts-preload", "gateway.headers.hstsPreload", gateway={"headers": {"hstsMaxAgeSeconds": 300}}),
    _case("hsts-preload", "cdn.hsts.preload", cdn={"hsts": {"preload": True, "includeSubdomains": False}}),
    _case("gateway-clients", "gateway.allowedCidrs", cdn=CDN, gateway={"allowedCidrs": ["0.0.0.0/0"]}),
    _case("gateway-clients", "gateway.allowedCidrs", gateway={"allowedCidrs": ["0.0.0.0/0"]}),
    _case("gateway-clients", "gateway.allowedCidrs", gateway={"allowedCidrs": [f"203.0.113.{n}/32" for n in range(6)]}),
    _case("gateway-clients", "gateway.allowedCidrs", gateway={"allowedCidrs": ["173.245.48.0/20"]}),
    _case("gateway-authorization", "gateway.authRequestPath", gateway={"authRequestPath": "/api/verify"}),
    _case("gateway-authorization", "gateway.authRequestPath", gateway={"authRequestPath": "/verify"}),
    # postgres
    _case("postgres-memory", "postgres.instanceClass", postgres={"profile": "guide"}),
    _case("postgres-memory", "postgres.instanceClass", P2, postgres={"maxConnections": 400}),
    _case(
        "postgres-memory", "postgres.shards.instanceClass", P3, postgres={"shards": {"instanceClass": "db.t4g.medium"}}
    ),
    _case("postgres-memory", "postgres.instanceClass", postgres={"maxConnections": 200}),
    _case("replica-class", "postgres.replicaInstanceClass", P3, postgres={"replicaInstanceClass": "db.m7g.large"}),
    _case(
        "replicas-need-backups", "postgres.backupRetentionDays", "dev horizontal", postgres={"backupRetentionDays": 0}
    ),
    _case("prod-backups", "postgres.backupRetentionDays", "prod optimization", postgres={"backupRetentionDays": 6}),
    _case("storage-growth", "postgres.maxAllocatedStorageGib", postgres={"maxAllocatedStorageGib": 21}),
    _case(
        "storage-growth",
        "postgres.shards.maxAllocatedStorageGib",
        postgres={"shards": {"maxAllocatedStorageGib": 20}},
    ),
    _case("gp3-iops", "postgres.iops", postgres={"iops": 12000}),
    _case("gp3-iops", "postgres.storageThroughputMibps", postgres={"storageThroughputMibps": 500}),
    _case(
        "gp3-throughput",
        "postgres.storageThroughputMibps",
        postgres={"storageThroughputMibps": 3001, "allocatedStorageGib": 400, "maxAllocatedStorageGib": 500},
    ),
    _case(
        "insights-retention",
        "postgres.performanceInsightsRetentionDays",
        postgres={"performanceInsightsRetentionDays": 30},
    ),
    _case(
        "insights-retention", "postgres.performanceInsightsRetentionDays", postgres={"databaseInsightsMode": "advanced"}
    ),
    _case("postgres-windows", "postgres.backupWindow", postgres={"backupWindow": "03:00-03:20"}),
    _case("postgres-windows", "postgres.maintenanceWindow", postgres={"maintenanceWindow": "sun:07:30-sun:08:30"}),
    _case("maintenance-slots", "postgres.maintenanceWindow", P3, postgres={"maintenanceWindow": "wed:05:00-wed:05:30"}),
    _case("postgres-names", "postgres.username", postgres={"username": "rdsadmin"}),
    _case("postgres-names", "postgres.databaseName", postgres={"databaseName": "postgres"}),
    _case("rds-quota", "postgres.shards.count", P3, postgres={"shards": {"count": 10, "replicas": 3}}),
    _case("backup-region", "postgres.backupRegion", postgres={"backupRegion": "us-east-1"}),
    _case("shards-placed", "postgres.placement", P3, postgres={"placement": "shards"}),
    _case("shards-placed", "postgres.placement", P2, postgres={"placement": "shards"}),
    _case("shards-placed", "postgres.shards.placedOn", P3, postgres={"placement": "shards", "shards": {"placedOn": 5}}),
    _case("shards-placed", "postgres.shards.placedOn", P2, postgres={"placement": "shards", "shards": {"placedOn": 4}}),
    _case("shards-placed", "postgres.shards.placedOn", P3, postgres={"shards": {"placedOn": 4}}),
    _case("shards-placed", "postgres.shards.placedOn", postgres={"shards": {"placedOn": 4}}),
    _case("database-authority", "region", region="ca-west-1"),
    _case("shard-count", "postgres.shards.count", postgres={"shards": {"count": 1}}),
    # connections
    _case("connections-fit", "postgres.clientPools.primary", P2, postgres={"pooler": {"enabled": False}}),
    _case(
        "connections-fit",
        "postgres.clientPools.shard",
        postgres={"clientPools": {"shard": 62}, "placement": "shards", "shards": {"count": 4, "placedOn": 4}},
    ),
    _case(
        "pooler-fits",
        "postgres.pooler.replicas",
        "dev horizontal",
        postgres={"maxConnections": 50, "pooler": {"replicas": 7, "resources": {"cpuRequestMillicores": 10}}},
    ),
    _case(
        "connections-reserved",
        "postgres.reservedConnections",
        postgres={"reservedConnections": 51, "clientPools": {"primary": 10}},
    ),
    # redis
    _case("redis-cluster-client", "redis.clientIsClusterAware", redis={"shards": 2}),
    _case("redis-multi-az", "redis.replicasPerShard", redis={"multiAz": True}),
    _case("redis-maintenance-apart", "redis.maintenanceWindow", redis={"maintenanceWindow": "tue:09:00-tue:10:00"}),
    _case("redis-token", "redis.tokensRetiredBefore", redis={"tokensRetiredBefore": 2}),
    _case("redis-nodes", "redis.shards", P2, redis={"shards": 46}),
    _case("redis-windows", "redis.snapshotWindow", redis={"snapshotWindow": "05:00-05:30"}),
    _case("redis-windows", "redis.maintenanceWindow", redis={"maintenanceWindow": "mon:05:30-mon:06:30"}),
    # cdn
    _case("cdn-ids", "cdn.zoneId", cdn={**CDN, "zoneId": None}),
    _case(
        "cdn-edge-ttl", "cdn.lifetimes.css.maxAgeSeconds", cdn={**CDN, "lifetimes": {"css": {"maxAgeSeconds": 7199}}}
    ),
    _case("cdn-plan-features", "cdn.managedWaf", cdn={**CDN, "managedWaf": True}),
    _case(
        "cdn-plan-features",
        "cdn.monitorIntervalSeconds",
        cdn={**CDN, "monitorIntervalSeconds": 30, "addons": {"loadBalancing": True}},
    ),
    _case("cdn-upload", "gateway.clientMaxBodyMib", cdn=CDN, gateway={"clientMaxBodyMib": 96}),
    _case("cdn-hosts", "cdn.hosts.images", cdn={"hosts": {"images": "images.example.org"}}),
    _case("cdn-hosts", "cdn.hosts.cdn", cdn={"hosts": {"cdn": "a.b.bailbondpro.com"}}),
    _case("cdn-hosts", "cdn.hosts", cdn={"hosts": {"cdn": "assets.bailbondpro.com"}}),
    _case("cdn-private-paths", "cdn.publicApiPrefixes", cdn={"publicApiPrefixes": ["/api/"]}),
    _case("cdn-private-paths", "cdn.publicHtmlPaths", cdn={"publicHtmlPaths": ["/admin/help"]}),
    _case("cdn-public-api", "cdn.publicApiPrefixes", cdn={"publicApiPrefixes": ["/reference/"]}),
    _case("cdn-image-widths", "cdn.imageWidths", cdn={"imageWidths": [20000]}),
    _case("cdn-image-widths", "cdn.imageWidths", cdn={"imageWidths": [320, 320]}),
    _case(
        "cdn-expressions",
        "cdn.publicApiPrefixes",
        cdn={**CDN, "publicApiPrefixes": [f"/api/public-records-{number}" for number in range(50)]},
    ),
    _case("cdn-warm-paths", "cdn.warmPaths", cdn={"warmPaths": ["/api/clients/1"]}),
)

ACCEPTED = (
    _case("cdn-upload", "100 MB are 95 MiB", cdn=CDN, gateway={"clientMaxBodyMib": 95}),
    _case("cdn-upload", "no edge in front", gateway={"clientMaxBodyMib": 400}),
    _case(
        "api-not-for-everybody",
        "a whole /8",
        P2,
        cluster={"endpointPublicAccess": True, "publicAccessCidrs": ["11.0.0.0/9", "11.128.0.0/9", "11.1.0.0/16"]},
    ),
    _case("principals-of-allowed-accounts", "this account", aws={"allowedAccountIds": ["123456789012"]}),
    _case("namespace-free", "a name of its own", app={"namespace": "kubernetes-demo"}),
    _case("tls-stays-on", "verification on", app={"environment": {"NODE_TLS_REJECT_UNAUTHORIZED": "1"}}),
    _case("tls-stays-on", "a mode that verifies", app={"environment": {"PGSSLMODE": "verify-full"}}),
    _case("service-range-apart", "another VPC", network={"vpcCidr": "172.16.0.0/16"}),
    _case("eks-upgrade-ladder", "one step", cluster={"version": "1.36", "deployedVersion": "1.35"}),
    _case(
        "endpoint-access",
        "a named range",
        P2,
        cluster={"endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.0/24"]},
    ),
    _case("vpa-not-with-hpa", "memory alone", autoscaling={"memoryPercent": None, "vpa": {"mode": "memory"}}),
    _case(
        "vpa-not-with-hpa",
        "no HPA",
        autoscaling={"enabled": False, "vpa": {"mode": "full", "maxCpuMillicores": 1600}},
    ),
    _case("subnet-addresses", "a subnet that is just full", pools={"app": {"maxSize": 185}}),
    _case("graceful-stop", "15 + 60 + 5", app={"terminationGraceSeconds": 80}),
    _case("pool-sizes", "a disabled pool", pools={"spot": {"minSize": 2}}),
    _case("postgres-memory", "a larger class", postgres={"maxConnections": 200, "instanceClass": "db.t4g.large"}),
    _case("shards-placed", "four empty shards", P3),
    _case("shards-placed", "eight empty shards", P3, postgres={"shards": {"count": 8}}),
    _case("shards-placed", "four filled shards", P3, postgres={"placement": "shards", "shards": {"placedOn": 4}}),
    _case(
        "shards-placed",
        "four filled shards of eight",
        P3,
        postgres={"placement": "shards", "shards": {"count": 8, "placedOn": 4}},
    ),
    _case("postgres-memory", "no shards", P2, postgres={"shards": {"instanceClass": "db.t4g.medium"}}),
    _case("storage-growth", "a tenth above", postgres={"maxAllocatedStorageGib": 22}),
    _case(
        "gp3-iops",
        "from 400 GiB on",
        postgres={"iops": 12000, "allocatedStorageGib": 400, "maxAllocatedStorageGib": 500},
    ),
    _case("insights-retention", "fifteen months", postgres={"performanceInsightsRetentionDays": 465}),
    _case("insights-retention", "off", postgres={"performanceInsightsRetentionDays": 0}),
    _case(
        "connections-fit",
        "nine guide pods",
        "prod optimization",
        autoscaling={"maxReplicas": 8},
        pools={"app": {"maxSize": 9}},
    ),
    _case("redis-nodes", "ninety nodes", P2, redis={"shards": 45}),
    _case("redis-multi-az", "one replica", redis={"multiAz": True, "replicasPerShard": 1}),
    _case("cdn-edge-ttl", "two hours on free", cdn={**CDN, "lifetimes": {"css": {"maxAgeSeconds": 7200}}}),
    _case("cdn-edge-ttl", "html obeys the origin", cdn={**CDN, "lifetimes": {"html": {"maxAgeSeconds": 60}}}),
    _case(
        "cdn-hosts",
        "a paid certificate",
        cdn={"hosts": {"cdn": "a.b.bailbondpro.com"}, "addons": {"advancedCertificates": True}},
    ),
    _case(
        "cdn-private-paths", "reference data", cdn={"publicApiPrefixes": ["/api/bond-types/"], "publicHtmlPaths": ["/"]}
    ),
    _case("gateway-clients", "five ranges", gateway={"allowedCidrs": [f"203.0.113.{n}/32" for n in range(5)]}),
    _case("gateway-authorization", "a folder of its own", gateway={"authRequestPath": "/api/auth/verify"}),
    _case("one-owner-of-replicas", "no autoscaler", app={"replicas": 2}, autoscaling={"enabled": False}),
    _case("node-heap", "80 % of 1 GiB", app={"maxOldSpaceMib": 771}),
    _case("pods-stay", "one of two", "prod optimization", app={"disruptionMaxUnavailable": 1, "maxUnavailable": 1}),
    _case("pods-stay", "a single pod", app={"maxUnavailable": 1}),
    _case(
        "autoscaler-metrics",
        "a response time through Prometheus",
        autoscaling={"profile": "scaling-manager", "metricsBackend": "keda"},
        monitoring={"prometheus": {"enabled": True}},
        pools={"app": {"maxSize": 9}},
    ),
    _case("service-rate-limit", "inside only", services=[service(public=False, rateLimit="none")]),
    _case(
        "service-databases", "with shards", P3, services=[service(databases=["shards"], minReplicas=2, maxReplicas=2)]
    ),
)
