"""The simulated services, and every table that is derived from their rows: no other place describes a type.

A new type gets its row in the module of its service, a new service its module and a place in `SERVICES`.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from sandbox.model.pairs import table
from sandbox.model.references import ReferenceTable
from sandbox.services import aws
from sandbox.services.aws.pairs.later import SETTLED as SETTLED_AWS
from sandbox.services.cloudflare import CLOUDFLARE
from sandbox.services.cloudflare import SETTLED as SETTLED_CLOUDFLARE
from sandbox.services.kubernetes import KUBERNETES
from sandbox.services.kubernetes import SETTLED as SETTLED_KUBERNETES
from sandbox.services.random import RANDOM
from sandbox.services.tls import TLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.model.base import Rule
    from sandbox.model.references import Reference
    from sandbox.model.rows import Alike, Row, Service

SERVICES: tuple[Service, ...] = (*aws.SERVICES, CLOUDFLARE, KUBERNETES, RANDOM, TLS)
ROWS: dict[str, Row] = {row.token: row for service in SERVICES for row in service.rows}


def row_of(token: str) -> Row | None:
    """The row of a type, or None for one that no service has."""
    return ROWS.get(token)


@cache
def alike_of(token: str) -> tuple[Alike, ...]:
    """What holds for a type because of the pattern that its token matches."""
    return tuple(item for service in SERVICES for item in service.alike if fnmatchcase(token, item.pattern))


def _references(service: Service) -> Iterator[Reference]:
    for row in service.rows:
        yield from (replace(item, source=row.token) for item in row.references)
    for alike in service.alike:
        yield from (replace(item, source=alike.pattern) for item in alike.references)


def _rules(of: Callable[[Row | Alike], tuple[Rule, ...]]) -> tuple[Rule, ...]:
    """The rules of all rows, each once, with the types of the rows that it stands in."""
    found: dict[Rule, list[str]] = {}
    for service in SERVICES:
        for row in service.rows:
            for rule in of(row):
                found.setdefault(rule, []).append(row.token)
        for alike in service.alike:
            for rule in of(alike):
                found.setdefault(rule, []).append(alike.pattern)
    return tuple(replace(rule, types=tuple(types)) for rule, types in found.items())


REFERENCE_TABLES = tuple(
    ReferenceTable(f"references-{service.name}", service.errors, rows)
    for service in SERVICES
    if (rows := tuple(_references(service)))
)
"""What dangles and what blocks a deletion, by service."""
FORM_RULES = tuple(
    replace(rule, types=(alike.pattern,)) for service in SERVICES for alike in service.alike for rule in alike.form
)
"""Every rule about the form of the inputs: what it refuses, no value rule refuses once more."""
VALUE_RULES = _rules(lambda row: row.values)
"""Every rule that looks at inputs alone."""
STATE_RULES = _rules(lambda row: row.state)
"""Every rule that asks what exists, beside references and names."""
SETTLED_RULES: tuple[Rule, ...] = (*SETTLED_AWS, *SETTLED_CLOUDFLARE, *SETTLED_KUBERNETES)
"""Every rule about what a service accepts and does nothing with: it is judged when an update has made everything."""
PAIRS = table((*VALUE_RULES, *STATE_RULES, *SETTLED_RULES))
"""The table of all rules about two objects that do not fit each other, by id."""
