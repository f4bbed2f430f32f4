"""Autoscalers at work: the real controller follows a load, and KEDA takes autoscalers over and gives them back."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.drill.cluster import Cluster
from sandbox.drill.metrics.handover import AUTOSCALING, SCALED, Operator, generated, hand_over
from sandbox.drill.metrics.loads import WELL_ABOVE, WELL_BELOW, load
from sandbox.drill.metrics.server import Metrics
from sandbox.drill.recorder import name_of
from sandbox.drill.scenarios.base import Scenario
from sandbox.kubernetes.api import ApiError, UnknownKindError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.drill.metrics.handover import Direction, Handed, Order
    from sandbox.drill.metrics.series import Workload
    from sandbox.drill.scenarios.base import Findings
    from sandbox.drill.stage import Stage
    from sandbox.kubernetes.api import Manifest

HELD_SECONDS = 120.0
"""Several looks of the controller, which looks every 15 s: a count that stands so long is what it wants."""
FALL_SECONDS = 600.0
"""Within it the first pods must go after the load has fallen: a count is held for 300 s unless an autoscaler says
otherwise (Kubernetes documentation, HorizontalPodAutoscaler, stabilizationWindowSeconds), then looked at every 15 s."""
MOST_UNOWNED_SECONDS = 15.0
"""Without an autoscaler for one sync period of the controller at most, so that none of its looks is missed for long."""
_THERE: tuple[Direction, Order] = ("to KEDA", "new first")
_BACK: tuple[Direction, Order] = ("from KEDA", "old first")
BETWEEN = 2
"""Pods above the fewest under which an autoscaler is handed over: a loss to the fewest would show."""


@dataclass(frozen=True)
class Autoscaled:
    """A workload with its autoscaler.

    Attributes:
        name: of the workload, `namespace/name`.
        hpa: the autoscaler that lives in the cluster.
        template: of its pods.
    """

    name: str
    hpa: Manifest
    template: Manifest

    @property
    def few(self) -> int:
        """The fewest pods."""
        return int(self.hpa["spec"].get("minReplicas") or 1)

    @property
    def most(self) -> int:
        """The most pods."""
        return int(self.hpa["spec"]["maxReplicas"])

    def under(self, pods: float) -> Workload | None:
        """The load under which so many pods are wanted."""
        return load(self.hpa, self.template, pods)


def _autoscaled(stage: Stage) -> Iterator[Autoscaled]:
    known = {(item.kind, item.name): item for item in stage.workloads}
    for hpa in stage.api.find(AUTOSCALING, "HorizontalPodAutoscaler"):
        target = hpa["spec"]["scaleTargetRef"]
        workload = known.get((target["kind"], f"{hpa['metadata']['namespace']}/{target['name']}"))
        live = stage.api.read(workload.reference) if workload is not None else None
        if workload is not None and live is not None:
            yield Autoscaled(workload.name, hpa, live["spec"]["template"])


def _scaled_objects(stage: Stage) -> list[Manifest]:
    try:
        return stage.api.find(SCALED, "ScaledObject")
    except UnknownKindError:
        return []


@contextmanager
def _measured(stage: Stage) -> Iterator[Metrics]:
    """Metrics for the controller, and KEDA's operator, as long as somebody looks."""
    clock = stage.readiness.clock
    with Operator(Cluster(stage.api, clock)) as operator:
        try:
            with Metrics(stage.api, clock, stage.certificates) as metrics:
                try:
                    yield metrics
                finally:
                    metrics.withdraw()
        finally:
            operator.stop()
            if _scaled_objects(stage):
                operator.leave()
    if operator.error is not None:
        raise operator.error


def _load_followed(stage: Stage, found: Findings) -> None:
    """From a load far below the fewest pods to one far above the most, and down again."""
    with _measured(stage) as metrics:
        wanted = len(_scaled_objects(stage))
        stage.clock.wait_until(lambda: len(_owned(stage)) >= wanted, HELD_SECONDS)
        followed = [item for item in _autoscaled(stage) if item.most > item.few]
        known = [item for item in followed if item.under(item.few) is not None]
        found.notes += [
            f"{item.name} is left alone: its load cannot be told from its autoscaler's targets"
            for item in followed
            if item not in known
        ]
        if not known:
            found.skipped = "no workload has an autoscaler whose load can be told from its targets"
            return
        _begin(metrics, known, low=True)
        stage.clock.sleep(HELD_SECONDS)
        found.problems += _elsewhere(stage, known, low=True)
        began = stage.clock.seconds
        _begin(metrics, known, low=False)
        stage.size = "maximum"
        found.problems += stage.settle("maximum") if len(known) == len(followed) else _reached(stage, known)
        found.notes.append(f"all wanted and ran their most pods after {stage.clock.seconds - began:.0f} s of high load")
        began = stage.clock.seconds
        _begin(metrics, known, low=True)
        if not stage.clock.wait_until(lambda: not any(_counts(stage, known, low=False)), FALL_SECONDS):
            still = ", ".join(item.name for item in _counts(stage, known, low=False))
            found.problems.append(f"{still}: as many pods {FALL_SECONDS:.0f} s after the load has gone")
        found.notes.append(f"all gave up pods within {stage.clock.seconds - began:.0f} s of low load")
        found.problems += [
            f"{item.name}: {now.wanted} pods are wanted, fewer than its fewest, {item.few}"
            for item in known
            if (now := stage.readiness.now().get(item.name)) is not None and now.wanted < item.few
        ]


def _owned(stage: Stage) -> list[Manifest]:
    """The autoscalers that belong to ScaledObjects."""
    return [
        item
        for item in stage.api.find(AUTOSCALING, "HorizontalPodAutoscaler")
        if any(owner["kind"] == "ScaledObject" for owner in item["metadata"].get("ownerReferences") or ())
    ]


def _begin(metrics: Metrics, known: Sequence[Autoscaled], *, low: bool) -> None:
    loads = [item.under(item.few * WELL_BELOW if low else item.most * WELL_ABOVE) for item in known]
    metrics.begin([found for found in loads if found is not None])


def _counts(stage: Stage, known: Sequence[Autoscaled], *, low: bool) -> list[Autoscaled]:
    """Those whose workload is to have its fewest or its most pods."""
    levels = stage.readiness.now()
    return [
        item
        for item in known
        if (now := levels.get(item.name)) is not None and now.wanted == (item.few if low else item.most)
    ]


def _elsewhere(stage: Stage, known: Sequence[Autoscaled], *, low: bool) -> list[str]:
    right = _counts(stage, known, low=low)
    levels = stage.readiness.now()
    return [
        f"{item.name}: its autoscaler wants {levels[item.name].wanted} pods, not {item.few if low else item.most}"
        for item in known
        if item not in right and item.name in levels
    ]


def _reached(stage: Stage, known: Sequence[Autoscaled]) -> list[str]:
    """As `settle`, where some workloads are left alone."""
    stage.clock.wait_until(lambda: not _elsewhere(stage, known, low=False), stage.rollout_seconds())
    return _elsewhere(stage, known, low=False)


def _handed_over(stage: Stage, found: Findings) -> None:
    """From KEDA to a plain autoscaler and back, or the other way round where the next growth phase goes to KEDA."""
    mine = sorted(_scaled_objects(stage), key=lambda item: name_of(item["metadata"]))
    with _measured(stage) as metrics:
        if mine:
            stage.clock.wait_until(lambda: len(_owned(stage)) >= len(mine), HELD_SECONDS)
        pairs = list(_pairs(stage, mine))
        if not pairs:
            found.skipped = "neither this growth phase nor the next hands an autoscaler to KEDA"
            return
        scaled, native, item = pairs[0]
        between = item.under(min(item.few + BETWEEN, item.most) - 0.5)
        if between is None:
            found.skipped = f"the load of {item.name} cannot be told from its autoscaler's targets"
            return
        metrics.begin([between])
        stage.clock.sleep(HELD_SECONDS)
        _both_ways(stage, scaled, native, item, found, from_keda=bool(mine))
        if len(pairs) > 1:
            found.notes.append(f"{item.name} stands for {len(pairs)} workloads that are declared alike")


def _pairs(stage: Stage, mine: Sequence[Manifest]) -> Iterator[tuple[Manifest, Manifest, Autoscaled]]:
    """Every ScaledObject with the plain autoscaler of the same name, and the workload that both scale."""
    there = stage.neighbour.objects if stage.neighbour is not None and not mine else ()
    candidates = mine or [item for item in there if item["kind"] == "ScaledObject"]
    here = {item.name: item for item in _autoscaled(stage)}
    for scaled in candidates:
        made = generated({**scaled, "metadata": {"uid": "", **scaled["metadata"]}})
        target = made["spec"]["scaleTargetRef"]
        item = here.get(f"{made['metadata']['namespace']}/{target['name']}")
        if item is None or item.hpa["metadata"]["name"] != made["metadata"]["name"]:
            continue
        if mine:
            metrics = [metric for metric in made["spec"]["metrics"] if metric["type"] == "Resource"]
            native = {**made, "spec": {**made["spec"], "metrics": metrics}}
        else:
            native = {"apiVersion": AUTOSCALING, "kind": "HorizontalPodAutoscaler", "spec": item.hpa["spec"]}
        native["metadata"] = {key: made["metadata"][key] for key in ("name", "namespace")}
        if native["spec"]["metrics"]:
            yield _bare(scaled), native, item


def _bare(scaled: Manifest) -> Manifest:
    """A ScaledObject as a program declares it."""
    kept = ("name", "namespace", "labels", "annotations")
    metadata = {key: value for key, value in scaled["metadata"].items() if key in kept}
    return {"apiVersion": SCALED, "kind": "ScaledObject", "metadata": metadata, "spec": scaled["spec"]}


def _both_ways(
    stage: Stage, scaled: Manifest, native: Manifest, item: Autoscaled, found: Findings, *, from_keda: bool
) -> None:
    for direction, order in (_BACK, _THERE) if from_keda else (_THERE, _BACK):
        if direction == "from KEDA":
            found.notes.append(f"{item.name} from KEDA by one update: {_at_once(stage, native)}")
        handed = hand_over(stage.cluster, direction, scaled, native, order)
        found.problems += [f"{item.name}, {text}" for text in _judged(handed, item.few)]
        steps = "one update" if order == "new first" else "two updates"
        found.notes.append(
            f"{item.name} {direction} by {steps}: {handed.without_owner:.1f} s without an autoscaler, never fewer than "
            f"{handed.least} pods wanted"
        )


def _at_once(stage: Stage, native: Manifest) -> str:
    """What the API server says to an autoscaler that KEDA still keeps."""
    try:
        stage.api.apply(native, dry_run=True)
    except ApiError as error:
        return f"refused: {error}"
    return "not refused, and deleted with the ScaledObject a moment later: nobody would scale"


def _judged(handed: Handed, few: int) -> Iterator[str]:
    owner = "KEDA" if handed.direction == "to KEDA" else "native"
    if handed.owner != owner:
        yield f"{handed.direction}: {handed.owner or 'nobody'} scales it at the end, not {owner}"
    if handed.said:
        yield f"{handed.direction}: refused: {handed.said}"
    if handed.least < few:
        yield f"{handed.direction}: {handed.least} pods were wanted for a moment, fewer than its fewest, {few}"
    if handed.without_owner > MOST_UNOWNED_SECONDS:
        yield f"{handed.direction}: {handed.without_owner:.0f} s without an autoscaler"


SCENARIOS = (
    Scenario("load-followed", "load rises far above the most pods, and falls again", "minimum", _load_followed),
    Scenario("autoscaler-handover", "KEDA takes an autoscaler over, and gives it back", "minimum", _handed_over),
)
