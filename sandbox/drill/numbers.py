"""How long a kubelet and what it runs take, where the objects themselves do not say it: each with where it is from."""

from __future__ import annotations

from dataclasses import dataclass

DOMAIN = "drill.example.com"
"""Prefix of the annotations and labels that only drills know (`example.com` is nobody's, RFC 2606)."""
KUBELET_LABEL = f"{DOMAIN}/kubelet"
"""On a node whose kubelet is alive; without it nobody renews its lease, and nobody starts or stops its pods."""
RUNS = "runs"
BROKEN_ANNOTATION = f"{DOMAIN}/not-ready"
"""On a node whose kubelet is alive and says that the node is not ready; the value is the reason."""


@dataclass(frozen=True)
class Number:
    """A number that a played kubelet goes by.

    Attributes:
        name: as the stages of `sandbox/drill/data` name it.
        value: seconds.
        what: what it is, for people.
        source: the public document; empty where none says it.
        assumed: why this value where nothing says it; empty where the document does.
        annotation: of a pod or node, with another number of seconds for that one; empty where there is none.
    """

    name: str
    value: int
    what: str
    source: str = ""
    assumed: str = ""
    annotation: str = ""


NUMBERS = (
    Number(
        "lease_seconds",
        40,
        "a node's lease is good for, renewed every quarter of it",
        source="Kubernetes documentation, KubeletConfiguration, nodeLeaseDurationSeconds",
    ),
    Number(
        "status_seconds",
        300,
        "between two reports of an unchanged node status",
        source="Kubernetes documentation, KubeletConfiguration, nodeStatusReportFrequency",
    ),
    Number(
        "node_ready_seconds",
        10,
        "from a node's registration until its network works and it is ready",
        assumed="no document states it; some seconds in practice",
        annotation=f"{DOMAIN}/ready-seconds",
    ),
    Number(
        "start_seconds",
        5,
        "from a pod's binding until its containers run: image, volumes, sandbox",
        assumed="image on the node or pulled within seconds; depends on its size",
        annotation=f"{DOMAIN}/start-seconds",
    ),
    Number(
        "init_seconds",
        2,
        "that each init container runs",
        assumed="depends on what it does",
        annotation=f"{DOMAIN}/init-seconds",
    ),
    Number(
        "boot_seconds",
        5,
        "from a container's start until its probes succeed",
        assumed="depends on the program",
        annotation=f"{DOMAIN}/boot-seconds",
    ),
    Number(
        "gate_seconds",
        15,
        "from ready containers until the controllers behind readiness gates say yes",
        assumed="a load balancer's target is healthy after its checks; depends on their interval",
        annotation=f"{DOMAIN}/gate-seconds",
    ),
    Number(
        "stop_seconds",
        2,
        "from the stop signal until a program has ended",
        assumed="depends on the program; at most the grace period that is left",
        annotation=f"{DOMAIN}/stop-seconds",
    ),
    Number(
        "job_seconds",
        10,
        "that a Job's pod runs",
        assumed="depends on the job",
        annotation=f"{DOMAIN}/job-seconds",
    ),
)
