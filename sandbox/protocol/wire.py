"""The provider protocol's values in Python: plain data, with secrets and unknowns as what they are.

Property bags travel as protobuf Structs; secrets, assets, resource references and unknowns are marked by signatures
that the Pulumi SDK defines (`sdk/go/common/resource/sig`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Unknown:
    """A value that is only known after an update; there is one, `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that must stay encrypted in state and hidden in output."""

    value: Any


def decode(struct: struct_pb2.Struct) -> dict[str, Any]:
    """A property bag as plain Python data; integral numbers become `int`."""
    return {key: _decode_value(value) for key, value in struct.fields.items()}


def _decode_value(value: struct_pb2.Value) -> Any:  # noqa: ANN401 - property values have any shape
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _decode_struct(value.struct_value)
    if kind == "list_value":
        return [_decode_value(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "string_value":
        return UNKNOWN if value.string_value == UNKNOWN_SENTINEL else value.string_value
    return value.bool_value if kind == "bool_value" else None


def _decode_struct(struct: struct_pb2.Struct) -> Any:  # noqa: ANN401 - property values have any shape
    signature = struct.fields[SIGNATURE_KEY].string_value if SIGNATURE_KEY in struct.fields else ""
    if signature == SECRET_SIGNATURE:
        return Secret(_decode_value(struct.fields["value"]))
    if signature == OUTPUT_SIGNATURE:
        inner = _decode_value(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
        return Secret(inner) if "secret" in struct.fields and struct.fields["secret"].bool_value else inner
    return decode(struct)


def encode(values: dict[str, Any]) -> struct_pb2.Struct:
    """Plain Python data as a property bag."""
    struct = struct_pb2.Struct()
    for key, value in values.items():
        struct.fields[key].CopyFrom(_encode_value(value))
    return struct


def _encode_value(value: Any) -> struct_pb2.Value:  # noqa: ANN401 - one return for each kind of value
    if isinstance(value, Unknown):
        return struct_pb2.Value(string_value=UNKNOWN_SENTINEL)
    if isinstance(value, Secret):
        return struct_pb2.Value(struct_value=encode({SIGNATURE_KEY: SECRET_SIGNATURE, "value": value.value}))
    if isinstance(value, dict):
        return struct_pb2.Value(struct_value=encode(value))
    if isinstance(value, (list, tuple)):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_encode_value(item) for item in value]))
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, (int, float)):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)


def unwrap(value: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """The value without secret envelopes, at any depth."""
    if isinstance(value, Secret):
        return unwrap(value.value)
    if isinstance(value, dict):
        return {key: unwrap(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unwrap(item) for item in value]
    return value


def without_nulls(value: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """The value without properties that are null: to a provider they are absent. Items of lists keep their place."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def has_unknown(value: Any) -> bool:  # noqa: ANN401 - property values have any shape
    """Whether any part of the value is only known after an update."""
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return isinstance(value, Unknown)


def has_secret(value: Any) -> bool:  # noqa: ANN401 - property values have any shape
    """Whether any part of the value is secret."""
    if isinstance(value, dict):
        return any(has_secret(item) for item in value.values())
    if isinstance(value, list):
        return any(has_secret(item) for item in value)
    return isinstance(value, Secret)
