"""The provider process: gives out the schema and constructs components for programs in any language."""

from __future__ import annotations

import importlib
import json
import sys
from functools import cache, cached_property
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.provider import ConstructResult, Provider, main
from pulumi.provider.server import ComponentInitError

from .schema import package, token
from .shapes import args_type
from .values import record, state

if TYPE_CHECKING:
    from pulumi import Inputs

FACE = importlib.import_module("..", __package__)


@cache
def exported() -> tuple[type[pulumi.ComponentResource], ...]:
    """Every component of the face."""
    found = (getattr(FACE, name) for name in FACE.__all__)
    return tuple(item for item in found if isinstance(item, type) and issubclass(item, pulumi.ComponentResource))


def version() -> str:
    """The version of the installed wheel."""
    try:
        return metadata.version(FACE.DISTRIBUTION)
    except metadata.PackageNotFoundError:  # a checkout
        return "0.0.0"


class ComponentHost(Provider):
    """Constructs the components of the face."""

    def __init__(self) -> None:
        self.version = version()

    @cached_property
    def schema(self) -> str:  # type: ignore[override]  # read when it is asked for: it imports every SDK
        """The package schema as JSON."""
        return json.dumps(package(exported(), version()))

    def construct(
        self, name: str, resource_type: str, inputs: Inputs, options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """Make a component and what it consists of.

        Raises:
            InputPropertiesError: the inputs are not what the component takes; told to the user by property.
            ComponentInitError: the component failed.
        """
        component = _component(resource_type)
        args = record(args_type(component), inputs)
        try:
            made = component(name, args, options)
        except Exception as error:
            raise ComponentInitError(error) from error
        return ConstructResult(made.urn, state(made))


def _component(resource_type: str) -> Any:  # noqa: ANN401 - a component's class
    found = getattr(FACE, resource_type.rpartition(":")[2], None)
    if not (isinstance(found, type) and issubclass(found, pulumi.ComponentResource) and token(found) == resource_type):
        raise ValueError(f"this package has no component {resource_type}")
    return found


def serve() -> None:
    """Serve until the engine ends the process: how `PulumiPlugin.yaml` starts it."""
    main(ComponentHost(), sys.argv[1:])
