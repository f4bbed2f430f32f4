"""Plans an upgrade: refuses a way that does not exist, all reasons at once, and proves each step's stack file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.settings import load, read_stack_source
from infra.settings.reading.stack_name import own_name
from ops.answers.upgrade import eks, nodes, postgres, sdk, valkey
from ops.answers.upgrade.steps import NoWayError, Refused, UpgradePlan, edited
from ops.inputs.stack_file import ROOT, settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ops.answers.upgrade.steps import Step

SERVICES = ("postgres", "eks", "nodes", "valkey")
ALIASES = {"redis": "valkey"}


def kinds() -> tuple[str, ...]:
    """What can be upgraded: services, and the SDKs of the lock file."""
    return (*SERVICES, *sdk.locked(ROOT))


def plan(  # noqa: PLR0917 - one for each argument of the command
    kind: str,
    before: str,
    after: str,
    stack: str,
    config: Path | None = None,
    phase: str | None = None,
    addons: Mapping[str, str] | None = None,
) -> UpgradePlan:
    """The steps from one version to another.

    Args:
        kind: one of `kinds`, or `redis`.
        before: the version that runs.
        after: the version that is wanted.
        stack: whose stack file is edited.
        config: another stack file.
        phase: growth phase to use instead of the file's.
        addons: versions of add-ons by their keys in `cluster.addonVersions`; for a cluster.

    Raises:
        NoWayError: there is no such way; every reason is in it.
        ConfigError: the stack file has problems, or a step would leave one that has; every problem is in it.
    """
    settings = settings_of(stack, config, phase)
    name, found, given = ALIASES.get(kind, kind), Refused(), addons or {}
    if name not in kinds():
        found.add("KIND", kind, ", ".join(kinds()), "use one of them")
    if given and name != "eks":
        found.add("--addon", ", ".join(given), "with eks alone", "leave it out")
    if name in sdk.locked(ROOT):
        return _sdk(name, before, after, stack, found)
    if name == "postgres":
        postgres.refusals(settings, before, after, found)
    elif name == "eks":
        eks.refusals(settings, before, after, found, given)
    elif name == "nodes":
        nodes.refusals(settings, before, after, found)
    elif name == "valkey":
        valkey.refusals(settings, before, after, found)
    if found.found:
        raise NoWayError(found.found)
    if name == "eks":
        steps = eks.steps(settings, before, after, given)
    else:
        steps = {"postgres": postgres, "nodes": nodes, "valkey": valkey}[name].steps(settings, before, after)
    source = read_stack_source(config or ROOT / f"Pulumi.{own_name(stack)}.yaml").raw
    _proved(steps, {**source, "phase": phase} if phase is not None else source, stack)
    return UpgradePlan(kind=name, stack=own_name(stack), before=before, after=after, steps=steps)


def _sdk(name: str, before: str, after: str, stack: str, found: Refused) -> UpgradePlan:
    package = sdk.package_of(ROOT, name)
    sdk.refusals(package, before, after, found)
    if found.found:
        raise NoWayError(found.found)
    steps = sdk.steps(package, before, after, own_name(stack))
    return UpgradePlan(kind=name, stack=own_name(stack), before=before, after=after, steps=steps, rehearsed=False)


def _proved(steps: tuple[Step, ...], config: Mapping[str, object], stack: str) -> None:
    """Check the stack file as each step leaves it.

    Raises:
        ConfigError: a step would leave one that the check refuses; every problem of the first such step.
    """
    now = dict(config)
    for step in steps:
        now = edited(now, step.edits, bare=True)
        load(now, own_name(stack))
