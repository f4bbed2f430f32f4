"""The typed model of a pod with one main container: what a caller states, free of the SDK's nested input types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from .quantities import mebibytes, millicores

if TYPE_CHECKING:
    import pulumi

RUN_AS_ID = 10001
"""User and group of every container: unprivileged and above 10000, clear of any host account (kube-score)."""


@dataclass(frozen=True, kw_only=True)
class SpreadWish:
    """How evenly pods are spread over zones or nodes.

    Attributes:
        topology_key: the label of nodes that makes a domain.
        hard: a pod that would make it uneven waits; else it starts all the same.
        max_skew: how many pods a domain may have more than the emptiest one.
    """

    topology_key: str
    hard: bool
    max_skew: int = 1


SPREAD = (
    SpreadWish(topology_key="topology.kubernetes.io/zone", hard=True),
    SpreadWish(topology_key="kubernetes.io/hostname", hard=False),
)
"""Every pod of the platform: even over zones, and over nodes as well as it goes. Pods of one rollout are counted, so
that old ones do not skew new ones, and only nodes that would take the pod: a lost, drained or foreign node is no
domain (`nodeTaintsPolicy: Honor`, stable since Kubernetes 1.33; Kubernetes documentation, "Pod Topology Spread
Constraints"). Without that, every replacement of a lost zone's pods stays pending. `minDomains` is not set: it would
bring the same back once the lost nodes are removed."""


@dataclass(frozen=True, kw_only=True)
class ContainerPort:
    """A named TCP port of the container (1..65535)."""

    name: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Resources:
    """Requests and limits as Kubernetes quantities; the defaults are the guide's (Horizontal Scaling).

    The guide sets no ephemeral storage; the defaults keep one pod's logs and scratch files from filling a node.

    Raises:
        ValueError: a limit is below its request, or a text is no quantity.
    """

    cpu_request: str = "500m"
    memory_request: str = "512Mi"
    cpu_limit: str = "1000m"
    memory_limit: str = "1Gi"
    ephemeral_request: str = "256Mi"
    ephemeral_limit: str = "1Gi"

    def __post_init__(self) -> None:
        if millicores(self.cpu_limit) < millicores(self.cpu_request):
            raise ValueError(f"the cpu limit {self.cpu_limit} is below the request {self.cpu_request}")
        if mebibytes(self.memory_limit) < mebibytes(self.memory_request):
            raise ValueError(f"the memory limit {self.memory_limit} is below the request {self.memory_request}")
        if mebibytes(self.ephemeral_limit) < mebibytes(self.ephemeral_request):
            raise ValueError(
                f"the ephemeral-storage limit {self.ephemeral_limit} is below the request {self.ephemeral_request}"
            )


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A health probe: HTTP GET when `path` is set, a TCP connect otherwise. Times are in seconds.

    None leaves a field to the API server's default (Kubernetes documentation, "Configure Liveness, Readiness and
    Startup Probes": timeout 1 s, failure threshold 3).
    """

    port: int
    path: str | None = None
    initial_delay_seconds: int | None = None
    period_seconds: int = 10
    timeout_seconds: int | None = None
    failure_threshold: int | None = None


@dataclass(frozen=True, kw_only=True)
class EnvVar:
    """A plain environment variable. Never for a secret value."""

    name: str
    value: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class SecretEnvVar:
    """An environment variable that reads one key of a Kubernetes Secret."""

    name: str
    secret: str
    key: str


EnvEntry = EnvVar | SecretEnvVar


@dataclass(frozen=True, kw_only=True)
class FileMount:
    """Files from a Secret or a ConfigMap, mounted read-only as a directory."""

    kind: Literal["secret", "config_map"]
    name: str
    object_name: pulumi.Input[str]
    path: str


@dataclass(frozen=True, kw_only=True)
class ScratchMount:
    """An empty writable directory of limited size, because the root file system is read-only."""

    name: str
    path: str
    size: str = "64Mi"


Mount = FileMount | ScratchMount


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where pods may run: one node pool (by node label) and the taint that keeps others away from it.

    Empty strings mean any node without a taint.
    """

    label_key: str = ""
    label_value: str = ""
    taint_key: str = ""
    taint_value: str = ""


@dataclass(frozen=True, kw_only=True)
class Container:
    """A container of a pod.

    Attributes:
        name: container name.
        image: repository with tag or digest.
        command: replaces the image's entry point when not empty.
        pre_stop_seconds: how long the kubelet waits before it signals the process, so that load balancers stop
            sending first (native sleep action: needs no shell in the image).
        pre_stop_command: runs instead of the sleep, for a process that must be told to finish in its own way; it has
            to take at least `pre_stop_seconds`.
    """

    name: str
    image: pulumi.Input[str]
    resources: Resources
    ports: tuple[ContainerPort, ...]
    liveness: Probe
    readiness: Probe
    startup: Probe | None = None
    env: tuple[EnvEntry, ...] = ()
    command: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()
    pre_stop_seconds: int = 15
    pre_stop_command: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [entry.name for entry in self.env]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"container {self.name}: environment variables given twice: {', '.join(repeated)}")
        labels = [port.name for port in self.ports]
        if len(set(labels)) != len(labels):
            raise ValueError(f"container {self.name}: port names must be unique, got {labels}")


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """One pod annotation. A checksum of configuration here makes a change of it a rollout."""

    key: str
    value: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class PodTemplate:
    """A hardened pod with one main container, as every workload of the platform runs it.

    Attributes:
        app: value of the `app` label, the only selector label (it can never change).
        component: what the pod is, for `app.kubernetes.io/component`.
        container: the main container.
        sidecars: small containers beside it, such as a metrics exporter.
        termination_grace_seconds: must exceed `pre_stop_seconds` plus `longest_request_seconds`.
        longest_request_seconds: the longest time a request may still be served while the pod stops; the guide's
            longest proxy timeout is 60 (Load Balancing).

    Raises:
        ValueError: the grace period would cut requests off.
    """

    app: str
    component: str
    container: Container
    service_account: pulumi.Input[str]
    priority_class: str
    termination_grace_seconds: int = 90
    longest_request_seconds: int = 60
    annotations: tuple[Annotation, ...] = ()
    sidecars: tuple[Container, ...] = ()
    placement: Placement = field(default_factory=Placement)

    def __post_init__(self) -> None:
        needed = self.container.pre_stop_seconds + self.longest_request_seconds
        if self.termination_grace_seconds <= needed:
            raise ValueError(
                f"{self.app}: a grace period of {self.termination_grace_seconds} s cuts requests off: it must exceed"
                f" preStop {self.container.pre_stop_seconds} s + longest request {self.longest_request_seconds} s"
            )
