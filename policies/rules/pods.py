"""Rules over pods: what they may do to their node, what they take, and who asks whether they live."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from policies.rules.model import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan import Plan, PlannedResource

SERVING = tuple(f"kubernetes:apps/v1:{kind}" for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"))
ENDING = ("kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob", "kubernetes:core/v1:Pod")
SHARED = ("hostNetwork", "hostPID", "hostIPC")
POWERS = frozenset(("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "NET_ADMIN", "NET_RAW", "BPF", "DAC_READ_SEARCH"))
"""Capabilities with which a container leaves its box (Linux manual, capabilities(7))."""
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
CONFINING = ("RuntimeDefault", "Localhost")
"""Profiles of seccomp that refuse calls which no application makes (Kubernetes documentation, Pod Security Standards,
Restricted; unverified)."""
ROOT = 0
HARMLESS_POWERS = frozenset(("NET_BIND_SERVICE",))
"""What the restricted standard lets a container add (Kubernetes documentation, Pod Security Standards; unverified)."""


def _spec(item: PlannedResource) -> Mapping[str, Any]:
    """The pod's specification, wherever its kind keeps it."""
    spec: Any = item.inputs.get("spec")
    for step in ("jobTemplate", "spec", "template", "spec"):
        if isinstance(spec, dict) and isinstance(spec.get(step), dict) and "containers" not in spec:
            spec = spec[step]
    return spec if isinstance(spec, dict) else {}


def _containers(spec: Mapping[str, Any], *, ending: bool = True) -> Iterator[Mapping[str, Any]]:
    for part in ("containers", "initContainers") if ending else ("containers",):
        found = spec.get(part)
        yield from (entry for entry in found if isinstance(entry, dict)) if isinstance(found, list) else ()


def _privileged(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(*SERVING, *ENDING):
        spec = _spec(item)
        shared = [name for name in SHARED if spec.get(name) is True]
        if shared:
            yield Violation(urn=item.urn, says=f"its pods share their node's {', '.join(shared)}")
        if any(isinstance(volume, dict) and volume.get("hostPath") for volume in spec.get("volumes") or ()):
            yield Violation(urn=item.urn, says="its pods mount a folder of their node (hostPath)")
        for container in _containers(spec):
            context = container.get("securityContext")
            given = context if isinstance(context, dict) else {}
            powers = (given.get("capabilities") or {}).get("add") or ()
            if given.get("privileged") is True or given.get("allowPrivilegeEscalation") is True:
                yield Violation(urn=item.urn, says=f"container {container.get('name')} is privileged, or may become it")
            if POWERS.intersection(map(str, powers)):
                yield Violation(urn=item.urn, says=f"container {container.get('name')} may {', '.join(powers)}")


def _unrestricted(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(*SERVING, *ENDING):
        spec = _spec(item)
        for container in _containers(spec):
            if lacking := list(_lacking(_context(spec), _context(container))):
                yield Violation(urn=item.urn, says=f"container {container.get('name')} {', '.join(lacking)}")


def _context(value: Mapping[str, Any]) -> Mapping[str, Any]:
    found = value.get("securityContext")
    return found if isinstance(found, dict) else {}


def _lacking(pod: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[str]:
    """What the restricted standard asks of a container and it has not; its own context comes before its pod's."""
    given = {**pod, **own}
    if given.get("runAsNonRoot") not in {True, "true"}:
        yield "may run as root (no runAsNonRoot)"
    if str(given.get("runAsUser")) in {"0", "0.0"}:
        yield "runs as root (runAsUser)"
    if own.get("allowPrivilegeEscalation") not in {False, "false"}:
        yield "may get more rights (no allowPrivilegeEscalation: false)"
    profile = given.get("seccompProfile")
    if not isinstance(profile, dict) or profile.get("type") not in CONFINING:
        yield "may make every call of its kernel (no seccompProfile)"
    powers = own.get("capabilities")
    powers = powers if isinstance(powers, dict) else {}
    if "ALL" not in map(str, powers.get("drop") or ()):
        yield "keeps the capabilities of its runtime (no drop: [ALL])"
    if more := sorted(set(map(str, powers.get("add") or ())) - HARMLESS_POWERS):
        yield f"has the capabilities {', '.join(more)}"


def _moving_images(plan: Plan, production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(*SERVING, *ENDING) if production else ():
        for container in _containers(_spec(item)):
            image = str(container.get("image", ""))
            tag = image.rpartition("/")[2].partition(":")[2]
            if not _DIGEST.search(image) and tag in {"", "latest"}:
                yield Violation(urn=item.urn, says=f"image {image} may be another one at the next start")


def _unlimited(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(*SERVING, *ENDING):
        for container in _containers(_spec(item)):
            found = container.get("resources")
            given = found if isinstance(found, dict) else {}
            missing = [
                f"{side}.{name}"
                for side, name in (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))
                if not (given.get(side) or {}).get(name)
            ]
            if missing:
                yield Violation(urn=item.urn, says=f"container {container.get('name')} has no {', '.join(missing)}")


def _unasked(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(*SERVING):
        for container in _containers(_spec(item), ending=False):
            if container.get("ports") and not container.get("readinessProbe"):
                yield Violation(urn=item.urn, says=f"container {container.get('name')} has no readinessProbe")


POD_RULES: tuple[Rule, ...] = (
    Rule(
        id="privileged-pod",
        title="No pod leaves its box",
        severity="high",
        reason="a container that is taken over takes its node, and the node's role",
        fix="drop the capability, the host's namespace or the folder; the restricted standard needs none of them",
        source="Kubernetes documentation, Pod Security Standards",
        judge=_privileged,
        alone=True,
    ),
    Rule(
        id="restricted-pod",
        title="Every pod keeps to the restricted standard",
        severity="high",
        reason="whoever takes a container over has what its process had: root, more rights, every call of the kernel",
        fix="runAsNonRoot, a seccompProfile, allowPrivilegeEscalation: false and capabilities.drop: [ALL]",
        source="Kubernetes documentation, Pod Security Standards, Restricted",
        judge=_unrestricted,
        alone=True,
    ),
    Rule(
        id="image-tag",
        title="An image of production is named by its content, or by a tag that does not move",
        severity="medium",
        reason="two pods of one Deployment may run two programs, and a rollback brings back neither",
        fix="repository@sha256:..., or a tag of one release",
        source="Kubernetes documentation, Images",
        judge=_moving_images,
    ),
    Rule(
        id="pod-limits",
        title="Every container says what it takes",
        severity="medium",
        reason="without requests the scheduler guesses; without a limit one pod takes its node's memory",
        fix="requests for cpu and memory, a limit for memory",
        source="Kubernetes documentation, Resource management for pods and containers",
        judge=_unlimited,
        alone=True,
    ),
    Rule(
        id="pod-probes",
        title="Every container that serves is asked whether it can",
        severity="medium",
        reason="requests reach a pod before it can answer",
        fix="a readinessProbe",
        source="Kubernetes documentation, Liveness, readiness and startup probes",
        judge=_unasked,
        alone=True,
    ),
)
