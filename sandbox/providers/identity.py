"""The physical id of a new object, as its service makes it up or takes it from the name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.providers.computed import resource_id

if TYPE_CHECKING:
    from sandbox.cloud import Cloud
    from sandbox.model.place import Place
    from sandbox.protocol.schema import ResourceSchema


def identified(  # noqa: PLR0917 - as many parts has an object
    cloud: Cloud, token: str, name: str, inputs: dict[str, Any], place: Place, schema: ResourceSchema | None
) -> tuple[str, str]:
    """The id of a new object, and the name that it was made from.

    A service that makes up its ids never gives one out twice; where the id is the object's name, the rules have
    seen to it that no other object carries it.
    """
    attempt, seed = 1, name
    identity = resource_id(token, seed, inputs, place, schema)
    while cloud.get(token, identity) is not None or cloud.marked(token, identity):
        attempt += 1
        again = resource_id(token, f"{name}#{attempt}", inputs, place, schema)
        if again == identity:
            break  # named by its inputs
        identity, seed = again, f"{name}#{attempt}"
    return identity, seed
