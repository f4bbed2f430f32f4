"""Pod Security Standards: what a namespace that enforces one refuses of pods.

The levels follow the Kubernetes documentation, Pod Security Standards, and `k8s.io/pod-security-admission/policy`. What
is not known, or was added in newer versions of a standard, is not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import block, items
from sandbox.services.kubernetes.kinds import NAMESPACE, name_of
from sandbox.services.kubernetes.pairs.cluster import PODS, pods_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud
    from sandbox.services.kubernetes.pairs.cluster import Workload

ENFORCE = "pod-security.kubernetes.io/enforce"
CAPABILITIES = frozenset(
    (
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
        *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    )
)
"""What baseline lets containers add."""
VOLUMES = frozenset(
    (
        *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image"),
        *("persistentVolumeClaim", "projected", "secret"),
    )
)
"""What restricted lets pods mount."""
_SECCOMP = ("RuntimeDefault", "Localhost")
Found = tuple[str, str]
"""A path below the pod, and what is wrong there."""


def level_of(cloud: Cloud, namespace: str) -> str:
    """The level that a namespace enforces; `privileged` where it enforces none."""
    for item in cloud.of_type(NAMESPACE):
        if name_of(item.inputs) == namespace:
            level = block(block(item.inputs, "metadata"), "labels").get(ENFORCE)
            return level if isinstance(level, str) else "privileged"
    return "privileged"


def _containers(pod: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{kind}[{index}]", container)
        for kind in ("containers", "initContainers")
        for index, container in enumerate(items(pod, kind))
    ]


def _contexts(pod: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "securityContext", block(pod, "securityContext")
    for at, container in _containers(pod):
        yield f"{at}.securityContext", block(container, "securityContext")


def _baseline(pod: dict[str, Any]) -> Iterator[Found]:
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name) is True:
            yield name, f"host namespaces ({name}=true)"
    for index, volume in enumerate(items(pod, "volumes")):
        if known(volume.get("hostPath")):
            yield f"volumes[{index}].hostPath", f'hostPath volumes (volume "{volume.get("name")}")'
    for at, security in _contexts(pod):
        if block(security, "seccompProfile").get("type") == "Unconfined":
            yield f"{at}.seccompProfile.type", "seccompProfile (must not set its type to Unconfined)"
    for at, container in _containers(pod):
        yield from _baseline_container(at, container)


def _baseline_container(at: str, container: dict[str, Any]) -> Iterator[Found]:
    security = block(container, "securityContext")
    if security.get("privileged") is True:
        yield f"{at}.securityContext.privileged", "privileged (must not set securityContext.privileged=true)"
    for name in block(security, "capabilities").get("add") or ():
        if isinstance(name, str) and name not in CAPABILITIES:
            yield f"{at}.securityContext.capabilities.add", f'non-default capabilities (must not include "{name}")'
    for index, port in enumerate(items(container, "ports")):
        if port.get("hostPort"):
            yield f"{at}.ports[{index}].hostPort", f"hostPort (uses hostPort {port['hostPort']})"


def _restricted(pod: dict[str, Any]) -> Iterator[Found]:
    for index, volume in enumerate(items(pod, "volumes")):
        for kind in sorted(volume.keys() - VOLUMES - {"name", "hostPath"}):
            yield f"volumes[{index}].{kind}", f'restricted volume types (volume "{volume.get("name")}" uses {kind})'
    for at, security in _contexts(pod):
        if security.get("runAsUser") == 0:
            yield f"{at}.runAsUser", "runAsUser=0 (must not set runAsUser=0)"
    for at, container in _containers(pod):
        yield from _restricted_container(
            f"{at}.securityContext", block(container, "securityContext"), block(pod, "securityContext")
        )


def _restricted_container(here: str, security: dict[str, Any], outer: dict[str, Any]) -> Iterator[Found]:
    capabilities = block(security, "capabilities")
    if security.get("allowPrivilegeEscalation") is not False:
        yield (
            f"{here}.allowPrivilegeEscalation",
            "allowPrivilegeEscalation != false (must set securityContext.allowPrivilegeEscalation=false)",
        )
    if "ALL" not in (capabilities.get("drop") or ()):
        yield f"{here}.capabilities.drop", 'unrestricted capabilities (must set capabilities.drop=["ALL"])'
    for name in capabilities.get("add") or ():
        if name in CAPABILITIES - {"NET_BIND_SERVICE"}:
            yield f"{here}.capabilities.add", f'unrestricted capabilities (must not include "{name}")'
    if security.get("runAsNonRoot", outer.get("runAsNonRoot")) is not True:
        yield f"{here}.runAsNonRoot", "runAsNonRoot != true (must set securityContext.runAsNonRoot=true)"
    profile = block(security, "seccompProfile") or block(outer, "seccompProfile")
    if profile.get("type") not in _SECCOMP:
        yield f"{here}.seccompProfile.type", 'seccompProfile (must set its type to "RuntimeDefault" or "Localhost")'


def violations(found: Workload, level: str) -> list[Found]:
    """What a level refuses of pods; of Windows nothing is known here."""
    if level not in {"baseline", "restricted"} or block(found.pod, "os").get("name") == "windows":
        return []
    return [*_baseline(found.pod), *(_restricted(found.pod) if level == "restricted" else ())]


def _enforced(context: Context) -> Iterator[Violation]:
    found = pods_of(context)
    if context.cloud is None or found is None:
        return
    level = level_of(context.cloud, found.namespace)
    for at, reason in violations(found, level):
        yield Violation(
            f"{found.at}.{at}",
            f"the namespace {found.namespace} enforces the level {level}: no pod is made (FailedCreate: violates "
            f'PodSecurity "{level}:latest": {reason})',
        )


SETTLED = (
    Rule(
        "pod-security-standard",
        "Kubernetes documentation, Pod Security Standards; Pod Security Admission",
        PODS,
        _enforced,
    ),
)
"""What is accepted of workloads, whose pods are then refused."""
