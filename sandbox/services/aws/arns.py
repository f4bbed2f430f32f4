"""Amazon Resource Names in the simulated account (AWS Service Authorization Reference, Resource types)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.derived.forms import arn_of, physical_name, values_of
from sandbox.model.outputs import short_hash

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place


def arn(service: str, resource: str, place: Place, *, regional: bool = True) -> str:
    """The ARN of a resource."""
    return f"arn:{place.partition}:{service}:{place.region if regional else ''}:{place.account}:{resource}"


def general_outputs(token: str, name: str, inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    """What every AWS type has whose row says nothing of its outputs: an ARN in its own form, else in the usual one."""
    service, kind = token.split(":")[1].split("/", maxsplit=1)[0], token.rsplit(":", 1)[1]
    values = values_of(physical_name(name, inputs), inputs, place, id=identity, kind=kind[:1].lower() + kind[1:])
    if (own := arn_of(token, short_hash(token, identity or name, length=40), values, place)) is not None:
        return {"arn": own}
    return {"arn": arn(service, f"{kind.lower()}/{inputs.get('name') or identity or name}", place)}
