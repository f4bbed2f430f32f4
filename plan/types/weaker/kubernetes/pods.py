"""What runs: pods, their images, and the Jobs that start by the clock.

Sources are the Kubernetes documentation; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.kubernetes.programs import PROGRAMS, READ, READS, TOLD
from plan.types.weaker.kubernetes.ways import (
    containers,
    deep,
    from_another_registry,
    from_elsewhere,
    halved,
    less_often,
    moves,
    of_containers,
)
from plan.types.weaker.model import (
    FALSE,
    TRUE,
    Loses,
    Weaker,
    becomes,
    changes,
    gains,
    kept,
    no_less,
    some,
    stays,
    written,
)
from plan.types.weaker.ways import appears

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan.types.weaker.kubernetes.ways import Than

CRON_JOB = "kubernetes:batch/v1:CronJob"
SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
PODS: dict[str, tuple[str, ...]] = {
    tokens.DEPLOYMENT: ("spec", "template", "spec"),
    tokens.JOB: ("spec", "template", "spec"),
    CRON_JOB: ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Where each kind keeps the specification of its pods."""


def labels_of(token: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The labels of the pods that a workload makes.

    Args:
        token: one of `PODS`.
        inputs: of the workload.
    """
    found = deep(inputs, *PODS[token][:-1], "metadata", "labels")
    return found if isinstance(found, dict) else {}


_STANDARDS = "Kubernetes documentation, Pod Security Standards; Configure a Security Context for a Pod or Container"
_TOKENS = "Kubernetes documentation, Configure Service Accounts for Pods"
_IMAGES = "Kubernetes documentation, Images"


def _part(than: Than, *path: str) -> Than:
    """Compares one property of a pod."""
    return lambda old, new: than(deep(old, *path), deep(new, *path))


def _opened(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a container is reached on a port of its node, and was not."""
    return bool(_of_the_node(new) - _of_the_node(old))


def _of_the_node(pod: object) -> set[str]:
    ports = (port for _, one in containers(pod) for port in one.get("ports") or () if isinstance(port, dict))
    return {str(port["hostPort"]) for port in ports if port.get("hostPort")}


def _mounted(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a pod reads a token of its cluster that it did not; folders of its node are for `policies.rules`."""
    return bool(set(_foreign(new)) - set(_foreign(old)))


def _foreign(pod: object) -> Iterator[str]:
    found = pod.get("volumes") if isinstance(pod, dict) else None
    for volume in found if isinstance(found, list) else ():
        sources = deep(volume, "projected", "sources")
        for source in sources if isinstance(sources, list) else ():
            if isinstance(source, dict) and source.get("serviceAccountToken"):
                yield written(source["serviceAccountToken"])


_FILES = "whoever is in a container changes none of its programs"
_SAFE: tuple[tuple[str, Than, str, str], ...] = (
    (
        "automountServiceAccountToken",
        _part(stays(*FALSE), "automountServiceAccountToken"),
        "its pods have no token of the cluster",
        _TOKENS,
    ),
    ("volumes", _mounted, "its pods have no token of the cluster", _TOKENS),
    (
        "securityContext",
        _part(stays(*TRUE), "securityContext", "runAsNonRoot"),
        "nothing in its pods runs as root",
        _STANDARDS,
    ),
    (
        "securityContext.sysctls",
        _part(appears, "securityContext", "sysctls"),
        "it leaves its node as it is",
        _STANDARDS,
    ),
    (
        "shareProcessNamespace",
        _part(becomes(*TRUE), "shareProcessNamespace"),
        "its containers see nothing of each other",
        _STANDARDS,
    ),
    ("containers.ports.hostPort", _opened, "it is reached inside of the cluster alone", _STANDARDS),
    ("containers.image", of_containers(moves, "image"), "its image is named by its content", _IMAGES),
    *(
        (f"containers.securityContext.{path[0]}", of_containers(than, "securityContext", *path), says, _STANDARDS)
        for path, than, says in (
            (("readOnlyRootFilesystem",), stays(*TRUE), _FILES),
            (("procMount",), becomes("Unmasked"), "its containers see no process of their node"),
            (("capabilities", "add"), gains, "its containers have no rights of root"),
        )
    ),
)
"""How pods compare, also with those of others: what is shown, how, what held, and the document."""
_LIFECYCLE = "Kubernetes documentation, Pod Lifecycle, Termination of Pods; Container Lifecycle Hooks"
_RESOURCES = "Kubernetes documentation, Resource Management for Pods and Containers"
_NAMES = "Kubernetes documentation, DNS for Services and Pods; Adding entries to Pod /etc/hosts with HostAliases"
_DRAINS = "a pod that goes answers what it has taken"
_OWN: tuple[tuple[str, Than, str, Loses, str], ...] = (
    ("serviceAccountName", changes, "its pods have the rights of this account", "defence", _TOKENS),
    ("terminationGracePeriodSeconds", halved, _DRAINS, "redundancy", _LIFECYCLE),
    ("hostAliases", appears, "its names lead where the cluster's own do", "way", _NAMES),
    ("dnsConfig", appears, "its names lead where the cluster's own do", "way", _NAMES),
)
"""Properties of the pods of one workload, compared with what they were."""
_OF_CONTAINERS: tuple[tuple[tuple[str, ...], Than, str, Loses, str], ...] = (
    (("image",), from_elsewhere, "its program comes from this repository", "way", _IMAGES),
    (("lifecycle", "preStop"), kept, _DRAINS, "redundancy", _LIFECYCLE),
    *(
        (("resources", side, name), halved, "its containers have what their load takes", "room", _RESOURCES)
        for side in ("limits", "requests")
        for name in ("cpu", "memory")
    ),
)
"""The same of their containers."""

PODS_WEAKER: tuple[Weaker, ...] = (
    *(
        Weaker(token=token, path=path, than=than, says=says, loses="defence", source=source, label=label)
        for token, path in PODS.items()
        for label, than, says, source in _SAFE
        # That of Deployments stands beside their other rows.
        if not (token == tokens.DEPLOYMENT and label == "securityContext")
    ),
    *(
        Weaker(token=token, path=(*path, name), than=than, says=says, loses=loses, source=source, label=name)
        for token, path in PODS.items()
        for name, than, says, loses, source in _OWN
    ),
    *(
        Weaker(token=token, path=path, than=than, says=says, loses=loses, source=source, label=label, own=True)
        for token, path in PODS.items()
        for label, than, says, loses, source in PROGRAMS
    ),
    *(
        Weaker(
            token=token,
            path=path,
            than=some(tells),
            tells=tells,
            says=says,
            loses=loses,
            source=source,
            label=label,
            own=True,
            noted=noted,
            made="spec",
            silent=label != labels[0],
        )
        for token, path in PODS.items()
        for labels, tells, says, loses, source, noted in TOLD
        for label in labels
    ),
    *(
        Weaker(
            token=token,
            path=path,
            than=READ[0],
            says=READ[1],
            loses="defence",
            source=READ[2],
            label=label,
            own=True,
            silent=True,
        )
        for token, path in PODS.items()
        for label in READS
    ),
    *(
        Weaker(
            token=token,
            path=path,
            than=of_containers(than, *inner),
            says=says,
            loses=loses,
            source=source,
            label=".".join(("containers", *inner)),
        )
        for token, path in PODS.items()
        for inner, than, says, loses, source in _OF_CONTAINERS
    ),
    *(
        Weaker(
            token=token,
            path=path,
            than=of_containers(from_another_registry, "image"),
            says="its program comes from a registry that others come from",
            loses="way",
            source=_IMAGES,
            only_made=True,
            label="containers.image",
        )
        for token, path in PODS.items()
    ),
    Weaker(
        token=SERVICE_ACCOUNT,
        path=("automountServiceAccountToken",),
        than=stays(*FALSE),
        says="its pods have no token of the cluster",
        loses="defence",
        source=_TOKENS,
    ),
    *(
        Weaker(
            token=CRON_JOB,
            path=("spec", name),
            than=than,
            says=says,
            loses="defence",
            source="Kubernetes documentation, CronJob",
        )
        for name, than, says in (
            ("suspend", becomes(*TRUE), "it runs"),
            ("schedule", less_often, "it runs as often as it must"),
            ("startingDeadlineSeconds", no_less, "it runs late, rather than not at all"),
        )
    ),
    *(
        Weaker(
            token=token,
            path=(*path[:-2], "activeDeadlineSeconds"),
            than=halved,
            says="it has the time that its work takes",
            loses="room",
            source="Kubernetes documentation, Jobs, Job termination and cleanup",
        )
        for token, path in PODS.items()
        if token != tokens.DEPLOYMENT
    ),
    Weaker(
        token=tokens.JOB,
        path=("spec", "suspend"),
        than=becomes(*TRUE),
        says="it runs",
        loses="defence",
        source="Kubernetes documentation, Jobs, Suspending a Job",
    ),
)
