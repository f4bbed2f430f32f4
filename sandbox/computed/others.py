"""Computed outputs of the Kubernetes package."""

from __future__ import annotations

from typing import Any

from sandbox.model.outputs import Compute, Inputs, uuid


def _helm_release(name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    named = str(inputs.get("name") or name)
    return {
        "name": named,
        "status": {
            "name": named,
            "namespace": inputs.get("namespace") or "default",
            "chart": inputs.get("chart"),
            "version": inputs.get("version"),
            "revision": 1,
            "status": "deployed",
        },
    }


def kubernetes_object(token: str, inputs: Inputs, identity: str) -> dict[str, Any]:
    """What the API server adds to any object."""
    metadata = {"uid": uuid(token, identity), "creationTimestamp": "2026-01-01T00:00:00Z", "generation": 1}
    return {"metadata": metadata, "status": {}} if "metadata" in inputs else {}


COMPUTE: dict[str, Compute] = {
    "kubernetes:helm.sh/v3:Release": _helm_release,
}
