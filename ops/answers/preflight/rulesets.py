"""Whether a zone's rulesets are free: a zone has one for each phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.answers.preflight.model import Answer, met, not_judged, not_met
from ops.answers.preflight.subject import text
from plan.permissions.cloudflare import GROUPS

if TYPE_CHECKING:
    from ops.answers.preflight.model import Clouds
    from ops.answers.preflight.subject import Subject
    from plan import PlannedResource


def ruleset(subject: Subject, zone: str, item: PlannedResource, clouds: Clouds) -> Answer:
    """Whether the phase's ruleset is absent, empty, adopted by the stack file, or this stack's."""
    phase = text(item, "phase")
    group = GROUPS.get(f"{item.type}#{phase}", f"the permission group of phase {phase}")
    found = clouds.edge.get(f"/zones/{zone}/rulesets/phases/{phase}/entrypoint", f"{group}, edit")
    if found is None:
        return met("there is none")
    number, rules = str(found["id"]), list(found.get("rules") or ())
    if number in _adopted(subject):
        return met(f"{number} is adopted by the stack file; its {len(rules)} rules are replaced")
    if not rules:
        return met(f"{number} is there without a rule")
    planned = {(rule.get("ref"), rule.get("expression")) for rule in item.inputs.get("rules") or ()}
    refs = {ref for ref, _ in planned}
    if {(rule.get("ref"), rule.get("expression")) for rule in rules} <= planned:
        return met(f"{number} has this stack's rules")
    fix = (
        f"bailbondpro:cdn.imports adopts it by its id {number} and replaces its rules; or leave the zone to its owner "
        "with bailbondpro:cdn.manageRulesets: false; or delete it"
    )
    if {rule.get("ref") for rule in rules} <= refs:
        said = f"{number} has rules of this platform in another version: this stack's as they were, or another stack's"
        return not_judged(said, f"if `pulumi stack --show-urns` lists {item.name}, go on; if not: {fix}")
    return not_met(f"{number} has {len(rules)} rules of somebody else: {_names(rules)}", fix)


def _names(rules: list[dict[str, Any]]) -> str:
    return ", ".join(str(rule.get("description") or rule.get("ref") or rule.get("id")) for rule in rules[:3])


def _adopted(subject: Subject) -> set[str]:
    if subject.settings is None:
        return set()
    return {str(value) for value in subject.settings.cdn.imports.model_dump().values() if value}
