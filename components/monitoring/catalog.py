"""The kinds of things that are watched; alarms, alerts, dashboards and the tests of runbooks follow from this map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .kind import Kind
from .kinds.application import APPLICATION
from .kinds.autoscaler import AUTOSCALER
from .kinds.backups import BACKUPS
from .kinds.bill import BILL
from .kinds.cache import CACHE
from .kinds.certificates import CERTIFICATES
from .kinds.database import DATABASE
from .kinds.gateway import GATEWAY
from .kinds.load_balancer import LOAD_BALANCER
from .kinds.nodes import NODES
from .kinds.objectives import OBJECTIVES
from .kinds.pods import PODS, ROLLOUTS
from .kinds.pooler import POOLER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .alarm_spec import AlarmSpec
    from .alerts import Alert, Scope
    from .kind import ClusterKind, Target
    from .panels import Dashboard, Panel

KINDS: dict[str, Kind[Any] | ClusterKind] = {
    "bill": BILL,
    "nodes": NODES,
    "application": APPLICATION,
    "objectives": OBJECTIVES,
    "autoscaler": AUTOSCALER,
    "pods": PODS,
    "gateway": GATEWAY,
    "load balancer": LOAD_BALANCER,
    "database": DATABASE,
    "pooler": POOLER,
    "rollouts": ROLLOUTS,
    "cache": CACHE,
    "backups": BACKUPS,
    "certificates": CERTIFICATES,
}
"""In the order in which their panels stand on a dashboard that they share."""


def kind_of(target: Target) -> Kind[Any]:
    """The kind of a target; a target of no kind is refused."""
    for kind in KINDS.values():
        if isinstance(kind, Kind) and type(target) is kind.target:
            return kind
    raise ValueError(f"target {target.name!r}: {type(target).__name__} is of no kind in `monitoring.catalog.KINDS`")


def alarms_of(target: Target) -> tuple[AlarmSpec, ...]:
    """The CloudWatch alarms of one target."""
    return kind_of(target).alarms(target)


def alerts(scope: Scope) -> tuple[Alert, ...]:
    """Every alert of the platform's Kubernetes side."""
    return tuple(alert for kind in KINDS.values() if not isinstance(kind, Kind) for alert in kind.alerts(scope))


def dashboards(scope: Scope, targets: Sequence[Target] = ()) -> tuple[Dashboard, ...]:
    """Every dashboard, one for each system; a system of which nothing runs has none."""
    found: dict[Dashboard, list[Panel]] = {}
    for kind in KINDS.values():
        if isinstance(kind, Kind):
            mine = [target for target in targets if isinstance(target, kind.target)]
            shown = kind.panels(mine) if mine else {}
        else:
            shown = kind.panels(scope)
        for board, panels in shown.items():
            found.setdefault(board, []).extend(panels)
    return tuple(replace(board, panels=tuple(panels)) for board, panels in found.items())
