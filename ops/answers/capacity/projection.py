"""Capacity: the guide's projection beside what the configured platform carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bailbondpro.facts.instance_classes import instance_class
from infra.phases import PHASES
from infra.problems import ConfigError
from ops.answers.capacity.history import History, read_as_history
from ops.console import note
from ops.inputs.stack_file import settings_of
from ops.jsonable import plain
from ops.rehearsal.planned import phase_of
from planner.capacity.growth import (
    GUIDE_BASELINE,
    GUIDE_TABLE_TODAY,
    Baseline,
    Bottleneck,
    CapacityError,
    Growth,
    Projection,
    bottlenecks,
    project,
)
from planner.capacity.platform import (
    PEAK_FACTOR,
    PhaseChange,
    PlatformCapacity,
    PlatformSizes,
    capacity_of,
    phase_changes,
    phase_for,
)

if TYPE_CHECKING:
    from pathlib import Path

    from infra.settings import Settings

STARTS = {"table": GUIDE_TABLE_TODAY, "guide": GUIDE_BASELINE}
"""Where a projection may start: the guide's table of growth, or the baseline of its planner."""
START, MONTHS = "table", 24
"""Where it starts, and how far it looks, unless told otherwise, in the command and in the report: the two must not
answer differently. The simulation of growth starts from the same table, whose two years end there."""


@dataclass(frozen=True)
class CapacityReport:
    """A projection and the platforms beside it."""

    stack: str
    baseline: Baseline
    growth: Growth
    peak_factor: float
    projections: tuple[Projection, ...]
    bottlenecks: tuple[Bottleneck, ...]
    platforms: tuple[PlatformCapacity, ...]
    changes: tuple[PhaseChange, ...]
    current: str | None
    history: History | None = None

    @property
    def leaves_current(self) -> PhaseChange | None:
        """When the phase in the stack file is outgrown; None where it holds as long as the projection."""
        return next((change for change in self.changes if change.leaves == self.current), None)

    def where(self) -> str:
        """Which phase the stack is in, and until when that holds: what has to be said first."""
        if self.current is None:
            return f"{self.stack} has no valid stack file here, so its phase is not known."
        if not any(item.phase == self.current for item in self.platforms):
            return f"{self.stack} is in phase {self.current}, whose platform is not known."
        own = self.leaves_current
        until = f"{self.projections[-1].month} months and more" if own is None else f"until month {own.month}"
        return f"{self.stack} is in phase {self.current}: by this projection it holds {until}."

    @property
    def fits(self) -> str:
        """The phase for today's users."""
        return phase_for(self.baseline.users)

    def as_json(self) -> dict[str, Any]:
        """The machine-readable report."""
        return {
            "projections": plain(self.projections),
            "bottlenecks": plain(self.bottlenecks),
            "platform": {
                "stack": self.stack,
                "current": self.current,
                "holds_until_month": self.leaves_current.month if self.leaves_current else None,
                "fits": self.fits,
                "peak_factor": self.peak_factor,
                "phases": plain(self.platforms),
                "changes": plain(self.changes),
            },
            "history": self.history.as_json() if self.history is not None else None,
        }


def capacity(  # noqa: PLR0917 - the parts of one report, in the order in which it shows them
    stack: str,
    baseline: Baseline,
    growth: Growth,
    months: int,
    config: Path | None,
    peak_factor: float = PEAK_FACTOR,
    phase: str | None = None,
    history: Path | None = None,
) -> CapacityReport:
    """Project a load, and hold it against the stack's platform in every phase.

    Args:
        stack: stack name.
        baseline: today's load.
        growth: monthly rates.
        months: how far to look.
        config: another stack file.
        peak_factor: busiest second against the day's average.
        phase: the phase that the stack is in; that of its file by default.
        history: a file of dated measurements, which then say where it starts and how it grows; what they do not hold
            starts and grows as the other arguments say.

    Raises:
        CapacityError: a number is out of range, or the file tells no growth.
    """
    if not 1 <= peak_factor <= 1000:  # noqa: PLR2004 - the range that the message states
        raise CapacityError(f"the peak factor is {peak_factor}; give 1 to 1000")
    platforms = _platforms(stack, config)
    told = None
    if history is not None:
        told = read_as_history(history, baseline, growth, months, platforms, peak_factor)
        baseline, growth = told.baseline, told.growth
    projections = project(baseline, growth, months)
    return CapacityReport(
        stack=stack,
        baseline=baseline,
        growth=growth,
        peak_factor=peak_factor,
        projections=tuple(projections),
        bottlenecks=tuple(bottlenecks(baseline, growth)),
        platforms=tuple(platforms),
        changes=tuple(phase_changes(projections, platforms, peak_factor)),
        current=phase or phase_of(stack, config),
        history=told,
    )


def _platforms(stack: str, config: Path | None) -> list[PlatformCapacity]:
    """The stack's platform in every phase that its file is valid for; a projection needs no stack file."""
    found = []
    for phase in PHASES:
        try:
            found.append(capacity_of(sizes_of(settings_of(stack, config, phase))))
        except ConfigError as error:
            if any(problem.rule == "stack-name" for problem in error.problems):
                raise
            note(f"{stack} is not valid in phase {phase}, so its platform is left out; `./bbp check {stack}` says why")
    return found


def sizes_of(settings: Settings) -> PlatformSizes:
    """The sizes that the configuration states."""
    app, scaling, postgres, redis = settings.app, settings.autoscaling, settings.postgres, settings.redis
    node = instance_class("ec2", settings.pools.app.instance_type)
    pods = (scaling.min_replicas, scaling.max_replicas) if scaling.enabled else (app.fixed_replicas, app.fixed_replicas)
    shards, in_use = postgres.shards, postgres.shards_in_use
    return PlatformSizes(
        phase=settings.phase.value,
        min_pods=pods[0],
        max_pods=pods[1],
        pod_cpu_cores=app.resources.cpu_limit_millicores / 1000,
        max_nodes=settings.pools.app.max_size,
        node_vcpu=node.vcpu,
        endpoints=1 + postgres.replicas + in_use * (1 + shards.replicas),
        max_connections=postgres.max_connections,
        reserved_connections=postgres.reserved_connections,
        volumes_gib=(postgres.allocated_storage_gib, *[shards.allocated_storage_gib] * in_use),
        iops=postgres.iops,
        max_storage_gib=postgres.max_allocated_storage_gib + in_use * shards.max_allocated_storage_gib,
        cache_shards=redis.shards,
        cache_node_gib=instance_class("elasticache", redis.node_type).memory_gib,
        cache_reserved_percent=redis.reserved_memory_percent,
    )


def parse_growth(text: str) -> Growth:
    """Growth rates from `users=0.15,requests=0.20,storage=0.25`; what is left out keeps the guide's rate.

    Raises:
        CapacityError: the text has an unknown name or no number.
    """
    rates: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = part.partition("=")
        if name.strip() not in {"users", "requests", "storage"}:
            raise CapacityError(f"growth has no {name.strip()!r}; write users=0.15,requests=0.20,storage=0.25")
        try:
            rates[name.strip()] = float(value)
        except ValueError as error:
            raise CapacityError(f"growth of {name.strip()} is no number: {value!r}; write a fraction") from error
    return Growth(**rates)
