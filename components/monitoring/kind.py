"""What is known of one kind of thing to watch: which resources it stands for, its alarms and its panels."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .alarm_spec import AlarmSpec
    from .alerts import Alert, Scope
    from .panels import Dashboard, Panel

Panels: TypeAlias = "Mapping[Dashboard, Sequence[Panel]]"
"""Panels by the dashboard that they stand on."""


@dataclass(frozen=True, kw_only=True)
class Target(ABC):
    """One thing of AWS to watch; each kind adds what its alarms and panels ask for.

    Attributes:
        name: logical name, stable: alarms are named after it.
    """

    name: str


T = TypeVar("T", bound=Target)


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[T]):
    """What CloudWatch measures.

    Attributes:
        target: the class of one such thing.
        watches: types of the resources that it stands for.
        alarms: the alarms of one.
        panels: of all of them together.
        told_by: what raises the alarm where CloudWatch does not; empty where it does.
    """

    target: type[T]
    watches: tuple[str, ...]
    alarms: Callable[[T], tuple[AlarmSpec, ...]]
    panels: Callable[[Sequence[T]], Panels]
    told_by: str = ""


@dataclass(frozen=True, kw_only=True)
class ClusterKind:
    """What Prometheus measures in the cluster.

    Attributes:
        alerts: the alerts of all of them.
        panels: of all of them.
        watches: types of AWS's resources that it stands for.
    """

    alerts: Callable[[Scope], tuple[Alert, ...]]
    panels: Callable[[Scope], Panels]
    watches: tuple[str, ...] = ()
