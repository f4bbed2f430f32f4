"""Amazon Resource Names in the simulated account (AWS Service Authorization Reference, Resource types)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.outputs import ACCOUNT, REGION

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs


def region_of(inputs: Inputs) -> str:
    """The region of a resource: its own, or the provider's."""
    return str(inputs.get("region") or REGION)


def arn(service: str, resource: str, inputs: Inputs, *, regional: bool = True) -> str:
    """The ARN of a resource."""
    return f"arn:aws:{service}:{region_of(inputs) if regional else ''}:{ACCOUNT}:{resource}"


def general_outputs(token: str, name: str, inputs: Inputs, identity: str) -> dict[str, Any]:
    """What every AWS type has whose row says nothing of its outputs: an ARN in the usual form."""
    service, kind = token.split(":")[1].split("/", maxsplit=1)[0], token.rsplit(":", 1)[1]
    return {"arn": arn(service, f"{kind.lower()}/{inputs.get('name') or identity or name}", inputs)}
