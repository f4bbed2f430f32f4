"""What could go from a stack, and whether `./bbp check` would let it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel
from pydantic.alias_generators import to_snake

from infra.limits import RULES
from planner.cost.levers import levers

if TYPE_CHECKING:
    from infra.settings import Settings
    from ops.rehearsal.planned import Planned
    from planner.cost.levers import Setting
    from planner.cost.monthly import Cost

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class JudgedLever:
    """One thing that could go.

    Attributes:
        settings: what to write into the stack file, as `key: value`.
        saving_usd: USD a month; None where a part of the price is unknown.
        gives_up: what is lost with it, and what must be so before.
        refused: what the limits say against it, each with its rule; None where nothing is known but the plan.
    """

    settings: tuple[str, ...]
    saving_usd: float | None
    gives_up: str
    refused: tuple[str, ...] | None


def judged_levers(subject: Planned, cost: Cost) -> tuple[JudgedLever, ...]:
    """What could go from a plan, each tried on the stack's settings where they are known."""
    settings = subject.settings
    before = frozenset[str]() if settings is None else _problems(settings)
    return tuple(
        JudgedLever(
            settings=tuple(_written(setting) for setting in lever.settings),
            saving_usd=lever.saving_usd,
            gives_up=lever.gives_up,
            refused=None if settings is None else refused(settings, lever.settings, before),
        )
        for lever in levers(subject.plan, cost)
    )


def _written(setting: Setting) -> str:
    path, value = setting
    text = str(value).lower() if isinstance(value, bool) else "[]" if value == () else str(value)
    return f"{path}: {text}"


def refused(settings: Settings, changes: tuple[Setting, ...], before: frozenset[str] | None = None) -> tuple[str, ...]:
    """What the limits find that they did not find before, by rule and key.

    Args:
        settings: the stack's settings.
        changes: what would be written into its file.
        before: what the limits find without the changes; found out where it is not given.
    """
    then = settings
    for path, value in changes:
        then = _changed(then, path, value)
    return tuple(sorted(_problems(then) - (_problems(settings) if before is None else before)))


def _problems(settings: Settings) -> frozenset[str]:
    return frozenset(f"{item.rule} ({item.path})" for rule in RULES for item in rule.problems(settings))


def _changed(model: M, path: str, value: object) -> M:
    head, _, rest = path.partition(".")
    name = to_snake(head)
    below = _changed(getattr(model, name), rest, value) if rest else value
    return model.model_copy(update={name: below})
