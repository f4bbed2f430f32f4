"""A running stack whose pools have one group over all zones gets one in each zone, in place."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from ops.rehearsal.session import RehearseOptions, open_session
from plan.tokens import NODE_GROUP
from tests.support.paths import ROOT
from tests.support.platforms import nodes_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from sandbox.session import Session

POOLS = ("app", "spot")
UNDIVIDED = [f"node-pools-{pool}" for pool in POOLS]
DIVIDED = [f"node-pools-{pool}-{zone}" for pool in POOLS for zone in "abc"]


@dataclass(frozen=True)
class Step:
    """One update.

    Attributes:
        announced: what the preview said of each node group that changes.
        others: types and names of all else that changes.
        done: node groups in the order in which they were done.
        groups: those that exist afterwards, by name, with their inputs and their name at EKS.
        left: what the next preview would change.
    """

    announced: dict[str, str]
    others: list[tuple[str, str]]
    done: list[tuple[str, str]]
    groups: dict[str, dict[str, Any]]
    left: int


@contextmanager
def opened(folder: Path, undivided: str) -> Iterator[Session]:
    """The network and the cluster of dev in its second phase, with its pools in this step of their way."""
    document = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))
    document["config"]["bailbondpro:pools"] = {"undivided": undivided}
    file = folder / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    with open_session(RehearseOptions("dev", phase="horizontal", config=file), program=nodes_program) as (
        _,
        _,
        session,
    ):
        yield session


def become(folder: Path, undivided: str) -> Step:
    """Update dev to a step."""
    done: list[tuple[str, str]] = []

    def watch(event: Any) -> None:  # noqa: ANN401 - the engine's event
        ended = event.res_outputs_event
        if ended is not None and ended.metadata.type == NODE_GROUP:
            done.append(
                (str(getattr(ended.metadata.op, "value", ended.metadata.op)), ended.metadata.urn.rpartition("::")[2])
            )

    with opened(folder, undivided) as session:
        changes = session.preview()[0].changes()
        session.up(watch)
        found = session.cloud.of_type(NODE_GROUP)
        left = session.preview()[0].changes()
    return Step(
        announced={item.name: item.op for item in changes if item.type == NODE_GROUP},
        others=sorted((item.type, item.name) for item in changes if item.type != NODE_GROUP),
        done=[step for step in done if step[0] != "same"],
        groups={item.name: {**item.inputs, "physical": item.outputs["nodeGroupName"]} for item in found},
        left=len(left),
    )


def test_groups_over_all_zones_are_kept_drained_and_gone_and_nothing_else_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path / "sandbox"))
    only = become(tmp_path, "only")
    assert sorted(only.groups) == UNDIVIDED

    keep, drain, gone = (become(tmp_path, step) for step in ("keep", "drain", "gone"))
    assert keep.announced == dict.fromkeys(DIVIDED, "create")
    assert drain.announced == dict.fromkeys(UNDIVIDED, "update")
    assert gone.announced == dict.fromkeys(UNDIVIDED, "delete")
    assert [step.others for step in (keep, drain, gone)] == [[], [], []]
    assert [step.left for step in (only, keep, drain, gone)] == [0, 0, 0, 0]

    for name in UNDIVIDED:
        assert keep.groups[name] == only.groups[name]
        assert drain.groups[name]["physical"] == only.groups[name]["physical"]
        assert drain.groups[name]["scalingConfig"]["minSize"] == 0
        assert {"key": "undivided", "value": "true", "effect": "NO_SCHEDULE"} in drain.groups[name]["taints"]
    for name in DIVIDED:
        assert keep.groups[name] == drain.groups[name] == gone.groups[name]
    assert sorted(gone.groups) == DIVIDED


def test_in_a_single_update_every_group_of_a_zone_runs_before_one_over_all_zones_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path / "sandbox"))
    become(tmp_path, "only")
    gone = become(tmp_path, "gone")
    assert gone.announced == {**dict.fromkeys(DIVIDED, "create"), **dict.fromkeys(UNDIVIDED, "delete")}
    assert gone.others == []
    assert sorted(gone.done[: len(DIVIDED)]) == [("create", name) for name in DIVIDED]
    assert sorted(gone.done[len(DIVIDED) :]) == [("delete", name) for name in UNDIVIDED]
    for pool in POOLS:
        order = [name for _, name in gone.done if name.startswith(f"node-pools-{pool}-")]
        assert order == [f"node-pools-{pool}-{zone}" for zone in "abc"]
    assert sorted(gone.groups) == DIVIDED
    assert gone.left == 0
