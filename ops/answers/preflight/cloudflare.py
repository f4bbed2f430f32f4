"""What Cloudflare must allow and have free: token, zone, rules, records, settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ops.answers.preflight.model import Answer, NotJudgedError, Question, met, not_asked, not_judged, not_met
from ops.answers.preflight.rulesets import ruleset
from ops.answers.preflight.subject import chosen, text, unknown
from ops.answers.preflight.zone import TOKEN, NoScopeError
from plan import tokens
from plan.permissions.cloudflare import GROUPS, token_groups
from plan.permissions.needs import needs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.answers.preflight.model import Clouds
    from ops.answers.preflight.subject import Subject
    from plan import PlannedResource

TOKEN_AREA, ZONE_AREA, SCOPE_AREA = "Cloudflare token", "Cloudflare zone", "Cloudflare scopes"
PREFIX = "cloudflare:index/"
RECORD = f"{PREFIX}dnsRecord:DnsRecord"
SETTING = f"{PREFIX}zoneSetting:ZoneSetting"
BALANCER = f"{PREFIX}loadBalancer:LoadBalancer"
ADDRESSES = frozenset({"A", "AAAA", "CNAME"})
"""Records that exclude each other at one name (Cloudflare DNS documentation, record types; RFC 1034, 3.6.2)."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a type needs of the token.

    Attributes:
        type: the resource type, without what all of Cloudflare's begin with.
        path: what a GET of shows whether it may be read; `{zone}` and `{account}` are the resource's own.
        shows: a key of the answer; empty where it is a list.
        every_zone: whether the path takes the zone as a parameter.
    """

    type: str
    path: str
    shows: str = ""
    every_zone: bool = False

    @property
    def scope(self) -> str:
        """The permission group, as `plan/permissions` has it for the type."""
        return GROUPS[f"{PREFIX}{self.type}"]


SCOPES = (
    Scope(type="tieredCache:TieredCache", path="/zones/{zone}/argo/tiered_caching", shows="value"),
    Scope(
        type="urlNormalizationSettings:UrlNormalizationSettings",
        path="/zones/{zone}/url_normalization",
        shows="scope",
    ),
    Scope(
        type="authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings",
        path="/zones/{zone}/origin_tls_client_auth/settings",
        shows="enabled",
    ),
    Scope(
        type="authenticatedOriginPullsCertificate:AuthenticatedOriginPullsCertificate",
        path="/zones/{zone}/origin_tls_client_auth",
    ),
    Scope(
        type="originCaCertificate:OriginCaCertificate",
        path="/certificates",
        every_zone=True,
    ),
    Scope(
        type="notificationPolicy:NotificationPolicy",
        path="/accounts/{account}/alerting/v3/policies",
    ),
    Scope(
        type="loadBalancerMonitor:LoadBalancerMonitor",
        path="/accounts/{account}/load_balancers/monitors",
    ),
    Scope(
        type="loadBalancerPool:LoadBalancerPool",
        path="/accounts/{account}/load_balancers/pools",
    ),
    Scope(type="loadBalancer:LoadBalancer", path="/zones/{zone}/load_balancers"),
    Scope(
        type="zoneCacheReserve:ZoneCacheReserve",
        path="/zones/{zone}/cache/cache_reserve",
        shows="value",
    ),
)
"""Paths of Cloudflare's API documentation (unverified against an account)."""
READ_TYPES = frozenset({tokens.RULESET, RECORD, SETTING, *(PREFIX + scope.type for scope in SCOPES)})


def questions(subject: Subject) -> Iterator[Question]:
    """What the plan's resources of Cloudflare need; nothing where there are none."""
    planned = [item for item in subject.resources.values() if item.type.startswith(PREFIX)]
    if not planned:
        return
    zones = list(dict.fromkeys(zone for item in planned if (zone := text(item, "zoneId"))))
    accounts = list(dict.fromkeys(account for item in planned if (account := text(item, "accountId"))))
    yield _question(
        TOKEN_AREA, "token is valid", "without it nothing can be made", partial(_token, accounts), first=True
    )
    yield _question(
        TOKEN_AREA,
        "token may edit",
        "an update stops at the first resource that the token may only read",
        lambda _: not_asked(
            "Cloudflare tells a token's own permissions to tokens alone that may read tokens",
            f"compare the token's list: each with Edit: {_groups(subject)}",
        ),
    )
    for zone in zones:
        yield from _of_zone(subject, zone, [item for item in planned if text(item, "zoneId") == zone], accounts)
    for scope in SCOPES:
        items = subject.of(PREFIX + scope.type)
        for path, query in dict.fromkeys(pair for item in items for pair in _paths(scope, item, zones)):
            yield _question(
                SCOPE_AREA,
                f"{scope.type.split(':')[-1]} ({path})",
                "an update stops at the first resource that the token may not touch, or the plan does not have",
                partial(_scope, scope, path, query, tuple(items)),
            )
    others = sorted({item.type for item in planned} - READ_TYPES)
    if others:
        yield _question(
            SCOPE_AREA,
            f"{len(others)} other types",
            "an update stops at the first resource that the token may not touch",
            lambda _: not_asked(f"nobody here knows what to read for {', '.join(others)}"),
        )


def _groups(subject: Subject) -> str:
    """The permission groups that the plan's types take, and the types of which nobody knows one."""
    types = needs_of((subject.plan,)).types
    known = [token for token in types if token in GROUPS]
    others = [token for token in types if token.startswith(PREFIX) and token not in GROUPS]
    told = ", ".join(token_groups(known))
    return f"{told}; and what {', '.join(others)} take" if others else told


def _question(area: str, name: str, why: str, ask: Any, *, first: bool = False) -> Question:  # noqa: ANN401 - typed by Question
    return Question(area=area, name=name, why=why, ask=ask, cloud="cloudflare", first=first)


def _of_zone(
    subject: Subject, zone: str, planned: Sequence[PlannedResource], accounts: Sequence[str]
) -> Iterator[Question]:
    records = [item for item in planned if item.type == RECORD]
    settings = [item for item in planned if item.type == SETTING]
    yield _question(
        ZONE_AREA,
        f"zone {zone}",
        "a zone that is not active serves nobody, and its plan decides which rules and settings exist",
        partial(_zone, subject, zone, accounts, tuple(sorted({text(item, "name") for item in records} - {""}))),
    )
    if records:
        yield _question(
            ZONE_AREA,
            f"{len(records)} DNS records in zone {zone}",
            "Cloudflare refuses a second address record of a name",
            partial(_records, subject, zone, records),
        )
    for item in planned:
        if item.type == tokens.RULESET and text(item, "phase"):
            yield _question(
                ZONE_AREA,
                f"ruleset of phase {text(item, 'phase')} in zone {zone}",
                "a zone has one ruleset for each phase; Cloudflare refuses a second",
                partial(ruleset, subject, zone, item),
            )
    if settings:
        yield _question(
            ZONE_AREA,
            f"{len(settings)} settings of zone {zone}",
            "Cloudflare refuses a setting that the zone's plan does not have",
            partial(_settings, zone, settings),
        )


def _token(accounts: Sequence[str], clouds: Clouds) -> Answer:
    if clouds.cloudflare is None:
        return not_judged(f"{TOKEN} is not set", f"export {TOKEN}; README, Run it for real, lists its scopes")
    try:
        found = clouds.edge.get("/user/tokens/verify", "to be a valid token")
    except NoScopeError as error:
        found = _account_token(accounts, clouds)
        if found is None:
            raise NotJudgedError(
                error.said.replace("may not read it", "is not valid"), f"put a valid one in {TOKEN}"
            ) from error
    if found["status"] != "active":
        return not_met(f"it is {found['status']}", f"put an active token in {TOKEN}")
    until = found.get("expires_on")
    return met(f"active, until {until}" if until else "active, without an end")


def _account_token(accounts: Sequence[str], clouds: Clouds) -> Any:  # noqa: ANN401 - the API's result
    """What the account says of a token that belongs to the account and not to a user; None where it is none."""
    for account in accounts:
        try:
            return clouds.edge.get(f"/accounts/{account}/tokens/verify", "to be a valid token")
        except NoScopeError:
            continue
    return None


def _zone(subject: Subject, zone: str, accounts: Sequence[str], names: tuple[str, ...], clouds: Clouds) -> Answer:
    found = clouds.edge.get(f"/zones/{zone}", "Zone: Zone, read")
    if found is None:
        return not_met("there is no such zone", "correct bailbondpro:cdn.zoneId (dashboard, Overview, API)")
    domain, status, plan = str(found["name"]), str(found["status"]), str(found["plan"]["legacy_id"])
    if astray := [name for name in names if name != domain and not name.endswith(f".{domain}")]:
        return not_met(f"it is {domain}, and {astray[0]} is not below it", "correct bailbondpro:cdn.zoneId or domain")
    if accounts and found["account"]["id"] not in accounts:
        return not_met(f"it belongs to account {found['account']['id']}", "correct bailbondpro:cdn.accountId")
    if status != "active":
        servers = ", ".join(found.get("name_servers") or ())
        return not_met(f"{domain} is {status}", f"set the domain's name servers at its registrar: {servers}")
    if found.get("paused"):
        return not_met(f"{domain} is paused: nothing passes Cloudflare", "resume it (dashboard, Overview)")
    wanted = subject.settings.cdn.plan if subject.settings else ""
    if wanted and plan != wanted:
        return not_met(
            f"{domain} has the plan {plan}; the stack file says {wanted}",
            f"bailbondpro:cdn: {{plan: {plan}}}, and rehearse; or change the zone's plan",
        )
    return met(f"{domain}, active, plan {plan}")


def _records(subject: Subject, zone: str, records: Sequence[PlannedResource], clouds: Clouds) -> Answer:
    taken, own = [], 0
    for item in records:
        name, kind = text(item, "name"), text(item, "type")
        found = clouds.edge.get(f"/zones/{zone}/dns_records", f"{GROUPS[RECORD]}, edit", name=name)
        if found is None:
            raise NotJudgedError(f"Cloudflare knows no records of zone {zone}", "correct bailbondpro:cdn.zoneId")
        for record in found:
            if str(record["name"]).lower() != name.lower() or not {kind, record["type"]} <= ADDRESSES:
                continue
            if _same_record(subject, item, record):
                own += 1
            else:
                taken.append(f"{name} {record['type']} {record['content']} (id {record['id']})")
    if taken:
        fix = f"delete it, or: pulumi import {RECORD} NAME {zone}/ID"
        return not_met(f"already there, and not this stack's: {'; '.join(taken)}", fix)
    return met(f"{own} lead to this stack, the others are free" if own else "free")


def _same_record(subject: Subject, item: PlannedResource, record: dict[str, Any]) -> bool:
    """Whether a record leads where this stack's would: records carry no tags on every plan."""
    content = str(record["content"])
    if text(item, "type") != record["type"] or record.get("comment") != item.inputs.get("comment"):
        return False
    if not unknown(item.inputs.get("content")):
        return content == item.inputs.get("content")
    balancers = [name for found in subject.of(tokens.LOAD_BALANCER) if (name := chosen(found, "name"))]
    return any(content.startswith(f"{name}-") and ".elb." in content for name in balancers)


def _settings(zone: str, settings: Sequence[PlannedResource], clouds: Clouds) -> Answer:
    locked = []
    for item in settings:
        name = text(item, "settingId")
        found = clouds.edge.get(f"/zones/{zone}/settings/{name}", f"{GROUPS[SETTING]}, edit")
        if found is None or (found["editable"] is False and found["value"] != item.inputs.get("value")):
            locked.append(name)
    if locked:
        return not_met(
            f"the zone's plan does not let {', '.join(locked)} be changed",
            "bailbondpro:cdn: {plan: ...} must be the zone's plan; then rehearse",
        )
    return met("each may be changed, or has its value")


def _paths(scope: Scope, item: PlannedResource, zones: Sequence[str]) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    if scope.every_zone:
        return [(scope.path, (("zone_id", zone),)) for zone in zones]
    return [(scope.path.format(zone=text(item, "zoneId"), account=text(item, "accountId")), ())]


def _scope(
    scope: Scope,
    path: str,
    query: tuple[tuple[str, str], ...],
    items: tuple[PlannedResource, ...],
    clouds: Clouds,
) -> Answer:
    found = clouds.edge.get(path, f"{scope.scope}, edit", **dict(query))
    if found is None:
        return not_met("the zone's plan does not have it", "choose the zone's plan, or leave it out of the stack file")
    if isinstance(found, list) and not scope.shows:
        if PREFIX + scope.type == BALANCER:
            return _balancers(found, items)
        return met(f"the token may read it; {len(found)} are there")
    if not scope.shows or found[scope.shows] is None:
        raise TypeError(f"{scope.shows or 'a list'} is missing")
    if found.get("editable") is False:
        fix = "bailbondpro:cdn: {plan: ...} must be the zone's plan"
        return not_met("the zone's plan does not let it be changed", fix)
    return met("the token may read it")


def _balancers(found: list[dict[str, Any]], items: tuple[PlannedResource, ...]) -> Answer:
    planned = {text(item, "name"): text(item, "description") for item in items}
    there = {str(item["name"]): item.get("description") for item in found}
    taken = sorted(name for name in planned if name in there and there[name] != planned[name])
    if taken:
        return not_met(f"{', '.join(taken)} is there and not this stack's", "delete it, or import it")
    return met("the token may read it; no name is another's")
