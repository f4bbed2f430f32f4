"""Reads rules back from the inputs of planned rulesets, the reverse of `components.cdn.rulesets`.

It reads what this platform writes and refuses everything else: a parameter that the evaluation does not know would make
its answer a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

from bailbondpro.edge.cache_rules import CacheRule, Directive, DirectiveName, EdgeTtl, EdgeTtlMode, ResponseRule
from bailbondpro.edge.language.parse import ExpressionError, parse
from bailbondpro.edge.rewrites import RewriteRule, UriPattern
from bailbondpro.edge.rules import EdgeRules
from bailbondpro.edge.security import FirewallAction, FirewallRule, HeaderRule, RateLimitRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bailbondpro.edge.language.expressions import Expression

R = TypeVar("R")


class ReadbackError(ValueError):
    """A planned rule that is not understood; the message names the phase, the rule and the reason."""


@dataclass(frozen=True)
class PlannedRules:
    """One planned ruleset: its phase and its rules as the engine shows them, with camelCase keys."""

    phase: str
    rules: Sequence[Mapping[str, Any]]


def edge_rules(rulesets: Iterable[PlannedRules]) -> EdgeRules:
    """The rules of planned rulesets; a phase without a ruleset has none.

    Raises:
        ReadbackError: a phase, a rule or a parameter is not understood, or a phase has two rulesets.
    """
    by_phase: dict[str, PlannedRules] = {}
    for ruleset in rulesets:
        if ruleset.phase in by_phase:
            raise ReadbackError(f"{ruleset.phase}: two rulesets, but a zone has one entry point for each phase")
        if ruleset.phase not in _PHASES:
            raise ReadbackError(f"{ruleset.phase}: the phase is not understood, so nothing can be said of a request")
        by_phase[ruleset.phase] = ruleset
    _read(by_phase, "http_request_firewall_managed", _managed)
    return EdgeRules(
        rewrites=_read(by_phase, "http_request_transform", _rewrite),
        firewall=_read(by_phase, "http_request_firewall_custom", _firewall),
        rate_limits=_read(by_phase, "http_ratelimit", _rate_limit),
        cache=_read(by_phase, "http_request_cache_settings", _cache),
        responses=_read(by_phase, "http_response_cache_settings", _response),
        headers=_read(by_phase, "http_response_headers_transform", _headers),
    )


_PHASES = frozenset(
    {
        "http_request_transform",
        "http_request_firewall_custom",
        "http_request_firewall_managed",
        "http_ratelimit",
        "http_request_cache_settings",
        "http_response_cache_settings",
        "http_response_headers_transform",
    }
)


@dataclass(frozen=True)
class _Common:
    """What every rule has."""

    ref: str
    description: str
    when: Expression
    action: str
    parameters: Mapping[str, Any]
    ratelimit: Mapping[str, Any]
    enabled: bool


def _read(by_phase: Mapping[str, PlannedRules], phase: str, shape: Callable[[_Common], R]) -> tuple[R, ...]:
    """The enabled rules of a phase; a disabled one does nothing at Cloudflare."""
    if phase not in by_phase:
        return ()
    found: list[R] = []
    for number, rule in enumerate(by_phase[phase].rules, 1):
        try:
            common = _common(rule)
            made = shape(common)
        except (ValueError, KeyError, TypeError) as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
            raise ReadbackError(f"{phase}, rule {rule.get('ref', number)}: {reason}") from error
        if common.enabled:
            found.append(made)
    return tuple(found)


def _common(rule: Mapping[str, Any]) -> _Common:
    _only(rule, "ref", "description", "expression", "action", "actionParameters", "ratelimit", "enabled")
    expression = rule["expression"]
    if not isinstance(expression, str):
        raise ExpressionError("its expression is no text")
    return _Common(
        ref=str(rule["ref"]),
        description=str(rule.get("description", "")),
        when=parse(expression),
        action=str(rule["action"]),
        parameters=rule.get("actionParameters") or {},
        ratelimit=rule.get("ratelimit") or {},
        enabled=bool(rule.get("enabled", True)),
    )


def _only(found: Mapping[str, Any], *known: str) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is not understood")


def _action(rule: _Common, *known: str) -> None:
    if rule.action not in known:
        raise ValueError(f"the action {rule.action} is not understood")


def _firewall(rule: _Common) -> FirewallRule:
    _action(rule, *get_args(FirewallAction))
    _only(rule.parameters)
    return FirewallRule(
        ref=rule.ref, description=rule.description, when=rule.when, action=cast("FirewallAction", rule.action)
    )


def _rewrite(rule: _Common) -> RewriteRule:
    _action(rule, "rewrite")
    _only(rule.parameters, "uri")
    uri = rule.parameters["uri"]
    _only(uri, "path", "query")
    _only(uri["query"], "value")
    if uri["query"]["value"] != "":
        raise ValueError(f"the query {uri['query']['value']} is not understood, an empty one is")
    path = uri.get("path") or {}
    _only(path, "expression")
    made = _uri_pattern(path["expression"]) if path else None
    return RewriteRule(ref=rule.ref, description=rule.description, when=rule.when, path=made)


def _uri_pattern(expression: str) -> UriPattern:
    text = r'"((?:[^"\\\\]|\\\\.)*)"'
    found = re.fullmatch(rf"wildcard_replace\(http\.request\.uri, {text}, {text}\)", expression)
    if found is None or "\\" in expression:
        raise ValueError(f"the path {expression} is not understood")
    return UriPattern(found[1], found[2])


def _managed(rule: _Common) -> None:
    _action(rule, "execute")
    _only(rule.parameters, "id")


def _rate_limit(rule: _Common) -> RateLimitRule:
    _action(rule, "block")
    _only(rule.ratelimit, "characteristics", "period", "requestsPerPeriod", "mitigationTimeout")
    return RateLimitRule(
        ref=rule.ref,
        description=rule.description,
        when=rule.when,
        requests=int(rule.ratelimit["requestsPerPeriod"]),
        period=int(rule.ratelimit["period"]),
        mitigation_timeout=int(rule.ratelimit["mitigationTimeout"]),
    )


def _cache(rule: _Common) -> CacheRule:
    _action(rule, "set_cache_settings")
    _only(rule.parameters, "cache", "edgeTtl", "browserTtl", "cacheKey")
    browser, key = rule.parameters.get("browserTtl") or {}, rule.parameters.get("cacheKey") or {}
    _only(browser, "mode")
    _only(key, "cacheDeceptionArmor")
    if browser.get("mode", "respect_origin") != "respect_origin":
        raise ValueError(f"the browser TTL mode {browser['mode']} is not understood")
    return CacheRule(
        ref=rule.ref,
        description=rule.description,
        when=rule.when,
        cache=bool(rule.parameters["cache"]),
        edge_ttl=_edge_ttl(rule.parameters.get("edgeTtl") or {}),
        deception_armor=bool(key.get("cacheDeceptionArmor", False)),
    )


def _edge_ttl(ttl: Mapping[str, Any]) -> EdgeTtl | None:
    if not ttl:
        return None
    _only(ttl, "mode", "default")
    mode = ttl["mode"]
    if mode not in get_args(EdgeTtlMode):
        raise ValueError(f"the edge TTL mode {mode} is not understood")
    seconds = ttl.get("default")
    return EdgeTtl(mode=cast("EdgeTtlMode", mode), seconds=None if seconds is None else int(seconds))


def _response(rule: _Common) -> ResponseRule:
    _action(rule, "set_cache_control", "set_cache_tags")
    if rule.action == "set_cache_tags":
        _only(rule.parameters, "operation", "values")
        if rule.parameters["operation"] != "add":
            raise ValueError(f"the operation {rule.parameters['operation']} on cache tags is not understood")
        tags = tuple(str(tag) for tag in rule.parameters["values"])
        return ResponseRule(ref=rule.ref, description=rule.description, when=rule.when, tags=tags)
    directives = tuple(_directive(_snake_case(name), value) for name, value in sorted(rule.parameters.items()))
    return ResponseRule(ref=rule.ref, description=rule.description, when=rule.when, directives=directives)


def _directive(name: str, given: Mapping[str, Any]) -> Directive:
    _only(given, "operation", "value", "cloudflareOnly")
    if name not in get_args(DirectiveName):
        raise ValueError(f"the directive {name} is not understood")
    if given["operation"] not in {"set", "remove"}:
        raise ValueError(f"the operation {given['operation']} on {name} is not understood")
    value = given.get("value")
    return Directive(
        name=cast("DirectiveName", name),
        operation=given["operation"],
        value=None if value is None else int(value),
        cloudflare_only=bool(given.get("cloudflareOnly", False)),
    )


def _snake_case(name: str) -> str:
    return re.sub(r"[A-Z]", lambda match: f"_{match.group().lower()}", name)


def _headers(rule: _Common) -> HeaderRule:
    _action(rule, "rewrite")
    _only(rule.parameters, "headers")
    headers: list[tuple[str, str]] = []
    for name, given in sorted(rule.parameters["headers"].items()):
        _only(given, "operation", "value")
        if given["operation"] != "set":
            raise ValueError(f"the operation {given['operation']} on {name} is not understood")
        headers.append((name, str(given["value"])))
    return HeaderRule(ref=rule.ref, description=rule.description, when=rule.when, headers=tuple(headers))
