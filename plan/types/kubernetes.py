"""What runs in the cluster, or is kept in it: the cluster encrypts what its API server stores.

Minutes are how long the provider waits for objects to be ready (Pulumi Kubernetes documentation, await logic).
"""

from __future__ import annotations

from plan import tokens
from plan.types.model import (
    DRAWN,
    REST,
    Holds,
    Noun,
    ResourceType,
    by_rule,
    encrypted,
    free,
    minutes,
    nothing_asked,
    nothing_kept,
    part,
)

ON_THE_NODES = "runs on the nodes"
STORED = nothing_asked("the cluster encrypts what its API server stores (its encryptionConfig)")

KUBERNETES: tuple[ResourceType, ...] = (
    ResourceType(
        token="kubernetes:core/v1:Namespace",
        noun=REST,
        bill=free(ON_THE_NODES),
        at_rest=nothing_kept(),
        holds=Holds(what="namespace", guards=(), carries=True),
        quotas=(),
    ),
    ResourceType(
        token=tokens.DEPLOYMENT,
        noun=DRAWN,
        bill=free(ON_THE_NODES),
        at_rest=nothing_asked("its disks are those of the nodes"),
        holds=None,
        quotas=(),
        minutes=minutes(10, 10),
        bears="its pods go",
    ),
    ResourceType(
        token=tokens.JOB,
        noun=REST,
        bill=free(ON_THE_NODES),
        at_rest=nothing_asked("its disks are those of the nodes"),
        holds=None,
        quotas=(),
        minutes=minutes(10, 10),
    ),
    ResourceType(
        token=tokens.RELEASE,
        noun=DRAWN,
        bill=by_rule("release"),
        at_rest=nothing_asked("its volumes are of the StorageClass, which encrypts them"),
        holds=None,
        quotas=(),
        minutes=minutes(10, 10, 10),
        bears="everything in its chart goes",
    ),
    ResourceType(
        token="kubernetes:core/v1:PersistentVolumeClaim",
        noun=REST,
        bill=by_rule("volume claim"),
        at_rest=nothing_asked("its volumes are of the StorageClass, which encrypts them"),
        holds=Holds(what="volume", guards=()),
        quotas=(),
    ),
    part("kubernetes:core/v1:Secret", free(ON_THE_NODES), Noun("Kubernetes Secret"), STORED),
    part("kubernetes:monitoring.coreos.com/v1:PodMonitor", free(ON_THE_NODES), Noun("pod monitor")),
    part(
        "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
        free(ON_THE_NODES),
        Noun("set of Prometheus rules", "sets of Prometheus rules"),
    ),
    part("kubernetes:storage.k8s.io/v1:StorageClass", free(ON_THE_NODES), at_rest=encrypted("parameters.encrypted")),
    part(tokens.SERVICE, free(ON_THE_NODES), bears="its name leads nowhere"),
    part(
        "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding",
        free(ON_THE_NODES),
        bears="the load balancer does not find the gateway's pods",
    ),
    *(part(token, free(ON_THE_NODES), DRAWN) for token in (tokens.HPA, tokens.SCALED_OBJECT)),
    *(
        part(token, free(ON_THE_NODES))
        for token in (
            tokens.CONFIG_MAP,
            tokens.VERTICAL,
            "kubernetes:batch/v1:CronJob",
            "kubernetes:core/v1:ServiceAccount",
            "kubernetes:networking.k8s.io/v1:NetworkPolicy",
            "kubernetes:policy/v1:PodDisruptionBudget",
            tokens.PRIORITY_CLASS,
        )
    ),
)
