"""Dev as it stands after one rehearsal: what is said of it, what it is compared with, and what happens to it then.

Crash consistency: whatever fails once at its creation, plain reruns lead to the same cloud as without faults.
"""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING

from ops.rehearsal.session import RehearseOptions, open_session
from plan import SYSTEMS
from sandbox.cloud import DIGEST, Cloud, CloudObject
from sandbox.faults import Fault
from sandbox.session import EngineError, Session
from tests.support.kept_drills import keep_in
from tests.support.plans import stack_plan

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.support.cli import Cli, Ran

SEED = 20261124
STRUCK = 12
MOST_RUNS = STRUCK + 1
"""Each run gets past at least one fault."""
GENERATED = re.compile(r"[0-9a-f][0-9a-f-]{6,}")
"""Random values and parts of physical ids and host names: they differ between any two clouds."""


def described(objects: list[CloudObject]) -> dict[str, str]:
    """A cloud by logical names: physical ids, generated names and secrets say nothing about convergence."""
    names: dict[str, str] = {}
    for item in sorted(objects, key=lambda item: item.urn):
        for text in (item.id, item.outputs.get("name"), item.outputs.get("arn"), item.outputs.get("bucket")):
            if isinstance(text, str) and len(text) > 3:
                names.setdefault(text, f"<{item.name}>")
    pattern = re.compile("|".join(re.escape(text) for text in sorted(names, key=len, reverse=True)))
    inputs = {f"{item.token} {item.name}": json.dumps(_without_digests(item.inputs)) for item in objects}
    named = {key: pattern.sub(lambda found: names[found[0]], text) for key, text in inputs.items()}
    return {key: GENERATED.sub("#", text) for key, text in named.items()}


def _without_digests(value: object) -> object:
    if isinstance(value, dict):
        return "secret" if DIGEST in value else {key: _without_digests(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [_without_digests(item) for item in value]
    return value


def contents(folder: Path) -> dict[Path, bytes]:
    """The files below a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def up_until_done(session: Session) -> int:
    """Run updates until one succeeds; returns how many failed before."""
    for failed in range(MOST_RUNS):
        try:
            session.up()
        except EngineError:
            continue
        return failed
    raise AssertionError("the update never succeeded")


def test_dev_comes_up_and_its_second_preview_is_empty(rehearsed_dev: tuple[Cli, Ran]) -> None:
    cli, ran = rehearsed_dev
    assert ran.code == 0, ran.err
    assert ran.document["second_preview_changes"] == 0
    assert ran.document["steps"]["replace"] == 0
    assert (cli.sandbox / "dev" / "home" / "logs").read_bytes() == b"", "the engine took no time for logs of its own"


def test_the_json_document_has_the_promised_keys(rehearsed_dev: tuple[Cli, Ran]) -> None:
    document = rehearsed_dev[1].document
    assert list(document) == [
        "stack",
        "phase",
        "engine",
        "steps",
        "systems",
        "second_preview_changes",
        "second_preview_waiting",
        "outputs",
        "time",
        "seconds",
        "truth",
    ]
    assert set(document["steps"]) == {"create", "update", "replace", "delete", "same"}
    assert {system.key for system in SYSTEMS} <= set(document["systems"])


def test_destroying_dev_leaves_an_empty_cloud(standing_dev: Cli) -> None:
    cli = standing_dev
    gone = cli.run("destroy", "dev")
    assert gone.code == 0, gone.err
    assert Cloud(cli.sandbox / "dev" / "cloud.jsonl").all() == []


def test_drift_is_found_by_a_refresh_and_undone(standing_dev: Cli) -> None:
    cli = standing_dev
    fault = "drift:aws:ec2/vpc:Vpc:network-vpc:enableDnsSupport=false"
    ran = cli.run("rehearse", "dev", "--fault", fault, "--json")
    assert ran.code == 0, ran.err
    assert "the refresh found 1 changed and 0 gone" in ran.err
    assert ran.document["steps"]["update"] == 1
    assert ran.document["second_preview_changes"] == 0


def test_a_journey_finds_the_drill_of_its_phase_and_leaves_the_stored_rehearsal_alone(
    standing_dev: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BBP_DRILLS_DIR", str(tmp_path / "drills"))
    keep_in(tmp_path / "drills", stack_plan("dev", "horizontal"))
    stored = contents(standing_dev.sandbox / "dev")
    ran = standing_dev.run("journey", "dev", "--path", "horizontal", "--json")
    assert ran.code == 0, ran.err
    assert [(step["to"], step["pods"]["verdict"]) for step in ran.document["steps"]] == [("horizontal", "survive")]
    assert contents(standing_dev.sandbox / "dev") == stored


def test_twelve_failed_creations_converge_to_the_faultless_cloud(
    rehearsed_dev: tuple[Cli, Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faultless = Cloud(rehearsed_dev[0].sandbox / "dev" / "cloud.jsonl").all()
    chosen = random.Random(SEED).sample(sorted(faultless, key=lambda item: item.urn), STRUCK)  # noqa: S311 - no secret
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path / "faulty"))
    with open_session(RehearseOptions("dev")) as (_, _, session):
        session.faults.planned = tuple(Fault("create", item.token, item.name) for item in chosen)
        failed = up_until_done(session)
        plan, _ = session.preview()
        assert session.faults.idle() == []
        assert plan.changes() == []
        converged = session.cloud.all()

    assert failed >= 2
    assert described(converged) == described(faultless)
