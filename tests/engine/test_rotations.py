"""Rotations on the real engine, by the steps of docs/runbooks/rotate-secrets.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.support.engine import Bench
from tests.support.platforms import Cache, Certified, Users
from tests.support.stack import stack_file

if TYPE_CHECKING:
    from pathlib import Path

    from plan import Plan

pytestmark = [
    # an update that fails leaves the SDK's program coroutine behind: its clean-up finds no event loop and says so
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
OLDEST = "drops the oldest of its tokens"


@dataclass
class Rotated:
    """A cache, and the tokens that open it, the newest last: as the simulated ElastiCache keeps them."""

    bench: Bench
    config: dict[str, Any]
    valid: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def deploy(self, **redis: int) -> list[str]:
        """One deployment with other settings of the cache; what it changed, and the next preview shows nothing."""
        self.prepare(**redis)
        with self.bench.session(Cache) as session:
            wanted, _ = session.preview()
            session.up()
            self.said = [event.what for event in session.cloud.happened]
            [group] = session.cloud.of_type(CACHE)
            self.valid = group.kept["validTokens"]
            second, _ = session.preview()
            assert [item.name for item in second.changes()] == []
        return [item.name for item in wanted.changes() if item.op != "create"]

    def refused(self, **redis: int) -> str:
        """What the engine says to a deployment that fails; the stack file is as before afterwards."""
        before = self.config
        self.prepare(**redis)
        said = self.bench.refusal(Cache)
        self.config = before
        return said

    def prepare(self, **redis: int) -> None:
        """The stack file of the next operation."""
        area = {**self.config.get("bailbondpro:redis", {}), **redis}
        self.config = {**self.config, "bailbondpro:redis": area}
        self.bench.workspace.prepare(self.config)


@pytest.fixture
def cache(tmp_path: Path) -> Rotated:
    """One that was made again with the second generation: it knows one token."""
    config = yaml.safe_load(stack_file("prod").read_text(encoding="utf-8"))["config"]
    found = Rotated(Bench(tmp_path, "prod"), config)
    found.deploy(tokenGeneration=2)
    return found


def test_tokens_take_turns_two_at_a_time_and_each_step_out_of_turn_is_refused_or_told(cache: Rotated) -> None:
    [first] = cache.valid
    assert "this one knows one: ROTATE comes first" in cache.refused(tokensRetiredBefore=2), "the second step alone"
    changed = cache.deploy(tokenGeneration=3, tokensRetiredBefore=2)
    assert set(changed) == {"redis-credential-password", "redis-group", "redis-connection"}
    assert (cache.valid[0], len(cache.valid)) == (first, 2), "pods with either token are served while they roll"
    assert not any(OLDEST in text for text in cache.said)
    second = cache.valid[1]
    cache.deploy(tokenGeneration=4, tokensRetiredBefore=3)
    assert any(OLDEST in text for text in cache.said), "twice without the second step locks pods out"
    assert (cache.valid[0], len(cache.valid)) == (second, 2)
    third = cache.valid[1]
    assert cache.deploy(tokensRetiredBefore=4) == ["redis-group"]
    assert cache.valid == [third]
    assert "SET takes no new token" in cache.refused(tokenGeneration=5, tokensRetiredBefore=5)


@dataclass
class Certificates:
    """A production stack of certificates, protected keys and all."""

    bench: Bench
    config: dict[str, Any]

    def deploy(self, **changes: object) -> Plan:
        """One deployment with other values of the keys that are named `area.key`; the next preview shows nothing."""
        for path, value in changes.items():
            area, *below = path.split("__")
            key = f"bailbondpro:{area}"
            self.config = {**self.config, key: _set(self.config.get(key, {}), below, value)}
        self.bench.workspace.prepare(self.config)
        with self.bench.session(Certified) as session:
            wanted, _ = session.preview()
            session.up()
            second, _ = session.preview()
            assert [item.name for item in second.changes()] == []
            self.bench.cloud = session.cloud.all()
        return wanted

    def keys(self) -> set[str]:
        """Logical names of the private keys that exist."""
        return {item.name for item in self.bench.objects("tls:index/privateKey:PrivateKey")}


def _set(area: dict[str, Any], path: list[str], value: object) -> dict[str, Any]:
    key, *below = path
    return {**area, key: _set(area.get(key, {}), below, value) if below else value}


def test_protected_keys_and_certificates_take_turns_by_the_stack_file_alone(tmp_path: Path) -> None:
    config = yaml.safe_load(stack_file("prod").read_text(encoding="utf-8"))["config"]
    stack = Certificates(Bench(tmp_path, "prod"), {**config, "bailbondpro:phase": "horizontal"})
    stack.deploy()
    old = stack.keys()
    beside = stack.deploy(
        cdn__certificateGeneration=2,
        postgres__pooler__certificateGeneration=2,
        monitoring__prometheus__grafanaPasswordGeneration=2,
    )
    changes = {item.name: item for item in beside.changes()}
    assert changes["grafana-credential-password"].op == "replace"
    assert changes["cdn-origin-pull-certificate-2"].op == "create", "Cloudflare has both until the new one is active"
    assert "cdn-origin-pull-certificate" not in changes
    gateway = changes["gateway-deployment"]
    assert gateway.urn in changes["cdn-origin-pull-certificate-2"].dependencies, "Cloudflare follows the gateway's pods"
    assert "pooler-deployment" not in changes, "pods learn to trust both before the pooler shows the new one"
    assert {"database-trust-config", "gateway-deployment"} <= changes.keys()
    assert not [item for item in changes.values() if item.op == "delete"]
    assert stack.keys() > old
    retired = stack.deploy(cdn__certificatesRetiredBefore=2, postgres__pooler__certificatesRetiredBefore=2)
    changes = {item.name: item for item in retired.changes()}
    assert changes["pooler-deployment"].op == "update"
    assert changes["cdn-origin-pull-certificate"].op == "delete"
    assert "cdn-origin-pull-certificate-2" not in changes
    assert {name for name, item in changes.items() if item.op == "delete"} >= old
    assert not stack.keys() & old


@dataclass
class Servers:
    """Databases with their users."""

    bench: Bench
    config: dict[str, Any]

    def deploy(self, **postgres: object) -> set[str]:
        """One deployment with other settings of the databases; what it changed of what was there, and what it added."""
        area = {**self.config.get("bailbondpro:postgres", {}), **postgres}
        self.config = {**self.config, "bailbondpro:postgres": area}
        self.bench.workspace.prepare(self.config)
        with self.bench.session(Users) as session:
            changes = {item.name for item in session.preview()[0].changes() if item.custom}
            if changes:
                session.up()
        return changes


def test_the_users_of_one_server_rotate_and_retire_while_the_others_are_untouched(tmp_path: Path) -> None:
    config = yaml.safe_load(stack_file("dev").read_text(encoding="utf-8"))["config"]
    config = {**config, "bailbondpro:phase": "horizontal"}
    shards = {"count": 2, "placedOn": 2}
    servers = Servers(Bench(tmp_path, "dev"), config)
    servers.deploy(replicas=1, placement="shards", shards=shards)

    rotated = servers.deploy(shards={**shards, "userGenerations": [1, 2]})
    of_shard = {
        f"database-users-shard-1-{role}-b-password" for role in ("application", "migration", "reader", "exporter")
    }
    logins = {"database-users-migration", "database-users-reader", "database-users-exporter"}
    pooler = {"pooler-config", "pooler-deployment"}
    jobs = {"database-users-shard-1-script", "database-users-shard-1-job"}
    assert rotated == {*of_shard, *logins, *pooler, *jobs, "retired-users-shard-1-job"}

    retired = servers.deploy(shards={**shards, "userGenerations": [1, 2], "usersRetiredBefore": [1, 2]})
    assert retired == {*jobs, "retired-users-shard-1-job"}, "no pod is replaced"

    mastered = servers.deploy(passwordGeneration=2)
    assert mastered & {*pooler, *logins, *of_shard} == set()
    assert {name for name in mastered if name.endswith("-job")} == {
        f"database-users-{name}-job" for name in ("primary", "shard-0", "shard-1")
    }
    assert {"postgres-primary", "shards-0-primary", "shards-1-primary"} <= mastered
    assert servers.deploy() == set()
