"""Properties of Kubernetes that must not become weaker in silence.

Sources are its documentation and KEDA's; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.selectors import directions
from plan.tolerance import much_less, much_more
from plan.types.weaker.model import (
    TRUE,
    Weaker,
    at_least,
    becomes,
    changes,
    gains,
    no_less,
    number,
    ranked,
    stays,
    written,
)
from plan.types.weaker.ways import older_version, wide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.types.weaker.kubernetes.ways import Than
    from plan.types.weaker.model import Loses

_NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_STANDARD = "pod-security.kubernetes.io/enforce"
_ALL_OF_THEM = "100%"


def _may_go_at_once(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    return not _all_may_go(old) and _all_may_go(new)


def _all_may_go(spec: object) -> bool:
    """Whether a budget lets all pods of a workload go at once."""
    if not isinstance(spec, dict):
        return True
    if "maxUnavailable" in spec:
        return str(spec["maxUnavailable"]) == _ALL_OF_THEM
    return str(spec.get("minAvailable", 0)) in {"0", "0%", "0.0"}


def _opened(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    return bool(set(_open_sides(new)) - set(_open_sides(old)))


def _open_sides(spec: object) -> Iterator[tuple[str, str]]:
    """Every way in which a network policy lets everybody in or out, by side."""
    found = spec if isinstance(spec, dict) else {}
    types = directions(found)
    for side, peers in (("ingress", "from"), ("egress", "to")):
        if side.title() not in types:
            yield side, "not restricted at all"
            continue
        for rule in found.get(side) or ():
            given = rule.get(peers) if isinstance(rule, dict) else None
            ports = written(rule.get("ports") or "every port") if isinstance(rule, dict) else ""
            if not given or any(map(_anybody, given)):
                yield side, ports


def _anybody(peer: object) -> bool:
    block = peer.get("ipBlock") if isinstance(peer, dict) else None
    if isinstance(block, dict):
        return wide(block.get("cidr"))
    if not isinstance(peer, dict) or "podSelector" in peer or "namespaceSelector" not in peer:
        return False
    return not any((peer["namespaceSelector"] or {}).values())


def _many_at_once(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether far more of its pods may go at once, or far fewer must stay."""
    before, after = (side if isinstance(side, dict) else {} for side in (old, new))
    for name, far in (("maxUnavailable", much_more), ("minAvailable", much_less)):
        was, becomes_ = (_count(side.get(name)) for side in (before, after))
        if was and becomes_ is not None and far(was, becomes_):
            return True
    return False


def _count(value: object) -> float | None:
    return number(value.removesuffix("%") if isinstance(value, str) else value)


_OF_CLASSES: tuple[tuple[tuple[str, ...], Than, str, Loses], ...] = (
    (
        ("volumeBindingMode",),
        ranked("Immediate", "WaitForFirstConsumer"),
        "a volume is made in the zone of its pod",
        "way",
    ),
    (("allowVolumeExpansion",), stays(*TRUE), "a volume grows before it is full", "room"),
    (("provisioner",), changes, "its volumes are made by this driver", "way"),
    (("parameters", "type"), becomes("standard", "sc1", "st1", "gp2"), "its volumes are fast enough", "room"),
)
"""Properties of a class of volumes."""

OBJECTS_WEAKER: tuple[Weaker, ...] = (
    Weaker(
        token="kubernetes:policy/v1:PodDisruptionBudget",
        path=("spec",),
        than=_may_go_at_once,
        says="not all of its pods may go at once",
        loses="redundancy",
        source="Kubernetes documentation, Specifying a Disruption Budget for your Application",
    ),
    Weaker(
        token="kubernetes:policy/v1:PodDisruptionBudget",
        path=("spec",),
        than=_many_at_once,
        says="few of its pods go at once",
        loses="redundancy",
        source="Kubernetes documentation, Specifying a Disruption Budget for your Application",
        own=True,
    ),
    *(
        Weaker(
            token=token,
            path=("spec", name),
            than=at_least(2, absent=absent),
            says="a second pod goes on when one is lost",
            loses="redundancy",
            source="Kubernetes documentation, Horizontal Pod Autoscaling; KEDA documentation, ScaledObject",
        )
        for token, name, absent in (
            (tokens.HPA, "minReplicas", 1),
            (tokens.SCALED_OBJECT, "minReplicaCount", 0),
            # Where it is left out, an autoscaler decides.
            (tokens.DEPLOYMENT, "replicas", None),
        )
    ),
    Weaker(
        token=_NETWORK_POLICY,
        path=("spec",),
        than=_opened,
        says="only named pods and blocks reach them, or are reached by them",
        loses="defence",
        source="Kubernetes documentation, Network Policies",
    ),
    Weaker(
        token="kubernetes:core/v1:Namespace",
        path=("metadata", "labels", _STANDARD),
        than=ranked("privileged", "baseline", "restricted"),
        says="pods that could leave their box are refused",
        loses="defence",
        source="Kubernetes documentation, Pod Security Admission",
    ),
    Weaker(
        token="kubernetes:core/v1:Namespace",
        path=("metadata", "labels", f"{_STANDARD}-version"),
        than=older_version,
        says="what is refused follows what is known of ways out of a box",
        loses="defence",
        source="Kubernetes documentation, Pod Security Admission",
    ),
    Weaker(
        token="kubernetes:core/v1:Namespace",
        path=("metadata", "labels", "elbv2.k8s.aws/pod-readiness-gate-inject"),
        than=stays("enabled"),
        says="a rollout goes on when the load balancer leads to the new pods",
        loses="redundancy",
        source="AWS Load Balancer Controller documentation, Pod readiness gate",
    ),
    Weaker(
        token=tokens.DEPLOYMENT,
        path=("spec", "template", "spec", "securityContext", "runAsNonRoot"),
        than=stays(*TRUE),
        says="nothing in its pods runs as root",
        loses="defence",
        source="Kubernetes documentation, Pod Security Standards",
    ),
    Weaker(
        token=tokens.SERVICE,
        path=("spec", "type"),
        than=becomes("LoadBalancer", "NodePort"),
        made="spec",
        says="it is reached inside of the cluster alone",
        loses="defence",
        source="Kubernetes documentation, Service",
    ),
    Weaker(
        token=tokens.SERVICE,
        path=("spec", "externalIPs"),
        than=gains,
        says="it is reached inside of the cluster alone",
        loses="defence",
        source="Kubernetes documentation, Service, External IPs",
    ),
    Weaker(
        token="kubernetes:core/v1:PersistentVolumeClaim",
        path=("spec", "resources", "requests", "storage"),
        than=no_less,
        says="a volume never shrinks",
        loses="copies",
        source="Kubernetes documentation, Persistent Volumes",
    ),
    *(
        Weaker(
            token="kubernetes:storage.k8s.io/v1:StorageClass",
            path=path,
            than=than,
            says=says,
            loses=loses,
            source="Kubernetes documentation, Storage Classes",
        )
        for path, than, says, loses in _OF_CLASSES
    ),
    Weaker(
        token="kubernetes:storage.k8s.io/v1:StorageClass",
        path=("reclaimPolicy",),
        than=ranked("Delete", "Retain"),
        says="a volume outlives its claim",
        loses="copies",
        source="Kubernetes documentation, Storage Classes",
    ),
)
