"""Configurations just inside of a limit: the neighbours of those that violate it."""

from __future__ import annotations

from tests.support.limit_cases import CDN, P2, P3, case, service
from tests.support.limit_cases_users import ACCEPTED as USERS
from tests.support.limit_cases_versions import ACCEPTED as VERSIONS

FILLED_SHARDS = {"placement": "shards", "shards": {"placedOn": 4}}

ACCEPTED = (
    *VERSIONS,
    *USERS,
    case("cdn-upload", "100 MB are 95 MiB", cdn=CDN, gateway={"clientMaxBodyMib": 95}),
    case("cdn-upload", "no edge in front", gateway={"clientMaxBodyMib": 400}),
    case(
        "api-not-for-everybody",
        "a whole /8",
        P2,
        cluster={"endpointPublicAccess": True, "publicAccessCidrs": ["11.0.0.0/9", "11.128.0.0/9", "11.1.0.0/16"]},
    ),
    case("principals-of-allowed-accounts", "this account", aws={"allowedAccountIds": ["123456789012"]}),
    case("own-images-stay", "another repository", storage={"imageRepository": False}),
    case("namespace-free", "a name of its own", app={"namespace": "kubernetes-demo"}),
    case("tls-stays-on", "verification on", app={"environment": {"NODE_TLS_REJECT_UNAUTHORIZED": "1"}}),
    case("tls-stays-on", "a mode that verifies", app={"environment": {"PGSSLMODE": "verify-full"}}),
    case("service-range-apart", "another VPC", network={"vpcCidr": "172.16.0.0/16"}),
    case("eks-upgrade-ladder", "one step", cluster={"version": "1.36", "deployedVersion": "1.35"}),
    case(
        "endpoint-access",
        "a named range",
        P2,
        cluster={"endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.0/24"]},
    ),
    case("vpa-not-with-hpa", "memory alone", autoscaling={"memoryPercent": None, "vpa": {"mode": "memory"}}),
    case(
        "vpa-not-with-hpa",
        "no HPA",
        autoscaling={"enabled": False, "vpa": {"mode": "full", "maxCpuMillicores": 1600}},
        pools={"app": {"maxSize": 9}},
    ),
    case("subnet-addresses", "a subnet that is just full", pools={"app": {"maxSize": 184}}),
    case("graceful-stop", "15 + 60 + 5", app={"terminationGraceSeconds": 80}),
    case(
        "graceful-stop",
        "the longest request of all",
        gateway={"app": {"timeouts": {"readSeconds": 442}}, "deregistrationDelaySeconds": 442, "preStopSeconds": 443},
        app={"terminationGraceSeconds": 462},
    ),
    case(
        "shards-by-hand", "a shard in use", P3, app={"environment": {"HOME_SHARD": "shard_3"}}, postgres=FILLED_SHARDS
    ),
    case("pool-sizes", "a disabled pool", pools={"spot": {"minSize": 2}}),
    case("postgres-memory", "a larger class", postgres={"maxConnections": 200, "instanceClass": "db.t4g.large"}),
    case("shards-placed", "four empty shards", P3),
    case(
        "shards-moving",
        "four shards that are filled",
        P3,
        postgres={"placement": "moving", "shards": {"movingTo": 4, "mapVersion": 1}},
    ),
    case(
        "shards-moving",
        "a way back",
        P3,
        postgres={"placement": "moving", "shards": {"placedOn": 4, "movingTo": 0, "mapVersion": 5}},
    ),
    case(
        "shards-moving",
        "a way back to fewer shards",
        P3,
        postgres={"placement": "moving", "shards": {"count": 5, "placedOn": 5, "movingTo": 4, "mapVersion": 6}},
    ),
    case(
        "shards-returned",
        "back on fewer shards",
        P3,
        postgres={
            "placement": "shards",
            "shards": {"count": 5, "placedOn": 4, "returnedFrom": 6, "mapVersion": 7},
        },
    ),
    case(
        "shards-returned",
        "back on the primary",
        P3,
        postgres={"shards": {"returnedFrom": 5, "mapVersion": 6}},
    ),
    case("shards-placed", "eight empty shards", P3, postgres={"shards": {"count": 8}}),
    case("shards-placed", "four filled shards", P3, postgres={"placement": "shards", "shards": {"placedOn": 4}}),
    case(
        "shards-placed",
        "four filled shards of eight",
        P3,
        postgres={"placement": "shards", "shards": {"count": 8, "placedOn": 4}},
    ),
    case("postgres-memory", "no shards", P2, postgres={"shards": {"instanceClass": "db.t4g.medium"}}),
    case("restored-source", "the last shard", P3, postgres={"restored": {"source": "shard-3"}}),
    case("storage-growth", "a tenth above", postgres={"maxAllocatedStorageGib": 22}),
    case(
        "gp3-iops",
        "from 400 GiB on",
        postgres={"iops": 12000, "allocatedStorageGib": 400, "maxAllocatedStorageGib": 500},
    ),
    case("insights-retention", "fifteen months", postgres={"performanceInsightsRetentionDays": 465}),
    case("insights-retention", "off", postgres={"performanceInsightsRetentionDays": 0}),
    case(
        "connections-fit",
        "nine guide pods",
        "prod optimization",
        autoscaling={"maxReplicas": 8},
        pools={"app": {"maxSize": 9}},
    ),
    case("redis-nodes", "ninety nodes", P2, redis={"shards": 45}),
    case("redis-multi-az", "one replica", redis={"multiAz": True, "replicasPerShard": 1}),
    case("cdn-edge-ttl", "two hours on free", cdn={**CDN, "lifetimes": {"css": {"maxAgeSeconds": 7200}}}),
    case("cdn-edge-ttl", "html obeys the origin", cdn={**CDN, "lifetimes": {"html": {"maxAgeSeconds": 60}}}),
    case(
        "cdn-hosts",
        "a paid certificate",
        cdn={"hosts": {"cdn": "a.b.bailbondpro.com"}, "addons": {"advancedCertificates": True}},
    ),
    case(
        "cdn-private-paths", "reference data", cdn={"publicApiPrefixes": ["/api/bond-types/"], "publicHtmlPaths": ["/"]}
    ),
    case("cdn-private-paths", "names that only begin alike", cdn={"publicHtmlPaths": ["/mergers", "/tokenized-bonds"]}),
    case("cdn-never-cached", "pages", cdn={"publicHtmlPaths": ["/", "/faq.html", "/v1.2", "/Health"]}),
    case("cdn-never-cached", "reference data", cdn={"publicApiPrefixes": ["/api/bond-types/", "/api/v1.2"]}),
    case(
        "cdn-warm-paths",
        "one of each class",
        cdn={
            "publicHtmlPaths": ["/pricing"],
            "publicApiPrefixes": ["/api/bond-types/"],
            "warmPaths": ["/pricing", "/static/app.css", "/team/anna.jpg", "/api/bond-types/1"],
        },
    ),
    case("gateway-clients", "five ranges", gateway={"allowedCidrs": [f"203.0.113.{n}/32" for n in range(5)]}),
    case("gateway-authorization", "a folder of its own", gateway={"authRequestPath": "/api/auth/verify"}),
    case("one-owner-of-replicas", "no autoscaler", app={"replicas": 2}, autoscaling={"enabled": False}),
    case("node-heap", "80 % of 1 GiB", app={"maxOldSpaceMib": 771}),
    case("pods-stay", "one of two", "prod optimization", app={"disruptionMaxUnavailable": 1, "maxUnavailable": 1}),
    case("pods-stay", "a single pod", app={"maxUnavailable": 1}),
    case(
        "autoscaler-metrics",
        "a response time through Prometheus",
        autoscaling={"profile": "scaling-manager", "metricsBackend": "keda"},
        monitoring={"prometheus": {"enabled": True}},
        pools={"app": {"maxSize": 9}},
    ),
    case("metrics-outlast-alerts", "four days", monitoring={"prometheus": {"enabled": True, "retentionDays": 4}}),
    case("metrics-outlast-alerts", "no Prometheus", monitoring={"prometheus": {"enabled": False, "retentionDays": 1}}),
    case("service-rate-limit", "inside only", services=[service(public=False, rateLimit="none")]),
    case(
        "service-databases", "with shards", P3, services=[service(databases=["shards"], minReplicas=2, maxReplicas=2)]
    ),
)
