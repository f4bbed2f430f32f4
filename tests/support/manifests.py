"""Kubernetes objects of a recorded stack, as the Kubernetes provider would send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.recording import Recording

RELEASE = "kubernetes:helm.sh/v3:Release"


def manifests(recording: Recording) -> list[dict[str, Any]]:
    """Every object, in order of registration; charts are not objects."""
    return [plain(item.inputs) for item in recording if item.custom and "apiVersion" in item.inputs]


def chart_namespaces(recording: Recording) -> list[str]:
    """The namespaces that the charts create."""
    return [str(item.inputs["namespace"]) for item in recording.of_type(RELEASE) if item.inputs.get("createNamespace")]


def pods(objects: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A Pod for each template of a workload, as its controller would create it."""
    for item in objects:
        spec = item.get("spec", {})
        template = (spec["jobTemplate"]["spec"] if item["kind"] == "CronJob" else spec).get("template")
        if item["kind"] in {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"} and template is not None:
            metadata = {
                **template["metadata"],
                "name": f"{item['metadata']['name']}-check",
                "namespace": item["metadata"]["namespace"],
            }
            yield {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def plain(value: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """A value without nulls and Pulumi's own keys, whole numbers as integers."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None and not key.startswith("__")}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
