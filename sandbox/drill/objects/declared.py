"""The objects that a program declares itself, out of its plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.drill.objects.model import DrillObject
from sandbox.drill.objects.unknown import Filler, object_name
from sandbox.kubernetes.cluster import identified, is_object

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import Plan, PlannedResource
    from sandbox.kubernetes.api import Manifest

UNANSWERED = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService")
"""Kinds that send the API server's requests to a pod: no pod of a drill answers, and everything would be refused."""
_PATCH = "Patch"


@dataclass(frozen=True)
class Declared:
    """What a program declares.

    Attributes:
        objects: in the order of the plan.
        omitted: what is left out, and why.
    """

    objects: tuple[DrillObject, ...]
    omitted: tuple[str, ...]


def declared(plan: Plan) -> Declared:
    """Every object of a plan that will exist, unknown values filled.

    Args:
        plan: a preview's, or of a stack that stands (`same` everywhere), in which everything is known.
    """
    items = [item for item in plan if item.op != "delete" and item.custom and is_object(item.type)]
    known = {item.urn: (_kind(item), object_name(_metadata(item), item.name)) for item in items}
    lonely = [name for kind, name in known.values() if kind == "Namespace"]
    found: list[DrillObject] = []
    omitted: list[str] = []
    for item in items:
        if item.type.endswith(_PATCH) and _kind(item) != item.type.rpartition(":")[2]:
            omitted.append(f"{item.name} ({item.type}) changes an object that exists already")
            continue
        for manifest in _expanded(_sent(item)):
            if manifest["kind"] in UNANSWERED:
                omitted.append(f"{manifest['kind']} {item.name}: nobody answers the API server's calls in a drill")
            elif _unknown_spec(manifest):
                omitted.append(f"{manifest['kind']} {item.name}: its whole spec is known only after an update")
            else:
                found.append(_filled(manifest, item, known, lonely))
    return Declared(tuple(found), tuple(omitted))


def from_manifests(manifests: Iterable[tuple[str, Manifest]]) -> Declared:
    """Objects of a rehearsal or a file, each with its URN or another word of where it is from."""
    found, omitted = [], []
    for urn, sent in manifests:
        for manifest in _expanded(plain(sent)):
            if manifest["kind"] in UNANSWERED:
                omitted.append(f"{manifest['kind']} {urn}: nobody answers the API server's calls in a drill")
                continue
            filler = Filler(urn, {})
            metadata = dict(manifest.get("metadata") or {})
            metadata["name"] = object_name(metadata, urn.rpartition("::")[2])
            made = filler.manifest({**manifest, "metadata": metadata})
            found.append(DrillObject(made, urn, "declared", tuple(filler.filled), tuple(filler.assumed)))
    return Declared(tuple(found), tuple(omitted))


def plain(value: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """A value without nulls and Pulumi's own keys; whole numbers are integers, as the API server wants them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None and not key.startswith("__")}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _sent(item: PlannedResource) -> Manifest:
    """The manifest of a resource; version and kind are the type's where the inputs leave them out."""
    said = identified(item.type, item.name)
    manifest: Manifest = plain(item.inputs)
    manifest.pop("status", None)
    return {"apiVersion": said["apiVersion"], "kind": said["kind"], **manifest}


def _expanded(manifest: Manifest) -> list[Manifest]:
    """The objects of a list, or the one that it is."""
    if str(manifest["kind"]).endswith("List") and isinstance(manifest.get("items"), list):
        return [item for item in manifest["items"] if isinstance(item, dict)]
    return [manifest]


def _unknown_spec(manifest: Manifest) -> bool:
    return isinstance(manifest.get("spec"), str)


def _kind(item: PlannedResource) -> str:
    return str(item.inputs.get("kind") or item.type.rpartition(":")[2])


def _metadata(item: PlannedResource) -> Manifest:
    metadata = item.inputs.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _filled(
    manifest: Manifest, item: PlannedResource, known: dict[str, tuple[str, str]], lonely: list[str]
) -> DrillObject:
    names: dict[str, list[str]] = {}
    for urn in item.dependencies:
        if urn in known:
            kind, name = known[urn]
            names.setdefault(kind, []).append(name)
    if len(lonely) == 1:
        names.setdefault("Namespace", lonely)
    metadata = manifest.get("metadata")
    metadata = dict(metadata) if isinstance(metadata, dict) else {}
    metadata["name"] = object_name(metadata, item.name)
    filler = Filler(item.urn, names, metadata["name"])
    metadata.pop("generateName", None)
    made = filler.manifest({**manifest, "metadata": metadata})
    return DrillObject(made, item.urn, "declared", tuple(filler.filled), tuple(filler.assumed))
