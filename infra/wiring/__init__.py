"""Turns settings into the components' arguments: one function for each component, nothing else.

The components know no stack and no phase; the settings know no component. What one becomes in the other stands here.
"""

from infra.wiring.aws import addons_args, cluster_args, data_key_args, network_args, node_pools_args
from infra.wiring.data import (
    copies_key_args,
    database_credential_args,
    postgres_args,
    redis_args,
    redis_credential_args,
    shards_args,
)
from infra.wiring.databases import (
    DatabaseFiles,
    app_secrets_args,
    database_trust_args,
    pooler_args,
    pooler_certificate_args,
    shard_map_args,
)
from infra.wiring.edge import cdn_args, origin_certificate_args
from infra.wiring.front import (
    app_access_args,
    image_repository_args,
    load_balancer_args,
    logs_bucket_args,
    uploads_bucket_args,
)
from infra.wiring.kubernetes import (
    app_args,
    grafana_credential_args,
    namespace_args,
    operator_access_args,
    operators_args,
    pooler_credential_args,
)
from infra.wiring.monitoring import (
    Targets,
    alarms_args,
    alert_topic_args,
    app_monitor_args,
    budget_args,
    gateway_monitor_args,
    pooler_monitor_args,
    prometheus_rules_args,
    watched_targets,
)
from infra.wiring.names import names_of
from infra.wiring.serving import (
    autoscaler_args,
    cache_warm_up_args,
    gateway_args,
    microservice_args,
    vertical_args,
)

__all__ = [
    "DatabaseFiles",
    "Targets",
    "addons_args",
    "alarms_args",
    "alert_topic_args",
    "app_access_args",
    "app_args",
    "app_monitor_args",
    "app_secrets_args",
    "autoscaler_args",
    "budget_args",
    "cache_warm_up_args",
    "cdn_args",
    "cluster_args",
    "copies_key_args",
    "data_key_args",
    "database_credential_args",
    "database_trust_args",
    "gateway_args",
    "gateway_monitor_args",
    "grafana_credential_args",
    "image_repository_args",
    "load_balancer_args",
    "logs_bucket_args",
    "microservice_args",
    "names_of",
    "namespace_args",
    "network_args",
    "node_pools_args",
    "operator_access_args",
    "operators_args",
    "origin_certificate_args",
    "pooler_args",
    "pooler_certificate_args",
    "pooler_credential_args",
    "pooler_monitor_args",
    "postgres_args",
    "prometheus_rules_args",
    "redis_args",
    "redis_credential_args",
    "shard_map_args",
    "shards_args",
    "uploads_bucket_args",
    "vertical_args",
    "watched_targets",
]
