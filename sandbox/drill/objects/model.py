"""What is applied to a drill's cluster: objects, each with where it came from and how much of it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sandbox.kubernetes.api import Manifest

Origin = Literal["declared", "rendered", "stand-in"]
"""`declared` by the program, `rendered` from a chart by Helm, or a `stand-in` for what a chart or add-on runs."""

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod")
"""Kinds with pods."""


@dataclass(frozen=True)
class DrillObject:
    """One object of the Kubernetes API.

    Attributes:
        manifest: as it is applied; nobody changes it.
        urn: of the resource that it came from: its own, its chart's or its add-on's.
        origin: how it was made.
        filled: paths of values that nobody knows yet and something made up stands for.
        assumed: what no document says and was assumed, one sentence each.
        maker: the operator that makes it out of a custom resource, as no operator runs in a drill; empty otherwise.
    """

    manifest: Manifest
    urn: str
    origin: Origin = "declared"
    filled: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    maker: str = ""

    @property
    def kind(self) -> str:
        """For example `Deployment`."""
        return str(self.manifest["kind"])

    @property
    def api_version(self) -> str:
        """For example `apps/v1`."""
        return str(self.manifest["apiVersion"])

    @property
    def name(self) -> str:
        """Its name, without the namespace."""
        return str(self.manifest["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """Its namespace; empty for what has none or names none."""
        return str(self.manifest["metadata"].get("namespace") or "")

    @property
    def title(self) -> str:
        """For people: kind, namespace and name."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What no two objects of a cluster share: group, kind, namespace, name."""
        group = self.api_version.rpartition("/")[0]
        return (group, self.kind, self.namespace, self.name)

    @property
    def pod_spec(self) -> Manifest | None:
        """The spec of its pods; None for what has none."""
        return pod_spec(self.manifest)


@dataclass(frozen=True)
class Collected:
    """Everything that runs in a stack's cluster.

    Attributes:
        objects: in the order of their application.
        omitted: what is left out, and why, one sentence each.
        stand_ins: what stands in for something, one sentence each, for the report of how sure a drill is.
    """

    objects: tuple[DrillObject, ...]
    omitted: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()


def pod_template(manifest: Manifest) -> Manifest | None:
    """The part of a workload that says what its pods are; a Pod's own; None for what has no pods."""
    if manifest.get("kind") not in WORKLOADS:
        return None
    if manifest["kind"] == "Pod":
        return manifest
    spec = manifest.get("spec") or {}
    if manifest["kind"] == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    template = spec.get("template")
    return template if isinstance(template, dict) else None


def pod_spec(manifest: Manifest) -> Manifest | None:
    """The spec of a workload's pods; None for what has no pods."""
    template = pod_template(manifest)
    return None if template is None else template.get("spec") or {}
