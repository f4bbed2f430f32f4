"""Components that a plugin builds itself."""

from __future__ import annotations

from typing import Any, NoReturn

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.providers.remote import RefusesComponents


class AbortedError(Exception):
    """What a call ends with."""


class Call:
    """A call that remembers what it was ended with."""

    said: tuple[grpc.StatusCode, str]

    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        self.said = (code, details)
        raise AbortedError


@pytest.mark.parametrize("method", ["Construct", "Call"])
def test_a_component_of_another_plugin_is_refused_by_its_name(method: str) -> None:
    call: Any = Call()
    request: Any = {
        "Construct": provider_pb2.ConstructRequest(type="awsx:ec2:Vpc"),
        "Call": provider_pb2.CallRequest(tok="awsx:ec2:Vpc/of"),
    }[method]
    with pytest.raises(AbortedError):
        getattr(RefusesComponents(), method)(request, call)
    assert call.said[0] is grpc.StatusCode.UNIMPLEMENTED
    assert "awsx:ec2:Vpc" in call.said[1]
    assert "built by the plugin of awsx" in call.said[1]
