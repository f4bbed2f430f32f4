"""Puts what a seed file says into the simulated cloud, and takes it out again when the file no longer says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from sandbox.cloud import Cloud, CloudObject
from sandbox.invokes.matching import schemas, usual
from sandbox.invokes.places import at
from sandbox.model.place import HOME
from sandbox.model.rows import Seen
from sandbox.providers.computed import computed_outputs, following, merge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sandbox.model.place import Place
    from sandbox.seed.entries import Existing

_NOBODYS = "urn:existing::"
"""How the URN of an object begins that no program made: one of the engine's has the URN of its stack."""


def is_seeded(item: CloudObject) -> bool:
    """Whether an object existed beforehand and no program has taken it over."""
    return item.urn.startswith(_NOBODYS)


def as_object(item: Existing, place: Place, cloud: Cloud | None = None) -> CloudObject:
    """What the cloud knows of an object that exists, in its own place or else in this one.

    What the seed file leaves out its type has as any other object; what only the schema speaks of is marked.

    Args:
        item: the entry.
        place: where it is if it does not say so.
        cloud: what exists beside it; None where nothing is to be asked.
    """
    here = at(place, item.region, item.account)
    schema = schemas().get(item.type)
    regional = schema is not None and item.type.startswith("aws:") and "region" in schema.inputs
    inputs = {**_named(item), **item.inputs, **({"region": here.of(item.inputs).region} if regional else {})}
    if schema is not None and item.type.startswith("aws:") and {"tags", "tagsAll"} <= {*schema.inputs, *schema.outputs}:
        inputs = {"tagsAll": item.inputs.get("tags") or {}, **inputs}
    known = computed_outputs(item.type, item.id, inputs, item.id, here)
    whole = computed_outputs(item.type, item.id, inputs, item.id, here, schema)
    follows = following(item.type, Seen(item.id, inputs, item.id, cloud, here.of(inputs))) if cloud is not None else {}
    general = {key: value for key, value in {**whole, **follows, **usual(item.type)}.items() if key not in known}
    # What nobody says of somebody else's object may be anything: programs can read it, no rule concludes from it.
    doubtful = tuple(key for key in general if key not in {**inputs, **item.outputs})
    filled = {**{key: general[key] for key in doubtful}, **inputs}
    outputs = merge(merge(filled, known), item.outputs)
    urn = f"{_NOBODYS}{item.type}::{item.id}"
    return CloudObject(item.type, item.id, urn, inputs, outputs, here.scope(item.type, inputs), made_up=doubtful)


def _named(item: Existing) -> dict[str, Any]:
    """What the id of a Kubernetes object says of it; everything has a `spec` that may have one."""
    schema = schemas().get(item.type)
    if schema is None or not item.type.startswith("kubernetes:") or "metadata" not in schema.inputs:
        return {}
    namespace, _, name = item.id.rpartition("/")
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"metadata": metadata, **({"spec": {}} if "spec" in schema.inputs else {})}


def planted(cloud: Cloud, existing: Iterable[Existing], place: Place) -> None:
    """See to it that these objects exist and no others of an earlier seed file; what a program took over stays."""
    entries = tuple(existing)
    for _ in range(2):  # what follows from another entry is known when all of them are there
        _plant(cloud, [as_object(item, place, cloud) for item in entries])


def _plant(cloud: Cloud, objects: list[CloudObject]) -> None:
    wanted = {(item.token, item.id, item.scope) for item in objects}
    there = {(item.token, item.id, item.scope): item for item in cloud.all()}
    gone = [item for key, item in there.items() if is_seeded(item) and key not in wanted]
    if gone:
        cloud.forget(gone)
    for item in objects:
        before = there.get((item.token, item.id, item.scope))
        if before is None or (is_seeded(before) and before != item):
            cloud.put(item)


def home_of(config_file: Path) -> Place:
    """Where the provider of a stack works that the program does not make itself."""
    try:
        document = yaml.safe_load(config_file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return HOME
    config = document.get("config") if isinstance(document, dict) else None
    region = config.get("aws:region") if isinstance(config, dict) else None
    return at(HOME, region) if isinstance(region, str) else HOME


def taken(cloud: Cloud, token: str, identity: str) -> str | None:
    """Why an object with this id cannot be made: one of the seed file has it. None where none has."""
    there = cloud.get(token, identity)
    if there is None or not is_seeded(there):
        return None
    return (
        f"{token.rsplit(':', 1)[1]} {identity} exists already and is not the program's (AlreadyExists)\n"
        f"  fix: import it (`ResourceOptions(import_={identity!r})`), read it with `.get`, or give another name"
    )
