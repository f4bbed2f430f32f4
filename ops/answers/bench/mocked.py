"""A whole stack under the SDK's mocks: what the program costs without an engine and without a cloud."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime.mocks import Mocks, set_mocks

from infra import garbage
from infra.stack import Platform
from ops.inputs.stack_file import settings_of
from sandbox.model.place import HOME
from sandbox.program.repairs import repaired
from sandbox.providers.computed import computed_outputs, merge, resource_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.answers.bench.gauge import Gauge


class Answers(Mocks):
    """Answers as the simulated cloud does; what a provider makes up is made up once for a type, name and inputs."""

    def __init__(self) -> None:
        self._made: dict[str, dict[str, Any]] = {}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Nothing is known of a cloud."""
        del args
        return {}, []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Identity and outputs of a resource."""
        if not args.custom:
            return None, args.inputs
        identity = args.resource_id or resource_id(args.typ, args.name, args.inputs, HOME)
        key = f"{args.typ} {args.name}"
        if key not in self._made:
            self._made[key] = computed_outputs(args.typ, args.name, args.inputs, identity, HOME)
        return identity, merge(args.inputs, self._made[key])


def run(
    stack: str, phase: str | None, flat: Callable[[], None] | None, gauge: Gauge, *, published: bool = False
) -> None:
    """Build twice and measure the second time: the first imports the SDKs' classes, and makes keys and passwords."""
    settings = settings_of(stack, None, phase)

    def program() -> None:
        if flat is not None:
            flat()
            return
        if not published:
            garbage.settle()
        Platform(settings)

    asyncio.set_event_loop(asyncio.new_event_loop())
    answers = Answers()
    with repaired(as_published=published):
        _build(program, answers, settings.stack)
        with gauge.of("mocks build"):
            _build(program, answers, settings.stack)


def _build(program: Callable[[], None], answers: Answers, stack: str) -> None:
    set_mocks(answers, project="bailbondpro", stack=stack)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK's decorator carries no types
    def build() -> None:
        program()

    build()
