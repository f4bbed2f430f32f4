"""Drift: what a refresh shows is somebody's hand, unless something else is there to change it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from ops.answers.drift.answer import drift_of
from ops.cli import app
from ops.views.drift import document, section
from policies.drift import OWNERS, owner_of
from tests.support.told import told

if TYPE_CHECKING:
    from pathlib import Path

PREFIX = "urn:pulumi:prod::bailbondpro::"
GROUP, BUCKET = "aws:eks/nodeGroup:NodeGroup", "aws:s3/bucket:Bucket"


def step(token: str, op: str, *paths: str, name: str = "it") -> dict[str, Any]:
    """A step of a refresh."""
    state = {"type": token, "urn": f"{PREFIX}{token}::{name}", "custom": True, "inputs": {}}
    entry: dict[str, Any] = {"op": op, "urn": state["urn"], "oldState": state}
    if op != "delete":
        entry["newState"] = state
    if paths:
        entry["detailedDiff"] = {path: {"kind": "update", "inputDiff": False} for path in paths}
    return entry


def written(folder: Path, *steps: dict[str, Any], **more: Any) -> Path:  # noqa: ANN401 - of a document
    path = folder / "refresh.json"
    path.write_text(json.dumps({"steps": list(steps), "changeSummary": {}, **more}), "utf-8")
    return path


def test_what_autoscalers_and_services_change_is_no_drift(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        step(GROUP, "update", "scalingConfig.desiredSize"),
        step("kubernetes:apps/v1:Deployment", "update", "spec.replicas", "status.readyReplicas", name="app"),
        step("aws:rds/instance:Instance", "update", "allocatedStorage", "latestRestorableTime", name="primary"),
        step(BUCKET, "refresh", name="same"),
    )
    found = drift_of(path)
    assert (found.exit_code, found.asked, found.drift) == (0, 4, ())
    assert "what others own in 3" in found.headline
    assert "cluster-autoscaler" in told(section(found))


def test_any_other_property_beside_them_is_drift_and_named_alone(tmp_path: Path) -> None:
    path = written(tmp_path, step(GROUP, "update", "scalingConfig.desiredSize", "scalingConfig.maxSize"))
    [one] = drift_of(path).drift
    assert one.paths == ("scalingConfig.maxSize",)
    assert [each.path for each in one.owned] == ["scalingConfig.desiredSize"]
    assert drift_of(path).exit_code == 2


def test_what_is_gone_is_drift_whatever_owns_its_properties(tmp_path: Path) -> None:
    found = drift_of(written(tmp_path, step(GROUP, "delete")))
    assert [one.gone for one in found.drift] == [True]
    assert "is gone" in told(section(found))


def test_a_change_of_which_the_engine_names_no_property_is_drift(tmp_path: Path) -> None:
    assert drift_of(written(tmp_path, step(BUCKET, "update"))).exit_code == 2


@pytest.mark.parametrize(
    ("steps", "more", "why"),
    [
        ([], {}, "names no resource"),
        ([step(BUCKET, "create")], {}, "it is no refresh"),
        (
            [step(BUCKET, "refresh")],
            {"diagnostics": [{"severity": "error", "message": "expired token"}]},
            "expired token",
        ),
        ([step(BUCKET, "refresh"), {"op": "refresh"}], {}, "no URN"),
    ],
    ids=["empty", "a-preview", "failed", "unread"],
)
def test_a_refresh_that_says_less_than_everything_is_not_judged(
    tmp_path: Path, steps: list[dict[str, Any]], more: dict[str, Any], why: str
) -> None:
    found = drift_of(written(tmp_path, *steps, **more))
    assert found.exit_code == 3
    assert why in told(section(found))
    assert found.headline.startswith("NOT JUDGED")


def test_drift_is_said_although_something_else_was_not_judged(tmp_path: Path) -> None:
    found = drift_of(written(tmp_path, step(BUCKET, "delete"), {"op": "refresh"}))
    assert found.exit_code == 2
    assert found.troubles


@pytest.mark.parametrize(
    ("token", "path", "owned"),
    [
        (GROUP, "scalingConfig.desiredSize", True),
        (GROUP, "scalingConfig", False),
        (GROUP, "scalingConfig.desiredSizes", False),
        ("aws:rds/instance:Instance", "allocatedStorage", True),
        ("aws:rds/instance:Instance", "maxAllocatedStorage", False),
        ("aws:rds/instance:Instance", "publiclyAccessible", False),
        ("kubernetes:core/v1:Secret", "data", False),
        ("aws:eks/cluster:Cluster", "platformVersion", True),
        ("aws:eks/cluster:Cluster", "version", False),
        ("aws:eks/addon:Addon", "modifiedAt", True),
        ("aws:eks/addon:Addon", "addonVersion", False),
        ("aws:elasticache/replicationGroup:ReplicationGroup", "engineVersionActual", True),
        ("aws:elasticache/replicationGroup:ReplicationGroup", "engineVersion", False),
        ("aws:rds/clusterInstance:ClusterInstance", "writer", True),
        ("aws:autoscaling/group:Group", "desiredCapacity", True),
        ("aws:autoscaling/group:Group", "maxSize", False),
        ("aws:acm/certificate:Certificate", "renewalSummaries[0].renewalStatus", True),
        ("aws:acm/certificate:Certificate", "status", False),
        ("aws:backup/vault:Vault", "recoveryPoints", True),
        ("aws:efs/fileSystem:FileSystem", "sizeInBytes[0].value", True),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "cidrBlocks[1]", True),
        ("aws:lambda/function:Function", "lastModified", False),
        ("kubernetes:keda.sh/v1alpha1:ScaledObject", "metadata.finalizers", True),
        ("kubernetes:keda.sh/v1alpha1:ScaledObject", 'metadata.labels["scaledobject.keda.sh/name"]', True),
        ("kubernetes:keda.sh/v1alpha1:ScaledObject", "metadata.labels", False),
        ("kubernetes:keda.sh/v1alpha1:ScaledObject", "spec.maxReplicaCount", False),
        ("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", "metadata.finalizers[0]", True),
        ("kubernetes:core/v1:PersistentVolumeClaim", "spec.volumeName", True),
        (
            "kubernetes:core/v1:PersistentVolumeClaim",
            'metadata.annotations["pv.kubernetes.io/bind-completed"]',
            True,
        ),
        ("kubernetes:core/v1:PersistentVolumeClaim", "spec.resources.requests.storage", False),
        ("kubernetes:core/v1:ConfigMap", "status", True),
        ("kubernetes:core/v1:ConfigMap", "statusText", False),
        ("kubernetes:helm.sh/v3:Release", "status", False),
        ("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "rules", False),
    ],
)
def test_only_the_named_property_of_the_named_type_has_an_owner(token: str, path: str, *, owned: bool) -> None:
    assert (owner_of(token, path) is not None) is owned


def test_no_owner_covers_a_whole_type_or_hides_who_may_do_what() -> None:
    for owner in OWNERS:
        assert not re.fullmatch(owner.path, "anything.at.all")
        assert owner_of("aws:iam/rolePolicy:RolePolicy", "policy") is None
        assert owner.source
        assert owner.who


def test_the_issue_is_empty_where_there_is_nothing_to_say(tmp_path: Path) -> None:
    out = tmp_path / "drift.md"
    same = CliRunner().invoke(
        app, ["drift", "--plan", str(written(tmp_path, step(BUCKET, "refresh"))), "--out", str(out)]
    )
    assert (same.exit_code, out.read_text("utf-8")) == (0, "")
    path = written(tmp_path, step(BUCKET, "update", "acl", name="a|b<script>"))
    drifted = CliRunner().invoke(app, ["drift", "--plan", str(path), "--out", str(out), "--json"])
    assert drifted.exit_code == 2
    assert json.loads(drifted.stdout)["drift"][0]["paths"] == ["acl"]
    assert "<script>" not in out.read_text("utf-8")
    assert document(drift_of(path)).verdicts[0].state == "bad"


@pytest.mark.parametrize("content", ["[]", '{"deployment": {}}', '{"resourcePlans": {}}', None])
def test_a_file_that_is_no_refresh_is_refused_in_one_line(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "x.json").write_text(content, "utf-8")
    ran = CliRunner().invoke(app, ["drift", "--plan", str(tmp_path / "x.json")])
    assert ran.exit_code == 1
    assert ran.exception is None or isinstance(ran.exception, SystemExit)


@pytest.mark.parametrize(
    "content", ["", "\n", '{"steps": [{"op": "ref', "error: the stack is currently locked by 1 lock(s)"]
)
def test_a_refresh_that_failed_is_not_judged_and_the_issue_says_so(content: str, tmp_path: Path) -> None:
    path, out = tmp_path / "refresh.json", tmp_path / "drift.md"
    path.write_text(content, "utf-8")
    ran = CliRunner().invoke(app, ["drift", "--plan", str(path), "--out", str(out)])
    assert ran.exit_code == 3
    assert "NOT JUDGED: the refresh failed" in " ".join(ran.output.split())
    assert "the refresh failed" in out.read_text("utf-8")
