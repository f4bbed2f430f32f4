"""What the CDN does with a URL, and the proof that it stores nothing personal: for a stack file or for a plan."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_key import Reached, cache_key
from bailbondpro.edge.exchange import Request, Response, headers_of
from bailbondpro.edge.explain import Explanation, arriving, differences, evaluate
from bailbondpro.edge.origin import expected_response
from bailbondpro.edge.proof.leaks import Audit, audit
from bailbondpro.edge.readback import PlannedRules, ReadbackError, edge_rules
from bailbondpro.edge.rules import EdgeRules
from infra.edge_policy import edge_policy
from ops.answers.cdn.error import CdnError
from ops.answers.cdn.kept import audited
from plan.tokens import RULESET
from planner.evidence import read_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from bailbondpro.edge.policy import EdgePolicy
    from infra.settings import Settings
    from plan import Plan

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
NORMALISATION = "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings"


@dataclass(frozen=True)
class Edge:
    """The rules of a stack's zone and what they were made for."""

    policy: EdgePolicy
    rules: EdgeRules


@dataclass(frozen=True, kw_only=True)
class Question:
    """A request and what is known of its response.

    Attributes:
        url: an absolute URL.
        method: the HTTP method.
        headers: request headers as (name, value).
        cookies: as (name, value).
        status: the origin's status code.
        response_headers: what the origin sends; each replaces what a well-behaved application would send.
    """

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    status: int = 200
    response_headers: tuple[tuple[str, str], ...] = ()


def edge_of(settings: Settings, plan_file: Path | None = None) -> Edge:
    """The rules of a stack: those that its file makes, or those of a plan.

    Raises:
        CdnError: the stack has no CDN or does not own the zone's rules, or the plan's rules are not understood.
        PlanError: the file is no plan.
    """
    if not settings.cdn.enabled:
        raise CdnError("this stack has no CDN; set bailbondpro:cdn.enabled to true")
    policy = edge_policy(settings)
    if plan_file is not None:
        return Edge(policy, rules_of_plan(read_plan(plan_file)))
    if not settings.cdn.manage_rulesets:
        raise CdnError("another stack owns the rules of this zone (cdn.manageRulesets is false): ask about that stack")
    return Edge(policy, EdgeRules.of(policy))


def rules_of_plan(plan: Plan) -> EdgeRules:
    """The rules of a plan's rulesets.

    Raises:
        CdnError: there are none, they are not understood, or the rules would see paths that are not normalised.
    """
    rulesets = plan.of_type(RULESET)
    if not rulesets:
        raise CdnError("this plan has no Cloudflare rulesets: the stack has no CDN or does not own its zone's rules")
    normalisation = [(item.inputs.get("type"), item.inputs.get("scope")) for item in plan.of_type(NORMALISATION)]
    if normalisation not in ([("cloudflare", "both")], [("cloudflare", "incoming")]):
        raise CdnError("this plan does not normalise URLs, so its rules would see other paths than the application")
    try:
        return edge_rules(_planned(plan))
    except ReadbackError as error:
        raise CdnError(f"the plan's rules are not understood: {error}") from error


def _planned(plan: Plan) -> list[PlannedRules]:
    """By phase: the engine names them in the order in which they were registered, which differs from run to run."""
    planned = [
        PlannedRules(str(item.inputs.get("phase")), item.inputs.get("rules") or ()) for item in plan.of_type(RULESET)
    ]
    return sorted(planned, key=lambda found: found.phase)


def explain(edge: Edge, question: Question) -> Explanation:
    """What the edge does with a request.

    Raises:
        CdnError: the URL is no absolute URL.
    """
    headers = question.headers
    if question.cookies:
        headers = (*headers, ("cookie", "; ".join(f"{name}={value}" for name, value in question.cookies)))
    try:
        target = Request.of(question.url, method=question.method)
    except ValueError as error:
        raise CdnError(str(error)) from error
    request = replace(target, headers=headers_of(headers))
    response = _response(edge.policy, request, question)
    found = evaluate(edge.rules, request, response)
    key = cache_key(arriving(edge.rules, request)) if found.blocked_by is None else ()
    return replace(found, cache_key=key, differences=differences(edge.rules, request, response))


def unknown_host(edge: Edge, url: str) -> str:
    """A warning about a URL whose host is none of the stack's, or ""."""
    host, hosts = Request.of(url).host, edge.policy.host_names()
    return "" if host in hosts else f"{host} is no host of this stack; its hosts are {', '.join(hosts)}"


def _response(policy: EdgePolicy, request: Request, question: Question) -> Response:
    """What a well-behaved application answers, changed as the question says."""
    given = headers_of(question.response_headers)
    replaced = {name for name, _ in given}
    kept = tuple(pair for pair in expected_response(policy, request).headers if pair[0] not in replaced)
    return Response(question.status, (*kept, *given))


def audit_edge(edge: Edge, urls: Iterable[str] = ()) -> Audit:
    """Try to find a personal response that the rules would store.

    Raises:
        CdnError: a URL is no absolute URL, or the rules cache nothing, so that the audit would prove nothing.
    """
    try:
        found = audit(edge.rules, edge.policy, urls, gateway_reach())
    except ValueError as error:
        raise CdnError(str(error)) from error
    if not found.cached:
        raise CdnError("the rules cache nothing at all, so nothing is proven; are they those of this stack's hosts?")
    return found


def gateway_reach() -> Reached:
    """What the gateway passes from the edge to the application."""
    from components.gateway.servers import FILE_HEADERS  # noqa: PLC0415 - only an audit needs the gateway
    from components.gateway.trusted_headers import SET, STRIPPED  # noqa: PLC0415 - likewise

    decided = frozenset(header.name.lower() for header in (*SET, *STRIPPED))
    return Reached(decided, frozenset(map(str.lower, FILE_HEADERS)))


def audit_plan(settings: Settings, plan: Plan) -> Audit | None:
    """The audit of a rehearsed plan; None where the stack has no CDN or another one owns its zone's rules.

    Raises:
        CdnError: the plan's rules are not understood or cache nothing.
    """
    if not (settings.cdn.enabled and settings.cdn.manage_rulesets):
        return None
    edge = Edge(edge_policy(settings), rules_of_plan(plan))
    return audited(lambda: audit_edge(edge), _planned(plan), edge.policy, gateway_reach())


def pairs(texts: Iterable[str], separator: str, option: str) -> tuple[tuple[str, str], ...]:
    """`K:V` or `K=V` texts of a repeatable option as pairs.

    Raises:
        CdnError: a text has no separator or no name, or what no header can have: a name of other characters than a
            token's (RFC 9110, 5.6.2), a control character (5.5). It would count as a header that nobody heeds.
    """
    found: list[tuple[str, str]] = []
    for text in texts:
        name, separated, value = text.partition(separator)
        if not separated or not name.strip():
            raise CdnError(f"{option} {text}: write NAME{separator}VALUE")
        if not TOKEN.fullmatch(name.strip()):
            raise CdnError(f"{option} {text!r}: a name has letters, digits and !#$%&'*+-.^_`|~ (RFC 9110, 5.6.2)")
        if CONTROL.search(value):
            raise CdnError(f"{option} {text!r}: a value has no control characters (RFC 9110, 5.5)")
        found.append((name.strip(), value.strip()))
    return tuple(found)


def listed_in(path: Path) -> Mapping[str, None]:
    """The lines of a list file; see `listed`.

    Raises:
        CdnError: the file is no text.
        OSError: it cannot be read.
    """
    try:
        return listed(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise CdnError(f"{path} is no UTF-8 text (byte {error.start}); write one entry a line") from error


def listed(text: str) -> Mapping[str, None]:
    """The lines of a list file, each once, in order; empty lines and `#` comments do not count."""
    lines = (line.split(" #", 1)[0].strip() for line in text.splitlines())
    return dict.fromkeys(line for line in lines if line and not line.startswith("#"))
