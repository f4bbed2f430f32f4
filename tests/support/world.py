"""A simulated cloud to ask the rules of the services about, without an engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.clock.modifying import keeping
from sandbox.cloud import Cloud, CloudObject
from sandbox.providers.computed import computed_outputs, merge
from sandbox.providers.rules import Context, deletion_effects, deletion_refusal, reference_violations, unsettled

if TYPE_CHECKING:
    from pathlib import Path


class World:
    """A cloud and what a provider would say about it."""

    def __init__(self, path: Path) -> None:
        self.cloud = Cloud(path / "cloud.jsonl")

    def add(self, token: str, identity: str, /, **inputs: object) -> World:
        """Put an object there without asking anybody."""
        outputs = merge(inputs, computed_outputs(token, identity, inputs, identity))
        item = CloudObject(token, identity, f"urn:pulumi:dev::p::{token}::{identity}", dict(inputs), outputs)
        self.cloud.put(replace(item, kept=keeping(item, inputs)))
        return self

    def create(self, token: str, /, **inputs: object) -> list[str]:
        """What the rules say to a new object."""
        return self._say(self.context(token, dict(inputs)))

    def update(self, token: str, identity: str, /, **changed: object) -> list[str]:
        """What the rules say to a change of an object."""
        item = self.cloud.get(token, identity)
        assert item is not None
        inputs = {**item.inputs, **changed}
        return self._say(Context(token, identity, item.urn, inputs, self.cloud, item.inputs, identity))

    def settled(self) -> list[str]:
        """What the rules say to what exists, once an update has made everything."""
        return [f"{idle.found.path}: {idle.found.reason}" for idle in unsettled(self.cloud)]

    def delete(self, token: str, identity: str) -> str | None:
        """Why an object cannot go; it goes where there is no reason."""
        context = Context(token, identity, "urn", {}, self.cloud, id=identity)
        reason = deletion_refusal(context)
        if reason is None:
            effects = deletion_effects(context)
            self.cloud.delete(token, identity)
            for effect in effects:
                effect(self.cloud)
        return reason

    def context(self, token: str, inputs: dict[str, object]) -> Context:
        """What a rule sees of a new object."""
        return Context(token, "new", "urn", inputs, self.cloud)

    @staticmethod
    def _say(context: Context) -> list[str]:
        return [f"{item.path}: {item.reason}" for item in reference_violations(context)]


def refused(found: list[str], path: str, *words: str) -> None:
    """One violation at this path that says these words."""
    assert [line.split(":")[0] for line in found] == [path], found
    for word in words:
        assert word in found[0]
