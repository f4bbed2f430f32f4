"""The truth report of one run: every type with its grades, the counts by package, and the weakest spots."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.truth.facts import package_of, short_name
from sandbox.truth.grades import Answer, Aspect, Grade
from sandbox.truth.grading import graded
from sandbox.truth.unsaid import unsaid
from sandbox.truth.weight import weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sandbox.invokes.origins import Answered
    from sandbox.truth.setting import Setting

WEAKEST = 5
"""Spots that a report names; `--truth` shows every type."""


@dataclass(frozen=True)
class TypeTruth:
    """How sure a run is of one type.

    Attributes:
        token: the type token.
        resources: how many of it the run has.
        holds: what is lost with one, or that nobody knows; empty for what can be made again.
        answers: by aspect.
    """

    token: str
    resources: int
    holds: str
    answers: Mapping[Aspect, Answer]

    @property
    def package(self) -> str:
        """Its provider package."""
        return package_of(self.token)

    @property
    def stateful(self) -> bool:
        """Whether it holds what cannot be made again, as far as anybody knows."""
        return bool(self.holds)

    @property
    def name(self) -> str:
        """Its name without module."""
        return short_name(self.token)

    def spots(self) -> list[Spot]:
        """Its answers that are not certain."""
        found = [
            Spot(self, aspect, weight(aspect, answer.grade, self.resources, stateful=self.stateful))
            for aspect, answer in self.answers.items()
        ]
        return [spot for spot in found if spot.weight]


@dataclass(frozen=True)
class Spot:
    """One answer that is not certain."""

    type: TypeTruth
    aspect: Aspect
    weight: int

    @property
    def answer(self) -> Answer:
        """How sure it is, and why."""
        return self.type.answers[self.aspect]


@dataclass(frozen=True)
class PackageTruth:
    """How sure a run is of one package.

    Attributes:
        package: its name.
        resources: how many resources of it the run has.
        types: of how many types.
        grades: how many answers have each grade: six for each type.
        assumed: of how many types each aspect is assumed; aspects of which none is are left out.
    """

    package: str
    resources: int
    types: int
    grades: Mapping[Grade, int]
    assumed: Mapping[Aspect, int]


@dataclass(frozen=True)
class Truth:
    """How sure a run is of what it says.

    Attributes:
        setting: what it had beside the simulation.
        types: how sure it is of each type, what holds data first.
        lookups: what its look-ups were answered from.
    """

    setting: Setting
    types: tuple[TypeTruth, ...]
    lookups: tuple[Answered, ...] = ()

    @property
    def grades(self) -> dict[Grade, int]:
        """How many answers have each grade."""
        return _counted(self.types)

    @property
    def packages(self) -> tuple[PackageTruth, ...]:
        """The packages of the run, by name."""
        return tuple(_package(name, self.types) for name in sorted({item.package for item in self.types}))

    @property
    def unsaid(self) -> tuple[str, ...]:
        """What its green light does not say."""
        return unsaid({item.token: item.resources for item in self.types}, self.setting)

    @property
    def spots(self) -> tuple[Spot, ...]:
        """Every answer that is not certain, the heaviest first."""
        found = [spot for item in self.types for spot in item.spots()]
        return tuple(sorted(found, key=lambda spot: (-spot.weight, spot.type.token, spot.aspect)))

    @property
    def weakest(self) -> tuple[Spot, ...]:
        """The heaviest of them."""
        return self.spots[:WEAKEST]

    @property
    def unproven(self) -> tuple[Spot, ...]:
        """What is assumed of types that hold what cannot be made again: what a strict rehearsal refuses."""
        return tuple(spot for spot in self.spots if spot.type.stateful and spot.answer.grade is Grade.ASSUMED)


def truth(
    counted: Mapping[str, int], setting: Setting, holds: Callable[[str], str], lookups: tuple[Answered, ...] = ()
) -> Truth:
    """The truth report of a run.

    Args:
        counted: how many resources there are of each type.
        setting: what the run had beside the simulation.
        holds: what is lost with a resource of a type; empty for what can be made again.
        lookups: what its look-ups were answered from.
    """
    types = (TypeTruth(token, number, holds(token), graded(token, setting)) for token, number in counted.items())
    return Truth(setting, tuple(sorted(types, key=lambda item: (not item.stateful, item.token))), lookups)


def _counted(types: Iterable[TypeTruth]) -> dict[Grade, int]:
    found = Counter(answer.grade for item in types for answer in item.answers.values())
    return {grade: found[grade] for grade in Grade}


def _package(name: str, types: Iterable[TypeTruth]) -> PackageTruth:
    own = [item for item in types if item.package == name]
    assumed = Counter(
        aspect for item in own for aspect, answer in item.answers.items() if answer.grade is Grade.ASSUMED
    )
    return PackageTruth(
        name,
        sum(item.resources for item in own),
        len(own),
        _counted(own),
        {aspect: assumed[aspect] for aspect in Aspect if assumed[aspect]},
    )
