"""Components that a package builds in its own plugin: nobody here knows what they are made of, so they are refused."""

# ruff: noqa: N802 - names and signatures of the methods are the protocol's
from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

if TYPE_CHECKING:
    from typing import NoReturn


class RefusesComponents(provider_pb2_grpc.ResourceProviderServicer):
    """The two methods of a provider that build components and call their methods."""

    def Construct(
        self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConstructResponse:
        """Refuse a remote component by its name."""
        _refuse(request.type, context)

    def Call(self, request: provider_pb2.CallRequest, context: grpc.ServicerContext) -> provider_pb2.CallResponse:
        """Refuse a method of one."""
        _refuse(request.tok, context)


def _refuse(token: str, context: grpc.ServicerContext) -> NoReturn:
    package = token.partition(":")[0]
    context.abort(
        grpc.StatusCode.UNIMPLEMENTED,
        f"{token} is built by the plugin of {package} itself, out of resources that only it knows: not simulated\n"
        "  fix: rehearse the program without it, with what it makes declared or named as existing",
    )
    raise AssertionError("abort has ended the call")
