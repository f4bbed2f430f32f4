from __future__ import annotations

import json
import re
from typing import Any

import pulumi

from components.postgres.args import BackupReplication, PostgresArgs
from components.postgres.component import Postgres
from sandbox.providers.returned import as_created
from sandbox.providers.rules import Context, value_violations
from tests.support.postgres import KEY, ZONES, credential, template
from tests.support.recording import RecordedResource, Recording, record

INSTANCE = "aws:rds/instance:Instance"


def recorded(**changes: object) -> Recording:
    def build() -> dict[str, Any]:
        login = credential()
        settled: dict[str, Any] = {"identifier": "bailbondpro-test", "database_name": "bailbondpro"}
        server = Postgres("postgres", PostgresArgs(credential=login, **(settled | template(**changes))))
        return {
            "password": login.password,
            "host": server.host,
            "port": server.port,
            "url": server.url,
            "url_is_secret": pulumi.Output.from_input(server.url.is_secret()),
            "replica_hosts": list(server.replica_hosts),
            "replica_urls": list(server.replica_urls),
            "replica_urls_are_secret": [pulumi.Output.from_input(url.is_secret()) for url in server.replica_urls],
            "replica_identifiers": list(server.replica_identifiers),
            "security_group_id": server.security_group_id,
        }

    return record(build)


def primary(**changes: object) -> RecordedResource:
    return recorded(**changes).one(INSTANCE, "postgres-primary")


# --- the primary ---


def test_a_primary_never_sets_an_availability_zone() -> None:
    for multi_az in (True, False):
        assert "availabilityZone" not in primary(multi_az=multi_az, replicas=2).inputs


def test_the_master_password_is_never_managed_by_rds_because_that_forbids_replicas() -> None:
    inputs = primary().inputs
    assert "manageMasterUserPassword" not in inputs
    assert "password" not in inputs


def test_the_password_is_write_only_secret_and_versioned() -> None:
    instance = primary()
    assert "passwordWo" in instance.secret_inputs
    assert "passwordWoVersion" not in instance.secret_inputs
    assert instance.inputs["passwordWoVersion"] >= 0


def test_the_identity_of_a_primary_does_not_depend_on_its_size() -> None:
    replacing = ("identifier", "dbName", "username", "engine", "kmsKeyId", "storageEncrypted", "availabilityZone")
    small = primary(instance_class="db.t4g.medium", allocated_storage_gib=20, multi_az=False, replicas=0)
    large = primary(
        instance_class="db.m7g.xlarge", allocated_storage_gib=300, replicas=3, max_allocated_storage_gib=600
    )
    assert (small.name, small.type, small.parent) == (large.name, large.type, large.parent)
    assert [small.inputs.get(key) for key in replacing] == [large.inputs.get(key) for key in replacing]


def test_gp3_storage_names_no_iops_so_that_small_volumes_are_accepted() -> None:
    inputs = primary(allocated_storage_gib=20, max_allocated_storage_gib=None).inputs
    assert inputs["storageType"] == "gp3"
    assert "iops" not in inputs
    assert "storageThroughput" not in inputs
    assert "maxAllocatedStorage" not in inputs


def test_storage_from_400_gib_on_states_what_gp3_includes_there_on_every_instance() -> None:
    sizes = {"allocated_storage_gib": 400, "max_allocated_storage_gib": 600, "replicas": 1}
    for instance in recorded(**sizes).of_type(INSTANCE):
        assert (instance.inputs["iops"], instance.inputs["storageThroughput"]) == (12_000, 500)


def test_storage_that_may_grow_over_400_gib_by_itself_states_nothing_while_it_is_allocated_below() -> None:
    inputs = primary(allocated_storage_gib=300, max_allocated_storage_gib=600).inputs
    assert not {"iops", "storageThroughput"} & inputs.keys()


def test_a_size_that_crosses_400_gib_changes_its_performance_in_the_same_step_and_is_accepted() -> None:
    before = recorded(allocated_storage_gib=300, max_allocated_storage_gib=600, replicas=1)
    after = recorded(allocated_storage_gib=450, max_allocated_storage_gib=600, replicas=1)
    for old, new in zip(before.of_type(INSTANCE), after.of_type(INSTANCE), strict=True):
        assert new.inputs["allocatedStorage"] == 450
        assert value_violations(Context(INSTANCE, new.name, "", new.inputs, old=old.inputs)) == []


def test_large_gp3_storage_takes_its_own_iops_and_throughput_on_every_instance() -> None:
    sizes = {"allocated_storage_gib": 400, "max_allocated_storage_gib": 600, "replicas": 1}
    for instance in recorded(**sizes, iops=14_000, storage_throughput_mibps=600).of_type(INSTANCE):
        assert (instance.inputs["iops"], instance.inputs["storageThroughput"]) == (14_000, 600)


def test_performance_insights_can_be_switched_off() -> None:
    inputs = primary(performance_insights_retention_days=0).inputs
    assert inputs["performanceInsightsEnabled"] is False
    assert not {"performanceInsightsKmsKeyId", "performanceInsightsRetentionPeriod"} & inputs.keys()


def test_everything_at_rest_is_encrypted_with_the_platforms_key() -> None:
    inputs = primary().inputs
    assert inputs["storageEncrypted"] is True
    assert inputs["kmsKeyId"] == KEY
    assert inputs["performanceInsightsKmsKeyId"] == KEY


def test_protection_is_on_both_sides_when_asked_for() -> None:
    recording = recorded(protect=True, deletion_protection=True, replica_deletion_protection=True, replicas=1)
    for instance in recording.of_type(INSTANCE):
        assert instance.protect is True
        assert instance.inputs["deletionProtection"] is True
    assert all(not i.protect for i in recorded(protect=False, replicas=1).of_type(INSTANCE))


def test_a_new_replica_asks_for_no_protection_that_rds_would_ignore() -> None:
    recording = recorded(protect=True, deletion_protection=True, replicas=1)
    for instance in recording.of_type(INSTANCE):
        assert as_created(INSTANCE, instance.inputs) == instance.inputs


def test_a_kept_database_leaves_a_snapshot_with_a_unique_valid_name() -> None:
    inputs = primary(final_snapshot=True).inputs
    assert inputs["skipFinalSnapshot"] is False
    assert inputs["deleteAutomatedBackups"] is False
    suffix = recorded(final_snapshot=True).one("random:index/randomId:RandomId")
    assert re.fullmatch(r"bailbondpro-test-final-[0-9a-f]{8}", inputs["finalSnapshotIdentifier"])
    assert suffix.inputs["byteLength"] == 4


def test_a_throwaway_database_leaves_nothing_behind() -> None:
    inputs = primary(final_snapshot=False).inputs
    assert inputs["skipFinalSnapshot"] is True
    assert inputs["deleteAutomatedBackups"] is True


def test_the_server_is_private_supported_and_observed() -> None:
    inputs = primary().inputs
    assert inputs["publiclyAccessible"] is False
    assert inputs["engineLifecycleSupport"] == "open-source-rds-extended-support-disabled"
    assert inputs["caCertIdentifier"] == "rds-ca-rsa2048-g1"
    assert inputs["performanceInsightsEnabled"] is True
    assert "postgresql" in inputs["enabledCloudwatchLogsExports"]


# --- replicas ---


def test_replicas_stand_in_distinct_zones_that_do_not_move_when_one_is_added() -> None:
    two, four = recorded(replicas=2), recorded(replicas=4)
    zones = [four.one(INSTANCE, f"postgres-replica-{n}").inputs["availabilityZone"] for n in (1, 2, 3, 4)]
    assert zones == [*ZONES, ZONES[0]]
    for n in (1, 2):
        assert two.one(INSTANCE, f"postgres-replica-{n}").inputs["availabilityZone"] == zones[n - 1]


def test_a_replica_is_made_by_identifier_and_inherits_what_rds_copies() -> None:
    replica = recorded(replicas=1).one(INSTANCE, "postgres-replica-1").inputs
    assert replica["replicateSourceDb"] == "bailbondpro-test"
    assert replica["identifier"] == "bailbondpro-test-replica-1"
    inherited = ("username", "passwordWo", "dbName", "engine", "engineVersion", "kmsKeyId")
    refused_by_rds = ("dbSubnetGroupName", "backupRetentionPeriod", "finalSnapshotIdentifier", "multiAz")
    assert [key for key in (*inherited, *refused_by_rds) if key in replica] == []


def test_a_replicas_storage_grows_with_its_sources() -> None:
    for size in (150, 200):
        recording = recorded(replicas=2, allocated_storage_gib=size)
        assert {instance.inputs["allocatedStorage"] for instance in recording.of_type(INSTANCE)} == {size}


def test_a_replica_says_that_it_is_encrypted_so_that_updates_do_not_replace_it() -> None:
    assert recorded(replicas=1).one(INSTANCE, "postgres-replica-1").inputs["storageEncrypted"] is True


def test_replicas_take_their_windows_in_turn() -> None:
    windows = ("tue:09:00-tue:09:30", "tue:09:30-tue:10:00")
    found = recorded(replicas=3, maintenance_window="tue:10:00-tue:10:30", replica_maintenance_windows=windows)
    taken = [found.one(INSTANCE, f"postgres-replica-{n}").inputs["maintenanceWindow"] for n in (1, 2, 3)]
    assert taken == [*windows, windows[0]]
    assert found.one(INSTANCE, "postgres-primary").inputs["maintenanceWindow"] == "tue:10:00-tue:10:30"


def test_a_replica_skips_the_final_snapshot_that_rds_refuses() -> None:
    assert recorded(replicas=1).one(INSTANCE, "postgres-replica-1").inputs["skipFinalSnapshot"] is True


def test_a_replica_takes_the_primarys_class_unless_it_has_its_own() -> None:
    same = recorded(replicas=1).one(INSTANCE, "postgres-replica-1").inputs
    own = recorded(replicas=1, replica_instance_class="db.m7g.xlarge").one(INSTANCE, "postgres-replica-1").inputs
    assert same["instanceClass"] == "db.m7g.large"
    assert own["instanceClass"] == "db.m7g.xlarge"


def test_replicas_can_lead_a_minor_upgrade() -> None:
    recording = recorded(replicas=1, engine_version="17.6", replica_engine_version="17.7")
    assert recording.one(INSTANCE, "postgres-primary").inputs["engineVersion"] == "17.6"
    assert recording.one(INSTANCE, "postgres-replica-1").inputs["engineVersion"] == "17.7"


def test_primary_and_replicas_share_one_parameter_group_with_an_automatic_name() -> None:
    recording = recorded(replicas=3)
    group = recording.one("aws:rds/parameterGroup:ParameterGroup")
    assert "name" not in group.inputs
    assert len({i.inputs["parameterGroupName"] for i in recording.of_type(INSTANCE)}) == 1
    names = [entry["name"] for entry in group.inputs["parameters"]]
    assert names == sorted(names)
    assert {"name": "shared_buffers", "value": "262144", "applyMethod": "pending-reboot"} in group.inputs["parameters"]


def test_the_parameter_family_follows_the_major_version() -> None:
    for version, family in (("17", "postgres17"), ("17.7", "postgres17"), ("18", "postgres18")):
        recording = recorded(engine_version=version)
        assert recording.one("aws:rds/parameterGroup:ParameterGroup").inputs["family"] == family


# --- network, roles, logs, secret ---


def test_clients_enter_by_security_group_and_the_database_calls_nobody() -> None:
    recording = recorded(client_security_group_ids=("sg-nodes", "sg-pooler"))
    group = recording.one("aws:ec2/securityGroup:SecurityGroup")
    assert "ingress" not in group.inputs
    assert "egress" not in group.inputs
    rules = recording.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert [r.inputs["referencedSecurityGroupId"] for r in rules] == ["sg-nodes", "sg-pooler"]
    assert all("cidrIpv4" not in r.inputs and r.inputs["fromPort"] == 5432 == r.inputs["toPort"] for r in rules)
    assert recording.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") == []


def test_enhanced_monitoring_brings_its_role_and_none_is_made_without_it() -> None:
    recording = recorded(monitoring_interval_seconds=60)
    role = recording.one("aws:iam/role:Role")
    assert "monitoring.rds.amazonaws.com" in role.inputs["assumeRolePolicy"]
    attached = recording.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attached.inputs["policyArn"].endswith("/AmazonRDSEnhancedMonitoringRole")
    assert attached.urn in recording.one(INSTANCE, "postgres-primary").dependencies
    off = recorded(monitoring_interval_seconds=0)
    assert off.of_type("aws:iam/role:Role") == []
    assert "monitoringRoleArn" not in off.one(INSTANCE, "postgres-primary").inputs


def test_log_groups_exist_with_retention_before_rds_would_make_its_own() -> None:
    recording = recorded(replicas=1, log_retention_days=90)
    groups = {g.inputs["name"]: g for g in recording.of_type("aws:cloudwatch/logGroup:LogGroup")}
    assert "/aws/rds/instance/bailbondpro-test/postgresql" in groups
    assert "/aws/rds/instance/bailbondpro-test-replica-1/postgresql" in groups
    assert {g.inputs["retentionInDays"] for g in groups.values()} == {90}
    exported = recording.one(INSTANCE, "postgres-primary").inputs["enabledCloudwatchLogsExports"]
    assert {f"/aws/rds/instance/bailbondpro-test/{log}" for log in exported} <= groups.keys()
    assert groups["/aws/rds/instance/bailbondpro-test/postgresql"].urn in primary_dependencies(recording)


def primary_dependencies(recording: Recording) -> tuple[str, ...]:
    return recording.one(INSTANCE, "postgres-primary").dependencies


def test_urls_demand_tls_and_are_secret() -> None:
    result = recorded(replicas=1).result
    assert (
        result["url"]
        == f"postgresql://bbp_admin:{result['password']}@{result['host']}:5432/bailbondpro?sslmode=require"
    )
    assert result["url_is_secret"] is True
    assert result["replica_urls_are_secret"] == [True]
    assert result["replica_hosts"][0] in result["replica_urls"][0]
    assert result["replica_identifiers"] == ["bailbondpro-test-replica-1"]
    assert result["port"] == 5432


def test_the_connection_is_stored_with_the_primarys_host() -> None:
    recording = recorded()
    stored = json.loads(recording.one("aws:secretsmanager/secretVersion:SecretVersion").inputs["secretString"])
    assert stored["host"] == recording.result["host"]
    assert stored["url"] == recording.result["url"]
    assert stored["dbname"] == "bailbondpro"


def test_backups_are_copied_to_another_region_only_when_asked_for() -> None:
    kind = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
    assert recorded().of_type(kind) == []
    copy = BackupReplication(region="us-west-2", key_arn="arn:aws:kms:us-west-2:0:key/2", retention_days=14)
    inputs = recorded(backup_replication=copy).one(kind).inputs
    assert inputs["region"] == "us-west-2"
    assert inputs["kmsKeyId"] == "arn:aws:kms:us-west-2:0:key/2"
    assert inputs["sourceDbInstanceArn"].endswith(":db:bailbondpro-test")


def test_all_children_hang_below_the_component() -> None:
    recording = recorded(replicas=2)
    component = recording.one("bailbondpro:postgres:Postgres")
    strangers = [r.name for r in recording if r.custom and r.name.startswith("postgres") and r.parent != component.urn]
    assert strangers == []


def test_a_preview_with_nothing_known_yet_builds_every_resource() -> None:
    def build() -> None:
        arguments = PostgresArgs(identifier="x", database_name="x", credential=credential(), **template(replicas=2))
        Postgres("postgres", arguments)

    assert len(record(build, preview=True).of_type(INSTANCE)) == 3


# --- what is refused ---
