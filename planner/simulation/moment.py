"""One moment of a run, seen from all sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.simulation.flow import Flow, Traffic
    from planner.simulation.pods import Nodes, PodSet


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What is there at the end of a step.

    Attributes:
        now: the step's start in seconds.
        traffic: what happened to requests in it.
        flow: the platform and its lines.
        pods: the pods of each group.
        nodes: the nodes of the pool; None where none are simulated.
        gateways: ready gateway pods.
        cpu: millicores of a ready application pod.
        event: the one that struck last; empty before any did.
    """

    now: float
    traffic: Traffic
    flow: Flow
    pods: Sequence[PodSet]
    nodes: Nodes | None
    gateways: int
    cpu: float
    event: str = ""

    @property
    def ready(self) -> list[int]:
        """Ready pods of each group."""
        return [group.ready(self.now) for group in self.pods]
