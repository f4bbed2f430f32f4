"""Limits of the environment variables that a stack file gives to pods."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

_OFF = frozenset(("0", "false", "no", "off", "none", "disable", "disabled"))
_ON = frozenset(("1", "true", "yes", "on", "enable", "enabled"))
_WEAK_SSL_MODES = frozenset(("disable", "allow", "prefer", "require", "no-verify"))
"""libpq verifies the server with verify-ca and verify-full only (PostgreSQL documentation, SSL Support)."""

_VERIFIES = re.compile(
    r"REJECT_UNAUTHORIZED|STRICT_SSL|HTTPSVERIFY"
    r"|(SSL|TLS|CERTS?|CERTIFICATES?|HTTPS)_?(VERIFY|VERIFICATION|VALIDATE|VALIDATION|CHECK|CERT_REQS|REJECT)"
    r"|(SSL|TLS)_?ENABLED"
    r"|(VERIFY|VALIDATE|CHECK)_?(SSL|TLS|CERTS?|CERTIFICATES?|HOSTNAME|PEER)|^(USE_)?(SSL|TLS)$|_USE_(SSL|TLS)$|_(SSL|TLS)$"
)
"""Switches that keep verification on: a false value takes it off (NODE_TLS_REJECT_UNAUTHORIZED, PYTHONHTTPSVERIFY)."""
_SKIPS = re.compile(
    r"INSECURE|(SKIP|NO|DISABLE|IGNORE|BYPASS|ALLOW_INVALID|TRUST_ALL|ACCEPT_ALL|ACCEPT_INVALID)_?"
    r"(SSL|TLS|CERTS?|CERTIFICATES?|VERIFY|HTTPS)|(SSL|TLS)_?(NO|SKIP|DISABLE|IGNORE)|TRUST_SERVER_CERTIFICATE"
)
"""Switches that take verification off; a true value does it (GIT_SSL_NO_VERIFY, VAULT_SKIP_VERIFY ...)."""
_REDIRECTS = re.compile(r"(SSL|TLS|HTTPS)_REDIRECT$")
"""Whether plain HTTP is redirected: the gateway's business, and no verification."""
_OPTIONS = re.compile(
    r"ssl[-_ ]?mode\s*=\s*['\"]?(disable|allow|prefer|require|no-verify)"
    r"|(ssl|tls|useSSL|encrypt|rejectUnauthorized|ssl_?verify|verify_?ssl)\s*=\s*(false|0)\b"
    r"|(ssl_cert_reqs|verify)=(none|verify_none)\b|sslfactory=[\w.]{0,60}NonValidatingFactory"
    r"|jdk\.internal\.httpclient\.disableHostnameVerification\b"
    r"|(tlsInsecure|tlsAllowInvalid\w{1,40}|sslInsecure|trustServerCertificate)\s*=\s*(true|1)\b"
    r"|--(insecure|tls-min-v1\.[01]|no-check-certificate)\b",
    re.IGNORECASE,
)
"""The same inside of URLs and command-line options (connection strings of drivers; Node.js documentation, CLI)."""

_SHARD = re.compile(r"(?<![a-z0-9])shard[-_](\d{1,4})(?!\d)", re.IGNORECASE)
"""A shard's server (`<stack>-shard-0`; hosts are the same in capitals), its database at the pooler (`shard_0`),
or a variable that the kubelet puts in: `$(DATABASE_TARGET_SHARD_0_URL)`."""


@rule(
    "tls-stays-on",
    source="Node.js documentation, NODE_TLS_REJECT_UNAUTHORIZED; PostgreSQL documentation, SSL Support",
    areas=("app", "services"),
)
def nothing_takes_verification_off(settings: Settings) -> Iterator[Finding]:
    """The platform checks the certificates of its databases; one variable would undo it for every connection."""
    given = {"app.environment": settings.app.environment}
    given |= {f"services[{index}].environment": service.environment for index, service in enumerate(settings.services)}
    for path, variables in given.items():
        for name, value in variables.items():
            if _defeats_tls(name, value):
                yield Finding(
                    path=f"{path}.{name}",
                    value=value,
                    allowed="no variable that makes pods accept any certificate, or none",
                    fix="remove it: the databases' authorities are mounted and checked; a private authority belongs "
                    "into the image",
                )


def _defeats_tls(name: str, value: str) -> bool:
    said = value.strip().lower()
    if name.endswith("SSLMODE"):
        return said in _WEAK_SSL_MODES
    if _REDIRECTS.search(name):
        return False
    if _SKIPS.search(name):
        return said in _ON
    return bool(_VERIFIES.search(name) and said in _OFF) or bool(_OPTIONS.search(value))


@rule(
    "shards-by-hand",
    source="scaling guide, Database Sharding: every client lies on one shard",
    areas=("app", "services", "postgres"),
)
def no_variable_leads_to_an_empty_shard(settings: Settings) -> Iterator[Finding]:
    """Pods learn of shards from the platform alone, which names only those that hold clients."""
    given = {"app.environment": settings.app.environment}
    given |= {f"services[{index}].environment": service.environment for index, service in enumerate(settings.services)}
    for path, variables in given.items():
        for name, value in variables.items():
            if any(int(found[1]) >= settings.postgres.shards_in_use for found in _SHARD.finditer(_decoded(value))):
                yield Finding(
                    path=f"{path}.{name}",
                    value=value,
                    allowed="no server or database of a shard that holds no clients: pods would read and write there",
                    fix="remove it: the platform sets DATABASE_SHARD_<n>_URL once postgres.shards.placedOn says that "
                    "shards are filled",
                )


def _decoded(value: str) -> str:
    """A URL without its escapes, which drivers undo (PostgreSQL documentation, Connection URIs)."""
    return unquote(value) if "%" in value else value


RULES = (
    no_variable_leads_to_an_empty_shard,
    nothing_takes_verification_off,
)
