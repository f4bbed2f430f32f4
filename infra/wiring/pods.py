"""What pods of several areas share: sizes, where they run, whom they may connect to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts import ports
from components.cluster.node_pools import POOL_LABEL, SPOT_TAINT, SYSTEM_TAINT
from components.kubernetes.network_policies import Peer, TrafficRule, https_anywhere, pod_identity
from components.kubernetes.objects import Rollout
from components.kubernetes.pods import Placement
from components.kubernetes.pods import Resources as PodResources
from infra.wiring.names import POOLER_APP
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    from infra.settings import Settings
    from infra.settings.base import Resources

MONITORING_NAMESPACE = "monitoring"


def pod_resources(resources: Resources, ephemeral_mib: int = 256) -> PodResources:
    """Requests and limits in Kubernetes' notation."""
    return PodResources(
        cpu_request=f"{resources.cpu_request_millicores}m",
        memory_request=f"{resources.memory_request_mib}Mi",
        cpu_limit=f"{resources.cpu_limit_millicores}m",
        memory_limit=_memory(resources.memory_limit_mib),
        ephemeral_request=f"{ephemeral_mib}Mi",
        ephemeral_limit=f"{ephemeral_mib}Mi",
    )


def _memory(mib: int) -> str:
    return f"{mib // 1024}Gi" if mib % 1024 == 0 else f"{mib}Mi"


def app_placement() -> Placement:
    """The pool of the application, its services and the gateway."""
    return Placement(label_key=POOL_LABEL, label_value="app")


def batch_placement() -> Placement:
    """Where work runs that may be interrupted and done again: wherever there is room, spot nodes included."""
    return Placement(taint_key=SPOT_TAINT.key, taint_value=SPOT_TAINT.value)


def system_placement(settings: Settings) -> Placement:
    """The pool of operators: the system pool where there is one, else the application's."""
    if not settings.pools.system.enabled:
        return app_placement()
    return Placement(
        label_key=POOL_LABEL, label_value="system", taint_key=SYSTEM_TAINT.key, taint_value=SYSTEM_TAINT.value
    )


def rollout(settings: Settings) -> Rollout:
    """The pace of every Deployment of application code."""
    return Rollout(**of_same_name(Rollout, settings.app))


def data_egress(settings: Settings, *, database: bool = True, redis: bool = True) -> tuple[TrafficRule, ...]:
    """Where pods may connect to: the pooler or the databases, the cache, HTTPS services."""
    vpc = Peer(cidr=settings.network.vpc_cidr)
    databases = (
        TrafficRule(peers=(Peer(app=POOLER_APP),), ports=(ports.POOLER,))
        if settings.postgres.pooler.enabled
        else TrafficRule(peers=(vpc,), ports=(ports.POSTGRES,))
    )
    cache = TrafficRule(peers=(vpc,), ports=(ports.REDIS,))
    data = [found for found, wanted in ((databases, database), (cache, redis)) if wanted]
    return (*data, https_anywhere(), pod_identity())
