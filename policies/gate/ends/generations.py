"""Certificates that take turns: an older generation goes, or is protected no longer, where the next one is there."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from plan.types.weaker.rows import WEAKER
from policies.gate.model import BEARING_DELETE, PROTECTION_LOST, STATEFUL_DELETE, URN_DISAPPEARS, WEAKENED
from policies.gate.weaker import value_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan.steps import Change, State
    from policies.gate.model import Finding

KEY = "tls:index/privateKey:PrivateKey"
ALERTS = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
GROUPS = ("spec", "groups")
FIX = "two deployments: the next generation beside the one before, then without it (docs/runbooks/certificates.md)"
_MAKERS = frozenset(("bailbondpro:cdn:OriginCertificate", "bailbondpro:private_certificate:PrivateCertificate"))
"""Components that number what they make right behind their own name (`components.security.generations`)."""
_NUMBERED = re.compile(r"(?:-(?P<number>[2-9]|[1-9]\d+))?(?P<stem>-[a-z][a-z-]*)")
_UPLOADED = re.compile(r"(?P<stem>.*-(?:origin|host)-pull-certificate)(?:-(?P<number>[2-9]|[1-9]\d+))?")
"""Client certificates at Cloudflare, which are numbered at their end (`components.cdn.cdn`)."""
UNPROTECTED = "pulumi-protect"
"""The rule over what stands that says the same (`policies.rules.data`)."""
_GOES = frozenset(rule.id for rule in (STATEFUL_DELETE, BEARING_DELETE, URN_DISAPPEARS))
_STAYS = frozenset(("same", "update", "create"))


def taking_turns(findings: Iterable[Finding], changes: Iterable[Change]) -> list[Finding]:
    """The findings, of which those about a generation whose place the next one has are low and stop nothing.

    What goes must be one whose next generation stood before the change; what loses Pulumi's protection alone, one whose
    next generation is made at the latest by the same change. The alerts of what goes so go with it.

    Args:
        findings: what was found.
        changes: what happens to each resource.
    """
    listed = list(changes)
    heirs = _heirs(listed)
    alerts = {one.urn: one for one in listed if one.type == ALERTS}
    retired = {change.name for change, heir in heirs.values() if _retired(change, heir)}
    told: list[Finding] = []
    for one in findings:
        says = ""
        if one.urn in heirs and _takes_over(one, *heirs[one.urn]):
            says = f"{heirs[one.urn][1].name} has its place"
        elif retired and one.urn in alerts and one.rule == WEAKENED.id and not _lost(alerts[one.urn], retired):
            says = "what they are about goes, too: another generation has its place"
        noted = replace(one, says=f"{one.says}; {says}", severity="low", stops=False, fix=FIX)
        told.append(noted if says else one)
    return told


def _heirs(changes: Iterable[Change]) -> dict[str, tuple[Change, Change]]:
    """Each resource of a generation, by its URN, with the same one of the next generation."""
    known = {key: change for change in changes if change.state.custom and (key := _generation(change))}
    return {
        change.urn: (change, known[stem, number + 1])
        for (stem, number), change in known.items()
        if (stem, number + 1) in known
    }


def _generation(change: Change) -> tuple[str, int] | None:
    """A URN without the number of its generation, and that number; None for what has none."""
    head, _, name = change.urn.rpartition("::")
    maker, chain = change.state.parent.rpartition("::")[2], head.rpartition("::")[2].split("$")
    found = _UPLOADED.fullmatch(name)
    stem = ""
    if chain[-2:-1] and chain[-2] in _MAKERS and name.startswith(f"{maker}-"):
        found, stem = _NUMBERED.fullmatch(name.removeprefix(maker)), maker
    return (f"{head}::{stem}{found['stem']}", int(found["number"] or 1)) if found is not None else None


def _takes_over(finding: Finding, change: Change, heir: Change) -> bool:
    if finding.rule in _GOES:
        return _retired(change, heir)
    alone = finding.rule == PROTECTION_LOST.id and finding.properties == ("protect",)
    return (
        (alone or finding.rule == UNPROTECTED)
        and _alike(change, heir)
        and heir.after is not None
        and heir.after.protect
    )


def _retired(change: Change, heir: Change) -> bool:
    gone = change.kind == "delete" and "refresh" not in change.ops
    return gone and _alike(change, heir) and _stands(heir.before)


def _alike(change: Change, heir: Change) -> bool:
    """Whether the next generation stays, and is as good: a key says with its inputs how strong it is."""
    if change.before is None or heir.after is None or heir.after.external or heir.kind not in _STAYS:
        return False
    return change.type != KEY or change.before.inputs == heir.after.inputs


def _stands(side: State | None) -> bool:
    return side is not None and not side.leftover and not side.external


def _lost(change: Change, retired: set[str]) -> bool:
    """Whether alerts are weaker, too, where nothing was asked of what is retired."""
    if change.before is None or change.after is None:
        return True
    old, new = (value_at(side.inputs, GROUPS) for side in (change.before, change.after))
    rows = [row for row in WEAKER if row.token == ALERTS and row.path == GROUPS]
    return any(row.than(_without(old, retired), new) for row in rows)


def _without(groups: Any, retired: set[str]) -> Any:  # noqa: ANN401 - any value of a plan
    """Groups of alerts without what they ask of the certificates with these names."""
    if isinstance(groups, list):
        kept = (_without(one, retired) for one in groups)
        return [one for one in kept if not (isinstance(one, dict) and one.get("expr") == "")]
    if not isinstance(groups, dict):
        return groups
    inner = {key: _without(value, retired) for key, value in groups.items()}
    if isinstance(inner.get("expr"), str):
        asked = inner["expr"].split(" or ")
        inner["expr"] = " or ".join(one for one in asked if not any(f'"{name}"' in one for name in retired))
    return inner
