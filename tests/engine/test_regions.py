"""Each provider works in a region of its own: with the real engine, on small programs and on a stack."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pulumi

from plan.tokens import BUCKET, FLOW_LOG
from sandbox.cloud import Cloud
from tests.support.cli import Cli
from tests.support.engine import Bench
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
REGION = re.compile(r"\b(?:af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d\b")


def three_regions() -> None:
    """One name in three regions: of the provider, of another provider, and of the resource itself."""
    import pulumi_aws as aws

    home = aws.Provider("home", region="eu-central-1", default_tags={"tags": {"owner": "home"}})
    away = aws.Provider("away", region="us-west-2")
    groups = {
        "home": aws.cloudwatch.LogGroup("home", name="app", opts=pulumi.ResourceOptions(provider=home)),
        "away": aws.cloudwatch.LogGroup("away", name="app", opts=pulumi.ResourceOptions(provider=away)),
        "own": aws.cloudwatch.LogGroup(
            "own", name="app", region="ap-south-1", opts=pulumi.ResourceOptions(provider=home)
        ),
    }
    for name, group in groups.items():
        pulumi.export(name, group.arn)
    pulumi.export("tags", groups["home"].tags_all)
    here = aws.get_region_output(opts=pulumi.InvokeOutputOptions(provider=away))
    pulumi.export("asked", here.region)


def test_every_provider_has_a_region_and_tags_of_its_own(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    outputs = bench.up(three_regions)
    assert outputs == {
        "home": "arn:aws:logs:eu-central-1:000000000000:log-group:app",
        "away": "arn:aws:logs:us-west-2:000000000000:log-group:app",
        "own": "arn:aws:logs:ap-south-1:000000000000:log-group:app",
        "tags": {"owner": "home"},
        "asked": "us-west-2",
    }
    assert not bench.preview(three_regions).changes()
    assert {item.scope for item in bench.objects(LOG_GROUP)} == {"eu-central-1", "us-west-2", "ap-south-1"}
    bench.destroy()
    assert bench.objects(LOG_GROUP) == []


def two_clusters() -> None:
    """The same namespace in two clusters."""
    import pulumi_kubernetes as kubernetes

    for name in ("blue", "green"):
        kubeconfig = json.dumps(
            {
                "current-context": name,
                "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
                "clusters": [{"name": name, "cluster": {"server": f"https://{name}.example"}}],
            }
        )
        provider = kubernetes.Provider(name, kubeconfig=kubeconfig)
        kubernetes.core.v1.Namespace(
            f"{name}-web", metadata={"name": "web"}, opts=pulumi.ResourceOptions(provider=provider)
        )


def test_two_clusters_may_have_objects_of_one_name(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.up(two_clusters)
    assert len(bench.objects("kubernetes:core/v1:Namespace")) == 2
    assert not bench.preview(two_clusters).changes()
    bench.destroy()
    assert bench.objects("kubernetes:core/v1:Namespace") == []


def test_a_third_stack_is_rehearsed_under_its_own_name_and_has_no_string_of_another_region(tmp_path: Path) -> None:
    cli, file = Cli(tmp_path / "sandbox"), tmp_path / "Pulumi.staging.yaml"
    moved = (ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8").replace("us-east-1", "eu-central-1")
    flow_logs = "  bailbondpro:network: {flowLogs: {destination: s3}}\n"
    file.write_text(f"{moved.rstrip()}\n{flow_logs}", encoding="utf-8")
    ran = cli.run("rehearse", "staging", "--config", str(file), "--json")
    assert ran.code == 0, ran.err
    assert ran.document["second_preview_changes"] == 0
    outputs = ran.document["outputs"]
    assert outputs["clusterName"] == "bailbondpro-staging"
    command = "aws eks update-kubeconfig --region eu-central-1 --name bailbondpro-staging"
    assert outputs["kubeconfigCommand"] == command
    assert [name for name, value in outputs.items() if len(str(value)) > 200] == []
    assert not (cli.sandbox / "dev").exists()
    assert set(REGION.findall(json.dumps(outputs))) == {"eu-central-1"}
    made = Cloud(cli.sandbox / "staging" / "cloud.jsonl").all()
    elsewhere = {
        (item.token, item.name, region)
        for item in made
        for region in REGION.findall(json.dumps(item.outputs))
        if region != "eu-central-1"
    }
    (log,) = [item for item in made if item.token == FLOW_LOG]
    (bucket,) = [item for item in made if item.token == BUCKET and item.name == "logs-bucket"]
    assert (log.inputs["logDestinationType"], log.inputs["logDestination"]) == ("s3", bucket.outputs["arn"])
    # CloudWatch has the metrics of the bill in one region alone (Amazon CloudWatch User Guide, billing alarms).
    assert elsewhere == {("kubernetes:core/v1:ConfigMap", "alert-rules-dashboard", "us-east-1")}
