"""Kubernetes: one service whose kinds lie in modules by API group, and what holds for all of them.

Sources: Kubernetes documentation and API reference; `pkg/apis/*/validation` of Kubernetes 1.35. What replaces a kind is
the list of pulumi-kubernetes, `provider/pkg/provider/diff.go` and `helm_release.go` (July 2026).
"""

from __future__ import annotations

from sandbox.model.rows import Alike, Service
from sandbox.services.kubernetes import (
    apps,
    autoscaling,
    batch,
    classes,
    core,
    everywhere,
    helm,
    networking,
    pairs,
    policy,
    rbac,
    returned,
)
from sandbox.services.kubernetes.custom import balancing, crd, keda, monitoring, vertical
from sandbox.services.kubernetes.pairs import words

_MODULES = (
    core,
    apps,
    batch,
    autoscaling,
    classes,
    networking,
    policy,
    rbac,
    helm,
    balancing,
    crd,
    keda,
    monitoring,
    vertical,
)

_AT_ONCE = words.told((*pairs.STATE, *crd.STATE))
_PAIRS = tuple(Alike(pattern, state=(rule,)) for rule in _AT_ONCE for pattern in rule.types)
KUBERNETES = Service(
    "kubernetes",
    "AWS Load Balancer Controller documentation, TargetGroupBinding",
    tuple(item for module in _MODULES for item in module.ROWS),
    (*everywhere.ALIKE, *keda.ALIKE, *_PAIRS, *returned.ALIKE),
)
SETTLED = words.told((*autoscaling.SETTLED, *vertical.SETTLED, *pairs.SETTLED))
"""What Kubernetes accepts and does nothing with, judged when an update has made everything."""
