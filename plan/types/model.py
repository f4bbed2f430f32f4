"""One row for each resource type: everything that the tools outside of the simulation know of it.

What every type must say has no default: a row that leaves it out is refused by mypy and when it is imported, by the
name of what is missing. That there is nothing to say is said with `REST`, `nothing_kept()`, None or an empty tuple.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from plan.unknown import is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bailbondpro.facts.quotas import Quota

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True)
class Noun:
    """How a diagram shows it.

    Attributes:
        one: what a card counts it as, as in `1 subnet`; empty where no card counts it by itself.
        many: the plural, where it is more than an s.
        drawn: whether a box, or a line of its own on a card, shows it.
    """

    one: str
    many: str = ""
    drawn: bool = False


DRAWN = Noun("", drawn=True)
"""A box of the diagram, or a line of its own on a card, shows it."""
REST = Noun("")
"""A card counts it among its system's other resources."""


@dataclass(frozen=True)
class Bill:
    """What it costs.

    Attributes:
        rule: name of the rule that says what it is billed for (`planner.cost.charges`).
        free: why it costs nothing.
        unpriced: why nobody can say; the cost report names it.
    """

    rule: str = ""
    free: str = ""
    unpriced: str = ""


@dataclass(frozen=True)
class AtRest:
    """How what it keeps is encrypted.

    Attributes:
        properties: paths of inputs that must be set; `[*]` for every entry of a list, ` | ` between alternatives.
        by: the type that encrypts it, ` | ` between alternatives: one of it depends on the resource, or the resource on
            one of it.
        why: why nothing is asked of it.
    """

    properties: tuple[str, ...] = ()
    by: str = ""
    why: str = ""


@dataclass(frozen=True)
class Guard:
    """One protection of a service's own.

    Attributes:
        property: the input that decides it.
        holds: whether a value (None where it is absent) protects.
        wanted: what protects, for people.
        by_presence: whether any value protects: one that is not known yet does, too.
    """

    property: str
    holds: Callable[[Any], bool]
    wanted: str
    by_presence: bool = False

    def decided(self, value: object) -> bool:
        """Whether a plan says of a value that it protects, or that it does not."""
        return self.by_presence or not is_unknown(value)


@dataclass(frozen=True, kw_only=True)
class Holds:
    """What is lost with it, and which changes lose it.

    Attributes:
        what: what it holds, for people.
        guards: what its service can do against a deletion; none where only Pulumi can protect it.
        recoverable: whether it needs no protection, because its value is kept elsewhere.
        carries: whether others run on it, rather than that data lies in it.
        names: inputs that clients and other systems know it by: renamed, it is out of their reach.
        grows: numbers that hold data, which never become smaller.
        one_way: changes in place that cannot be taken back, with the reason.
    """

    what: str
    guards: tuple[Guard, ...]
    recoverable: bool = False
    carries: bool = False
    names: tuple[str, ...] = ()
    grows: tuple[str, ...] = ()
    one_way: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """What is known of one resource type.

    Attributes:
        token: the Pulumi type token.
        noun: what a diagram calls it.
        bill: what it costs.
        at_rest: how what it keeps is encrypted.
        holds: what its replacement or deletion loses or takes down; None for what can be made again.
        quotas: the quotas of an account that it counts against, of those that `./bbp quotas` counts.
        minutes: after how many minutes `create`, `update` and `delete` are given up; empty for what takes seconds.
        bears: what stops without it, for people, where it holds nothing itself; empty where nobody notices.
    """

    token: str
    noun: Noun
    bill: Bill
    at_rest: AtRest
    holds: Holds | None
    quotas: tuple[Quota, ...]
    minutes: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    bears: str = ""


def by_rule(name: str) -> Bill:
    """Billed by a rule of `planner.cost.charges`."""
    return Bill(rule=name)


def free(why: str) -> Bill:
    """Without charge."""
    return Bill(free=why)


def unpriced(why: str) -> Bill:
    """Billed, and nobody here knows what for."""
    return Bill(unpriced=why)


def encrypted(*properties: str) -> AtRest:
    """Encrypted by its own inputs."""
    return AtRest(properties=properties)


def encrypted_by(*tokens: str) -> AtRest:
    """Encrypted by, or together with, a resource of one of these types that it is tied to."""
    return AtRest(by=" | ".join(tokens))


def nothing_kept() -> AtRest:
    """Nothing to encrypt."""
    return AtRest(why="keeps no data")


def nothing_asked(why: str) -> AtRest:
    """Nothing that its own inputs or a resource beside it could encrypt."""
    return AtRest(why=why)


def part(token: str, bill: Bill, noun: Noun = REST, at_rest: AtRest | None = None, *, bears: str = "") -> ResourceType:
    """A detail of another resource: it can be made again at any time, and no quota is counted for it.

    Args:
        token: the Pulumi type token.
        bill: what it costs.
        noun: what a diagram calls it.
        at_rest: how what it keeps is encrypted, where it keeps anything.
        bears: what stops without it.
    """
    return ResourceType(
        token=token, noun=noun, bill=bill, at_rest=at_rest or nothing_kept(), holds=None, quotas=(), bears=bears
    )


def on(name: str) -> Guard:
    """Protects where it is true, which a plan may write as a text."""
    return Guard(name, lambda value: value is True or value == "true", f"{name}: true")


def not_on(name: str) -> Guard:
    """Protects where it is not true."""
    return Guard(name, lambda value: value is not True and value != "true", f"{name}: false")


def above_zero(name: str) -> Guard:
    """Protects where it is some number."""
    return Guard(name, lambda value: value not in {None, 0, "0", ""}, f"{name} above 0")


def minutes(create: int, update: int, delete: int = 0) -> Mapping[str, int]:
    """Bounds of the three operations; 0 for one that is not waited for."""
    return {"create": create, "update": update, **({"delete": delete} if delete else {})}
