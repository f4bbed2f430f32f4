"""Classes that pods and claims name and that are not there, and storage that pods cannot share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import block, items
from sandbox.services.aws.eks.access import ADDON
from sandbox.services.kubernetes.inventory import find, objects
from sandbox.services.kubernetes.kinds import Kind
from sandbox.services.kubernetes.pairs.cluster import PODS, closed, closed_namespace, pods_of, quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud

PRIORITY = Kind("scheduling.k8s.io", "v1", "PriorityClass")
RUNTIME = Kind("node.k8s.io", "v1", "RuntimeClass")
STORAGE = Kind("storage.k8s.io", "v1", "StorageClass")
CLAIM = Kind("", "v1", "PersistentVolumeClaim")
VOLUME = Kind("", "v1", "PersistentVolume")
BUILT_IN = frozenset({"system-cluster-critical", "system-node-critical"})
"""Kubernetes documentation, Pod Priority and Preemption."""
OF_EKS = frozenset({"gp2"})
"""What a new cluster of EKS has (Amazon EKS User Guide, Store Kubernetes volumes with Amazon EBS)."""
EBS = ("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs")
SHARED = frozenset({"ReadWriteMany", "ReadOnlyMany"})
_CLAIMS = ("kubernetes:core/v1:PersistentVolumeClaim",)
_STATEFUL = ("kubernetes:apps/v1:StatefulSet",)


def _priority(context: Context) -> Iterator[Violation]:
    cloud, found = context.cloud, pods_of(context)
    name = found.pod.get("priorityClassName") if found is not None else None
    if cloud is None or found is None or not isinstance(name, str) or not name or name in BUILT_IN:
        return
    if quiet(cloud) and find(cloud, PRIORITY, "", name) is None:
        yield Violation(
            f"{found.at}.priorityClassName",
            f'no PriorityClass "{name}" exists: no pod is made (FailedCreate: pods is forbidden: no PriorityClass with '
            f"name {name} was found); make it, or name one that exists",
        )


def _runtime(context: Context) -> Iterator[Violation]:
    cloud, found = context.cloud, pods_of(context)
    name = found.pod.get("runtimeClassName") if found is not None else None
    if cloud is None or found is None or not isinstance(name, str) or not name:
        return
    if quiet(cloud) and find(cloud, RUNTIME, "", name) is None:
        yield Violation(
            f"{found.at}.runtimeClassName",
            f'no RuntimeClass "{name}" exists: no pod is made (FailedCreate: pod rejected: RuntimeClass "{name}" not '
            "found); make it, or leave it out",
        )


def _more_classes(cloud: Cloud) -> bool:
    """Whether an add-on may bring classes of storage."""
    return any("efs" in str(item.inputs.get("addonName")) for item in cloud.of_type(ADDON))


def _missing_class(cloud: Cloud, name: object) -> bool:
    if not isinstance(name, str) or not name or name in OF_EKS or not closed(cloud) or _more_classes(cloud):
        return False
    return find(cloud, STORAGE, "", name) is None


def _missing(name: object) -> str:
    return (
        f'no StorageClass "{name}" exists: the claim stays Pending for ever (ProvisioningFailed: '
        f'storageclass.storage.k8s.io "{name}" not found); make the class, or name one that exists'
    )


def _claim(context: Context) -> Iterator[Violation]:
    spec, cloud = block(context.inputs, "spec"), context.cloud
    if cloud is None or spec.get("volumeName") or _static(cloud, spec.get("storageClassName")):
        return
    if _missing_class(cloud, spec.get("storageClassName")):
        yield Violation("spec.storageClassName", _missing(spec["storageClassName"]))
    if _on_ebs(cloud, spec.get("storageClassName")) and spec.get("volumeMode", "Filesystem") == "Filesystem":
        for index, mode in enumerate(spec.get("accessModes") or ()):
            if mode in SHARED:
                yield Violation(
                    f"spec.accessModes[{index}]",
                    f"{mode} of a volume of EBS, which one node attaches: the claim stays Pending for ever "
                    "(ProvisioningFailed: Volume capabilities not supported); use ReadWriteOnce, or a class of EFS",
                )


def _templates(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    for index, template in enumerate(items(block(context.inputs, "spec"), "volumeClaimTemplates")):
        name = block(template, "spec").get("storageClassName")
        if cloud is not None and not _static(cloud, name) and _missing_class(cloud, name):
            yield Violation(f"spec.volumeClaimTemplates[{index}].spec.storageClassName", _missing(name))


def _static(cloud: Cloud, name: object) -> bool:
    """Whether volumes that somebody made wait for claims of this class, which then needs no object."""
    return any(block(item.inputs, "spec").get("storageClassName") == name for item in objects(cloud, VOLUME))


def _on_ebs(cloud: Cloud, name: object) -> bool:
    found = find(cloud, STORAGE, "", str(name))
    return found is not None and not found.was_there and found.inputs.get("provisioner") in EBS


def _shared(context: Context) -> Iterator[Violation]:
    """Several pods of one claim that one node alone can mount."""
    cloud, found = context.cloud, pods_of(context)
    if cloud is None or found is None or (found.replicas or 0) <= 1 or found.kind == "StatefulSet":
        return
    for index, volume in enumerate(items(found.pod, "volumes")):
        name = block(volume, "persistentVolumeClaim").get("claimName")
        claim = find(cloud, CLAIM, found.namespace, name) if isinstance(name, str) else None
        spec = block(claim.inputs, "spec") if claim is not None else {}
        modes = set(spec.get("accessModes") or ())
        if modes and not modes & SHARED and _on_ebs(cloud, spec.get("storageClassName")):
            yield Violation(
                f"{found.at}.volumes[{index}].persistentVolumeClaim.claimName",
                f"{found.replicas:g} pods share {name!r}, a volume of EBS that one node attaches: pods of other nodes "
                "never start (FailedAttachVolume: Multi-Attach error for volume); use one pod, a StatefulSet with a "
                "claim for each, or a class of EFS",
            )


def _claims_exist(context: Context) -> Iterator[Violation]:
    cloud, found = context.cloud, pods_of(context)
    if cloud is None or found is None or not closed_namespace(cloud, found.namespace):
        return
    templates = items(block(context.inputs, "spec"), "volumeClaimTemplates")
    made = {block(template, "metadata").get("name") for template in templates}
    for index, volume in enumerate(items(found.pod, "volumes")):
        name = block(volume, "persistentVolumeClaim").get("claimName")
        if (
            isinstance(name, str)
            and volume.get("name") not in made
            and find(cloud, CLAIM, found.namespace, name) is None
        ):
            yield Violation(
                f"{found.at}.volumes[{index}].persistentVolumeClaim.claimName",
                f'no PersistentVolumeClaim "{name}" exists in {found.namespace}: the pods stay Pending '
                f'(FailedScheduling: persistentvolumeclaim "{name}" not found); make the claim',
            )


SETTLED = (
    Rule(
        "pod-priority-class",
        "Kubernetes documentation, Pod Priority and Preemption; Priority admission controller",
        PODS,
        _priority,
    ),
    Rule(
        "pod-runtime-class",
        "Kubernetes documentation, Runtime Class; RuntimeClass admission controller",
        PODS,
        _runtime,
    ),
    Rule("claim-class", "Kubernetes documentation, Persistent Volumes, Class; Access Modes", _CLAIMS, _claim),
    Rule(
        "claim-template-class", "Kubernetes documentation, StatefulSets, Volume Claim Templates", _STATEFUL, _templates
    ),
    Rule(
        "claim-shared",
        "Kubernetes documentation, Persistent Volumes, Access Modes; Amazon EBS CSI driver documentation",
        PODS,
        _shared,
    ),
    Rule("pod-claim", "Kubernetes documentation, Persistent Volumes, Claims As Volumes", PODS, _claims_exist),
)
"""What is accepted and does nothing, once everything is there."""
