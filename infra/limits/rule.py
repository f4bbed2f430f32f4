"""What a limit is: an identifier, its source, the areas it reads, and a pure function from settings to findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.problems import Problem, key_path, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from infra.settings.root import Settings


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One violation, before the rule's name is added.

    Attributes:
        path: Key path below the namespace, for example `postgres.replicas`.
        value: What was found.
        allowed: What is allowed there.
        fix: The smallest change that removes the violation.
    """

    path: str
    value: object
    allowed: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A limit that crosses keys or areas.

    Attributes:
        id: Stable name, shown with every problem.
        source: Where the limit comes from, by name.
        areas: Top-level keys the rule reads; it is skipped while one of them is unreadable.
        find: The check itself, pure.
    """

    id: str
    source: str
    areas: frozenset[str]
    find: Callable[[Settings], Iterable[Finding]]

    def problems(self, settings: Settings) -> Iterator[Problem]:
        """All violations of this rule."""
        for finding in self.find(settings):
            yield Problem(
                path=key_path(finding.path.split(".")),
                rule=self.id,
                value=shown(finding.value, finding.path.rsplit(".", 1)[-1]),
                allowed=finding.allowed,
                fix=finding.fix,
            )


def rule(
    identifier: str, *, source: str, areas: tuple[str, ...]
) -> Callable[[Callable[[Settings], Iterable[Finding]]], Rule]:
    """Makes a rule of a function that yields findings."""

    def make(find: Callable[[Settings], Iterable[Finding]]) -> Rule:
        return Rule(id=identifier, source=source, areas=frozenset(areas), find=find)

    return make
