"""Checks a stack file without Pulumi, an engine or a network: reads, merges, validates, checks the limits."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from infra.deploy_order import order_problems
from infra.neighbours import neighbour_problems
from infra.problems import ConfigError, Problem
from infra.settings import load, read_stack_source
from infra.settings.reading.stack_name import own_name, stack_name_problems
from ops.jsonable import picked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """The outcome of a check.

    Attributes:
        stack: The stack's name.
        file: The file that was read.
        problems: Everything that is wrong; empty if the file is valid.
        settings: The complete settings of a valid file, otherwise `None`.
        lines: Lines of the file's keys, by key path.
    """

    stack: str
    file: Path
    problems: tuple[Problem, ...] = ()
    settings: Settings | None = None
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 for a valid file, 1 otherwise."""
        return 1 if self.problems else 0

    def settings_or_raise(self) -> Settings:
        """The settings.

        Raises:
            ConfigError: The file has problems; all of them are in it.
        """
        if self.settings is None:
            raise ConfigError(self.problems)
        return self.settings

    def as_json(self) -> dict[str, Any]:
        """The problems as a JSON document: `{"problems": [{"path", "rule", "value", "allowed", "fix"}, ...]}`."""
        return picked(self, "problems")


def check(stack: str, config_file: Path | None = None, phase: str | None = None) -> CheckResult:
    """Checks the file of a stack; never raises for what is in it.

    Args:
        stack: Stack name, for example `dev`, or a full one such as `organization/bailbondpro/dev`.
        config_file: The file to read; by default `Pulumi.<stack>.yaml` of the project.
        phase: Checks the file as if this were its growth phase.
    """
    name = own_name(stack)
    file = config_file or ROOT / f"Pulumi.{name}.yaml"
    if misnamed := tuple(stack_name_problems(stack)):
        return CheckResult(stack=name, file=file, problems=misnamed)
    try:
        source = read_stack_source(file)
    except ConfigError as error:
        return CheckResult(stack=name, file=file, problems=error.problems)
    problems = source.problems
    settings = None
    try:
        settings = load({**source.raw, "phase": phase} if phase is not None else source.raw, name)
        others = _beside(file, name)
        problems += (*neighbour_problems(settings, others), *order_problems(settings, others))
    except ConfigError as error:
        problems += tuple(map(source.as_written, error.problems))
    return CheckResult(
        stack=name, file=file, problems=problems, settings=None if problems else settings, lines=source.lines
    )


def settings_of(stack: str, config: Path | None, phase: str | None) -> Settings:
    """The checked settings of a stack.

    Raises:
        ConfigError: the stack file has problems; all of them are in it.
    """
    return check(stack, config, phase).settings_or_raise()


def raw_config(stack: str, config: Path | None, phase: str | None) -> dict[str, Any]:
    """The stack file's `config` mapping with the phase override applied; the file has been checked before."""
    path = config or ROOT / f"Pulumi.{own_name(stack)}.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    values = dict(document.get("config") or {})
    if phase is not None:
        values["bailbondpro:phase"] = phase
    return values


def _beside(file: Path, own: str) -> dict[str, Settings]:
    """The valid stacks whose files lie in the same folder, without the stack itself: each is checked on its own."""
    found = {}
    for path in sorted(file.parent.glob("Pulumi.*.yaml")):
        name = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
        if name == own or path == file or any(stack_name_problems(name)):
            continue
        with suppress(ConfigError):
            found[name] = load(read_stack_source(path).raw, name)
    return found
