"""Variables that switch a program's own guards: logins, tokens against forgery, limits, audits, its environment.

The names are conventions of frameworks (Rails, Django, Laravel, Spring, Express and others) and not one document's; a
name that says neither is noted as one that nobody here knows. Unverified 2026-12-01.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan.types.weaker.kubernetes.words import FEATURES, OFF, ON
from plan.types.weaker.model import number

if TYPE_CHECKING:
    from plan.types.weaker.kubernetes.files import Files
    from plan.types.weaker.kubernetes.words import Verdict

_GUARD = (
    r"(?:AUTH|AUTHN|AUTHZ|AUTHENTICATION|AUTHORI[SZ]ATION|LOGINS?|SIGN_?IN|MFA|2FA|TWO_FACTOR|TOTP|CSRF|XSRF|CSP|HSTS"
    r"|RATE_?LIMIT(?:S|ING|ER)?|THROTTL(?:E|ING)|ENCRYPTION|SECURITY|AUDIT|AUDIT_LOGS?|AUDIT_LOGGING|PERMISSIONS?"
    r"|ACLS?|RBAC|WAF|SANDBOX|CAPTCHA|PASSWORD_POLICY|SIGNATURES?|SESSION_COOKIE_SECURE|CSRF_COOKIE_SECURE"
    r"|COOKIES?_SECURE|SECURE_COOKIES?|COOKIES?_HTTP_?ONLY|TENANT_ISOLATION)"
)
_WORK = r"(?:_(?:CHECKS?|VALIDATION|VERIFICATION|PROTECTION|MIDDLEWARE|FILTERS?|GUARDS?))*"
_OFF_BY_ON = re.compile(
    rf"(^|_)(DISABLED?|SKIP|NO|BYPASS|IGNORE|WITHOUT|TURN_OFF)_{_GUARD}{_WORK}$"
    rf"|(^|_){_GUARD}{_WORK}_(DISABLED?|OFF|BYPASS(ED)?|SKIP(PED)?)$"
    r"|(^|_)(ALLOW|ENABLE)_(ANONYMOUS|GUESTS?|PUBLIC|UNAUTHENTICATED)(_(ACCESS|USERS?|LOGINS?|READS?|WRITES?|API))*$"
    r"|(^|_)(ANONYMOUS|GUEST|UNAUTHENTICATED)_(ACCESS|LOGINS?|USERS?)(_ENABLED)?$"
)
_OFF_BY_OFF = re.compile(
    rf"(^|_)(?:(?:REQUIRES?|ENABLED?|ENFORCED?|USE|CHECK|VERIFY)_)?{_GUARD}{_WORK}"
    r"(_(ENABLED?|REQUIRED|ENFORCED?|ON|MODE|ACTIVE))*$"
)
_STAGE = re.compile(
    r"^(NODE|APP|RAILS|RACK|FLASK|DJANGO|MIX|GO|BUN|DENO|ASPNETCORE|DOTNET|HANAMI|SYMFONY|CAKE)_(ENV|ENVIRONMENT)$"
    r"|^(ENVIRONMENT|SPRING_PROFILES_ACTIVE|QUARKUS_PROFILE|MICRONAUT_ENVIRONMENTS)$"
)
"""Variables by which frameworks choose their settings: outside of production they show errors and check less."""
_PRODUCTION = re.compile(r"prod", re.IGNORECASE)
_ELSEWHERE = frozenset(("dev", "development", "test", "testing", "local", "debug", "ci"))
_ALGORITHM = re.compile(r"(^|_)(JWT|JWS|TOKEN|SIGNING)_(ALG|ALGORITHMS?)$")
_COST = re.compile(r"(^|_)(BCRYPT|SCRYPT|ARGON2|PBKDF2|HASH|SALT)(_SALT)?_(ROUNDS|COST|ITERATIONS|WORK_FACTOR)$")
_LEAST_COST = 10
"""The least work factor of bcrypt (OWASP Password Storage Cheat Sheet; unverified 2026-12-01)."""
_WHO = re.compile(
    r"(^|_)(JWKS?|OIDC|OAUTH2?|OPENID|SAML2?|LDAPS?|IDP|SSO)(_(?!PROXY|REDIRECT|CALLBACK|LOGOUT|SUCCESS|ERROR)[A-Z0-9]+)*"
    r"_(URIS?|URLS?|HOSTS?|ENDPOINTS?|ISSUERS?|DOMAINS?|AUTHORIT(Y|IES)|SERVERS?|METADATA)$"
    r"|(^|_)(JWT|TOKEN|AUTH)_(ISSUERS?|AUTHORITY|JWKS|PUBLIC_KEYS?)(_URI|_URL)?$"
)
"""Variables that say who vouches for a caller (RFC 7517, RFC 8414, OpenID Connect Discovery): whoever answers there
logs in as anybody."""


def is_a_guard(word: str) -> bool:
    """Whether a variable of this name switches a guard of its program, or says who vouches for callers."""
    return any(one.search(word) for one in (_OFF_BY_ON, _OFF_BY_OFF, _STAGE, _ALGORITHM, _COST, _WHO))


def unguarded(word: str, old: str | None, new: str, _files: Files) -> Verdict:
    """What another value of such a variable takes away."""
    was, now = (old or "").strip().lower(), new.lower()
    if old is None and word.split("_", maxsplit=1)[0] in FEATURES:
        return ""
    if _COST.search(word):
        costs = [number(side) for side in (was, now)]
        return "weaker" if costs[1] is not None and costs[1] < (costs[0] or _LEAST_COST) else ""
    if _WHO.search(word):
        return "weaker" if now != was else ""
    if _ALGORITHM.search(word):
        return "weaker" if "none" in now and "none" not in was else ""
    if _STAGE.search(word):
        left = bool(_PRODUCTION.search(was)) and not _PRODUCTION.search(now)
        return "weaker" if left or now in _ELSEWHERE - {was} else ""
    if _OFF_BY_ON.search(word):
        return "weaker" if now in ON and was not in ON else ""
    return "weaker" if now in OFF and was not in OFF else ""
