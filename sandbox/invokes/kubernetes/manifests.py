"""YAML manifests as the kubernetes provider reads them (pulumi-kubernetes, `kubernetes:yaml:decode`).

Its parser is Go's, which takes fewer words for numbers and dates than PyYAML: `22:80` and `2026-01-01` are texts there,
`1e3` is a number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.invokes.errors import LookUpError
from sandbox.services.kubernetes.kinds import Kind

if TYPE_CHECKING:
    from sandbox.invokes.answers import Asked

_INT = re.compile(r"[-+]?(0b[01_]+|0o?[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$")
_FLOAT = re.compile(
    r"([-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$"
)
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:timestamp")


class _Loader(yaml.SafeLoader):
    """Resolves plain words as Go's parser does."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own name for what a loader resolves
        first: [(tag, pattern) for tag, pattern in known if tag not in _NUMBERS]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver(_NUMBERS[0], _INT, list("-+0123456789"))
_Loader.add_implicit_resolver(_NUMBERS[1], _FLOAT, list("-+.0123456789"))


def documents(text: str) -> list[dict[str, Any]]:
    """The objects of a text of one or more YAML documents; what names no kind is skipped.

    Raises:
        LookUpError: the text is no YAML, or a document is no object.
    """
    found: list[dict[str, Any]] = []
    try:
        for number, document in enumerate(yaml.load_all(text, Loader=_Loader), start=1):
            if document is not None and not isinstance(document, dict):
                raise LookUpError(f"error converting YAML to JSON: document {number} is no object")
            if document and document.get("kind") and document.get("apiVersion"):
                found.append(_plain(document))
    except yaml.YAMLError as error:
        raise LookUpError(f"error converting YAML to JSON: {error}") from error
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """With texts as names: JSON has no others."""
    if isinstance(value, dict):
        return {_name(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _name(key: Any) -> str:  # noqa: ANN401 - whatever YAML holds
    return str(key).lower() if isinstance(key, bool) else str(key)


def with_namespace(item: dict[str, Any], namespace: str) -> dict[str, Any]:
    """An object in a namespace where it names none and its kind lives in one."""
    metadata = item.get("metadata") or {}
    if not namespace or metadata.get("namespace") or not kind(item).namespaced:
        return item
    return {**item, "metadata": {**metadata, "namespace": namespace}}


def kind(item: dict[str, Any]) -> Kind:
    """The kind of an object."""
    group, _, version = str(item["apiVersion"]).rpartition("/")
    return Kind(group, version, str(item["kind"]))


def decode(asked: Asked) -> dict[str, Any]:
    """The objects of a text, in the order in which they stand."""
    namespace = str(asked.args.get("defaultNamespace") or "")
    return {"result": [with_namespace(item, namespace) for item in documents(str(asked.args.get("text") or ""))]}
