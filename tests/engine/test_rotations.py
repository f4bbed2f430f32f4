"""Rotation of the cache's token on the real engine, by the steps of docs/runbooks/rotate-secrets.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.support.engine import Bench
from tests.support.platforms import Cache
from tests.support.stack import stack_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    # an update that fails leaves the SDK's program coroutine behind: its clean-up finds no event loop and says so
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
ADDED, ALONE = "takes the new token beside the one before it", "takes the newest token alone"
MOST = 2
"""Tokens that open a cache at a time (Amazon ElastiCache User Guide, Authenticating with the AUTH command)."""


@dataclass
class Rotated:
    """A cache, and the tokens that open it, the newest last: by what the simulated ElastiCache says that it did."""

    bench: Bench
    config: dict[str, Any]
    valid: list[str] = field(default_factory=list)

    def deploy(self, **redis: int) -> list[str]:
        """One deployment with other settings of the cache; what it changed, and the next preview shows nothing."""
        self.prepare(**redis)
        with self.bench.session(Cache) as session:
            wanted, _ = session.preview()
            session.up()
            said = [event.what for event in session.cloud.happened]
            [group] = session.cloud.of_type(CACHE)
            token = str(group.inputs["authTokenWo"])
            if any(ADDED in text for text in said) or not self.valid:
                self.valid = [*self.valid, token][-MOST:]
            if any(ALONE in text for text in said):
                self.valid = self.valid[-1:]
            assert self.valid[-1] == token, "the program's token opens the cache"
            second, _ = session.preview()
            assert [item.name for item in second.changes()] == []
        return [item.name for item in wanted.changes() if item.op != "create"]

    def prepare(self, **redis: int) -> None:
        """The stack file of the next operation."""
        area = {**self.config.get("bailbondpro:redis", {}), **redis}
        self.config = {**self.config, "bailbondpro:redis": area}
        self.bench.workspace.prepare(self.config)


@pytest.fixture
def cache(tmp_path: Path) -> Rotated:
    config = yaml.safe_load(stack_file("prod").read_text(encoding="utf-8"))["config"]
    found = Rotated(Bench(tmp_path, "prod"), config)
    found.deploy()
    return found


def test_a_token_is_added_and_the_one_before_it_dies_in_a_second_deployment(cache: Rotated) -> None:
    [first] = cache.valid
    assert set(cache.deploy(tokenGeneration=2)) == {
        "redis-credential-password",
        "redis-group",
        "redis-connection",
    }
    assert cache.valid[0] == first
    assert len(cache.valid) == MOST, "pods with either token are served while they roll"
    second = cache.valid[1]
    assert cache.deploy(tokensRetiredBefore=2) == ["redis-group"]
    assert cache.valid == [second]
    cache.prepare(tokenGeneration=3, tokensRetiredBefore=3)
    assert "SET takes no new token" in cache.bench.refusal(Cache)
    assert cache.valid == [second]
