"""Stacks of others, written into the rehearsal's backend: the engine reads a StackReference from there itself."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from sandbox.cache import write_atomically
from sandbox.protocol.wire import SECRET_SIGNATURE, SIGNATURE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sandbox.seed.entries import StackOutputs

_VERSION = "sandbox"
_LAYOUT = "version: 1\n"
"""The backend's own note that stacks lie in folders of projects (pulumi, backend/diy/meta.go)."""
ORGANIZATION = "organization"
"""The only organization of a file backend (pulumi, backend/diy/store.go)."""


def written(stacks: Iterable[StackOutputs], backend: Path) -> None:
    """Write the state of these stacks, and take away those that an earlier seed file named.

    Args:
        stacks: what other stacks give out.
        backend: the folder of the rehearsal's backend.
    """
    record = backend.parent / "seeded-stacks.json"
    wanted = {f"{project}/{name}": _state(project, name, item) for item in stacks for project, name in [item.path]}
    for path in _recorded(record) - wanted.keys():
        (backend / ".pulumi" / "stacks" / f"{path}.json").unlink(missing_ok=True)
    if wanted:
        layout = backend / ".pulumi" / "meta.yaml"
        if not layout.exists():
            write_atomically(layout, _LAYOUT)
        for path, state in wanted.items():
            write_atomically(backend / ".pulumi" / "stacks" / f"{path}.json", json.dumps(state))
    if wanted or record.exists():
        write_atomically(record, json.dumps(sorted(wanted)))


def _recorded(record: Path) -> set[str]:
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    return {str(path) for path in found} if isinstance(found, list) else set()


def _state(project: str, name: str, item: StackOutputs) -> dict[str, Any]:
    """A checkpoint with one resource, the stack itself (Pulumi, apitype.CheckpointV3)."""
    magic = hashlib.sha256(_VERSION.encode()).hexdigest()
    stack = {
        "urn": f"urn:pulumi:{name}::{project}::pulumi:pulumi:Stack::{project}-{name}",
        "custom": False,
        "type": "pulumi:pulumi:Stack",
        "outputs": {key: _stored(value) for key, value in item.outputs.items()},
    }
    latest = {
        "manifest": {"time": "2026-01-01T00:00:00Z", "magic": magic, "version": _VERSION},
        "resources": [stack],
        "metadata": {},
    }
    return {"version": 3, "checkpoint": {"stack": f"{ORGANIZATION}/{project}/{name}", "latest": latest}}


def _stored(value: Any) -> Any:  # noqa: ANN401 - any property value
    """A value as states keep it: `{secret: ...}` in the form that the engine encrypts when it writes it again."""
    if isinstance(value, dict) and set(value) == {"secret"}:
        return {SIGNATURE_KEY: SECRET_SIGNATURE, "plaintext": json.dumps(value["secret"])}
    if isinstance(value, dict):
        return {key: _stored(inner) for key, inner in value.items()}
    return [_stored(inner) for inner in value] if isinstance(value, list) else value
