"""Answers of the provider protocol that take more than a line: differences, what a preview knows, half-made objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import any_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from sandbox.protocol.wire import UNKNOWN, Unknown, encode

if TYPE_CHECKING:
    from sandbox.protocol.diff import Change

_KINDS = provider_pb2.PropertyDiff
_DIFF_KIND = {
    ("add", False): _KINDS.ADD,
    ("delete", False): _KINDS.DELETE,
    ("update", False): _KINDS.UPDATE,
    ("add", True): _KINDS.ADD_REPLACE,
    ("delete", True): _KINDS.DELETE_REPLACE,
    ("update", True): _KINDS.UPDATE_REPLACE,
}


def abort_half_made(
    context: grpc.ServicerContext, identity: str, inputs: dict[str, Any], outputs: dict[str, Any]
) -> None:
    """Report a creation as failed although the object exists, as the Kubernetes provider reports an unready one."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=identity, properties=encode(outputs), inputs=encode(inputs), reasons=["injected fault: not ready"]
        )
    )
    message = "injected fault: the object was created but did not become ready"
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message, details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, message)


def unknown_beyond(given: Any, added: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """What a preview knows of a computed value: inside an object that was given, only the new keys are unknown."""
    if isinstance(given, dict) and isinstance(added, dict):
        return {key: unknown_beyond(given.get(key), value) for key, value in added.items()}
    return UNKNOWN


def diff_response(found: list[Change], replaces: frozenset[str], *, delete_first: bool) -> provider_pb2.DiffResponse:
    """The changes, which of them replace, and whether the old object must go first."""
    response = provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
        hasDetailedDiff=bool(found),
        deleteBeforeReplace=delete_first and bool(replaces),
        diffs=sorted({str(change.keys[0]) for change in found}),
        replaces=sorted({str(change.keys[0]) for change in found if change.path in replaces}),
    )
    for change in found:
        replace = change.path in replaces and not isinstance(change.new, Unknown)
        entry = response.detailedDiff[change.path]
        entry.kind = _DIFF_KIND[change.kind, replace or change.path in replaces]
        entry.inputDiff = True
    return response
