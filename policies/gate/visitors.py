"""Ordinary visits that a zone's rules keep away, lead elsewhere or keep for others after a change, and did not before.

Every visit of `plan.visits.table` goes through all rules of its zone on both sides. A rule that already kept a visit
away may do so by another rule and another name; what cannot be evaluated here, and was not there before, is not judged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from plan.tokens import DNS_RECORD, RULESET
from plan.types.weaker.model import TRUE
from plan.unknown import is_unknown
from plan.visits.language import truth
from plan.visits.limits import counted
from plan.visits.table import as_files, visits
from plan.visits.zone import CACHE, HEADERS, REWRITES, Met, Ruleset, Zone, keeps, strength
from policies.gate.model import LED, STRANGE, UNREAD_STEP, WEAKENED, found

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from plan.edge_rules import Rule
    from plan.steps import Change, Preview, State
    from plan.visits.limits import Counted
    from plan.visits.visit import Visit
    from policies.gate.model import Finding, StepRule

_HOSTS = re.compile(r'http\.host\s+(?:eq|==|in)\s+(?:"([^"]+)"|\{([^}]*)\})')
_PRIVATE = re.compile(r'(?:starts_with\([^"]*path\)?,|path\)? contains)\s*"(/[a-z][\w/-]*)"')
"""How rules name paths whose answers are kept for nobody (`bailbondpro.edge.personal`)."""
_OF_ANSWERS = ("http_response_cache_settings", "http_response_headers_transform", "http_response_compression")
"""Phases that run when a visit has come through."""
_SHARED = ("/static", "/cdn-cgi")
_SOME_HOST = "www.example.com"
"""A host of a zone whose records are not in the plan (RFC 2606, 3)."""
_HALF = 0.5
"""What a new or stricter limit leaves at the least of what an ordinary visitor asks for: `plan.tolerance`."""
_LONGEST = 120


@dataclass
class _Shut:
    """Visits that one rule keeps away."""

    met: Met
    first: Visit
    count: int = 1


def turned_away(preview: Preview) -> Iterator[Finding]:
    """What ordinary visitors lose by a change of a zone's rules."""
    for changed in _zones(preview.changes).values():
        if not any(map(_differs, changed)):
            continue
        try:
            yield from _of_zone(changed, preview.changes)
        except STRANGE as error:
            yield found(UNREAD_STEP, changed[0].urn, f"its rules have an unexpected form: {error!r}")


def _zones(changes: Iterable[Change]) -> Mapping[str, list[Change]]:
    by_zone: dict[str, list[Change]] = {}
    for change in changes:
        if change.type == RULESET:
            by_zone.setdefault(str(change.state.inputs.get("zoneId") or ""), []).append(change)
    return by_zone


def _inputs(state: State | None) -> Mapping[str, Any]:
    return state.inputs if state is not None and not state.leftover else {}


def _of_zone(changed: list[Change], changes: Iterable[Change]) -> Iterator[Finding]:
    before = Zone(tuple(Ruleset.of(one.urn, _inputs(one.before)) for one in changed))
    after = Zone(tuple(Ruleset.of(one.urn, _inputs(one.after)) for one in changed))
    known = before if any(ruleset.rules for ruleset in before.rulesets) else after
    table = visits(_hosts(before, changes), _private(known))
    yield from _stripped(after, table, [one.urn for one in changed if one.before is None])
    if all(one.before is None for one in changed if one.state.inputs.get("phase") == REWRITES):
        yield from _led_elsewhere(after, table)
    pairs = [(before.arriving(visit)[0], after.arriving(visit)[0]) for visit in table]
    sides = [side for one in changed if _differs(one) for side in (one.before, one.after) if side is not None]
    phases = {str(side.inputs.get("phase")) for side in sides}
    if phases - {CACHE, *_OF_ANSWERS}:
        yield from _refused(before, after, pairs)
        yield from _limited(before, after, pairs)
    if phases & {CACHE, REWRITES}:
        yield from _kept(before, after, pairs)


def _differs(change: Change) -> bool:
    return _inputs(change.before) != _inputs(change.after)


def _hosts(zone: Zone, changes: Iterable[Change]) -> list[str]:
    """Names that lead to the edge already, or at last; those that rules name; without records one that none does."""
    records = [change for change in changes if change.type == DNS_RECORD]
    standing = [change.before for change in records if change.before is not None and not change.before.leftover]
    sides = standing or [change.after for change in records if change.after is not None]
    names = [str(side.inputs.get("name")) for side in sides if _leads_here(side.inputs)] or [_SOME_HOST]
    for _, rule in _rules(zone):
        for one, several in _HOSTS.findall(rule.when):
            names += [one] if one else re.findall(r'"([^"]+)"', several)
    return [name for name in dict.fromkeys(names) if "*" not in name]


def _leads_here(record: Mapping[str, Any]) -> bool:
    return record.get("proxied") in TRUE and bool(record.get("name")) and not is_unknown(record["name"])


def _rules(zone: Zone) -> Iterator[tuple[Ruleset, Rule]]:
    return ((ruleset, rule) for ruleset in zone.rulesets for rule in ruleset.rules)


def _private(zone: Zone) -> list[str]:
    """Beginnings of paths that rules keep out of the cache."""
    names: list[str] = []
    for ruleset, rule in _rules(zone):
        if ruleset.phase == "http_response_cache_settings" or rule.parameters.get("cache") in {False, "false"}:
            names += _PRIVATE.findall(rule.when)
    return [name for name in dict.fromkeys(names) if not name.startswith(_SHARED)]


def _said(met: Met) -> str:
    return f"rule {met.name} ({met.rule.action} where {met.rule.when[:_LONGEST]})"


def _many(visit: Visit, count: int) -> str:
    return visit.shown + (f" and {count - 1} more ordinary requests" if count > 1 else "")


def _finding(rule: StepRule, urn: str, says: str, fix: str, *, judged: bool = True, noted: bool = False) -> Finding:
    return replace(found(rule, urn, says, ("rules",), judged=judged, noted=noted), fix=fix)


def _refused(before: Zone, after: Zone, pairs: Iterable[tuple[Visit, Visit]]) -> Iterator[Finding]:
    sure: dict[tuple[object, ...], _Shut] = {}
    unsure: dict[tuple[object, ...], _Shut] = {}
    handed: dict[tuple[object, ...], _Shut] = {}
    for was, then in pairs:
        old, new = list(before.refusals(was)), list(after.refusals(then))
        last = old[-1] if old and old[-1].sure else None
        now = new[-1] if new and new[-1].sure else None
        if strength(now) > strength(last) and now is not None:
            _add(sure, now, then)
        elif last is None and then.path:
            known = {met.does for met in old}
            for met in new:
                if not met.sure and met.does not in known:
                    _add(unsure, met, then)
        first = after.managed(then)
        if first is not None and before.managed(was) is None:
            _add(handed, first, then)
    for shut in sure.values():
        says = f"{_many(shut.first, shut.count)} would meet {_said(shut.met)}, and came through before"
        fix = f"narrow the expression of rule {shut.met.name} until it does not hold of this request"
        yield _finding(LED, shut.met.urn, says, fix)
    for shut in unsure.values():
        says = f"whether {_many(shut.first, shut.count)} would meet {_said(shut.met)} cannot be evaluated here"
        fix = "name hosts and paths that the rule is about beside what is not known here, or let somebody answer for it"
        yield _finding(LED, shut.met.urn, says, fix, judged=False)
    for shut in handed.values():
        says = (
            f"{_many(shut.first, shut.count)} would be judged by Cloudflare's own rules ({shut.met.name}), and was not"
        )
        yield _finding(LED, shut.met.urn, says, "try it with action log first", noted=True)


def _add(known: dict[tuple[object, ...], _Shut], met: Met, visit: Visit) -> None:
    shut = known.get((met.urn, *met.does))
    if shut is None:
        known[(met.urn, *met.does)] = _Shut(met, visit)
    else:
        shut.count += 1


def _limited(before: Zone, after: Zone, pairs: list[tuple[Visit, Visit]]) -> Iterator[Finding]:
    """Limits that leave less than half of what an ordinary visitor asks for, and less than half of what was left."""
    left: dict[Visit, float] = {}
    unknown: set[tuple[object, ...]] = set()
    for urn, rule in before.limits():
        for one in counted(rule, before, (was for was, _ in pairs)):
            unknown |= {Met(urn, rule, sure=False).does} if one.share is None else set()
            left |= {visit: min(one.share, left.get(visit, one.share)) for visit in one.visits if one.share is not None}
    was_of = {then: was for was, then in pairs}
    for urn, rule in after.limits():
        met = Met(urn, rule, sure=True)
        if met.does in unknown:
            continue
        for one in counted(rule, after, was_of):
            said = _too_few(met, one, [visit for visit in one.visits if _fewer(one.share, left.get(was_of[visit]))])
            if said is not None:
                yield said
                break


def _fewer(share: float | None, before: float | None) -> bool:
    return share is None or before is None or share < before * _HALF


def _too_few(met: Met, one: Counted, fresh: list[Visit]) -> Finding | None:
    """What is said of a limit that counts visits which were counted by none, or by a wider one."""
    if not fresh or (one.share is not None and one.share >= _HALF):
        return None
    limit = f"{met.rule.limit.get('requestsPerPeriod')} in {met.rule.limit.get('period')} s"
    if one.share is None:
        says = f"whether {_said(met)} leaves {_many(fresh[0], len(fresh))} enough of {limit} cannot be evaluated here"
        return _finding(LED, met.urn, says, "say it with fields and numbers that a plan has", judged=False)
    says = (
        f"{_said(met)} would count {_many(fresh[0], len(fresh))}; {limit} are {one.share:.0%} of a visitor's requests"
    )
    fix = f"let rule {met.name} admit more, count less, or count each visitor for himself"
    return _finding(LED, met.urn, says, fix)


def _kept(before: Zone, after: Zone, pairs: Iterable[tuple[Visit, Visit]]) -> Iterator[Finding]:
    """Answers that belong to one person, and that a rule would keep for others."""
    told: set[str] = set()
    files = [pair for was, then in pairs if then.private for pair in zip(as_files(was), as_files(then), strict=True)]
    for was, then in (*pairs, *files):
        if not then.personal or then.method not in {"GET", "HEAD"}:
            continue
        old = [met for met in before.keepers(was) if keeps(met)]
        known = {*(met.name for met in old), *(met.does for met in old)}
        whole = after.kept(then)
        for met in after.keepers(then):
            fresh = then.private and keeps(met) and met.name not in known and met.does not in known
            if met.name not in told and (fresh or (met == whole and before.kept(was) is None)):
                told.add(met.name)
                how = "would keep" if whole == met else "would keep, if no later rule took it back,"
                says = f"{_said(met)} {how} the answer to {then.shown}, which belongs to one person"
                fix = f"take this path out of rule {met.name}"
                yield _finding(WEAKENED, met.urn, says, fix, judged=met.sure)


def _stripped(after: Zone, table: Iterable[Visit], fresh: Collection[str]) -> Iterator[Finding]:
    """Headers of visits that the first rules of a phase take away or overwrite; a change is compared as a whole."""
    told: set[tuple[str, str]] = set()
    for ruleset, rule in _rules(after):
        headers = rule.parameters.get("headers")
        if ruleset.phase != HEADERS or ruleset.urn not in fresh or not isinstance(headers, dict):
            continue
        met = Met(ruleset.urn, rule, sure=True)
        for visit in table:
            known = {"host", *(name for name, _ in visit.headers)}
            lost = sorted(name for name, does in headers.items() if name.lower() in known and _takes(does))
            if lost and (met.name, lost[0]) not in told and (answer := truth(rule.when)(visit)) is not False:
                told.add((met.name, lost[0]))
                says = f"{visit.shown} would reach the origin without its own header {lost[0]}, by {_said(met)}"
                fix = f"leave the header {lost[0]} out of rule {met.name}"
                yield _finding(LED, met.urn, says, fix, judged=answer is True)


def _takes(does: object) -> bool:
    return not isinstance(does, dict) or does.get("operation") != "add"


def _led_elsewhere(after: Zone, table: Iterable[Visit]) -> Iterator[Finding]:
    """Paths that the first rewrites of a zone turn into others; a change of them is compared as a whole."""
    told: set[str] = set()
    for visit in table:
        then, met = after.arriving(visit)
        if met is not None and not then.path.endswith(visit.path) and met.name not in told:
            told.add(met.name)
            to = then.path or "a path that cannot be evaluated here"
            says = f"{visit.shown} would reach the origin as {to}, by {_said(met)}"
            fix = f"narrow the expression of rule {met.name} until it does not hold of this request"
            yield _finding(LED, met.urn, says, fix, judged=bool(then.path))
