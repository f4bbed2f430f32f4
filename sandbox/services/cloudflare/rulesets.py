"""Rulesets: what the Cloudflare Rulesets engine refuses, as far as inputs and the zone's other rulesets show it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, given, items, number
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Returned, Row, everywhere
from sandbox.services.cloudflare import returned as cf
from sandbox.services.cloudflare.choices import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

RULESET = "cloudflare:index/ruleset:Ruleset"
KINDS = ("managed", "custom", "root", "zone")
_MITIGATIONS = {"block", "challenge", "js_challenge", "managed_challenge", "log"}
ACTIONS: dict[str, frozenset[str]] = {
    "http_config_settings": frozenset({"set_config"}),
    "http_custom_errors": frozenset({"serve_error"}),
    "http_log_custom_fields": frozenset({"log_custom_field"}),
    "http_ratelimit": frozenset(_MITIGATIONS | {"execute"}),
    "http_request_cache_settings": frozenset({"set_cache_settings"}),
    "http_request_dynamic_redirect": frozenset({"redirect"}),
    "http_request_firewall_custom": frozenset(_MITIGATIONS | {"skip", "execute"}),
    "http_request_firewall_managed": frozenset({"execute", "skip"}),
    "http_request_late_transform": frozenset({"rewrite"}),
    "http_request_origin": frozenset({"route"}),
    "http_request_redirect": frozenset({"redirect"}),
    "http_request_sanitize": frozenset({"execute"}),
    "http_request_sbfm": frozenset(_MITIGATIONS | {"execute", "skip"}),
    "http_request_transform": frozenset({"rewrite"}),
    "http_response_cache_settings": frozenset({"set_cache_control", "set_cache_tags"}),
    "http_response_compression": frozenset({"compress_response"}),
    "http_response_firewall_managed": frozenset({"execute", "skip", "log"}),
    "http_response_headers_transform": frozenset({"rewrite"}),
    "ddos_l4": frozenset({"execute"}),
    "ddos_l7": frozenset({"execute"}),
    "magic_transit": frozenset({"block", "skip", "execute"}),
    "magic_transit_ids_managed": frozenset({"execute"}),
    "magic_transit_managed": frozenset({"execute"}),
    "magic_transit_ratelimit": frozenset({"block", "execute"}),
}
"""Phases of the Rulesets engine and the actions that their rules can take (Ruleset Engine documentation, Phases)."""

PERIODS = (10, 60, 120, 300, 600, 3600)
"""Seconds that both lists of the Rate limiting documentation allow; Enterprise zones may use others up to 65535."""

TIMEOUTS = (0, 10, 60, 120, 300, 600, 3600, 86_400)
EDGE_MODES = ("respect_origin", "bypass_by_default", "override_origin")
BROWSER_MODES = ("respect_origin", "bypass_by_default", "override_origin", "bypass")
LONGEST_EXPRESSION = 4096
_CHALLENGES = {"challenge", "js_challenge", "managed_challenge"}


def _owner(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if given(inputs, "zoneId") == given(inputs, "accountId"):
        yield Violation("zoneId", "exactly one of zoneId and accountId is required (provider: ExactlyOneOf)")
    kind = inputs.get("kind")
    if kind == "zone" and given(inputs, "accountId"):
        yield Violation("kind", "'zone' needs zoneId: a ruleset of an account is 'root' or 'custom'")
    if kind == "root" and given(inputs, "zoneId"):
        yield Violation("kind", "'root' needs accountId: an entry point of a zone is 'zone'")


def _rules(context: Context) -> Iterator[Violation]:
    phase = context.inputs.get("phase")
    allowed = ACTIONS.get(phase) if isinstance(phase, str) else None
    for index, rule in enumerate(items(context.inputs, "rules")):
        at, action = f"rules[{index}]", rule.get("action")
        if allowed is not None and isinstance(action, str) and action not in allowed:
            listed = ", ".join(sorted(allowed))
            yield Violation(f"{at}.action", f"{action!r} is no action of phase {phase}: {listed}")
        yield from _expression(rule, at)
        yield from _limit(rule, at, phase)
        yield from _parameters(rule, at)


def _expression(rule: dict[str, Any], at: str) -> Iterator[Violation]:
    expression = rule.get("expression")
    if isinstance(expression, bool):
        yield Violation(f"{at}.expression", "a boolean, the text 'true' is required (provider issue 5378)")
    if isinstance(expression, str):
        if not expression.strip():
            yield Violation(f"{at}.expression", "empty")
        if len(expression) > LONGEST_EXPRESSION:
            yield Violation(
                f"{at}.expression", f"{len(expression)} characters, at most {LONGEST_EXPRESSION} are allowed"
            )
        if not _closed(expression):
            yield Violation(f"{at}.expression", "a quote, parenthesis or bracket is not closed: it cannot be parsed")


_STRINGS = re.compile(r'r(#*)".*?"\1|"(?:\\.|[^"\\])*"', re.DOTALL)
_PAIRS = {")": "(", "]": "[", "}": "{"}


def _closed(expression: str) -> bool:
    """Whether quotes, parentheses, brackets and braces of an expression come in pairs."""
    rest = _STRINGS.sub("", expression)
    open_ones: list[str] = []
    for character in rest:
        if character in _PAIRS.values():
            open_ones.append(character)
        elif character in _PAIRS and (not open_ones or open_ones.pop() != _PAIRS[character]):
            return False
    return not open_ones and '"' not in rest


def _limit(rule: dict[str, Any], at: str, phase: object) -> Iterator[Violation]:
    limit = block(rule, "ratelimit")
    if phase == "http_ratelimit" and not given(rule, "ratelimit") and rule.get("action") != "execute":
        yield Violation(f"{at}.ratelimit", "required in phase http_ratelimit")
    if limit and known(phase) and phase != "http_ratelimit":
        yield Violation(f"{at}.ratelimit", f"only in phase http_ratelimit, here {phase}")
    if not limit:
        return
    characteristics = limit.get("characteristics")
    if isinstance(characteristics, list) and "cf.colo.id" not in characteristics:
        yield Violation(f"{at}.ratelimit.characteristics", "'cf.colo.id' is required among them")
    if not given(limit, "requestsPerPeriod") and not given(limit, "scorePerPeriod"):
        yield Violation(f"{at}.ratelimit.requestsPerPeriod", "required unless scorePerPeriod is given")
    timeout = number(limit.get("mitigationTimeout"))
    if timeout and rule.get("action") in _CHALLENGES:
        yield Violation(f"{at}.ratelimit.mitigationTimeout", f"{timeout:g}: only 0 with action {rule['action']}")


def _parameters(rule: dict[str, Any], at: str) -> Iterator[Violation]:
    parameters = block(rule, "actionParameters")
    here = f"{at}.actionParameters"
    for name, default in (("edgeTtl", "default"), ("browserTtl", "default")):
        ttl = block(parameters, name)
        if ttl.get("mode") == "override_origin" and not given(ttl, default):
            yield Violation(f"{here}.{name}.{default}", "required for mode override_origin")
    response = block(parameters, "response")
    status = number(response.get("statusCode"))
    if rule.get("action") == "block" and status is not None and not 400 <= status <= 499:  # noqa: PLR2004 - documented
        yield Violation(f"{here}.response.statusCode", f"{status:g} is outside 400..499")
    if len(str(response.get("content", ""))) > 30_720:  # noqa: PLR2004 - the documented 30 KB
        yield Violation(f"{here}.response.content", "longer than 30 KB")
    if rule.get("action") == "set_cache_tags" and given(parameters, "values") == given(parameters, "expression"):
        yield Violation(f"{here}.values", "exactly one of values and expression is required")
    for name, header in block(parameters, "headers").items():
        if isinstance(header, dict):
            yield from _header(header, f"{here}.headers.{name}")


def _header(header: dict[str, Any], at: str) -> Iterator[Violation]:
    operation = header.get("operation")
    if operation not in ("set", "add", "remove") and known(operation):
        yield Violation(f"{at}.operation", f"{operation!r} is none of: set, add, remove")
    valued = given(header, "value") or given(header, "expression")
    if operation in {"set", "add"} and not valued:
        yield Violation(f"{at}.value", f"value or expression is required for operation {operation}")
    if given(header, "value") and given(header, "expression"):
        yield Violation(f"{at}.expression", "not together with value: give one of value, expression")
    if operation == "remove" and valued:
        yield Violation(f"{at}.value", "not for operation remove")


def _entry_point(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if context.cloud is None or inputs.get("kind") not in {"zone", "root"}:
        return
    scope = ("kind", "phase", "zoneId", "accountId")
    for item in context.cloud.of_type(RULESET):
        if item.id != context.id and all(item.inputs.get(key) == inputs.get(key) for key in scope):
            yield Violation(
                "phase",
                f"{item.name} is the entry point of {inputs.get('phase')!r} already, one for each phase: a "
                "similar configuration with rules already exists (code 20217); add the rules to it, or import it",
            )


_on = On("ruleset", source="Cloudflare Ruleset Engine documentation; Rulesets API")
_choices = On("one-of", source="terraform-provider-cloudflare 5.22.0, cloudflare_ruleset, schema validators")
ROWS = (
    Row(
        token=RULESET,
        name=NONE,
        replaced=Replaced(("accountId", "kind", "name", "phase", "zoneId")),
        references=(),
        unique=(),
        values=(
            _on.one_of("kind", KINDS),
            _on.one_of("phase", tuple(ACTIONS)),
            _on.custom("owner", _owner, "terraform-provider-cloudflare, cloudflare_ruleset"),
            _on.unique("rules[*].ref", "ref"),
            _on.matches("rules[*].ref", r"[\w .:-]{1,255}", "letters, digits, spaces or _.:-"),
            _on.custom("rules", _rules, "Cloudflare Ruleset Engine documentation, Phases list; Rulesets API"),
            _on.one_of("rules[*].ratelimit.period", PERIODS, "", "Cloudflare WAF documentation, Rate limiting rules"),
            _on.one_of(
                "rules[*].ratelimit.mitigationTimeout",
                TIMEOUTS,
                "",
                "Cloudflare WAF documentation, Rate limiting rules",
            ),
            _on.one_of(
                "rules[*].actionParameters.edgeTtl.mode", EDGE_MODES, "", "Cloudflare Cache documentation, Cache Rules"
            ),
            _on.one_of(
                "rules[*].actionParameters.browserTtl.mode",
                BROWSER_MODES,
                "",
                "Cloudflare Cache documentation, Cache Rules",
            ),
            _choices.custom("choices", chosen),
        ),
        state=(
            Rule(
                "one-entry-point",
                "Cloudflare Rulesets documentation, Entry point rulesets; terraform-provider-cloudflare issues "
                "2090 and 2566",
                (),
                _entry_point,
            ),
        ),
        readable=everywhere,  # in plain text for whoever may read the zone
        returned=Returned(values=cf.RULESET),
    ),
)
