"""Examples of every kind of thing that is watched, made from the fields of its target: no kind is listed here."""

from __future__ import annotations

import itertools
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import components
from components.monitoring.alerts import Scope
from components.monitoring.kind import ClusterKind, Kind, Target
from components.security.generations import CertificateEnd
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from components.monitoring.alarm_spec import AlarmSpec
    from components.monitoring.kind import Panels

ENDS = CertificateEnd(name="example-certificate", ends="1970-03-02T00:00:00Z", validity_hours=5 * 365 * 24)
SCOPE = Scope(namespace="production", pooler=True, certificates=(ENDS,))
"""A cluster in which everything runs."""
RUNBOOKS = ROOT / "docs" / "runbooks"
VALUES: dict[str, tuple[Any, ...]] = {
    "str": ("example",),
    "pulumi.Input[str]": ("example-1",),
    "int": (1,),
    "float": (1.5,),
    "float | None": (1.5,),
    "bool": (False, True),
}
"""What a field of a target may be, by its annotation."""


def examples(target: type[Target]) -> list[Target]:
    """Targets of one class, of every combination of its switches."""
    choices = [VALUES[str(field.type)] for field in fields(target)]
    names = [field.name for field in fields(target)]
    return [target(**dict(zip(names, values, strict=True))) for values in itertools.product(*choices)]


def alarms(kind: Kind[Any] | ClusterKind) -> list[AlarmSpec]:
    """Every alarm that a kind can raise in CloudWatch."""
    return [alarm for one in examples(kind.target) for alarm in kind.alarms(one)] if isinstance(kind, Kind) else []


def panels(kind: Kind[Any] | ClusterKind) -> Panels:
    """Every panel that a kind can show, by its dashboard."""
    return kind.panels(examples(kind.target)) if isinstance(kind, Kind) else kind.panels(SCOPE)


def runbooks(kind: Kind[Any] | ClusterKind) -> dict[str, str]:
    """What a page must name, of every alarm and alert of a kind: the name, and the page's file."""
    found = {}
    if isinstance(kind, ClusterKind):
        return {f"`{alert.name}`": f"{alert.runbook}.md" for alert in kind.alerts(SCOPE)}
    for alarm in alarms(kind):
        found[f"-{alarm.name.removeprefix('0001-001-').removeprefix('0001-002-')}`"] = f"{alarm.runbook}.md"
    return found


def missing(name: str, kind: Kind[Any] | ClusterKind) -> list[str]:
    """What a kind lacks, each with the place where it belongs."""
    pages = runbooks(kind)
    told_by = isinstance(kind, Kind) and kind.told_by
    lacks = []
    if not (pages or told_by):
        lacks.append("raises no alarm: give its Kind `alarms` (in the cluster `alerts`), or say in `told_by` who does")
    if not any(panels(kind).values()):
        lacks.append("is on no dashboard: give its Kind `panels`")
    if isinstance(kind, Kind) and not kind.watches:
        lacks.append("stands for no resource: give its Kind `watches`")
    if isinstance(kind, Kind) and getattr(components, kind.target.__name__, None) is not kind.target:
        lacks.append(f"is not exported: add {kind.target.__name__} to components/__init__.py")
    for alarm, page in pages.items():
        if not (RUNBOOKS / page).is_file():
            lacks.append(f"has no runbook: write docs/runbooks/{page}")
        elif alarm not in (RUNBOOKS / page).read_text("utf-8"):
            lacks.append(f"is not named by its runbook: docs/runbooks/{page} does not mention {alarm}")
    return [f"{name} {lack}" for lack in lacks]
