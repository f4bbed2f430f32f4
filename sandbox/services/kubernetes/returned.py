"""Values that the Kubernetes API gives back in another form than they were sent.

pulumi-kubernetes compares the live object, cut to what the program gave, with the program's, both brought into the form
of client-go's types (`provider/pkg/provider/provider.go`, Diff; `provider/pkg/clients/unstructured.go`, Normalize; read
in July 2026). Objects of custom resources have no such form: there every spelling counts.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from sandbox.model.returned import Kind, Shows, Value, filled, late
from sandbox.model.rows import Alike, Returned
from sandbox.services.kubernetes.names import quantity

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs

_NORMALIZE = "pulumi-kubernetes, provider/pkg/clients/unstructured.go, Normalize"
_DIFF = "pulumi-kubernetes, provider/pkg/provider/provider.go, Diff"
_API = "Kubernetes API reference"
_AMOUNTS = frozenset({"limits", "requests", "hard", "capacity", "overhead"})
"""Properties that hold quantities by name (Kubernetes API reference)."""
_AMOUNT = frozenset({"sizeLimit", "averageValue", "divisor"})
"""Properties that are one quantity."""


def amounts(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    """An object with its quantities as numbers."""
    if isinstance(value, list):
        return [amounts(item, _inputs) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, item in value.items():
        if key in _AMOUNTS and isinstance(item, dict):
            found[key] = {name: _amount(amount) for name, amount in item.items()}
        else:
            found[key] = _amount(item) if key in _AMOUNT else amounts(item, _inputs)
    return found


def _amount(value: Any) -> Any:  # noqa: ANN401 - any property value
    number = quantity(value)
    return value if number is None else number.normalize()


def _namespace(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return None if value == "default" else value


def _undated(_value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return None


EVERY_KIND = (
    Value(
        "",
        Kind.FORM,
        "`1000m`, `2048Mi`",
        "`1`, `2Gi`",
        f"pulumi-kubernetes 644; {_NORMALIZE}",
        same=amounts,
    ),
)
"""Of the kinds that are part of Kubernetes itself."""
EVERY_OBJECT = (
    Value("metadata.namespace", Kind.DEFAULT, "nothing, or `default`", "`default`", _DIFF, same=_namespace),
    Value(
        "metadata.resourceVersion",
        Kind.DROPPED,
        "a version, with server-side apply",
        "the server's own",
        "pulumi-kubernetes 2121",
        same=_undated,
    ),
    late("status", "a new object", "its controller's, which the provider waits for", "pulumi-kubernetes, await logic"),
)


def _encoded(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    """A Secret with `stringData` laid over `data`, as the API server does it."""
    texts, data = value.get("stringData"), value.get("data")
    data = {key: _spaceless(item) for key, item in data.items()} if isinstance(data, dict) else {}
    if isinstance(texts, dict):
        data |= {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
    rest = {key: item for key, item in value.items() if key not in {"data", "stringData"}}
    return {**rest, "data": data} if data else rest


def _spaceless(value: Any) -> Any:  # noqa: ANN401 - any property value
    try:
        return base64.b64encode(base64.b64decode(value)).decode() if isinstance(value, str) else value
    except (binascii.Error, ValueError):
        return value


SECRET = (
    Value(
        "",
        Kind.FORM,
        "`stringData`, or base64 with spaces in `data`",
        "`data` in base64 without spaces",
        f"pulumi-kubernetes 2511, 2715; {_NORMALIZE}",
        same=_encoded,
    ),
)


def _unpreserved(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return None if value is False else value


DEFINITION = (
    Value(
        "spec.preserveUnknownFields",
        Kind.DROPPED,
        "`false`",
        "nothing",
        f"pulumi-kubernetes 2505; {_NORMALIZE}",
        same=_unpreserved,
    ),
    Value("status", Kind.DROPPED, "a status", "the server's", f"pulumi-kubernetes 2512; {_NORMALIZE}", same=_undated),
)


def _pods(at: str) -> tuple[Value, ...]:
    probes = ("livenessProbe", "readinessProbe", "startupProbe")
    numbers = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
    return (
        filled(f"{at}.restartPolicy", "Always", f"{_API}, PodSpec"),
        filled(f"{at}.dnsPolicy", "ClusterFirst", f"{_API}, PodSpec"),
        filled(f"{at}.schedulerName", "default-scheduler", f"{_API}, PodSpec"),
        filled(f"{at}.terminationGracePeriodSeconds", 30, f"{_API}, PodSpec"),
        *(
            filled(f"{at}.containers[*].{probe}.{name}", number, f"{_API}, Probe")
            for probe in probes
            for name, number in numbers.items()
        ),
        filled(f"{at}.containers[*].ports[*].protocol", "TCP", f"{_API}, ContainerPort"),
    )


_TEMPLATE = _pods("spec.template.spec")
DEPLOYMENT = (
    *_TEMPLATE,
    filled("spec.replicas", 1, f"{_API}, DeploymentSpec"),
    filled("spec.revisionHistoryLimit", 10, f"{_API}, DeploymentSpec"),
    filled("spec.progressDeadlineSeconds", 600, f"{_API}, DeploymentSpec"),
)
STATEFUL_SET = (
    *_TEMPLATE,
    filled("spec.podManagementPolicy", "OrderedReady", f"{_API}, StatefulSetSpec"),
    filled("spec.revisionHistoryLimit", 10, f"{_API}, StatefulSetSpec"),
)
DAEMON_SET = (*_TEMPLATE, filled("spec.revisionHistoryLimit", 10, f"{_API}, DaemonSetSpec"))


def _addressed(inputs: Inputs) -> bool:
    spec = inputs.get("spec")
    return not isinstance(spec, dict) or spec.get("type") != "ExternalName"


SERVICE = (
    filled("spec.type", "ClusterIP", f"{_API}, ServiceSpec"),
    filled("spec.sessionAffinity", "None", f"{_API}, ServiceSpec"),
    filled("spec.internalTrafficPolicy", "Cluster", f"{_API}, ServiceSpec", when=_addressed),
    filled("spec.ports[*].protocol", "TCP", f"{_API}, ServicePort"),
)
NETWORK_POLICY = (
    filled("spec.ingress[*].ports[*].protocol", "TCP", f"{_API}, NetworkPolicyPort"),
    filled("spec.egress[*].ports[*].protocol", "TCP", f"{_API}, NetworkPolicyPort"),
)
AUTOSCALER = (
    filled("spec.minReplicas", 1, f"{_API}, HorizontalPodAutoscalerSpec"),
    Value(
        "spec.metrics",
        Kind.ORDER,
        "cpu before memory",
        "memory before cpu, where the server stores version 1 (unverified for 1.30 and later)",
        "kubernetes 74099, 74484",
        Shows.EVERY_PREVIEW,
    ),
)
CRON_JOB = (
    filled("spec.concurrencyPolicy", "Allow", f"{_API}, CronJobSpec"),
    filled("spec.successfulJobsHistoryLimit", 3, f"{_API}, CronJobSpec"),
    filled("spec.failedJobsHistoryLimit", 1, f"{_API}, CronJobSpec"),
    filled("spec.suspend", False, f"{_API}, CronJobSpec"),  # noqa: FBT003 - the default itself
)
JOB = (
    filled("spec.backoffLimit", 6, f"{_API}, JobSpec"),
    filled("spec.completions", 1, f"{_API}, JobSpec"),
    filled("spec.parallelism", 1, f"{_API}, JobSpec"),
)
CLAIM = (
    filled("spec.volumeMode", "Filesystem", f"{_API}, PersistentVolumeClaimSpec"),
    late("spec.volumeName", "a new claim", "empty until it is bound", f"{_API}, PersistentVolumeClaimSpec"),
)
PRIORITY_CLASS = (filled("preemptionPolicy", "PreemptLowerPriority", f"{_API}, PriorityClass"),)
STORAGE_CLASS = (
    filled("reclaimPolicy", "Delete", f"{_API}, StorageClass"),
    filled("volumeBindingMode", "Immediate", f"{_API}, StorageClass"),
)
RELEASE = (
    Value(
        "values",
        Kind.FORM,
        "`null`, to take a chart's default away",
        "kept, and compared with the program's (older providers dropped it)",
        "pulumi-kubernetes 2997",
        elsewhere=True,
    ),
)
_BUILT_IN = (
    "apps",
    "autoscaling",
    "batch",
    "core",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
)
_KINDS = {
    "apiextensions.k8s.io/v1:CustomResourceDefinition": DEFINITION,
    "apps/v1:DaemonSet": DAEMON_SET,
    "apps/v1:Deployment": DEPLOYMENT,
    "apps/v1:StatefulSet": STATEFUL_SET,
    "autoscaling/v2:HorizontalPodAutoscaler": AUTOSCALER,
    "batch/v1:CronJob": CRON_JOB,
    "batch/v1:Job": JOB,
    "core/v1:PersistentVolumeClaim": CLAIM,
    "core/v1:Pod": _pods("spec"),
    "core/v1:Secret": SECRET,
    "core/v1:Service": SERVICE,
    "helm.sh/v3:Release": RELEASE,
    "networking.k8s.io/v1:NetworkPolicy": NETWORK_POLICY,
    "scheduling.k8s.io/v1:PriorityClass": PRIORITY_CLASS,
    "storage.k8s.io/v1:StorageClass": STORAGE_CLASS,
}
ALIKE = (
    Alike("kubernetes:*", returned=Returned(values=EVERY_OBJECT)),
    *(Alike(f"kubernetes:{group}/*", returned=Returned(values=EVERY_KIND)) for group in _BUILT_IN),
    *(Alike(f"kubernetes:{kind}", returned=Returned(values=values)) for kind, values in _KINDS.items()),
)
"""What a kind's own defaults are, and what holds for all of them."""
