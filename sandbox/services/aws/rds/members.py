"""Clusters of Aurora and their instances, and proxies before databases.

"API" is the Amazon RDS API Reference, "Guide" the Amazon RDS User Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import text
from sandbox.model.pairs import texts, told, whole
from sandbox.model.references import Reference, Target
from sandbox.model.rows import Alike
from sandbox.services.aws.ec2.places import GROUP_OF_THE_SAME_VPC, vpcs_of, zones
from sandbox.services.aws.ec2.targets import DEPENDENCY, SECURITY_GROUP, SUBNET
from sandbox.services.aws.iam import ROLE_ARN
from sandbox.services.aws.kms import KEY_ARN
from sandbox.services.aws.rds.pairs import found_by, rule
from sandbox.services.aws.rds.targets import INSTANCE, PARAMETER_GROUP, SUBNET_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

CLUSTER = (Target("aws:rds/cluster:Cluster", ("id", "clusterIdentifier", "arn")),)
CLUSTER_PARAMETERS = (Target("aws:rds/clusterParameterGroup:ClusterParameterGroup", ("id", "name")),)
GLOBAL = (Target("aws:rds/globalCluster:GlobalCluster", ("id", "globalClusterIdentifier")),)
PROXY = (Target("aws:rds/proxy:Proxy", ("id", "name")),)
SECRET = (Target("aws:secretsmanager/secret:Secret", ("id", "arn")),)
FAMILIES = {
    "MYSQL": ("aurora-mysql", "mariadb", "mysql"),
    "POSTGRESQL": ("aurora-postgresql", "postgres"),
    "SQLSERVER": ("sqlserver-ee", "sqlserver-se", "sqlserver-web", "sqlserver-ex"),
}
"""Engine family of a proxy -> engines that it speaks (API, CreateDBProxy, EngineFamily)."""


def _member(context: Context) -> Iterator[Violation]:
    cluster, inputs = found_by(context, CLUSTER[0], context.inputs.get("clusterIdentifier")), context.inputs
    if cluster is None:
        return
    theirs, ours = told(cluster, "engine"), inputs.get("engine")
    if known(theirs) and known(ours) and theirs != ours:
        yield Violation("engine", f"{ours!r}, the cluster {cluster.name} is {theirs}")
    serverless = inputs.get("instanceClass") == "db.serverless"
    if serverless and whole(cluster) and not cluster.inputs.get("serverlessv2ScalingConfiguration"):
        yield Violation(
            "instanceClass", f"db.serverless needs serverlessv2ScalingConfiguration on the cluster {cluster.name}"
        )


def _cluster_family(context: Context) -> Iterator[Violation]:
    group = found_by(context, CLUSTER_PARAMETERS[0], context.inputs.get("dbClusterParameterGroupName"))
    engine, version = context.inputs.get("engine"), context.inputs.get("engineVersion")
    family = told(group, "family") if group is not None else None
    if group is None or not known(family) or not isinstance(engine, str):
        return
    wanted = f"{engine}{text(context.inputs, 'engineVersion').split('.')[0]}" if known(version) else engine
    if engine == "aurora-postgresql" and not f"{family}".startswith(wanted):
        yield Violation("dbClusterParameterGroupName", f"{group.name} is of family {family}, {wanted} is needed")
    elif not str(family).startswith(engine):
        yield Violation("dbClusterParameterGroupName", f"{group.name} is of family {family}, the cluster is {engine}")


def _target(context: Context) -> Iterator[Violation]:
    proxy = found_by(context, PROXY[0], context.inputs.get("dbProxyName"))
    instance = found_by(context, INSTANCE[0], context.inputs.get("dbInstanceIdentifier"))
    cluster = found_by(context, CLUSTER[0], context.inputs.get("dbClusterIdentifier"))
    found, path = (instance, "dbInstanceIdentifier") if instance is not None else (cluster, "dbClusterIdentifier")
    if proxy is None or found is None or context.cloud is None:
        return
    family, engine = told(proxy, "engineFamily"), told(found, "engine")
    if known(family) and known(engine) and engine not in FAMILIES.get(str(family), (engine,)):
        yield Violation(path, f"{found.name} is {engine}, the proxy {proxy.name} speaks {family}")
    if instance is not None and instance.inputs.get("replicateSourceDb"):
        yield Violation(path, f"{instance.name} is a read replica, a proxy takes the source alone")
    ours = vpcs_of(context.cloud, SUBNET[0].token, proxy.inputs.get("vpcSubnetIds") or [])
    theirs = _network(context.cloud, found)
    if ours and theirs and not ours & theirs:
        yield Violation(path, f"{found.name} lies in {min(theirs)}, the proxy {proxy.name} in {min(ours)}")


def _network(cloud: Cloud, database: CloudObject) -> set[str]:
    group = SUBNET_GROUP[0].find(cloud, str(database.inputs.get("dbSubnetGroupName")))
    return vpcs_of(cloud, SUBNET[0].token, group.inputs.get("subnetIds") or []) if group is not None else set()


def _proxy(context: Context) -> Iterator[Violation]:
    subnets = context.inputs.get("vpcSubnetIds")
    if context.cloud is None or not isinstance(subnets, list) or not all(isinstance(item, str) for item in subnets):
        return
    covered = zones(context.cloud, subnets)
    if covered is not None and len(set(covered.values())) == 1:
        yield Violation("vpcSubnetIds", f"all subnets lie in {next(iter(covered.values()))}, two zones are needed")
    home = vpcs_of(context.cloud, SUBNET[0].token, subnets)
    for at, identity in texts(context.inputs, "vpcSecurityGroupIds[*]"):
        away = vpcs_of(context.cloud, SECURITY_GROUP[0].token, [identity]) - home
        if home and away:
            yield Violation(at, f"security group {identity} belongs to {min(away)}, the subnets to {min(home)}")


_MEMBER = rule(
    "cluster-member",
    _member,
    "an instance of a cluster with another engine, or a serverless one without the cluster's scaling configuration",
    "InvalidParameterCombination: The engine name requested for your DB instance doesn't match the engine name of your "
    "DB cluster; Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 "
    "DB instance",
    "Aurora User Guide, Using Aurora Serverless v2; API, CreateDBInstance, Engine and DBClusterIdentifier",
)
_FAMILY = rule(
    "cluster-family",
    _cluster_family,
    "a cluster with parameters of another family",
    "InvalidParameterCombination: The parameter group can't be used for this instance",
    "API, CreateDBClusterParameterGroup, DBParameterGroupFamily",
)
_TARGET = rule(
    "proxy-target",
    _target,
    "a proxy of another engine family or VPC than its database, or before a read replica",
    "InvalidParameterValue: the DB instance is not compatible with the proxy",
    "API, RegisterDBProxyTargets; Guide, Amazon RDS Proxy, Quotas and limitations",
)
_PROXY = rule(
    "proxy-network",
    _proxy,
    "a proxy with subnets of one zone, or with a security group of another VPC",
    "InvalidSubnet: the subnets must cover at least two Availability Zones; InvalidParameterValue",
    "API, CreateDBProxy, VpcSubnetIds; Guide, Amazon RDS Proxy, Setting up network prerequisites",
)
_NO_PROXY, _NO_CLUSTER = "DBProxyNotFoundFault", "DBClusterNotFoundFault"
_KEY = "KMSKeyNotAccessibleFault"
ALIKE = (
    Alike(
        "aws:rds/cluster:*",
        references=(
            Reference(
                "dbSubnetGroupName", SUBNET_GROUP, "DBSubnetGroupNotFoundFault", "InvalidDBSubnetGroupStateFault"
            ),
            Reference(
                "dbClusterParameterGroupName",
                CLUSTER_PARAMETERS,
                "DBClusterParameterGroupNotFound",
                "InvalidDBParameterGroupState",
            ),
            Reference("vpcSecurityGroupIds[*]", SECURITY_GROUP, "InvalidParameterValue", DEPENDENCY),
            Reference("kmsKeyId", KEY_ARN, _KEY),
            Reference("monitoringRoleArn", ROLE_ARN, "InvalidParameterValue"),
            Reference(
                "globalClusterIdentifier", GLOBAL, "GlobalClusterNotFoundFault", "InvalidGlobalClusterStateFault"
            ),
        ),
        state=(GROUP_OF_THE_SAME_VPC, _FAMILY),
    ),
    Alike(
        "aws:rds/clusterInstance:*",
        references=(
            Reference(
                "clusterIdentifier",
                CLUSTER,
                _NO_CLUSTER,
                "InvalidDBClusterStateFault: Cluster cannot be deleted, it still contains DB instances in non-deleting "
                "state",
            ),
            Reference("dbParameterGroupName", PARAMETER_GROUP, "DBParameterGroupNotFound"),
            Reference("monitoringRoleArn", ROLE_ARN, "InvalidParameterValue"),
        ),
        state=(_MEMBER,),
    ),
    Alike("aws:rds/clusterSnapshot:*", references=(Reference("dbClusterIdentifier", CLUSTER, _NO_CLUSTER),)),
    Alike("aws:rds/clusterEndpoint:*", references=(Reference("clusterIdentifier", CLUSTER, _NO_CLUSTER),)),
    Alike(
        "aws:rds/clusterRoleAssociation:*",
        references=(
            Reference("dbClusterIdentifier", CLUSTER, _NO_CLUSTER),
            Reference("roleArn", ROLE_ARN, "InvalidParameterValue"),
        ),
    ),
    Alike(
        "aws:rds/proxy:*",
        references=(
            Reference("roleArn", ROLE_ARN, "InvalidParameterValue"),
            Reference("auths[*].secretArn", SECRET, "the proxy's targets stay UNAVAILABLE: AUTH_FAILURE"),
            Reference("vpcSubnetIds[*]", SUBNET, "InvalidSubnet", DEPENDENCY),
            Reference("vpcSecurityGroupIds[*]", SECURITY_GROUP, "InvalidParameterValue", DEPENDENCY),
        ),
        state=(_PROXY,),
    ),
    Alike("aws:rds/proxyDefaultTargetGroup:*", references=(Reference("dbProxyName", PROXY, _NO_PROXY),)),
    Alike("aws:rds/proxyEndpoint:*", references=(Reference("dbProxyName", PROXY, _NO_PROXY),)),
    Alike(
        "aws:rds/proxyTarget:*",
        references=(
            Reference("dbProxyName", PROXY, _NO_PROXY),
            Reference("dbInstanceIdentifier", INSTANCE, "DBInstanceNotFound"),
            Reference("dbClusterIdentifier", CLUSTER, _NO_CLUSTER),
        ),
        state=(_TARGET,),
    ),
)
"""What these need beside them, in one pattern for each type."""
