"""Whether limits of a zone are far stricter than before, or its rules store answers that they did not.

(Cloudflare docs, Ruleset Engine, Actions; WAF, Rate limiting rules; Cache Response Rules; unverified.)
"""

from __future__ import annotations

from typing import Any

from plan.edge_expressions import always, read
from plan.edge_rules import STRENGTH, Rule, rules_of
from plan.tolerance import much_less, much_more
from plan.types.weaker.model import number

_KEPT = ("public", "immutable", "maxAge", "sMaxage")
"""Directives by which a response is stored (RFC 9111, 5.2.2; RFC 8246)."""


def closes(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether far fewer requests are enough to be kept away, or it lasts; `plan.visits` says who is kept away."""
    before, after = ([rule for rule in rules_of(side) if rule.on and rule.action in STRENGTH] for side in (old, new))
    known = {rule.ref or rule.when: rule for rule in before if rule.limit}
    return any(
        _stricter(known[name], rule) for rule in after if rule.limit and (name := rule.ref or rule.when) in known
    )


def _everybody(rule: Rule) -> bool:
    return always(read(rule.when))


def _stricter(old: Rule, new: Rule) -> bool:
    most, now = (number(rule.limit.get("requestsPerPeriod")) for rule in (old, new))
    least, then = (number(rule.limit.get("mitigationTimeout")) for rule in (old, new))
    fewer = most is not None and now is not None and much_less(most, now)
    return fewer or (least is not None and then is not None and much_more(least, then))


def stores_everything(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a rule says of every answer that it may be kept, and none did."""
    return any(map(_keeps_all, rules_of(new))) and not any(map(_keeps_all, rules_of(old)))


def _keeps_all(rule: Rule) -> bool:
    said = (rule.parameters.get(name) for name in _KEPT)
    kept = any(isinstance(one, dict) and one.get("operation") == "set" for one in said)
    return rule.on is not False and rule.action == "set_cache_control" and kept and _everybody(rule)
