"""What real providers refuse, the sandbox refuses, too: with the real engine, on small programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest

from sandbox.session import EngineError
from tests.support.engine import Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"

pytestmark = [
    # an update that fails leaves the SDK's program coroutine behind: its clean-up finds no event loop and says so
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def network(*blocks: str) -> Callable[[], None]:
    def program() -> None:
        import pulumi_aws as aws

        vpc = aws.ec2.Vpc("vpc", cidr_block="10.20.0.0/16")
        for number, block in enumerate(blocks):
            aws.ec2.Subnet(f"subnet-{number}", vpc_id=vpc.id, cidr_block=block)

    return program


def database(
    *, backups: int, replica: bool = True, replica_protected: bool = False, **switches: bool
) -> Callable[[], None]:
    def program() -> None:
        import pulumi_aws as aws

        primary = aws.rds.Instance(
            "primary",
            identifier="acme-primary",
            instance_class="db.m7g.large",
            engine="postgres",
            engine_version="17",
            allocated_storage=100,
            username="acme",
            password_wo="not-a-real-one",  # noqa: S106 - no password: the instance is simulated
            password_wo_version=1,
            backup_retention_period=backups,
            skip_final_snapshot=True,
            **switches,
        )
        if replica:
            aws.rds.Instance(
                "replica",
                identifier="acme-replica",
                instance_class="db.m7g.large",
                replicate_source_db=primary.identifier,
                skip_final_snapshot=True,
                deletion_protection=replica_protected,
            )

    return program


def test_a_subnet_outside_of_its_vpc_is_refused_with_its_path(bench: Bench) -> None:
    message = bench.refusal(network("10.20.1.0/24", "10.21.0.0/24"))
    assert "subnet-1: " in message
    assert "cidrBlock: 10.21.0.0/24 does not lie in 10.20.0.0/16" in message
    # An engine that stops begins nothing more: the other one is made or not, by which of both it heard of first.
    assert {item.name for item in bench.objects("aws:ec2/subnet:Subnet")} <= {"subnet-0"}


def test_a_network_is_destroyed_in_the_order_that_its_references_ask_for(bench: Bench) -> None:
    bench.up(network("10.20.1.0/24", "10.20.2.0/24"))
    bench.destroy()
    assert bench.cloud == []


def test_a_recreated_vpc_gets_another_id(bench: Bench) -> None:
    bench.up(network())
    first = bench.objects("aws:ec2/vpc:Vpc")[0].id
    bench.destroy()
    bench.up(network())
    assert bench.objects("aws:ec2/vpc:Vpc")[0].id != first


def test_a_replica_needs_backups_on_its_source(bench: Bench) -> None:
    message = bench.refusal(database(backups=0))
    assert "replica: " in message
    assert "replicateSourceDb: primary keeps no backups" in message
    # Backups begin in the next window unless told otherwise (Amazon RDS API Reference, ModifyDBInstance).
    bench.up(database(backups=1, apply_immediately=True))
    assert len(bench.objects("aws:rds/instance:Instance")) == 2


def test_a_database_with_deletion_protection_survives_a_destroy(bench: Bench) -> None:
    bench.up(database(backups=1, replica=False, deletion_protection=True))
    with pytest.raises(EngineError, match="Cannot delete protected DB Instance"):
        bench.destroy()
    bench.up(database(backups=1, replica=False, deletion_protection=False))
    bench.destroy()
    assert bench.cloud == []


def test_a_replicas_deletion_protection_takes_a_second_step_and_the_next_preview_says_so(bench: Bench) -> None:
    program = database(backups=1, replica_protected=True)
    bench.up(program)
    assert {item.name: item.op for item in bench.preview(program)}["replica"] == "update"
    bench.up(program)
    assert {item.name: item.op for item in bench.preview(program)}["replica"] == "same"


@pytest.mark.parametrize(("method", "op"), [("immediate", "update"), ("pending-reboot", "same")])
def test_a_parameter_that_rds_returns_in_another_form_never_comes_to_rest(bench: Bench, method: str, op: str) -> None:
    def program() -> None:
        import pulumi_aws as aws

        aws.rds.ParameterGroup(
            "group",
            family="postgres17",
            parameters=[{"name": "rds.force_ssl", "value": "1", "apply_method": method}],
        )

    bench.up(program)
    assert {item.name: item.op for item in bench.preview(program)}["group"] == op


def test_a_name_that_is_taken_is_a_conflict(bench: Bench) -> None:
    def program() -> None:
        import pulumi_aws as aws

        first = aws.cloudwatch.LogGroup("first", name="/acme/app")
        aws.cloudwatch.LogGroup("second", name="/acme/app", opts=pulumi.ResourceOptions(depends_on=[first]))

    message = bench.refusal(program)
    assert "second: " in message
    assert "name: '/acme/app' is taken by first (ResourceAlreadyExistsException" in message


def test_a_zone_has_one_entry_point_for_each_phase(bench: Bench) -> None:
    def program() -> None:
        import pulumi_cloudflare as cloudflare

        def ruleset(logical: str, *before: pulumi.Resource) -> pulumi.Resource:
            resource: pulumi.Resource = cloudflare.Ruleset(
                logical,
                zone_id="0123456789abcdef0123456789abcdef",
                kind="zone",
                name="default",
                phase="http_request_cache_settings",
                rules=[],
                opts=pulumi.ResourceOptions(depends_on=list(before)),
            )
            return resource

        ruleset("second", ruleset("first"))

    message = bench.refusal(program)
    assert "phase: first is the entry point of 'http_request_cache_settings' already" in message
    assert "similar configuration with rules already exists" in message


def workload(*, key: str = "containerPort", brings_definition: bool = True) -> Callable[[], None]:
    def program() -> None:
        import pulumi_kubernetes as k8s

        namespace = k8s.core.v1.Namespace("namespace", metadata={"name": "acme"})
        metadata = {"name": "app", "namespace": namespace.metadata.name}
        deployment = k8s.apps.v1.Deployment(
            "app",
            metadata=metadata,
            spec={
                "selector": {"matchLabels": {"app": "acme"}},
                "template": {
                    "metadata": {"labels": {"app": "acme"}},
                    "spec": {"containers": [{"name": "app", "image": "acme:1", "ports": [{key: 3000}]}]},
                },
            },
        )
        ready: list[pulumi.Resource] = [deployment]
        if brings_definition:
            ready.append(
                k8s.helm.v3.Release(
                    "keda", chart="keda", namespace="keda", create_namespace=True, version="2.21.0", skip_await=True
                )
            )
        k8s.apiextensions.CustomResource(
            "scaled",
            api_version="keda.sh/v1alpha1",
            kind="ScaledObject",
            metadata=metadata,
            spec={
                "scaleTargetRef": {"name": deployment.metadata.name},
                "triggers": [{"type": "cpu", "metricType": "Utilization", "metadata": {"value": "70"}}],
            },
            opts=pulumi.ResourceOptions(depends_on=ready),
        )

    return program


def test_a_key_that_is_misspelt_deep_in_a_deployment_is_refused_by_a_preview(bench: Bench) -> None:
    with pytest.raises(EngineError) as failure:
        bench.preview(workload(key="containerPrt"))
    message = str(failure.value)
    assert "spec.template.spec.containers[0].ports[0].containerPrt" in message
    assert "did you mean `containerPort`?" in message


def test_a_custom_resource_needs_its_definition(bench: Bench) -> None:
    message = bench.refusal(workload(brings_definition=False))
    assert 'no matches for kind "ScaledObject" in version "keda.sh/v1alpha1"' in message
    bench.up(workload())
    assert len(bench.objects("kubernetes:keda.sh/v1alpha1:ScaledObject")) == 1


def test_objects_that_need_each_other_come_and_go_in_order(bench: Bench) -> None:
    bench.up(workload())
    bench.destroy()
    assert bench.cloud == []


def guarded_database(*, description: str, group_name: str | None = None) -> Callable[[], None]:
    def program() -> None:
        import pulumi_aws as aws

        vpc = aws.ec2.Vpc("vpc", cidr_block="10.20.0.0/16")
        group = aws.ec2.SecurityGroup("group", vpc_id=vpc.id, description=description, name=group_name)
        aws.rds.Instance(
            "primary",
            identifier="acme-primary",
            instance_class="db.m7g.large",
            engine="postgres",
            engine_version="17",
            allocated_storage=100,
            username="acme",
            password_wo="not-a-real-one",  # noqa: S106 - no password: the instance is simulated
            password_wo_version=1,
            skip_final_snapshot=True,
            vpc_security_group_ids=[group.id],
        )

    return program


def test_a_replaced_object_stands_beside_the_old_one_until_nothing_refers_to_it(bench: Bench) -> None:
    bench.up(guarded_database(description="first"))
    before = bench.objects(SECURITY_GROUP)[0].id
    bench.up(guarded_database(description="second"))
    after = bench.objects(SECURITY_GROUP)[0].id
    assert after != before
    assert bench.objects("aws:rds/instance:Instance")[0].inputs["vpcSecurityGroupIds"] == [after]


def test_a_replacement_that_deletes_first_is_refused_while_the_old_one_is_in_use(bench: Bench) -> None:
    bench.up(guarded_database(description="first", group_name="acme"))
    message = bench.refusal(guarded_database(description="second", group_name="acme"))
    assert "DependencyViolation" in message
    assert len(bench.objects(SECURITY_GROUP)) == 1


def test_an_update_of_something_that_was_deleted_elsewhere_fails(bench: Bench) -> None:
    bench.up(database(backups=1, replica=False))
    bench.faults = ("gone:aws:rds/instance:Instance:primary",)
    message = bench.refusal(database(backups=7, replica=False))
    assert "acme-primary does not exist any more (NotFound)" in message


def exported(*, marked: bool) -> Callable[[], None]:
    def program() -> None:
        import pulumi_random as random

        password = random.RandomPassword("credential", length=24, special=False)
        url = pulumi.Output.concat("postgresql://u:", password.result, "@host/db")
        pulumi.export("url", url if marked else pulumi.Output.unsecret(url))

    return program


def test_a_secret_whose_mark_was_taken_off_is_refused_by_its_place(bench: Bench) -> None:
    bench.up(exported(marked=True))
    message = bench.refusal(exported(marked=False))
    assert "outputs.url: the value of credential.result can be read there" in message


def test_a_secret_in_a_config_map_is_refused_although_the_state_marks_it(bench: Bench) -> None:
    def program() -> None:
        import pulumi_kubernetes as kubernetes
        import pulumi_random as random

        password = random.RandomPassword("credential", length=24, special=False)
        kubernetes.core.v1.ConfigMap("config", metadata={"name": "config"}, data={"password": password.result})

    assert "config, inputs.data.password" in bench.refusal(program)
