"""Rules about two objects that do not fit each other: what a service demands of one because of what the other is.

Such a rule speaks only of what it sees: an object that is not in the simulated cloud, a property that nobody knows, and
whatever an object that somebody else made leaves out are no reason to refuse anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sandbox.cloud import DIGEST
from sandbox.model.base import Context, Rule, Violation, values_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sandbox.cloud import Cloud, CloudObject


@dataclass(frozen=True, kw_only=True)
class PairRule(Rule):
    """A rule about two objects, with the words that a table of all of them shows.

    Attributes:
        refused: what is refused, in words.
        says: what the service answers, its error code first; empty where it accepts.
        happens: what happens where the service accepts what cannot work; empty where it refuses.
    """

    refused: str
    says: str = ""
    happens: str = ""


@dataclass(frozen=True)
class PairLine:
    """One line of the table of pair rules.

    Attributes:
        id: the rule's id.
        types: the types that it speaks of, or patterns of them.
        refused: what is refused.
        says: what the service answers, or empty.
        happens: what happens instead where the service accepts it, or empty.
        source: the public document.
    """

    id: str
    types: tuple[str, ...]
    refused: str
    says: str
    happens: str
    source: str


def pair(
    identity: str,
    check: Callable[[Context], Iterable[Violation]],
    *,
    refused: str,
    source: str,
    says: str = "",
    happens: str = "",
    at_once: bool = False,
) -> PairRule:
    """A pair rule whose messages end with what the service says, or with what happens where it says nothing.

    Args:
        identity: the rule's id.
        check: yields every misfit; a reason that ends with a bracket has the service's words already.
        refused: what is refused, in words.
        source: the public document.
        says: what the service answers, its error code first; empty where it accepts.
        happens: what happens where the service accepts what cannot work.
        at_once: the inputs alone tell, so that previews refuse it, too; else it is asked only where a cloud is.
    """
    tail = says or f"accepted, and then: {happens}"

    def run(context: Context) -> Iterator[Violation]:
        if at_once or context.cloud is not None:
            for found in check(context):
                ended = found.reason if found.reason.endswith(")") else f"{found.reason} ({tail})"
                yield replace(found, reason=ended)

    # The words of an answer that nobody saw are marked for people; the grades of certainty read the field.
    unverified = "the service's answer" if "unverified" in says else ""
    return PairRule(identity, source, (), run, unverified, refused=refused, says=says, happens=happens)


def table(rules: Iterable[Rule]) -> list[PairLine]:
    """The table of the pair rules among some rules, by id."""
    lines = [
        PairLine(rule.id, rule.types, rule.refused, rule.says, rule.happens, rule.source)
        for rule in rules
        if isinstance(rule, PairRule)
    ]
    return sorted(lines, key=lambda line: line.id)


def whole(item: CloudObject) -> bool:
    """Whether everything is known of an object, so that what it leaves out has its default."""
    return not item.was_there


def told(item: CloudObject, path: str, default: Any = None) -> Any:  # noqa: ANN401 - property values have any shape
    """A property of an object: what it was made with, else the default, else what its service computed.

    None says that nobody knows: a digest stands for a secret, what an object that somebody else made leaves out may be
    anything, and an output that the schema alone filled in proves nothing.
    """
    found = [value for _, value in values_at(item.inputs, path)]
    found = found or ([default] if default is not None and whole(item) else [])
    if path.partition(".")[0] not in item.made_up:
        found = found or [value for _, value in values_at(item.outputs, path)]
    value = found[0] if found else None
    return None if isinstance(value, dict) and DIGEST in value else value


def texts(inputs: dict[str, Any], *paths: str) -> list[tuple[str, str]]:
    """The known texts at some paths, each with where it stands."""
    return [(at, value) for path in paths for at, value in values_at(inputs, path) if isinstance(value, str) and value]


def find(cloud: Cloud, token: str, value: object, by: tuple[str, ...] = ("arn",)) -> CloudObject | None:
    """The object of a type with this id, or with this value in one of its properties."""
    if not isinstance(value, str) or not value:
        return None
    direct = cloud.get(token, value)
    if direct is not None:
        return direct
    return next(iter(cloud.having(token, _Told(by), (value,))), None)


@dataclass(frozen=True)
class _Told:
    """An object by what is told of it at some paths."""

    paths: tuple[str, ...]

    def __call__(self, item: CloudObject) -> set[str]:
        return {value for path in self.paths if isinstance(value := told(item, path), str)}


def others(context: Context, *tokens: str) -> Iterator[CloudObject]:
    """Every object of some types but the one that is being changed."""
    if context.cloud is None:
        return
    for token in tokens:
        for item in context.cloud.of_type(token):
            if token != context.token or item.id != context.id:
                yield item
