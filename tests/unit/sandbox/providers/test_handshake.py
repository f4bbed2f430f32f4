"""What a simulated provider tells the engine at the first contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pulumi.runtime.proto import provider_pb2

from sandbox.providers.provider import SandboxProvider

if TYPE_CHECKING:
    import grpc

    from sandbox.protocol.packages import Package
    from sandbox.providers.deps import Deps


class Named:
    name = "aws"


def test_the_engine_is_told_in_the_handshake_that_secrets_and_configured_names_are_taken() -> None:
    provider = SandboxProvider(cast("Package", Named()), cast("Deps", None))
    found = provider.Handshake(provider_pb2.ProviderHandshakeRequest(), cast("grpc.ServicerContext", None))
    assert found.accept_secrets
    assert found.supports_autonaming_configuration
