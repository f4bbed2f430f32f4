"""Builds the whole platform under mocks, once for each phase and environment of a test process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.settings import load, read_stack_file
from infra.stack import Platform
from tests.support.recording import Recording, record

if TYPE_CHECKING:
    from infra.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PHASES = ("optimization", "horizontal", "microservices")
ENVIRONMENTS = ("dev", "prod")
COMBINATIONS = [(environment, phase) for environment in ENVIRONMENTS for phase in PHASES]
FILLED: dict[str, Any] = {"placement": "shards", "shards": {"placedOn": 4}}
"""PostgreSQL settings of a stack of the third phase whose clients were moved to the guide's four shards."""


def raw(environment: str, phase: str, **changes: object) -> dict[str, Any]:
    """The checked-in stack file of an environment, in another phase, with whole areas replaced by `changes`."""
    return {**read_stack_file(ROOT / f"Pulumi.{environment}.yaml"), "phase": phase, **changes}


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
    return record_platform(settings(environment, phase))
