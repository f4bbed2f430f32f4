"""Faults by operation, type and name: what may go wrong in a real cloud, on demand.

A fault is written `KIND:TYPE:NAME[:DETAIL]`, where TYPE and NAME may hold `*` and `?`. NAME is a logical name or its
last words: `primary` is `postgres-primary` and each shard's primary.

- `create:`, `update:`, `delete:` - the call fails once with nothing done;
- `partial:` - the object exists, but its creation is reported as failed, as an unready Deployment is;
- `slow:` - the creation takes DETAIL seconds (default 2) before it succeeds;
- `gone:` - the object is deleted behind the engine's back before the run;
- `drift:` - DETAIL `property=value` is changed behind the engine's back before the run; dots lead into the property.

Kubernetes objects that a real API server holds are deleted and changed there, as somebody else would do it.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, get_args

from sandbox.kubernetes.cluster import identified, is_object, uid_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.cloud import Cloud
    from sandbox.kubernetes.cluster import KubernetesCluster

FaultKind = Literal["create", "update", "delete", "partial", "slow", "gone", "drift"]
SLOW_SECONDS = 2.0


class FaultError(ValueError):
    """A fault that cannot be understood; the message shows the right form."""


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        kind: what goes wrong.
        type: pattern of the type token, for example `aws:rds/instance:Instance` or `aws:rds/*`.
        name: pattern of the logical name, or of what stands behind one of its hyphens.
        detail: seconds for `slow`, `property=value` for `drift`.
        times: how often it strikes each matching object; a rerun then goes through.
    """

    kind: FaultKind
    type: str
    name: str
    detail: str = ""
    times: int = 1

    def matches(self, token: str, name: str) -> bool:
        """Whether this fault strikes a resource."""
        return fnmatchcase(token, self.type) and any(fnmatchcase(name, form) for form in (self.name, f"*-{self.name}"))

    @property
    def seconds(self) -> float:
        """How long a slow creation takes."""
        return float(self.detail or SLOW_SECONDS)

    @property
    def change(self) -> tuple[str, Any]:
        """The property that drifts (dots lead into it), and its new value (JSON where it parses, else text)."""
        name, _, text = self.detail.partition("=")
        try:
            return name, json.loads(text)
        except ValueError:
            return name, text


def parse_fault(text: str) -> Fault:
    """Read a fault as it is given on the command line.

    The last part is the name: `create:aws:rds/instance:Instance:primary` has the type `aws:rds/instance:Instance`.

    Raises:
        FaultError: the text has another form.
    """
    kind, _, rest = text.partition(":")
    if kind not in get_args(FaultKind):
        raise FaultError(f"unknown fault {kind!r} in {text!r}; one of: {', '.join(get_args(FaultKind))}")
    parts = rest.split(":")
    detail = parts.pop() if _is_detail(kind, parts[-1]) else ""
    if kind == "drift" and not detail:
        raise FaultError(
            f"a drift names what changes, like drift:aws:ec2/vpc:Vpc:v:enableDnsSupport=false; got {text!r}"
        )
    if len(parts) < len(("type", "name")) or not all(parts):
        raise FaultError(f"a fault is KIND:TYPE:NAME, like create:aws:rds/instance:Instance:primary; got {text!r}")
    return Fault(kind, ":".join(parts[:-1]), parts[-1], detail)  # type: ignore[arg-type]  # membership was checked


def _is_detail(kind: str, text: str) -> bool:
    if kind == "drift":
        return "=" in text
    return kind == "slow" and text.replace(".", "", 1).isdigit()


@dataclass
class Faults:
    """The faults of one run, and which have struck already; thread-safe."""

    planned: tuple[Fault, ...] = ()
    struck: list[tuple[Fault, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Faults:
        """Faults from the command line.

        Raises:
            FaultError: one of them cannot be understood.
        """
        return cls(tuple(parse_fault(text) for text in texts))

    def strike(self, kind: FaultKind, token: str, name: str) -> Fault | None:
        """The fault that strikes this operation now, at most `times` times for each object."""
        with self._lock:
            for fault in self.planned:
                if fault.kind == kind and fault.matches(token, name):
                    before = sum(1 for other, struck in self.struck if other == fault and struck == name)
                    if before < fault.times:
                        self.struck.append((fault, name))
                        return fault
        return None

    def idle(self) -> list[Fault]:
        """The faults that have struck nothing, usually because of a misspelt type or name."""
        with self._lock:
            return [fault for fault in self.planned if all(fault != struck for struck, _ in self.struck)]

    def strike_cloud(self, cloud: Cloud, cluster: KubernetesCluster | None = None) -> list[str]:
        """Change or delete objects behind the engine's back; returns what was done, one line for each.

        Args:
            cloud: the simulated cloud.
            cluster: a real Kubernetes API that holds the kubernetes package's objects.

        Raises:
            ApiError: the API server refuses the change.
            ForeignClusterError: an object there is not the one that was rehearsed.
        """
        done = []
        for item in cloud.all():
            held = cluster if is_object(item.token) else None
            if self.strike("gone", item.token, item.name) is not None:
                if held is None:
                    cloud.delete(item.token, item.id)
                else:
                    held.delete(identified(item.token, item.id), uid_in(item.outputs))
                done.append(f"deleted {item.token} {item.name}")
            elif (fault := self.strike("drift", item.token, item.name)) is not None:
                name, value = fault.change
                if held is None:
                    item.inputs = changed(item.inputs, name, value)
                    item.outputs = changed(item.outputs, name, value)
                    cloud.put(item)
                else:
                    held.change(identified(item.token, item.id), uid_in(item.outputs), changed({}, name, value))
                done.append(f"changed {name} of {item.token} {item.name}")
        return done


def changed(properties: dict[str, Any], path: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - any property value
    """A copy of properties with another value at a dotted path."""
    name, _, rest = path.partition(".")
    below = properties.get(name)
    inner = changed(below if isinstance(below, dict) else {}, rest, value) if rest else value
    return {**properties, name: inner}
