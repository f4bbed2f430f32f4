"""Where the replicas of operators and add-ons stand: on different nodes and in different zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .operator_scheduling import Values

LABELS: Mapping[str, str] = {
    "app": "app",
    "dns": "k8s-app",
    "name": "app.kubernetes.io/name",
    "instance": "app.kubernetes.io/instance",
}
"""Label keys of the charts' selectors, by the short names that `spread` takes."""
ZONES = 2
"""In so many zones replicas stand, however many have nodes: the second is there for the first one's loss."""


def spread(**labels: str) -> list[Values]:
    """Never two replicas on one node or in one zone while another that takes pods has none.

    Nodes that take no pods do not count: a drained node or a lost zone would otherwise hold replicas back. A zone that
    is only preferred is not enough: after a zone was drained, both replicas stood in the next one that was lost. While
    one zone alone has nodes, the second replica waits for the node in another one that it makes the autoscaler add.

    Args:
        labels: that the chart's own selector asks for, by the short names of `LABELS`.
    """
    selector = {"matchLabels": {LABELS[key]: value for key, value in labels.items()}}
    return [
        {
            "maxSkew": 1,
            "topologyKey": topology,
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": selector,
            "nodeAffinityPolicy": "Honor",
            "nodeTaintsPolicy": "Honor",
            **fewest,
        }
        for topology, fewest in (
            ("kubernetes.io/hostname", {}),
            ("topology.kubernetes.io/zone", {"minDomains": ZONES}),
        )
    ]
