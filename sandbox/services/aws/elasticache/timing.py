"""When Amazon ElastiCache makes a change of a replication group real, and what it costs.

The API reference and the provider's source were read on 2026-11-29.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.checks import number, text
from sandbox.model.outputs import short_hash
from sandbox.model.timing import Deadline, Outage, Setting, Timing, When
from sandbox.model.windows import DAYS, next_daily, week_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sandbox.cloud import CloudObject
    from sandbox.model.outputs import Inputs

_MODIFY = "Amazon ElastiCache API Reference, ModifyReplicationGroup"
_NODES = f"{_MODIFY}, ApplyImmediately: changes to nodes in the next maintenance window"
_ONLINE = "Amazon ElastiCache API Reference, ModifyReplicationGroupShardConfiguration: ApplyImmediately is always true"
_AUTH = "Amazon ElastiCache User Guide, Authenticating with the AUTH command: Modifying the AUTH token"
_MOVED = Outage(
    1,
    60,
    "no document gives it; the user guide speaks of a few seconds for each shard",
    assumed=True,
    why="failover of each shard",
)
_PROVIDER = "terraform-provider-aws, internal/service/elasticache/replication_group.go"
_FAILOVER = "terraform-provider-aws issue 18737 saw it wait"
_COUNT = "Amazon ElastiCache API Reference, IncreaseReplicaCount, DecreaseReplicaCount"
_PENDING = (
    "Amazon ElastiCache API Reference, ReplicationGroupPendingModifiedValues: applied immediately or during the next "
    "maintenance window"
)
_OTHER = (
    "Amazon ElastiCache User Guide, Modifying an ElastiCache cluster: what is neither node type, version nor number of "
    "nodes is applied immediately"
)
"""And the API has no place in which such a change could wait: it is in neither of its lists of pending values."""
TOKENS = ("authToken", "authTokenWo", "authTokenWoVersion", "authTokenUpdateStrategy")
VALID_TOKENS = "validTokens"
"""Under which the group keeps the tokens that open it."""
MOST_TOKENS = 2
"""The two most recent ones open it; a third pushes the oldest out (Amazon ElastiCache User Guide, Authenticating with
the AUTH command: Rotating the AUTH token)."""
WINDOW_MINUTES = 60


def default_window(identifier: str) -> str:
    """The window of a group without one: an hour on a day that ElastiCache picks; by the name here."""
    picked = int(short_hash("maintenance window", identifier), 16)
    start = (picked % len(DAYS)) * 24 * 60 + 3 * 60 + (picked // len(DAYS)) % 8 * 60
    return f"{week_text(start)}-{week_text(start + WINDOW_MINUTES)}"


def _snapshots(item: CloudObject, now: datetime) -> Iterator[Deadline]:
    """The daily snapshot, where its window is known: which one ElastiCache picks, nobody says."""
    days = number(item.inputs.get("snapshotRetentionLimit"))
    start = next_daily(text(item.inputs, "snapshotWindow"), now)
    if days and start is not None:
        what = f"takes a snapshot of each shard, as every day, and keeps it {days:g} days"
        yield Deadline(start, what, f"{_MODIFY}, SnapshotWindow, SnapshotRetentionLimit")


def _moved(_inputs: Inputs, _: Any) -> Outage:  # noqa: ANN401 - any value
    return _MOVED


def follows(inputs: Inputs) -> dict[str, Any]:
    """The version that runs."""
    return {"engineVersionActual": f"{inputs.get('engineVersion', '8.2')}.0"}


def _token(inputs: Inputs) -> object:
    return inputs.get("authToken") or inputs.get("authTokenWo")


def _valid(kept: dict[str, Any], new: Inputs) -> dict[str, Any]:
    """The tokens that open the group, the newest last: digests, for nobody reads a token back."""
    token = _token(new)
    if token is None:
        return {}
    digest, before = short_hash("auth token", repr(token)), kept.get(VALID_TOKENS, [])
    if new.get("authTokenUpdateStrategy") == "SET":
        return {VALID_TOKENS: [digest]}
    return {VALID_TOKENS: before if digest in before else [*before, digest][-MOST_TOKENS:]}


def _tokens(before: CloudObject, new: Inputs) -> Iterator[tuple[str, str]]:
    if _token(new) is None or _token(before.inputs) is None:
        return
    strategy = new.get("authTokenUpdateStrategy") or "ROTATE"
    token = any(before.inputs.get(name) != new.get(name) for name in TOKENS[:3])
    if token and strategy == "ROTATE":
        yield "takes the new token beside the one before it, which stays valid until SET, however long that is", _AUTH
        if len(before.kept.get(VALID_TOKENS, ())) == MOST_TOKENS:
            yield "drops the oldest of its tokens, for it knows two: whoever has that one yet is locked out", _AUTH
    elif strategy == "SET" and before.inputs.get("authTokenUpdateStrategy") != "SET":
        yield "takes the newest token alone: every older one opens nothing from now on", _AUTH


REPLICATION_TIMING = Timing(
    settings=(
        Setting("nodeType", When.WINDOW, _NODES, _moved),
        Setting("engine", When.WINDOW, _NODES, _moved),
        Setting("engineVersion", When.WINDOW, _NODES, _moved),
        Setting("automaticFailoverEnabled", When.WINDOW, f"{_PENDING} (AutomaticFailoverStatus); {_FAILOVER}"),
        Setting("clusterMode", When.WINDOW, f"{_PENDING} (ClusterMode)"),
        Setting("transitEncryptionEnabled", When.WINDOW, f"{_PENDING} (TransitEncryptionEnabled)"),
        Setting("transitEncryptionMode", When.WINDOW, f"{_PENDING} (TransitEncryptionMode)"),
        Setting(
            "parameterGroupName",
            When.WINDOW,
            "two documents disagree: as soon as possible when ApplyImmediately is true (API Reference, "
            "ModifyReplicationGroup, CacheParameterGroupName), immediately in any case (User Guide, Modifying an "
            "ElastiCache cluster); the later one is simulated",
            assumed=True,
        ),
        Setting("numNodeGroups", When.AT_ONCE, _ONLINE),
        Setting("replicasPerNodeGroup", When.AT_ONCE, _COUNT),
        Setting("numCacheClusters", When.AT_ONCE, _COUNT),
        Setting("authToken", When.AT_ONCE, f"{_PROVIDER}: sent with ApplyImmediately true, whatever the program says"),
        Setting("authTokenUpdateStrategy", When.AT_ONCE, f"{_PROVIDER}: sent with ApplyImmediately true"),
        Setting("multiAzEnabled", When.AT_ONCE, _OTHER),
        Setting("maintenanceWindow", When.AT_ONCE, _OTHER),
        Setting("snapshotWindow", When.AT_ONCE, _OTHER),
        Setting("snapshotRetentionLimit", When.AT_ONCE, _OTHER),
        Setting("securityGroupIds", When.AT_ONCE, _OTHER),
    ),
    window="maintenanceWindow",
    default_window=default_window,
    at_once="applyImmediately",
    silent=("applyImmediately", "finalSnapshotIdentifier", "tags"),
    forced=TOKENS,
    follows=follows,
    recurring=_snapshots,
    notes=_tokens,
    keeps=_valid,
)
"""A new token goes out with "apply immediately", which takes along whatever waits (API, ApplyImmediately)."""
