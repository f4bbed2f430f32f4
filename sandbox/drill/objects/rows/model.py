"""What a row is made of. Paths lead through a chart's values, their keys separated by dots."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_VALUES: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True)
class Asked:
    """What a container requests where nothing is set.

    Attributes:
        cpu: as a Kubernetes quantity; empty for none.
        memory: the same.
        assumed: nobody looked it up in the row's document; a drill says so.
    """

    cpu: str = ""
    memory: str = ""
    assumed: bool = False


NOTHING = Asked()
"""The chart sets no requests by default."""


@dataclass(frozen=True)
class Container:
    """One container of a part.

    Attributes:
        name: as the chart calls it.
        resources: where its resources stand; the first path that is set counts.
        default: what it requests where none is set.
    """

    name: str
    resources: tuple[str, ...] = ()
    default: Asked = NOTHING


@dataclass(frozen=True, kw_only=True)
class Part:
    """One workload of a chart or add-on. `{release}` in a name or label is the name of the release.

    Attributes:
        name: of the workload.
        kind: of the workload.
        labels: that its selector asks for, as pairs.
        containers: what its pods hold.
        replicas: paths of the number of its pods, the first that is set counts; empty for a DaemonSet.
        replicas_default: where none is set.
        enabled: path of its switch; empty where it has none.
        enabled_default: where the switch is not set.
        priority: paths of its priority class.
        priority_default: where none is set; empty for none.
        node_selector: paths.
        tolerations: paths.
        tolerations_default: where none are set.
        affinity: paths.
        spread: paths of topology spread constraints.
        apart: topology over which its pods prefer to be apart by default; empty for none.
        apart_choice: path of `soft`, `hard` or nothing, and of its topology.
        budget: path of its PodDisruptionBudget.
        budget_switch: path of the budget's switch; empty where naming a number is the switch.
        budget_default: the budget where none is set.
        volume: name of its pods' volume claim, and path of the claim's spec; empty where they keep nothing.
        maker: the operator that makes the workload out of a custom resource; empty for what the chart holds itself.
        alerts: whether people are told of trouble by it, or not at all.
    """

    name: str
    kind: Literal["Deployment", "StatefulSet", "DaemonSet"] = "Deployment"
    labels: tuple[tuple[str, str], ...]
    containers: tuple[Container, ...]
    replicas: tuple[str, ...] = ()
    replicas_default: int = 1
    enabled: str = ""
    enabled_default: bool = True
    priority: tuple[str, ...] = ()
    priority_default: str = ""
    node_selector: tuple[str, ...] = ("nodeSelector",)
    tolerations: tuple[str, ...] = ("tolerations",)
    tolerations_default: tuple[Mapping[str, Any], ...] = ()
    affinity: tuple[str, ...] = ("affinity",)
    spread: tuple[str, ...] = ("topologySpreadConstraints",)
    apart: str = ""
    apart_choice: tuple[str, str] = ("", "")
    budget: str = ""
    budget_switch: str = ""
    budget_default: Mapping[str, Any] = field(default_factory=lambda: NO_VALUES)
    volume: tuple[str, str] = ("", "")
    maker: str = ""
    alerts: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One chart or EKS add-on.

    Attributes:
        name: of the chart or add-on.
        document: where its workloads and defaults were read.
        version: of the chart or add-on that was read; empty where nobody looked.
        read: the day; empty where nobody looked, and all of its numbers are assumed.
        parts: what it runs for as long as it is installed; hooks that end are left out.
        namespace: where an add-on runs; a chart runs in its release's.
    """

    name: str
    document: str
    version: str
    read: str
    parts: tuple[Part, ...]
    namespace: str = "kube-system"
