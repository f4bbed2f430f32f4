"""The systems of the platform: which component a resource belongs to, and the name that people know it by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class System:
    """One system of the platform.

    Attributes:
        key: the module of its components, as it stands in type tokens (`bailbondpro:<key>:<Class>`).
        title: what the tables call it.
        from_phase: the first growth phase that has it in production.
    """

    key: str
    title: str
    from_phase: str = "optimization"


SYSTEMS: tuple[System, ...] = (
    System("network", "Network"),
    System("cluster", "Cluster (EKS)"),
    System("node_pools", "Node pools"),
    System("addons", "Cluster add-ons"),
    System("operators", "Operators (Helm)"),
    System("keys", "Encryption keys"),
    System("secrets", "Secrets"),
    System("storage", "Storage and images"),
    System("postgres", "PostgreSQL"),
    System("shards", "PostgreSQL shards", "microservices"),
    System("pooler", "Pooler (PgBouncer)", "horizontal"),
    System("redis", "Redis (Valkey)"),
    System("load_balancer", "Load balancer (NLB)"),
    System("gateway", "Gateway (nginx)"),
    System("workload", "Application"),
    System("autoscaling", "Autoscaling (HPA, VPA)"),
    System("services", "Microservices", "microservices"),
    System("cdn", "CDN (Cloudflare)"),
    System("monitoring", "Monitoring and alarms"),
    System("budget", "Budget"),
    System("providers", "Providers"),
)
"""Every system of the scaling guide, in the order in which the stack is composed."""

_ALIASES = {
    "app_secrets": "secrets",
    "cache_warm_up": "redis",
    "certificate": "gateway",
    "database_trust": "postgres",
    "database_users": "postgres",
    "kubernetes": "workload",
    "microservice": "services",
    "private_certificate": "pooler",
    "shard_map": "shards",
}
"""Component modules that belong to a system of another name."""


def system_of(urn: str) -> str:
    """The key of the system that a resource belongs to, from the outermost component in its URN.

    What is no component of this platform goes under the name of its package: "aws", or another project's own.

    Args:
        urn: a Pulumi URN; its qualified type lists the types of all parents, outermost first.
    """
    qualified = urn.split("::")[2]
    first = qualified.removeprefix("pulumi:pulumi:Stack$").split("$", 1)[0]
    if first.startswith("bailbondpro:"):
        module = first.split(":")[1]
        return _ALIASES.get(module, module)
    package = first.partition(":")[0]
    return "providers" if package == "pulumi" else package
