"""What a storage driver does: a volume for each claim, in the zone of the node that the scheduler chose for its pod.

Binding, and keeping a pod in its volume's zone from then on, is the work of the real controllers and scheduler. That a
volume takes time to be made, or to leave a node that is dead, is not played.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.drill.recorder import name_of

if TYPE_CHECKING:
    from sandbox.drill.api import ClusterApi
    from sandbox.kubernetes.api import Manifest

CHOSEN = "volume.kubernetes.io/selected-node"
"""Annotation by which the scheduler tells a driver where (Kubernetes documentation, "Well-Known Labels, Annotations and
Taints")."""
ZONE = "topology.kubernetes.io/zone"
_ATTACHMENTS = "storage.k8s.io/v1", "VolumeAttachment"


def provide(api: ClusterApi) -> None:
    """Make the volumes that claims wait for, and attach those that are to be attached."""
    waiting = [claim for claim in api.find("v1", "PersistentVolumeClaim") if not claim["spec"].get("volumeName")]
    if waiting:
        zones = {
            node["metadata"]["name"]: (node["metadata"].get("labels") or {}).get(ZONE, "")
            for node in api.find("v1", "Node")
        }
        for claim in waiting:
            zone = zones.get((claim["metadata"].get("annotations") or {}).get(CHOSEN, ""))
            if zone:
                api.apply(volume(claim, zone), force=True)
    for item in api.find(*_ATTACHMENTS):
        if not (item.get("status") or {}).get("attached"):
            api.patch(item, {"status": {"attached": True}}, "status")


def volume(claim: Manifest, zone: str) -> Manifest:
    """The volume of a claim. One of EBS is of one zone for ever (Amazon EBS User Guide, "Amazon EBS volumes")."""
    metadata, spec = claim["metadata"], claim["spec"]
    home = {"nodeSelectorTerms": [{"matchExpressions": [{"key": ZONE, "operator": "In", "values": [zone]}]}]}
    name = f"pvc-{metadata['uid']}"
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "accessModes": spec["accessModes"],
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                **{key: metadata[key] for key in ("name", "namespace", "uid")},
            },
            "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": name},
            "nodeAffinity": {"required": home},
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": spec.get("storageClassName") or "",
        },
    }


def held(api: ClusterApi, workload: Manifest, lost: set[str]) -> list[str]:
    """The volumes of a StatefulSet's claims that are in lost zones: its pods wait for them as long as that lasts."""
    templates = workload["spec"].get("volumeClaimTemplates") or ()
    names = {f"{item['metadata']['name']}-{workload['metadata']['name']}-" for item in templates}
    found = []
    for item in api.find("v1", "PersistentVolume"):
        owner = item["spec"].get("claimRef") or {}
        mine = owner.get("namespace") == workload["metadata"]["namespace"] and any(
            str(owner.get("name")).startswith(name) for name in names
        )
        if mine and lost & _zones(item):
            found.append(name_of(owner))
    return found


def _zones(item: Manifest) -> set[str]:
    terms = ((item["spec"].get("nodeAffinity") or {}).get("required") or {}).get("nodeSelectorTerms") or ()
    return {
        value
        for term in terms
        for rule in term.get("matchExpressions") or ()
        if rule["key"] == ZONE
        for value in rule["values"]
    }
