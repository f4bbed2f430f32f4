"""Every step of a preview as the engine wrote it: what is not understood is named, and nothing is left out.

`plan.model` makes one resource of each URN and refuses what it does not know. Whoever decides about a change needs both
sides of it, each property that forces a replacement, and what the document does not say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plan.model import Op, Plan

Kind = Literal["create", "update", "replace", "delete", "forget", "read", "same", "unknown"]
"""What happens to a resource. Forgotten is what leaves the state and stays in the cloud."""

KINDS: Mapping[str, Kind] = {
    "same": "same",
    "diff": "same",
    "refresh": "same",
    "extend-parameterize": "same",
    "create": "create",
    "import": "create",
    "update": "update",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import-replacement": "replace",
    "delete": "delete",
    "read": "read",
    "read-replacement": "read",
    "discard": "forget",
    "discard-replaced": "forget",
    "remove-pending-replace": "forget",
}
"""Every operation of the engine (Pulumi 3.259, `pkg/resource/deploy/step.go`)."""
WEIGHT: tuple[Kind, ...] = ("same", "read", "forget", "create", "update", "delete", "replace", "unknown")
"""Of several steps of one resource, the last of these says what happens to it."""
OPS: Mapping[Kind, Op] = {
    "create": "create",
    "update": "update",
    "replace": "replace",
    "delete": "delete",
    "forget": "delete",
    "read": "same",
    "same": "same",
    "unknown": "update",
}
STACK = "pulumi:pulumi:Stack"
PARTS = 3
"""Separators in a URN at least: between stack, project, types and name, which may have some of its own."""


@dataclass(frozen=True, kw_only=True)
class State:
    """One side of a step.

    Attributes:
        type: the type token.
        urn: its URN on this side; before a change it may have been another one, which an alias names.
        inputs: its inputs; secrets are masked, unknown values are the engine's markers.
        custom: False for components.
        protect: whether the engine refuses to delete it.
        retained: whether a deletion leaves it in the cloud (`retainOnDelete`).
        leftover: whether it is the old copy of something that was replaced and could not be deleted yet.
        external: whether it was only read.
        parent: URN of its parent.
        provider: URN and id of its provider.
        dependencies: URNs that it depends on.
        id: its physical id; empty for a component, and for what is not made yet.
        replacing: whether it was deleted and its replacement was not made (`pendingReplacement`).
        ignored: properties whose changes in the program the engine passes over (`ignoreChanges`).
        replaced_on: properties whose changes replace the resource, beside its provider's own (`replaceOnChanges`).
    """

    type: str
    urn: str
    inputs: dict[str, Any] = field(repr=False)
    custom: bool
    protect: bool
    retained: bool
    leftover: bool
    external: bool
    parent: str
    provider: str
    dependencies: tuple[str, ...]
    id: str = ""
    replacing: bool = False
    ignored: tuple[str, ...] = ()
    replaced_on: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a preview would do to one resource.

    Attributes:
        urn: the Pulumi URN.
        kind: what happens to it.
        ops: the engine's own words, in the order of its steps.
        before: as it is; None for what does not exist.
        after: as it will be; None for what goes.
        forced: properties that cannot change in place, as far as the engine says.
        changed: properties that differ.
        number: the place of its first step in the document, from 0.
        gone_first: whether the old one is deleted before there is a new one.
    """

    urn: str
    kind: Kind
    ops: tuple[str, ...]
    before: State | None
    after: State | None
    forced: tuple[str, ...]
    changed: tuple[str, ...]
    number: int
    gone_first: bool

    @property
    def state(self) -> State:
        """What it will be, else what it was."""
        found = self.after or self.before
        if found is None:
            raise AssertionError("a change without a state was never read")
        return found

    @property
    def type(self) -> str:
        """The type token."""
        return self.state.type

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.split("::", 3)[3]

    @property
    def leftover(self) -> bool:
        """Whether this is about the old copy of something that was replaced before."""
        return self.after is None and self.before is not None and self.before.leftover


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A step that nobody understands.

    Attributes:
        number: its place in the document, from 0.
        urn: its URN, or `step <number>` where it has none.
        why: what is wrong with it.
    """

    number: int
    urn: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A whole preview.

    Attributes:
        changes: what happens to each resource, in the order of the document; unchanged ones and components included.
        unread: steps that are none.
        hidden: how many unchanged resources it counts without naming them.
        lost: changes that it counts more of than it names, in words.
        errors: what the engine reports as errors: such a preview ends early.
        corrupt: whether the engine says that its state may be damaged.
        before: the plan of everything as it is.
        after: the plan of everything as it will be, with what goes.
        stack: URN of the stack, empty where nothing tells.
    """

    changes: tuple[Change, ...]
    unread: tuple[Unread, ...]
    hidden: int
    lost: tuple[str, ...]
    errors: tuple[str, ...]
    corrupt: bool
    before: Plan
    after: Plan
    stack: str
