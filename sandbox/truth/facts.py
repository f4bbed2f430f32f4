"""What the rows say of a type: the facts behind its grades, each with its document and what nobody verified."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from sandbox.kubernetes.cluster import is_object
from sandbox.model.sources import NO_SOURCES
from sandbox.protocol.packages import packages, tokens
from sandbox.services import REFERENCE_TABLES, ROWS, SERVICES, alike_of, row_of
from sandbox.services.kubernetes.custom.definitions import definitions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.base import Rule
    from sandbox.model.rows import Alike, Row, Service
    from sandbox.model.sources import Sources
    from sandbox.truth.grades import Aspect

NAME_TAKEN = "API reference of each service, the create operation's errors"
"""Where it stands that a name is taken; `sandbox.model.taken` applies it."""


@dataclass(frozen=True)
class Fact:
    """Something that a row knows.

    Attributes:
        what: what it is about, for example a property.
        source: the public document; empty where none is named.
        unverified: what of it nobody looked up.
    """

    what: str
    source: str
    unverified: str = ""


@cache
def service_of(token: str) -> Service | None:
    """The service whose row a type is."""
    return next((item for item in SERVICES if any(row.token == token for row in item.rows)), None)


def package_of(token: str) -> str:
    """The provider package of a type."""
    return token.partition(":")[0]


def short_name(token: str) -> str:
    """A type without its module: `rds.Instance`, `core.Namespace`; `DnsRecord` where a package has no modules."""
    parts = token.split(":")
    service = parts[1].split("/", maxsplit=1)[0] if len(parts) > 1 else ""
    return parts[-1] if service in {"index", ""} else f"{service}.{parts[-1]}"


def own_patterns(token: str) -> tuple[Alike, ...]:
    """What holds for a type and some others, but not for its whole package."""
    whole = f"{package_of(token)}:*"
    return tuple(item for item in alike_of(token) if item.pattern != whole)


def document(token: str, aspect: Aspect) -> str:
    """The document that stands behind an aspect: of the row, else of its service, else of all types that are alike."""
    return str(getattr(_speaking(token, aspect), aspect, ""))


def doubts(token: str, aspect: Aspect) -> str:
    """What nobody looked up of an aspect, or what is simplified; empty where nothing is known to be."""
    return _speaking(token, aspect).doubts.get(aspect, "")


def _speaking(token: str, aspect: Aspect) -> Sources:
    """The nearest of those that say anything of an aspect."""
    row, service = row_of(token), service_of(token)
    near = (row.sources if row is not None else NO_SOURCES, service.sources if service is not None else NO_SOURCES)
    given = (*near, *(item.sources for item in alike_of(token)))
    return next((item for item in given if getattr(item, aspect, "") or aspect in item.doubts), NO_SOURCES)


def value_facts(token: str) -> list[Fact]:
    """Rules about the values of this type; what holds for its whole package says nothing of it."""
    row = row_of(token)
    rules = (*(row.values if row is not None else ()), *(rule for item in own_patterns(token) for rule in item.values))
    return list(map(_of_rule, rules))


def reference_facts(token: str) -> list[Fact]:
    """What it refers to, what refers to it, its names, its deletion, and rules that ask what exists."""
    row = row_of(token)
    # The API server asks the same of every object; what is asked of every type of AWS says nothing of a single one.
    shared = alike_of(token) if is_object(token) else own_patterns(token)
    rules = (*(row.state if row is not None else ()), *(rule for item in shared for rule in item.state))
    return [*_referring(token), *map(_of_rule, rules), *(_own(row, service_of(token)) if row is not None else ())]


def _of_rule(rule: Rule) -> Fact:
    return Fact(rule.id, rule.source, rule.unverified)


def _referring(token: str) -> Iterator[Fact]:
    whole = f"{package_of(token)}:*"
    for table in REFERENCE_TABLES:
        for reference in table.rows:
            if reference.source != whole and fnmatchcase(token, reference.source):
                yield Fact(reference.path, table.rule.source, reference.unverified)
            if reference.blocks and any(target.token == token for target in reference.targets):
                yield Fact(f"{reference.path} of {reference.source}", table.rule.source, reference.unverified)


def _own(row: Row, service: Service | None) -> Iterator[Fact]:
    errors = service.errors if service is not None else ""
    for unique in row.unique:
        yield Fact(unique.keys[-1], NAME_TAKEN)
    for deletion in (row.deletion.protection, row.deletion.refuses):
        if deletion is not None:
            yield Fact("deletion", errors)
    for other in ROWS.values():
        if other.through is not None and row.token in {other.through.held, other.token}:
            yield Fact(other.through.path, errors)


def has_schema(token: str) -> bool:
    """Whether an installed SDK, or the definition of a custom kind, says what a type accepts."""
    package = package_of(token)
    return token in definitions() or (package in packages() and token in _tokens(package))


@cache
def _tokens(package: str) -> frozenset[str]:
    return frozenset(tokens(package))


def is_kubernetes_object(token: str) -> bool:
    """Whether a real Kubernetes API holds objects of this type, where there is one."""
    return is_object(token)
