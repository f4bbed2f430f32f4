"""Upgrades as `upgrade plan` prints them, rehearsed: each step's edits, its deployment and its windows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ops.answers.clock.time_line import left, moved, moved_and_read, standing
from ops.answers.upgrade.steps import Edit, edited
from ops.inputs.stack_file import settings_of
from policies.stateful import losses
from sandbox.cloud import Cloud
from sandbox.services.aws.rds.engines import family_of
from tests.support.cli import Cli
from tests.support.engine import Bench
from tests.support.leaves import current
from tests.support.platforms import Cache, Data, Nodes
from tests.support.stack import stack_file

if TYPE_CHECKING:
    from pathlib import Path

    from infra.stack import Platform
    from plan import Plan
    from sandbox.cloud import CloudObject

pytestmark = [
    # an update that fails leaves the SDK's program coroutine behind: its clean-up finds no event loop and says so
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
INSTANCE, GROUP = "aws:rds/instance:Instance", "aws:rds/parameterGroup:ParameterGroup"
CLUSTER, NODES, ADDON = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:eks/addon:Addon"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
CACHE_GROUP = "aws:elasticache/parameterGroup:ParameterGroup"
HALF_HOUR = timedelta(minutes=30)
"""As long as a database's window is."""
ADDONS = {"kubeProxy": "v1.36.0-eksbuild.1", "coredns": "v1.12.4-eksbuild.1"}


@dataclass
class Way:
    """A stack on its way from one version to another.

    Attributes:
        bench: where the engine works.
        cli: how the plan is asked for.
        program: what the engine runs.
        config: the stack file's `config`, as the steps so far leave it.
    """

    bench: Bench
    cli: Cli
    program: type[Platform]
    config: dict[str, Any]
    seen: list[list[CloudObject]] = field(default_factory=list)

    def plan(self, *arguments: str) -> dict[str, Any]:
        """What `upgrade plan --json` says for the stack file as it is now."""
        ran = self.cli.run("upgrade", "plan", *arguments, "prod", "--config", str(self.file()), "--json")
        assert ran.code == 0, ran.err
        return ran.document

    def file(self) -> Path:
        """The stack file."""
        file = self.bench.root / "Pulumi.prod.yaml"
        file.write_text(yaml.safe_dump({"config": self.config}), encoding="utf-8")
        return file

    def begin(self) -> None:
        """The stack before the first step."""
        self.bench.workspace.prepare(self.config)
        self.bench.up(self.program)
        assert self.changes() == []

    def changes(self) -> list[str]:
        """What a preview would change."""
        return [item.name for item in self.bench.preview(self.program).changes()]

    def go(self, document: dict[str, Any]) -> None:
        """Every step of a plan: its edits, its deployment, its windows; possible and without a loss all the way."""
        for step in document["steps"]:
            self.step(step)
        assert self.changes() == []

    def step(self, step: dict[str, Any]) -> None:
        """One step, and what is true after it."""
        edits = [Edit(path=edit["path"], old=edit["old"], new=edit["new"]) for edit in step["edits"]]
        if not edits:
            return
        settings = settings_of("prod", self.file(), None)
        assert [current(settings, edit.path) for edit in edits] == [edit.old for edit in edits]
        self.config = edited(self.config, edits)
        self.bench.workspace.prepare(self.config)
        with self.bench.session(self.program) as session:
            wanted, _ = session.preview()
            self.safe(wanted)
            session.up()
            self.look(session.cloud.all())
            second, _ = session.preview()
            line = standing(session.cloud)
            seen = left(second, line.waiting)
            assert [item.name for item in seen.defects] == []
            assert {path for item in seen.waiting for path, _ in item.changed} == set(step["shown"])
            if step["advance"] is not None:
                # half an hour after half an hour, so that what stands between two windows is looked at, too
                end = session.cloud.now + timedelta(days=int(step["advance"].removesuffix("d")))
                while session.cloud.now < end - HALF_HOUR:
                    line = moved(session.cloud, line, session.cloud.now + HALF_HOUR)
                    if line.events:
                        self.look(session.cloud.all())
                line = moved_and_read(session, line, end)
                assert line.after is not None
                assert (line.after.waiting, line.after.defects) == ((), ())
            else:
                session.refresh()
            assert [one for one in line.still if one.at is not None] == []
            self.bench.cloud = session.cloud.all()

    def safe(self, plan: Plan) -> None:
        """No step replaces or deletes what holds data, nor a node group, nor the cluster."""
        assert list(losses(plan)) == []
        assert [item.name for item in plan.changes() if item.op not in {"update", "create", "delete"}] == []
        assert {item.type for item in plan.changes() if item.op == "delete"} <= {GROUP, CACHE_GROUP}

    def look(self, found: list[CloudObject]) -> None:
        """Remember what stands, and refuse what RDS cannot have."""
        self.seen.append(found)
        assert impossible(found) == []

    @cached_property
    def sources(self) -> list[str]:
        """The identifiers of the servers that follow no other."""
        return [item.id for item in self.bench.objects(INSTANCE) if "replicateSourceDb" not in item.inputs]


def impossible(found: list[CloudObject]) -> list[str]:
    """What no server of RDS can be: in a group of another family, apart from its source, in a group that is gone."""
    groups = {item.id: str(item.inputs["family"]) for item in found if item.token == GROUP}
    servers = {item.id: item for item in found if item.token == INSTANCE}
    wrong: list[str] = []
    for server in servers.values():
        runs = str(server.outputs["engineVersionActual"])
        group = str(server.inputs["parameterGroupName"])
        family = groups.get(group) or group.removeprefix("default.")
        if family != family_of("postgres", runs):
            wrong.append(f"{server.id} runs {runs} in {group}")
        source = servers.get(str(server.inputs.get("replicateSourceDb")))
        if source is None:
            continue
        theirs = str(source.outputs["engineVersionActual"])
        if number(theirs)[0] != number(runs)[0] or number(runs) < number(theirs):
            wrong.append(f"{server.id} runs {runs}, its source {theirs}")
    return wrong


def number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def way_of(folder: Path, program: type[Platform], changes: dict[str, Any]) -> Way:
    """A way in a folder, with what is changed in production's stack file."""
    (folder / "bench").mkdir(exist_ok=True)
    config: dict[str, Any] = yaml.safe_load(stack_file("prod").read_text(encoding="utf-8"))["config"]
    for key, value in changes.items():
        config[key] = {**config[key], **value} if isinstance(value, dict) and key in config else value
    return Way(Bench(folder / "bench", "prod"), Cli(folder / "sandbox"), program, config)


@pytest.fixture
def way(tmp_path: Path, request: pytest.FixtureRequest) -> Way:
    """A stack of which nothing stands."""
    return way_of(tmp_path, *request.param)


SHARDED = {"bailbondpro:postgres": {"replicas": 1, "shards": {"count": 2}}}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a primary, its replica and two shards stand; it is copied and never changed."""
    folder = tmp_path_factory.mktemp("begun")
    way_of(folder, Data, SHARDED).begin()
    return folder


@pytest.fixture
def sharded(begun: Path, tmp_path: Path) -> Way:
    """A way of the test's own that begins there."""
    shutil.copytree(begun / "bench", tmp_path / "bench")
    way = way_of(tmp_path, Data, SHARDED)
    way.bench.workspace.prepare(way.config)
    held = {item.id for item in Cloud(way.bench.workspace.journal).of_type(INSTANCE)}
    assert held == {id_ for token, id_ in way.bench.workspace.recorded() if token == INSTANCE}
    assert len(held) == 4
    return way


def test_a_major_upgrade_of_primary_replicas_and_shards_goes_as_planned(sharded: Way) -> None:
    way = sharded
    way.go(way.plan("postgres", "17", "18"))
    runs = {item.id: item.outputs["engineVersionActual"] for item in way.bench.objects(INSTANCE)}
    assert len(way.sources) == 3
    assert len(runs) == 4
    assert {number(version)[0] for version in runs.values()} == {18}
    assert {item.inputs["family"] for item in way.bench.objects(GROUP)} == {"postgres18"}
    mixed = [
        {str(item.outputs["engineVersionActual"]) for item in found if item.id in way.sources} for found in way.seen
    ]
    assert any(len(versions) == 2 for versions in mixed), "each server has its own window"


def test_a_minor_upgrade_reaches_the_replicas_first_and_a_major_one_may_be_made_at_once(sharded: Way) -> None:
    way = sharded
    way.go(way.plan("postgres", "17.6", "17.7"))
    assert {item.outputs["engineVersionActual"] for item in way.bench.objects(INSTANCE)} == {"17.7"}
    ahead = [
        {
            bool(item.inputs.get("replicateSourceDb")): item.outputs["engineVersionActual"]
            for item in found
            if item.token == INSTANCE
        }
        for found in way.seen
    ]
    assert {True: "17.7", False: "17.6"} in ahead
    way.config = edited(way.config, [Edit(path="postgres.applyImmediately", old=False, new=True)])
    way.bench.workspace.prepare(way.config)
    way.bench.up(way.program)
    at_once = way.plan("postgres", "17.7", "18")
    assert [step["advance"] for step in at_once["steps"]] == [None] * len(at_once["steps"])
    way.go(at_once)
    assert {number(item.outputs["engineVersionActual"])[0] for item in way.bench.objects(INSTANCE)} == {18}


@pytest.mark.parametrize("way", [(Nodes, {})], indirect=True)
def test_a_cluster_goes_up_one_version_control_plane_first(way: Way) -> None:
    way.begin()
    given = [argument for name, version in ADDONS.items() for argument in ("--addon", f"{name}={version}")]
    way.go(way.plan("eks", "1.35", "1.36", *given))
    versions = [
        (
            *(item.inputs["version"] for item in found if item.token == CLUSTER),
            *{item.inputs["version"] for item in found if item.token == NODES},
        )
        for found in way.seen
    ]
    assert list(dict.fromkeys(versions)) == [("1.36", "1.35"), ("1.36", "1.36")]
    pinned = {item.inputs["addonName"]: item.inputs.get("addonVersion") for item in way.bench.objects(ADDON)}
    assert pinned["kube-proxy"] == ADDONS["kubeProxy"]
    assert pinned["coredns"] == ADDONS["coredns"]
    way.go(way.plan("nodes", "1.36.0-20261001", "1.36.1-20261118"))
    assert {item.inputs["releaseVersion"] for item in way.bench.objects(NODES)} == {"1.36.1-20261118"}


@pytest.mark.parametrize("way", [(Cache, {"bailbondpro:redis": {"engineVersion": "8.0"}})], indirect=True)
def test_a_cache_goes_up_in_its_window_and_to_another_major_version_in_two_deployments(way: Way) -> None:
    way.begin()
    way.go(way.plan("redis", "8.0", "8.2"))
    assert [item.inputs["engineVersion"] for item in way.bench.objects(CACHE)] == ["8.2"]
    way.go(way.plan("valkey", "8.2", "9.1"))
    assert [item.inputs["engineVersion"] for item in way.bench.objects(CACHE)] == ["9.1"]
    assert [item.inputs["family"] for item in way.bench.objects(CACHE_GROUP)] == ["valkey9"]


def test_a_step_that_is_left_out_is_refused_by_the_service(sharded: Way) -> None:
    """The plan's order is the service's: the primary before its replicas, or both at once, does not work."""
    way = sharded
    replicas, sources = way.plan("postgres", "17.6", "17.7")["steps"]
    edits = [
        Edit(**{key: edit[key] for key in ("path", "old", "new")}) for edit in (*replicas["edits"], *sources["edits"])
    ]
    way.bench.workspace.prepare(edited(way.config, edits))
    assert "DBUpgradeDependencyFailure" in way.bench.refusal(way.program)
