"""Components of the platform for any Pulumi program: the face of the package.

`from bailbondpro.components import Postgres, PostgresArgs` (inside this repository: `from components import ...`) finds
every component, its arguments and the types those need. A name is imported when it is first used, so a program that
takes `Postgres` loads, and needs, the SDKs of AWS and of random values alone. The arguments of `Cdn` are written in the
edge-rule language: `bailbondpro.edge.policy`.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app.app_secrets import AppSecrets as AppSecrets
    from .app.app_secrets import AppSecretsArgs as AppSecretsArgs
    from .app.app_secrets import SecretEntry as SecretEntry
    from .app.cache_warm_up import CacheWarmUp as CacheWarmUp
    from .app.cache_warm_up import CacheWarmUpArgs as CacheWarmUpArgs
    from .app.microservice import Microservice as Microservice
    from .app.microservice import MicroserviceArgs as MicroserviceArgs
    from .app.microservice import ServiceSpec as ServiceSpec
    from .app.runtime_env import ClientPools as ClientPools
    from .app.runtime_env import RuntimeEnvironment as RuntimeEnvironment
    from .app.workload import Workload as Workload
    from .app.workload import WorkloadArgs as WorkloadArgs
    from .app.workload import headless_host as headless_host
    from .autoscaling.autoscaler import Autoscaler as Autoscaler
    from .autoscaling.autoscaler import AutoscalerArgs as AutoscalerArgs
    from .autoscaling.formula import ScalingFormula as ScalingFormula
    from .autoscaling.policy import AutoscalingPolicy as AutoscalingPolicy
    from .autoscaling.policy import Behavior as Behavior
    from .autoscaling.policy import Step as Step
    from .autoscaling.policy import guide_a as guide_a
    from .autoscaling.policy import guide_b as guide_b
    from .autoscaling.vertical import VerticalAutoscaler as VerticalAutoscaler
    from .autoscaling.vertical import VerticalAutoscalerArgs as VerticalAutoscalerArgs
    from .autoscaling.vertical import VerticalPolicy as VerticalPolicy
    from .budget import Budget as Budget
    from .budget import BudgetArgs as BudgetArgs
    from .budget import CostTag as CostTag
    from .cdn.args import CdnArgs as CdnArgs
    from .cdn.args import ClientCertificate as ClientCertificate
    from .cdn.args import OriginCertificateArgs as OriginCertificateArgs
    from .cdn.args import RulesetImport as RulesetImport
    from .cdn.cdn import Cdn as Cdn
    from .cdn.origin_certificate import OriginCertificate as OriginCertificate
    from .cluster.addons import Addons as Addons
    from .cluster.addons import AddonsArgs as AddonsArgs
    from .cluster.addons import AddonVersions as AddonVersions
    from .cluster.addons import PodIdentityRole as PodIdentityRole
    from .cluster.addons import PodIdentityRoleArgs as PodIdentityRoleArgs
    from .cluster.cluster import Cluster as Cluster
    from .cluster.cluster import ClusterArgs as ClusterArgs
    from .cluster.node_groups import Undivided as Undivided
    from .cluster.node_pools import Architecture as Architecture
    from .cluster.node_pools import CapacityType as CapacityType
    from .cluster.node_pools import NodePool as NodePool
    from .cluster.node_pools import NodePools as NodePools
    from .cluster.node_pools import NodePoolsArgs as NodePoolsArgs
    from .cluster.node_pools import Taint as Taint
    from .cluster.node_pools import TaintEffect as TaintEffect
    from .cluster.operator_access import OperatorAccess as OperatorAccess
    from .cluster.operator_access import OperatorAccessArgs as OperatorAccessArgs
    from .cluster.operator_values import ChartVersions as ChartVersions
    from .cluster.operator_values import ClusterAutoscaler as ClusterAutoscaler
    from .cluster.operator_values import LoadBalancerController as LoadBalancerController
    from .cluster.operator_values import OperatorsArgs as OperatorsArgs
    from .cluster.operator_values import PrometheusStack as PrometheusStack
    from .cluster.operators import Operators as Operators
    from .gateway.gateway import Gateway as Gateway
    from .gateway.gateway import GatewayArgs as GatewayArgs
    from .gateway.gateway import TargetGroups as TargetGroups
    from .gateway.guide import GuideGateway as GuideGateway
    from .gateway.guide import RateLimits as RateLimits
    from .gateway.guide import guide_config as guide_config
    from .gateway.model import Authorization as Authorization
    from .gateway.model import Failures as Failures
    from .gateway.model import GatewayConfig as GatewayConfig
    from .gateway.model import Member as Member
    from .gateway.model import RateLimit as RateLimit
    from .gateway.model import RateZone as RateZone
    from .gateway.model import Route as Route
    from .gateway.model import Site as Site
    from .gateway.model import Timeouts as Timeouts
    from .gateway.model import Upstream as Upstream
    from .gateway.response_headers import Header as Header
    from .kubernetes.namespace import Namespace as Namespace
    from .kubernetes.namespace import NamespaceArgs as NamespaceArgs
    from .kubernetes.namespace import Quota as Quota
    from .kubernetes.network_policies import Peer as Peer
    from .kubernetes.network_policies import TrafficRule as TrafficRule
    from .kubernetes.objects import Rollout as Rollout
    from .kubernetes.pods import Annotation as Annotation
    from .kubernetes.pods import ContainerPort as ContainerPort
    from .kubernetes.pods import EnvVar as EnvVar
    from .kubernetes.pods import FileMount as FileMount
    from .kubernetes.pods import Placement as Placement
    from .kubernetes.pods import Probe as Probe
    from .kubernetes.pods import Resources as Resources
    from .kubernetes.pods import SecretEnvVar as SecretEnvVar
    from .monitoring.alarms import Alarms as Alarms
    from .monitoring.alarms import AlarmsArgs as AlarmsArgs
    from .monitoring.alerts import Thresholds as Thresholds
    from .monitoring.kind import Target as Target
    from .monitoring.kinds.backups import BackupsTarget as BackupsTarget
    from .monitoring.kinds.bill import BillTarget as BillTarget
    from .monitoring.kinds.cache import CacheTarget as CacheTarget
    from .monitoring.kinds.database import DatabaseTarget as DatabaseTarget
    from .monitoring.kinds.load_balancer import LoadBalancerTarget as LoadBalancerTarget
    from .monitoring.prometheus import PodMonitor as PodMonitor
    from .monitoring.prometheus import PodMonitorArgs as PodMonitorArgs
    from .monitoring.prometheus import PrometheusRules as PrometheusRules
    from .monitoring.prometheus import PrometheusRulesArgs as PrometheusRulesArgs
    from .monitoring.topic import AlertTopic as AlertTopic
    from .monitoring.topic import AlertTopicArgs as AlertTopicArgs
    from .naming import NameKind as NameKind
    from .naming import physical_name as physical_name
    from .network.flow_logs import FlowLogs as FlowLogs
    from .network.flow_logs import VpcFlowLogs as VpcFlowLogs
    from .network.flow_logs import VpcFlowLogsArgs as VpcFlowLogsArgs
    from .network.load_balancer import LoadBalancer as LoadBalancer
    from .network.load_balancer import LoadBalancerArgs as LoadBalancerArgs
    from .network.network import Network as Network
    from .network.network import NetworkArgs as NetworkArgs
    from .pooler.args import PoolerArgs as PoolerArgs
    from .pooler.args import PoolerClient as PoolerClient
    from .pooler.args import PoolerEndpoint as PoolerEndpoint
    from .pooler.args import PoolerTls as PoolerTls
    from .pooler.pooler import Pooler as Pooler
    from .postgres.args import BackupReplication as BackupReplication
    from .postgres.args import PostgresArgs as PostgresArgs
    from .postgres.args import PostgresTemplate as PostgresTemplate
    from .postgres.component import Postgres as Postgres
    from .postgres.database_trust import DatabaseTrust as DatabaseTrust
    from .postgres.database_trust import DatabaseTrustArgs as DatabaseTrustArgs
    from .postgres.restored import RestoredServer as RestoredServer
    from .postgres.restored import RestoredServerArgs as RestoredServerArgs
    from .postgres.shard_map import ShardMap as ShardMap
    from .postgres.shard_map import ShardMapArgs as ShardMapArgs
    from .postgres.shards import ShardCredentials as ShardCredentials
    from .postgres.shards import Shards as Shards
    from .postgres.shards import ShardsArgs as ShardsArgs
    from .postgres.users import DatabaseUsers as DatabaseUsers
    from .postgres.users import RetiredUsers as RetiredUsers
    from .postgres.users_args import DatabaseUsersArgs as DatabaseUsersArgs
    from .postgres.users_args import UsersServer as UsersServer
    from .postgres.users_sql import UserRole as UserRole
    from .redis import Redis as Redis
    from .redis import RedisArgs as RedisArgs
    from .security.certificate import GatewayCertificate as GatewayCertificate
    from .security.certificate import SelfSignedCertificate as SelfSignedCertificate
    from .security.certificate import SelfSignedCertificateArgs as SelfSignedCertificateArgs
    from .security.generations import CertificateEnd as CertificateEnd
    from .security.generations import Generations as Generations
    from .security.iam import Statement as Statement
    from .security.iam import policy_document as policy_document
    from .security.keys import DataKey as DataKey
    from .security.keys import DataKeyArgs as DataKeyArgs
    from .security.private_certificate import PrivateCertificate as PrivateCertificate
    from .security.private_certificate import PrivateCertificateArgs as PrivateCertificateArgs
    from .security.secrets import Credential as Credential
    from .security.secrets import CredentialArgs as CredentialArgs
    from .storage.backups import Backups as Backups
    from .storage.backups import BackupsArgs as BackupsArgs
    from .storage.buckets import LogsBucket as LogsBucket
    from .storage.buckets import LogsBucketArgs as LogsBucketArgs
    from .storage.buckets import UploadsBucket as UploadsBucket
    from .storage.buckets import UploadsBucketArgs as UploadsBucketArgs
    from .storage.image_repository import ImageRepository as ImageRepository
    from .storage.image_repository import ImageRepositoryArgs as ImageRepositoryArgs
    from .storage.object_lock import ObjectLock as ObjectLock
    from .tuning.nginx import Tuning as Tuning
    from .tuning.postgres import Parameter as Parameter
    from .tuning.postgres import Profile as Profile

DISTRIBUTION = "bailbondpro-components"
"""What the wheel is called; its extras install the SDKs."""
EXTRAS = {
    "pulumi_aws": "aws",
    "pulumi_cloudflare": "cloudflare",
    "pulumi_kubernetes": "kubernetes",
    "pulumi_random": "aws",
    "pulumi_tls": "tls",
}
"""The extra of the wheel that installs an SDK."""


@cache
def _modules() -> dict[str, str]:
    """Exported name to the module that has it, read from the imports above: a name is written down once, there."""
    tree = ast.parse(inspect.getsource(sys.modules[__name__]))
    blocks = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    return {
        name.asname or name.name: "." * entry.level + (entry.module or "")
        for block in blocks
        for entry in block.body
        if isinstance(entry, ast.ImportFrom)
        for name in entry.names
    }


def _found(name: str) -> Any:  # noqa: ANN401 - whatever the module has under this name
    if name == "__all__":
        return sorted(_modules())
    if name.startswith("_") or name not in _modules():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        found = getattr(importlib.import_module(_modules()[name], __name__), name)
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        raise ImportError(f"{name} needs {error.name}: pip install '{DISTRIBUTION}[{extra}]'") from error
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_modules()})


if not TYPE_CHECKING:  # or a checker would take every name, misspelled ones too
    __getattr__ = _found
