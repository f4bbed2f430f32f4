"""Crash consistency: whatever fails once at its creation, plain reruns lead to the same cloud as without faults."""

import json
import random
import re
from pathlib import Path

import pytest

from ops.rehearsal.session import RehearseOptions, open_session
from sandbox.cloud import DIGEST, CloudObject
from sandbox.faults import Fault
from sandbox.session import EngineError, Session

SEED = 20261124
STRUCK = 30
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


def up_until_done(session: Session) -> int:
    """Run updates until one succeeds; returns how many failed before."""
    for failed in range(MOST_RUNS):
        try:
            session.up()
        except EngineError:
            continue
        return failed
    raise AssertionError("the update never succeeded")


def test_thirty_failed_creations_converge_to_the_faultless_cloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path / "faultless"))
    with open_session(RehearseOptions("dev")) as (_, _, session):
        session.up()
        faultless = session.cloud.all()

    chosen = random.Random(SEED).sample(sorted(faultless, key=lambda item: item.urn), STRUCK)  # noqa: S311 - no secret
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path / "faulty"))
    with open_session(RehearseOptions("dev"), checkpoints=True) as (_, _, session):
        session.faults.planned = tuple(Fault("create", item.token, item.name) for item in chosen)
        failed = up_until_done(session)
        plan, _ = session.preview()
        assert session.faults.idle() == []
        assert plan.changes() == []
        converged = session.cloud.all()

    assert failed >= 2
    assert described(converged) == described(faultless)
