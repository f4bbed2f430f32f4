"""`upgrade plan`: which ways there are, what each step says, and that all reasons against a way are told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from bailbondpro.facts import upgrades
from infra.settings.cluster import AddonVersionsSettings
from ops.answers.upgrade import eks, sdk
from ops.answers.upgrade.plan import kinds, plan
from ops.answers.upgrade.steps import NoWayError, edited
from ops.jsonable import plain
from ops.views.upgrade import section
from tests.support.paths import ROOT
from tests.support.stack import stack_file

if TYPE_CHECKING:
    from pathlib import Path


def changed(folder: Path, **areas: dict[str, Any]) -> Path:
    """Prod's stack file with some keys changed."""
    document = yaml.safe_load(stack_file("prod").read_text(encoding="utf-8"))
    for area, values in areas.items():
        key = f"bailbondpro:{area}"
        document["config"][key] = {**document["config"].get(key, {}), **values}
    file = folder / "Pulumi.prod.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return file


def edits(*arguments: str, config: Path | None = None) -> list[list[tuple[str, object, object]]]:
    """The edits of each step that has some."""
    kind, before, after = arguments
    steps = plan(kind, before, after, "prod", config).steps
    return [[(edit.path, edit.old, edit.new) for edit in step.edits] for step in steps if step.edits]


def refusals(*arguments: str, config: Path | None = None) -> list[str]:
    """What is refused, each as its place and what is allowed there."""
    kind, before, after = arguments
    with pytest.raises(NoWayError) as error:
        plan(kind, before, after, "prod", config)
    return [f"{problem.path}: {problem.allowed}; {problem.fix}" for problem in error.value.problems]


def test_a_major_version_of_postgres_takes_two_deployments() -> None:
    assert edits("postgres", "17", "18") == [
        [("postgres.engineVersion", "17", "18"), ("postgres.upgradingFrom", None, "17")],
        [("postgres.upgradingFrom", "17", None)],
    ]


def test_a_replica_s_own_version_goes_with_the_major_one(tmp_path: Path) -> None:
    pinned = {"engineVersion": "17.7", "replicaEngineVersion": "17.7", "autoMinorVersionUpgrade": False}
    first, _ = edits("postgres", "17.7", "18.1", config=changed(tmp_path, postgres=pinned))
    assert ("postgres.replicaEngineVersion", "17.7", None) in first
    assert ("postgres.engineVersion", "17.7", "18.1") in first


def test_a_minor_version_of_postgres_begins_at_the_replicas() -> None:
    assert edits("postgres", "17.6", "17.7") == [
        [("postgres.replicaEngineVersion", None, "17.7"), ("postgres.autoMinorVersionUpgrade", True, False)],
        [("postgres.engineVersion", "17", "17.7")],
    ]


def test_a_server_without_replicas_takes_a_minor_version_in_one_step(tmp_path: Path) -> None:
    alone = changed(tmp_path, postgres={"replicas": 0})
    assert [[path for path, *_ in step] for step in edits("postgres", "17.6", "17.7", config=alone)] == [
        ["postgres.engineVersion", "postgres.autoMinorVersionUpgrade"]
    ]


def test_a_major_version_of_valkey_takes_two_deployments() -> None:
    assert edits("valkey", "8.2", "9.0") == [
        [("redis.engineVersion", "8.2", "9.0"), ("redis.upgradingFrom", None, "8")],
        [("redis.upgradingFrom", "8", None)],
    ]
    asked = plan("valkey", "8.2", "9.0", "prod").steps[0]
    assert (asked.advance, asked.shown) == ("8d", ("engineVersion", "parameterGroupName"))


def test_a_minor_version_of_valkey_takes_one(tmp_path: Path) -> None:
    older = changed(tmp_path, redis={"engineVersion": "8.0"})
    assert edits("valkey", "8.0", "8.2", config=older) == [[("redis.engineVersion", "8.0", "8.2")]]


def test_a_cluster_goes_control_plane_first_and_its_nodes_last() -> None:
    assert edits("eks", "1.35", "1.36") == [
        [
            ("cluster.deployedVersion", None, "1.35"),
            ("cluster.version", "1.35", "1.36"),
            ("cluster.nodeVersion", None, "1.35"),
        ],
        [("cluster.nodeVersion", "1.35", None), ("cluster.deployedVersion", "1.35", "1.36")],
    ]


def test_the_nodes_image_takes_one_deployment_and_leaves_with_its_kubernetes_version(tmp_path: Path) -> None:
    assert edits("nodes", "1.35.1-20261001", "1.35.2-20261118") == [
        [("cluster.nodeReleaseVersion", None, "1.35.2-20261118")]
    ]
    pinned = changed(tmp_path, cluster={"nodeReleaseVersion": "1.35.1-20261001"})
    assert refusals("nodes", "1.35.0-20260901", "1.35.2-20261118", config=pinned)[0].startswith(
        "FROM: 1.35.1-20261001: cluster.nodeReleaseVersion"
    )
    *_, nodes = edits("eks", "1.35", "1.36", config=pinned)
    assert ("cluster.nodeReleaseVersion", "1.35.1-20261001", None) in nodes
    open_ = changed(tmp_path, cluster={"version": "1.36", "deployedVersion": "1.35", "nodeVersion": "1.35"})
    found = refusals("nodes", "1.35.1-20261001", "1.35.2-20261118", config=open_)
    assert [line.partition(":")[0] for line in found] == ["bailbondpro"]


def test_a_plan_says_of_every_step_how_it_is_checked_and_how_to_go_back() -> None:
    for arguments in (("postgres", "17", "18"), ("postgres", "17.6", "17.7"), ("eks", "1.35", "1.36")):
        for step in plan(*arguments, "prod").steps:
            assert step.checks
            assert step.back
            assert (
                not step.edits or (step.restarts and step.waits) or step.title.startswith(("Give", "Take", "Add-ons"))
            )


def test_windows_are_waited_for_only_where_changes_wait(tmp_path: Path) -> None:
    waiting = plan("postgres", "17", "18", "prod").steps[1]
    assert waiting.advance == "8d"
    assert "tue:10:30-tue:11:00" in waiting.restarts[0]
    at_once = changed(tmp_path, postgres={"applyImmediately": True})
    now = plan("postgres", "17", "18", "prod", at_once).steps[1]
    assert (now.advance, now.shown, now.no_return) == (None, (), "the deployment itself")


def test_every_window_of_a_sharded_stack_is_named() -> None:
    step = plan("postgres", "17", "18", "prod", phase="microservices").steps[1]
    assert [
        word for word in ("the primary", *(f"shard {index}" for index in range(4))) if word not in step.restarts[0]
    ] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("postgres", "17", "17"), ["TO: a version after 17; nothing is to be done"]),
        (("postgres", "17", "16"), ["TO: PostgreSQL 17 or 18", "TO: a version after 17: RDS never goes back; restore"]),
        (("postgres", "17", "19"), ["TO: PostgreSQL 17 or 18", "TO: 18: one major version at a time"]),
        (("postgres", "17.7", "17.6"), ["TO: a version after 17.7: RDS never goes back"]),
        (("postgres", "17.6", "17"), ["TO: a version after 17.6: RDS never goes back; name a minor version of 17"]),
        (("postgres", "18", "18.1"), ["FROM: 17: postgres.engineVersion of this stack file; use 17"]),
        (("postgres", "latest", "18"), ["FROM: PostgreSQL 17 or 18", "FROM: 17: postgres.engineVersion"]),
        (("eks", "1.35", "1.35"), ["TO: 1.36: the version after 1.35; nothing is to be done"]),
        (("eks", "1.35", "1.34"), ["TO: a version after 1.35: EKS never goes back"]),
        (
            ("eks", "1.34", "1.36"),
            [
                "FROM: 1.35: cluster.version",
                "TO: 1.35: EKS goes up one minor at a time, and the nodes with it; ./bbp upgr",
            ],
        ),
        (("eks", "1.35", "1.37"), ["TO: a Kubernetes minor in standard support", "TO: 1.36: EKS goes up one minor"]),
        (("valkey", "8.2", "8.1"), ["TO: a version after 8.2: ElastiCache never goes back"]),
        (("redis", "7.1", "8.2"), ["FROM: Valkey 8.0, 8.1, 8.2, 9.0, 9.1", "FROM: 8.2: redis.engineVersion"]),
        (("valkey", "8.2", "9.2"), ["TO: Valkey 8.0, 8.1, 8.2, 9.0, 9.1: the platform runs on no other"]),
        (("valkey", "9.0", "9.1"), ["FROM: 8.2: redis.engineVersion of this stack file; use 8.2"]),
        (("nodes", "1.35.2-20261118", "1.35.1-20261001"), ["TO: a release after 1.35.2-20261118: EKS never goes back"]),
        (("nodes", "1.35.2-20261118", "1.35.2-20261118"), ["TO: a release after 1.35.2-20261118; nothing is to be"]),
        (
            ("nodes", "1.35", "1.36.1-20261118"),
            ["FROM: a release of EKS's images for 1.35", "TO: a release of EKS's images for 1.35"],
        ),
        (("pulumi-aws", "7", "9"), ["TO: 8: one major version at a time, each has its own guide"]),
        (("pulumi-aws", "7", "6"), ["TO: a version after 7: a provider reads no state of a later one"]),
        (("pulumi-aws", "6", "7"), ["FROM: 7."]),
        (("pulumi-aws", "7", "7"), ["TO: a version after 7."]),
        (("mysql", "8", "9"), ["KIND: postgres, eks, nodes, valkey, pulumi,"]),
    ],
)
def test_a_way_that_does_not_exist_is_refused_with_every_reason(arguments: tuple[str, ...], said: list[str]) -> None:
    found = refusals(*arguments)
    assert len(found) == len(said), found
    for problem, begin in zip(found, said, strict=True):
        assert problem.startswith(begin)


@pytest.mark.parametrize(
    ("arguments", "areas", "path"),
    [
        (
            ("postgres", "18", "18.1"),
            {"postgres": {"engineVersion": "18", "upgradingFrom": "17"}},
            "bailbondpro:postgres.upgradingFrom",
        ),
        (
            ("valkey", "9.0", "9.1"),
            {"redis": {"engineVersion": "9.0", "upgradingFrom": "8"}},
            "bailbondpro:redis.upgradingFrom",
        ),
        (
            ("eks", "1.36", "1.37"),
            {"cluster": {"version": "1.36", "deployedVersion": "1.35"}},
            "bailbondpro:cluster.deployedVersion",
        ),
        (
            ("eks", "1.35", "1.36"),
            {"cluster": {"version": "1.35", "nodeVersion": "1.34"}},
            "bailbondpro:cluster.nodeVersion",
        ),
    ],
)
def test_an_upgrade_under_way_comes_to_its_end_first(
    tmp_path: Path, arguments: tuple[str, ...], areas: dict[str, dict[str, Any]], path: str
) -> None:
    assert [line for line in refusals(*arguments, config=changed(tmp_path, **areas)) if line.startswith(path)]


@pytest.mark.parametrize(
    ("addons", "said"),
    [
        ({"kubeProxy": "v1.37.0-eksbuild.1"}, "--addon: kube-proxy for 1.36: no newer, at most 3 minors older"),
        ({"kube-proxy": "v1.36.0-eksbuild.1"}, "--addon: an add-on of the stack file: vpcCni, kubeProxy"),
        ({"coredns": "1.12"}, "--addon: an EKS add-on version; write it like coredns=v1.20.4-eksbuild.2"),
    ],
)
def test_an_add_on_s_version_must_fit(addons: dict[str, str], said: str) -> None:
    with pytest.raises(NoWayError) as error:
        plan("eks", "1.35", "1.36", "prod", addons=addons)
    [problem] = error.value.problems
    assert f"{problem.path}: {problem.allowed}; {problem.fix}".startswith(said)


def test_add_ons_belong_to_a_cluster() -> None:
    with pytest.raises(NoWayError) as error:
        plan("postgres", "17", "18", "prod", addons={"coredns": "v1.12.4-eksbuild.1"})
    assert [problem.path for problem in error.value.problems] == ["--addon"]


def test_every_add_on_of_the_stack_file_has_its_name_at_eks() -> None:
    assert set(eks.NAMES) == {field.alias for field in AddonVersionsSettings.model_fields.values()}


def test_the_sdks_of_the_lock_file_can_be_planned_and_are_not_called_rehearsed() -> None:
    assert {"pulumi", "pulumi-aws", "pulumi-kubernetes", "pulumi-cloudflare"} <= set(kinds())
    found = plan("pulumi-aws", "7", "8", "prod")
    assert not found.rehearsed
    assert {edit.file for step in found.steps for edit in step.file_edits} >= {"pyproject.toml"}
    for edit in (edit for step in found.steps for edit in step.file_edits):
        assert edit.old in (ROOT / edit.file).read_text(encoding="utf-8")
    assert sdk.locked(ROOT)["pulumi-aws"].startswith("7.")


def test_what_is_assumed_is_told_from_what_a_document_says() -> None:
    facts = [
        one
        for table in (upgrades.RDS_MAJOR, upgrades.RDS_MINOR, upgrades.EKS, upgrades.ELASTICACHE)
        for one in table.values()
    ]
    assert [one.says for one in facts if "read 20" not in one.source and not one.source.startswith("unverified")] == []
    text = str(plain(section(plan("postgres", "17", "18", "prod"))))
    assert "assumed; unverified: no document says it" in text


def test_edits_leave_the_given_stack_file_as_it_is() -> None:
    before = {"bailbondpro:cluster": {"version": "1.35", "nodeVersion": "1.34"}}
    after = edited(before, plan("eks", "1.35", "1.36", "prod").steps[3].edits)
    assert after == {"bailbondpro:cluster": {"version": "1.35", "deployedVersion": "1.36"}}
    assert before["bailbondpro:cluster"]["nodeVersion"] == "1.34"
