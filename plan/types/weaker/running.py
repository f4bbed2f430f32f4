"""Room, speed and the second one of something: what production must not lose in silence.

Sources are the documentation of the services; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import Any

from plan import tokens
from plan.tolerance import much_less
from plan.types.weaker.kubernetes.ways import deep
from plan.types.weaker.model import TRUE, Weaker, becomes, changes, keeps_all, no_less, number, stays
from plan.types.weaker.ways import appears, fewer, smaller_class

_HPA = "Kubernetes documentation, Horizontal Pod Autoscaling; KEDA documentation, ScaledObject"
_DEPLOYMENTS = "Kubernetes documentation, Deployments"
_TWO = 2
_HALF = 50
"""Percent of the pods of a Deployment that an update may take at once without that most of them go."""


def _most_go(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether an update may take half of the pods at once, and could not."""
    return not _at_once(old) and _at_once(new)


def _at_once(value: object) -> bool:
    share = number(value[:-1]) if isinstance(value, str) and value.endswith("%") else None
    return share is not None and share >= _HALF


def _many_go(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether an update may take several pods at once, as a number, and took one at the most."""
    before, after = (number(deep(side, "rollingUpdate", "maxUnavailable")) for side in (old, new))
    return after is not None and after > 1 and (before is None or before <= 1)


def _unasked(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a container that was asked whether it is ready is asked no more."""
    return bool(_asked(old) - _asked(new))


def _asked(containers: object) -> set[str]:
    listed = containers if isinstance(containers, list) else ()
    return {str(one.get("name")) for one in listed if isinstance(one, dict) and one.get("readinessProbe")}


def _far_fewer(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether there may be far fewer of something that scales, or no second one, or nobody says how many."""
    before, after = number(old), number(new)
    if before is None or after is None:
        return before is not None
    return much_less(before, after) or after < _TWO <= before


RUNNING_WEAKER: tuple[Weaker, ...] = (
    *(
        Weaker(token=token, path=path, than=than, says=says, loses="room", source=_HPA)
        for token, path, than, says in (
            (tokens.HPA, ("spec", "maxReplicas"), _far_fewer, "more pods come with more requests"),
            (tokens.SCALED_OBJECT, ("spec", "maxReplicaCount"), _far_fewer, "more pods come with more requests"),
            (tokens.HPA, ("spec", "minReplicas"), fewer, "these pods are there before a peak begins"),
            (tokens.SCALED_OBJECT, ("spec", "minReplicaCount"), fewer, "these pods are there before a peak begins"),
            (tokens.DEPLOYMENT, ("spec", "replicas"), fewer, "these pods are there before a peak begins"),
            (tokens.HPA, ("spec", "scaleTargetRef"), changes, "it looks after these pods"),
            (tokens.SCALED_OBJECT, ("spec", "scaleTargetRef"), changes, "it looks after these pods"),
            *(
                (tokens.SCALED_OBJECT, ("metadata", "annotations", f"autoscaling.keda.sh/{name}"), appears, "it scales")
                for name in ("paused", "paused-replicas")
            ),
        )
    ),
    *(
        Weaker(
            token=token,
            path=(name,),
            than=than,
            says=says,
            loses="room",
            source="Amazon RDS User Guide, DB instance classes, DB instance storage; ElastiCache User Guide, Nodes",
        )
        for token, name, than, says in (
            (tokens.DATABASE, "instanceClass", smaller_class, "it has the processors and the memory for its load"),
            (tokens.CACHE, "nodeType", smaller_class, "it has the processors and the memory for its load"),
            (tokens.DATABASE, "iops", no_less, "its disk is fast enough for its load"),
            (tokens.DATABASE, "storageThroughput", no_less, "its disk is fast enough for its load"),
            (tokens.DATABASE, "maxAllocatedStorage", no_less, "its disk grows before it is full"),
        )
    ),
    Weaker(
        token=tokens.LAUNCH_TEMPLATE,
        path=("instanceType",),
        than=smaller_class,
        says="its nodes have the processors and the memory for their pods",
        loses="room",
        source="Amazon EC2 User Guide, Amazon EC2 instance types",
    ),
    Weaker(
        token=tokens.NODE_GROUP,
        path=("scalingConfig", "maxSize"),
        than=_far_fewer,
        says="more nodes come with more pods",
        loses="room",
        source="Amazon EKS API Reference, NodegroupScalingConfig",
    ),
    *(
        Weaker(
            token=tokens.LOAD_BALANCER,
            path=(name,),
            than=than,
            says="it answers in each of its zones",
            loses="redundancy",
            source="Elastic Load Balancing, Network Load Balancers",
        )
        for name, than in (
            ("subnets", keeps_all),
            ("enableCrossZoneLoadBalancing", stays(*TRUE)),
            ("enableZonalShift", stays(*TRUE)),
        )
    ),
    *(
        Weaker(token=tokens.DEPLOYMENT, path=path, than=than, says=says, loses="redundancy", source=_DEPLOYMENTS)
        for path, than, says in (
            (("spec", "strategy", "type"), becomes("Recreate"), "pods answer while others are replaced"),
            (
                ("spec", "strategy", "rollingUpdate", "maxUnavailable"),
                _most_go,
                "pods answer while others are replaced",
            ),
            (("spec", "replicas"), becomes(0), "pods of it answer"),
            (("spec", "strategy"), _many_go, "pods answer while others are replaced"),
            (("spec", "paused"), becomes(*TRUE), "its pods follow its template"),
            (("spec", "template", "spec", "containers"), _unasked, "only pods that are ready get requests"),
        )
    ),
    Weaker(
        token="kubernetes:policy/v1:PodDisruptionBudget",
        path=("spec", "selector"),
        than=changes,
        says="these pods do not all go at once",
        loses="redundancy",
        source="Kubernetes documentation, Specifying a Disruption Budget for your Application",
    ),
)
