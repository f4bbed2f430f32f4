"""Provider truth: what the real services refuse, each rule with the public document that states it.

Value rules need nothing but the inputs: they run in every check, previews and unit tests included. Reference rules ask
what exists and run when something is created or updated. Deletion rules say why an object cannot go, and what else
goes or changes with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, RuleSet, Violation
from sandbox.model.place import HOME
from sandbox.model.taken import name_taken
from sandbox.protocol.validate import hidden
from sandbox.providers import deletion
from sandbox.services import FORM_RULES, REFERENCE_TABLES, ROWS, SETTLED_RULES, STATE_RULES, VALUE_RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sandbox.cloud import Cloud, CloudObject

__all__ = [
    "REFERENCE_RULES",
    "Context",
    "Rule",
    "Violation",
    "deletion_effects",
    "deletion_refusal",
    "reference_violations",
    "unsettled",
    "value_violations",
]

REFERENCE_RULES: tuple[Rule, ...] = (
    *(table.rule for table in REFERENCE_TABLES),
    name_taken(ROWS.values()),
    *STATE_RULES,
)
"""Every rule that asks what exists."""

_VALUES = RuleSet(VALUE_RULES)
_FORMS = RuleSet(FORM_RULES)
_REFERENCES = RuleSet(REFERENCE_RULES)
_SETTLED = RuleSet(SETTLED_RULES)


def value_violations(context: Context, refused: Iterable[Violation] = ()) -> list[Violation]:
    """Names, lengths, character sets, allowed numbers and conflicts between properties; asks no cloud.

    A property that breaks the definition of its custom resource is named once, whatever else may be said about it.

    Args:
        context: what is looked at.
        refused: what the schema says already; no rule sees these values, whose types it does not expect.
    """
    found = _FORMS.violations(context)
    named = {item.path for item in found}
    seen = hidden(context.inputs, named | {item.path for item in refused})
    return found + [item for item in _VALUES.violations(replace(context, inputs=seen)) if item.path not in named]


def reference_violations(context: Context) -> list[Violation]:
    """Objects that the inputs refer to and that do not exist or do not fit, and names that are taken."""
    return _REFERENCES.violations(context) if context.cloud is not None else []


@dataclass(frozen=True)
class Idle:
    """What a service accepted and does nothing with.

    Attributes:
        item: the object.
        found: where it stands in it, and what happens instead.
    """

    item: CloudObject
    found: Violation

    def __str__(self) -> str:
        """For people."""
        kind = self.item.token.rpartition(":")[2]
        return f"{kind} {self.item.name}: {self.found.path}: {self.found.reason}"


def unsettled(cloud: Cloud) -> list[Idle]:
    """What an update left behind that was accepted and cannot work; objects of others are never looked at."""
    return [
        Idle(item, found)
        for item in cloud.all()
        if not item.was_there
        for found in _SETTLED.violations(_alone(cloud, item))
    ]


def _alone(cloud: Cloud, item: CloudObject) -> Context:
    """An existing object, and what it sees from where it lies."""
    seen = cloud.within(item.token.partition(":")[0], item.scope)
    return Context(item.token, item.name, item.urn, item.inputs, seen, id=item.id, place=HOME.of(item.inputs))


def deletion_refusal(context: Context) -> str | None:
    """Why an object cannot be deleted now, or None."""
    return deletion.refusal(context)


def deletion_effects(context: Context) -> list[Callable[[Cloud], None]]:
    """What else happens when an object is deleted, to be applied to the cloud after it is gone."""
    return deletion.effects(context)
