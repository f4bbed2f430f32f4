"""What a resource type accepts and returns, derived from the installed SDK: the schema oracle of the sandbox.

The SDKs are generated from the providers' schemas, so names, types, required inputs, nested objects, enums, secrets and
outputs can be read back from them. They do not carry replacement rules, value ranges or formats.
"""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi import _types

from sandbox.cache import cache_directory, write_atomically
from sandbox.protocol.elsewhere import derived_elsewhere
from sandbox.protocol.packages import environment, packages, resource_class
from sandbox.protocol.sdk_types import Derivation, JsonType, args_class, required, secrets

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["JsonType", "ResourceSchema", "SchemaOracle", "derive"]

FORMAT = 4
"""Raised when the derived form changes, so that older cache files are not read."""


@dataclass(frozen=True)
class ResourceSchema:
    """The inputs and outputs of one resource type, in the provider's camelCase names.

    Attributes:
        token: the type token.
        inputs: every input by type.
        required: inputs that must be given.
        outputs: every output by type; of one that may be absent only the name is known.
        present: outputs that a resource always has.
        secret_inputs: what the SDK marks as secret before it is sent.
        secret_outputs: what the SDK marks as secret in the state.
        types: nested objects of the inputs by name: `{"properties": {name: type}, "required": [...]}`.
        returned: nested objects of the outputs by name, each with its properties by type.
    """

    token: str
    inputs: dict[str, JsonType]
    required: tuple[str, ...]
    outputs: dict[str, JsonType]
    present: tuple[str, ...]
    secret_inputs: tuple[str, ...]
    secret_outputs: tuple[str, ...]
    types: dict[str, dict[str, Any]] = field(repr=False)
    returned: dict[str, dict[str, JsonType]] = field(repr=False)

    @property
    def computed(self) -> tuple[str, ...]:
        """Outputs that are never inputs: only the provider knows them."""
        return tuple(name for name in self.outputs if name not in self.inputs)

    @property
    def promised(self) -> tuple[str, ...]:
        """Computed outputs that a resource will have; of Kubernetes' objects the SDK marks none as optional."""
        bare = self.token.startswith("kubernetes:")
        return tuple(name for name in self.computed if bare or name in self.present)


def derive(token: str) -> ResourceSchema:
    """Read the schema of one type from its SDK class (10 to 500 ms, depending on nested types).

    Raises:
        KeyError: no installed SDK registers this token.
    """
    if environment().interpreter is not None:
        return _restored(token, derived_elsewhere(token))
    cls = resource_class(token)
    derivation = Derivation()
    args = args_class(cls)
    hints = _types.input_type_types(args) if args is not None else {}
    inputs = {name: derivation.type_of(hint) for name, hint in hints.items()}
    secret_inputs, secret_outputs = secrets(cls)
    outputs, present = derivation.outputs(cls)
    return ResourceSchema(
        token=token,
        inputs=inputs,
        required=tuple(required(args)) if args is not None else (),
        outputs=outputs,
        present=present,
        secret_inputs=tuple(secret_inputs),
        secret_outputs=tuple(secret_outputs),
        types=derivation.types,
        returned=derivation.returned,
    )


class SchemaOracle:
    """Schemas by token, derived once per SDK version and kept in the user's cache directory."""

    def __init__(self) -> None:
        self._known: dict[str, ResourceSchema] = {}
        self._loaded: set[str] = set()
        self._changed: set[str] = set()
        self._lock = threading.Lock()

    def get(self, token: str) -> ResourceSchema | None:
        """The schema of a type, or None when no installed SDK knows it."""
        package = token.split(":", 1)[0]
        if package not in packages():
            return None
        with self._lock:
            self._load(package)
            if token not in self._known:
                try:
                    self._known[token] = derive(token)
                except KeyError:
                    return None
                self._changed.add(package)
            return self._known[token]

    def flush(self) -> None:
        """Write newly derived schemas to the cache; a read-only cache costs time on the next run, nothing else."""
        with self._lock:
            for package in sorted(self._changed):
                with contextlib.suppress(OSError):
                    self._save(package)
            self._changed.clear()

    @staticmethod
    def _path(package: str) -> Path:
        return cache_directory() / "schemas" / f"{package}-{packages()[package].version}-f{FORMAT}.json"

    def _load(self, package: str) -> None:
        if package in self._loaded:
            return
        self._loaded.add(package)
        try:
            stored = json.loads(self._path(package).read_text(encoding="utf-8"))
            found = {token: _restored(token, fields) for token, fields in stored.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return  # no cache yet, or a broken one: it is derived again
        self._known.update(found)

    def _save(self, package: str) -> None:
        stored = {
            token: stored_form(schema)
            for token, schema in sorted(self._known.items())
            if token.startswith(f"{package}:")
        }
        write_atomically(self._path(package), json.dumps(stored, separators=(",", ":")))


def stored_form(schema: ResourceSchema) -> dict[str, Any]:
    """A schema as JSON."""
    return {name: getattr(schema, name) for name in _FIELDS}


def _restored(token: str, fields: dict[str, Any]) -> ResourceSchema:
    values: dict[str, Any] = {key: tuple(value) if key in _TUPLES else value for key, value in fields.items()}
    return ResourceSchema(token=token, **values)


_TUPLES = ("required", "present", "secret_inputs", "secret_outputs")
_FIELDS = (*_TUPLES, "inputs", "outputs", "types", "returned")
