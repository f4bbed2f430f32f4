"""Amazon RDS."""

from __future__ import annotations

from sandbox.model.replacement import Replaced
from sandbox.model.rows import Service, schema_only
from sandbox.services.aws.rds import groups, instance, members, pairs, upgrades

RDS = Service(
    "rds",
    "Amazon RDS API Reference, Errors of CreateDBInstance, CreateDBSubnetGroup, DeleteDBSubnetGroup, "
    "DeleteDBParameterGroup",
    (
        *groups.ROWS,
        *instance.ROWS,
        schema_only(
            "aws:rds/proxy:Proxy",
            "no stack has a proxy: PgBouncer pools the connections",
            Replaced(("engineFamily", "vpcSubnetIds")),
        ),
        schema_only(
            "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup", "as the proxy", Replaced(("dbProxyName",))
        ),
        schema_only(
            "aws:rds/proxyTarget:ProxyTarget",
            "as the proxy",
            Replaced(("dbClusterIdentifier", "dbInstanceIdentifier", "dbProxyName", "targetGroupName")),
        ),
    ),
    (*members.ALIKE, *pairs.ALIKE, *upgrades.ALIKE),
)
