"""Builds the whole platform under mocks, once for each phase and environment of a test process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from infra.settings import load, read_stack_file
from infra.stack import Platform
from tests.support.kept import kept
from tests.support.paths import ROOT
from tests.support.recording import Recording, record

if TYPE_CHECKING:
    from pathlib import Path

    from infra.settings import Settings

PHASES = ("optimization", "horizontal", "microservices")
ENVIRONMENTS = ("dev", "prod")
CHECKED_IN = [(environment, phase) for environment in ENVIRONMENTS for phase in PHASES]
"""The stacks whose files stand in the repository, each in every phase."""
EVERYTHING = ("everything", "microservices")
"""Production with everything on that is off by default: `tests/data/everything.yaml`."""
WITHOUT_CDN = ("without-cdn", "optimization")
"""Development that is reached at its load balancer: `tests/data/without-cdn.yaml`."""
COMBINATIONS = [*CHECKED_IN, EVERYTHING, WITHOUT_CDN]
"""What tests of whole stacks run on."""
SHARED_ZONE = ("shared-zone", "optimization")
"""Development in a zone whose rulesets another stack owns: `tests/data/shared-zone.yaml`."""
EVERY_STACK = [*COMBINATIONS, SHARED_ZONE]
"""What tests run on that ask something of every name and every type."""
FILLED: dict[str, Any] = {"placement": "shards", "shards": {"placedOn": 4}}
"""PostgreSQL settings of a stack of the third phase whose clients were moved to the guide's four shards."""


def raw(environment: str, phase: str, **changes: object) -> dict[str, Any]:
    """The stack file of an environment, or of another stack of these, in a phase, with areas replaced by `changes`."""
    return {**read_stack_file(stack_file(environment)), "phase": phase, **changes}


def stack_file(environment: str) -> Path:
    """Where the stack file of an environment stands, or of one that tests have beside them."""
    checked_in = ROOT / f"Pulumi.{environment}.yaml"
    return checked_in if environment in ENVIRONMENTS else ROOT / "tests" / "data" / f"{environment}.yaml"


def settings(environment: str, phase: str, **changes: object) -> Settings:
    """Complete settings of an environment in a phase."""
    return load(raw(environment, phase, **changes), environment)


def record_platform(wanted: Settings, *, preview: bool = False) -> Recording:
    """What a stack with these settings registers."""

    def build() -> None:
        Platform(wanted)

    return record(build, preview=preview, stack=wanted.stack)


@cache
def recorded(environment: str, phase: str) -> Recording:
    """The checked-in stack of an environment in a phase; built once, so do not change what it holds."""
    return kept(f"stack-{environment}-{phase}", lambda: record_platform(settings(environment, phase)))
