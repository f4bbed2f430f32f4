"""PostgreSQL with read replicas and Redis, in a VPC that exists: nothing else of the platform is needed."""

import pulumi
from bailbondpro.components import (
    Credential,
    CredentialArgs,
    DataKey,
    DataKeyArgs,
    Postgres,
    PostgresArgs,
    Profile,
    Redis,
    RedisArgs,
)
from bailbondpro.components.tuning.postgres import parameters

config = pulumi.Config()
vpc_id = config.require("vpcId")
subnet_ids = config.require_object("subnetIds")
zones = tuple(config.require_object("zones"))
clients = config.require_object("clientSecurityGroupIds")
name = f"acme-{pulumi.get_stack()}"

key = DataKey("data", DataKeyArgs(alias=f"{name}-data", deletion_window_days=30, protect=False))

admin = Credential(
    "postgres-admin",
    CredentialArgs(secret_name=f"{name}/postgres", username="acme_admin", key_arn=key.key_arn),
)
database = Postgres(
    "postgres",
    PostgresArgs(
        identifier=name,
        database_name="acme",
        credential=admin,
        instance_class="db.m7g.large",
        allocated_storage_gib=100,
        replicas=config.get_int("replicas") or 0,
        availability_zones=zones,
        vpc_id=vpc_id,
        subnet_ids=subnet_ids,
        client_security_group_ids=clients,
        key_arn=key.key_arn,
        parameters=parameters(Profile.GUIDE, 8),
    ),
)

token = Credential(
    "redis-token",
    CredentialArgs(secret_name=f"{name}/redis", username=None, length=64, key_arn=key.key_arn),
)
cache = Redis(
    "redis",
    RedisArgs(
        replication_group_id=name,
        node_type="cache.t4g.small",
        vpc_id=vpc_id,
        subnet_ids=subnet_ids,
        client_security_group_ids=clients,
        credential=token,
        key_arn=key.key_arn,
    ),
)

pulumi.export("databaseHost", database.host)
pulumi.export("replicaHosts", list(database.replica_hosts))
pulumi.export("redisHost", cache.host)
