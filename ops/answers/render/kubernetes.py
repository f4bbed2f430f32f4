"""The Kubernetes objects of a stack as YAML files, for tools that read manifests. Secret values are left out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from ops.console import note
from ops.inputs.stack_file import settings_of
from plan.tokens import RELEASE
from planner.evidence import read_plan
from sandbox.cache import write_atomically
from sandbox.kubernetes.cluster import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plan import Plan, PlannedResource

HIDDEN = "[secret]"
"""What the engine writes where a secret stands."""
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes where a value is only known after an update (Pulumi SDK, unknown sentinel)."""
LATER = "known-after-update"
NAMESPACE = "kubernetes:core/v1:Namespace"
_TLS_KEYS = ("tls.crt", "tls.key")

Manifest = dict[str, Any]


class RenderError(ValueError):
    """The files cannot be written where they were asked for."""


@dataclass(frozen=True)
class Rendered:
    """What was written.

    Attributes:
        files: paths below the folder, in order.
        kinds: how many objects of each kind.
        charts: Helm releases, which Helm alone can render.
        unknown: objects with values that a first update would fill in.
    """

    files: tuple[str, ...]
    kinds: dict[str, int]
    charts: tuple[str, ...]
    unknown: tuple[str, ...]


def stack_plan(stack: str, phase: str | None, config: Path | None, file: Path | None) -> Plan:
    """The plan in a file, or that of a stack which is built in a simulated cloud first, so that every value is known.

    Raises:
        PlanError: the file is no engine preview.
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
    """
    if file is not None:
        return read_plan(file)
    settings_of(stack, config, phase)  # a mistake in the stack's name or file is said before the engine's modules load
    from ops.rehearsal.progress import progress  # noqa: PLC0415 - as below
    from ops.rehearsal.session import RehearseOptions, open_session  # noqa: PLC0415 - Pulumi is heavy; a file needs none

    options = RehearseOptions(stack, phase, fresh=True, config=config)
    with open_session(options, purpose="render") as (settings, engine, session):
        note(f"building {stack} in phase {settings.phase.value} with Pulumi {engine.version}, in a simulated cloud")
        with progress("update") as bar:
            session.up(bar)
        with progress("preview") as bar:
            return session.preview(bar)[0]


def write(plan: Plan, folder: Path) -> Rendered:
    """Write one file per object: `<namespace>/<kind>-<name>.yaml`, cluster-wide ones below `cluster/`.

    Args:
        plan: the plan.
        folder: a folder that is empty or does not exist yet.

    Raises:
        RenderError: the folder holds something.
        OSError: it cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise RenderError(f"{folder} is not empty; name a new folder, so that no file of an earlier run stays behind")
    found = manifests(plan)
    written = []
    for manifest in found:
        path = folder / _file(manifest)
        write_atomically(path, as_yaml(manifest), mode=0o644)
        written.append(str(path.relative_to(folder)))
    return Rendered(
        tuple(written),
        dict(sorted(Counter(str(item["kind"]) for item in found).items())),
        tuple(sorted(str(item.inputs.get("name") or item.name) for item in plan.of_type(RELEASE))),
        tuple(name for name, item in zip(written, found, strict=True) if LATER in as_yaml(item)),
    )


def manifests(plan: Plan) -> list[Manifest]:
    """Every Kubernetes object that will exist, in the engine's order; of secrets only the keys.

    Raises:
        RenderError: the plan does not say what an object is called or in which namespace it is.
    """
    objects = [
        _cleaned(_placed(plan, item))
        for item in plan
        if item.custom and item.op != "delete" and is_object(item.type) and "kind" in item.inputs
    ]
    keys = _secret_keys(objects)
    return [_ordered(_redacted(item, keys) if item["kind"] == "Secret" else item) for item in objects]


def _placed(plan: Plan, item: PlannedResource) -> Manifest:
    """An object's inputs with its namespace, where the preview of an empty cloud knows it of the namespace alone."""
    metadata = item.inputs.get("metadata")
    if not isinstance(metadata, dict) or UNKNOWN not in {metadata.get("name"), metadata.get("namespace")}:
        return item.inputs
    homes = {
        (home.inputs.get("metadata") or {}).get("name")
        for urn in item.dependencies
        if (home := plan.get(urn)) is not None and home.type == NAMESPACE
    }
    if metadata.get("name") == UNKNOWN or len(homes) != 1 or homes & {None, UNKNOWN}:
        raise RenderError(
            f"the plan does not say the name or the namespace of {item.name}, a {item.inputs.get('kind')}: it was made "
            "before they existed; render without --plan, which builds the stack in a simulated cloud first"
        )
    return {**item.inputs, "metadata": {**metadata, "namespace": homes.pop()}}


def as_yaml(manifest: Manifest) -> str:
    """A manifest as one YAML document; texts of several lines stay readable."""
    return yaml.dump(manifest, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - property values have any shape
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items() if item is not None and not key.startswith("__")}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return LATER if value == UNKNOWN else value


def _ordered(manifest: Manifest) -> Manifest:
    first: Manifest = {key: manifest[key] for key in ("apiVersion", "kind", "metadata") if key in manifest}
    return {**first, **{key: manifest[key] for key in sorted(manifest.keys() - first.keys())}}


def _file(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    name = re.sub(r"[^a-z0-9.-]", "-", f"{manifest['kind']}-{metadata['name']}".lower())
    return f"{metadata.get('namespace') or 'cluster'}/{name}.yaml"


def _secret_keys(objects: list[Manifest]) -> dict[str, set[str]]:
    """The keys that pods read of each Secret: the engine hides a Secret's content together with its keys."""
    found: dict[str, set[str]] = {}
    for reference in _references(objects):
        found.setdefault(str(reference["name"]), set()).update(
            str(item["key"]) for item in reference.get("items") or [reference] if "key" in item
        )
    return found


def _references(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - property values have any shape
    """Every mention of a Secret: `secretKeyRef`, and volumes by `secretName`."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        if isinstance(value.get("secretKeyRef"), dict):
            yield value["secretKeyRef"]
        if "secretName" in value:
            yield {"name": value["secretName"], "items": value.get("items") or [{}]}
        for item in value.values():
            yield from _references(item)


def _redacted(secret: Manifest, keys: dict[str, set[str]]) -> Manifest:
    kept = {key: value for key, value in secret.items() if key not in {"data", "stringData"}}
    known: set[str] = set(keys.get(str(secret["metadata"]["name"]), ()))
    if secret.get("type") == "kubernetes.io/tls":
        known.update(_TLS_KEYS)
    for part in ("data", "stringData"):
        if isinstance(secret.get(part), dict):
            known.update(secret[part])
    return {**kept, "stringData": dict.fromkeys(sorted(known), HIDDEN)}
