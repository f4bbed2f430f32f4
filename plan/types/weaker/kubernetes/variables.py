"""What a variable of a program, an option of its command or a part of an address means for whom it speaks with.

A name is read word by word (`NODE_TLS_REJECT_UNAUTHORIZED`, `--tls-skip-verify`, `sslmode`): what a program calls its
own features is nobody's check, whatever words are in it (`SSL_REDIRECT`, `VERIFY_EMAIL`). Sources stand at each table;
unverified where nothing else is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, urlsplit

from plan.types.weaker.kubernetes.files import NOWHERE, from_elsewhere
from plan.types.weaker.kubernetes.guards import is_a_guard, unguarded
from plan.types.weaker.kubernetes.words import FEATURES, OFF, ON
from plan.types.weaker.ways import wide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plan.types.weaker.kubernetes.files import Files
    from plan.types.weaker.kubernetes.words import Verdict

_TLS = frozenset(("TLS", "SSL", "MTLS", "HTTPS", "STARTTLS"))
_TAIL = _TLS | frozenset(
    (
        *("ENABLED", "ENABLE", "ON", "REQUIRED", "REQUIRE", "MODE", "STRICT", "USE", "FORCE", "ONLY", "CONNECTION"),
        *("VERIFY", "VERIFIED", "VERIFICATION", "CHECK", "CHECKS", "VALIDATE", "VALIDATION", "REJECT", "UNAUTHORIZED"),
        *("HOST", "HOSTNAME", "IDENTITY", "CERT", "CERTS", "CERTIFICATE", "CERTIFICATES", "PEER", "CLIENT", "SERVER"),
    )
)
"""Words that may follow one of TLS in the name of a switch: any other says what else is switched."""
_CHECKS = frozenset(("VERIFY", "VERIFICATION", "VALIDATE", "VALIDATION", "REJECT"))
_CHECKED = _TLS | frozenset(
    ("CERT", "CERTS", "CERTIFICATE", "CERTIFICATES", "PEER", "HOSTNAME", "SIGNATURE", "SIGNATURES", "JWT")
)
_JOINED = {
    "PGSSLMODE": "PG_SSL_MODE",
    "SSLMODE": "SSL_MODE",
    "SSLACCEPT": "SSL_MODE",
    "PGREQUIRESSL": "PG_REQUIRE_SSL",
    "PGCHANNELBINDING": "PG_SSL_MODE",
    "CHANNEL_BINDING": "SSL_MODE",
    "PGSSLMINPROTOCOLVERSION": "PG_SSL_MIN_PROTOCOL_VERSION",
    "PGSSLMAXPROTOCOLVERSION": "PG_SSL_MAX_PROTOCOL_VERSION",
    "SSLROOTCERT": "SSL_ROOT_CERT",
    "PGSSLROOTCERT": "PG_SSL_ROOT_CERT",
}
"""Names that are written as one word (PostgreSQL documentation, libpq, Environment Variables; Prisma documentation,
PostgreSQL, sslaccept)."""
_RANKS = {
    **dict.fromkeys(OFF, 0),
    "allow": 1,
    **dict.fromkeys(("", "prefer", "preferred", "optional", "try", "may", "opportunistic", "want"), 2),
    **dict.fromkeys(
        ("no-verify", "insecure", "skip", "skip-verify", "ignore", "accept-invalid-certs", "cert-none", "unverified"), 3
    ),
    **dict.fromkeys(ON, 4),
    **dict.fromkeys(("require", "required"), 4),
    **dict.fromkeys(("verify-ca", "cert-required"), 5),
    **dict.fromkeys(("verify-full", "verify-identity", "strict"), 6),
}
"""From no TLS at all to one in which certificate and name are checked; nothing is what a program does by itself
(PostgreSQL documentation, SSL Support, Table of sslmode; node-postgres documentation, SSL; MySQL Reference Manual,
--ssl-mode)."""
_UNCHECKED, _ASKED, _BEST = 3, 4, 6
_WEAKER_WHERE_ON = re.compile(
    r"(^|_)INSECURE(_(SKIP|TLS|SSL|HTTPS?|VERIFY|CONNECTIONS?|TRANSPORT|MODE))*$"
    r"|(^|_)(SKIP|NO|DISABLE|IGNORE|BYPASS)_(VERIFY|TLS|SSL|HTTPS|CERTS?|CERTIFICATES?|PEER|HOSTNAME|SIGNATURES?)"
    r"(_(VERIFY|VERIFICATION|CHECKS?|VALIDATION|ERRORS|TLS|SSL|CERTS?|CERTIFICATES?|HOST|HOSTNAME|PEER))*$"
    r"|(^|_)(TLS|SSL|HTTPS)_(DISABLED?|SKIP_VERIFY|NO_VERIFY|OFF)$"
    r"|(^|_)(ALLOW|ACCEPT|TRUST)_(SELF_SIGNED|UNAUTHORIZED|SERVER_CERTIFICATE)(_(CERTS?|CERTIFICATES?))?$"
    r"|(^|_)(ALLOW|ACCEPT|TRUST)_(ALL|ANY|INVALID|UNTRUSTED)_(TLS_|SSL_)?(CERTS?|CERTIFICATES?|HOSTNAMES?)$"
)
_VERSION = re.compile(r"(TLS|SSL)?[-_ ]?v?([1-3])(?:[._]([0-3]))?", re.IGNORECASE)
_OLDEST = (1, 2)
"""The oldest TLS that is safe (RFC 8996, Deprecating TLS 1.0 and TLS 1.1)."""
_PROXY = re.compile(r"(^|_)(HTTP|HTTPS|ALL|FTP|WS|WSS|SOCKS|SOCKS5|GRPC|RSYNC|NPM_CONFIG)_PROXY$")
_CHAINED = re.compile(r"(^|_)(TRUST(ED)?_PROX(Y|IES)|PROXIES|FORWARDED_ALLOW_IPS|REAL_IP_FROM)$")
_ANYBODY = frozenset(("*", "true", "all", "any"))
_CALLERS = re.compile(r"(^|_)(ALLOWED_HOSTS|ALLOWED_ORIGINS?|ALLOW_ORIGINS?|CORS_ORIGINS?)$")
_LEADS = frozenset(
    (
        *("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR", "PGPASSFILE"),
        *("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE", "AWS_ROLE_ARN"),
        *("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_SERVICE_ENDPOINT"),
        *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_SESSION_TOKEN"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "KUBECONFIG", "KUBERNETES_SERVICE_HOST", "DOCKER_HOST"),
        *("KUBERNETES_SERVICE_PORT", "LOCALDOMAIN", "RES_OPTIONS", "HOSTALIASES", "NPM_CONFIG_REGISTRY"),
        *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "GOPROXY", "GIT_SSH_COMMAND", "GIT_PROXY_COMMAND"),
    )
)
"""Variables by which clients find their server or their login (PostgreSQL documentation, libpq; AWS SDKs and Tools
Reference Guide, environment variables; resolv.conf(5), hostname(7); npm, pip, Go and git documentation)."""
_OPENS = frozenset(("SSLKEYLOGFILE", "PROMPT_COMMAND"))
"""Variables whose every value gives away the keys of connections, or is run (curl, Environment; bash(1))."""
_ENDPOINT = re.compile(r"AWS_ENDPOINT_URL(_|$)")
_OF_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws")
_FIXED = frozenset(("PORT", "AWS_REGION", "AWS_DEFAULT_REGION"))
"""What Services, probes and clients agree on: a new one says what holds anyway, another one does not."""
_LOADS = frozenset(
    (
        *("PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "GCONV_PATH", "BASH_ENV", "NODE_PATH", "JAVA_HOME"),
        *("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PERL5LIB", "PERLLIB", "RUBYLIB", "GEM_PATH", "GEM_HOME"),
        *("CLASSPATH", "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES", "DOTNET_STARTUP_HOOKS"),
        *("PHP_INI_SCAN_DIR", "NODE_REPL_EXTERNAL_MODULE", "CORECLR_PROFILER_PATH", "GIT_EXEC_PATH"),
    )
)
"""Variables that put other programs into one, by their paths (ld.so(8); the documentation of each language)."""
_TRUSTS = re.compile(
    r"^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO)$"
    r"|(^|_)(CA_FILE|CAFILE|CA_CERTS?|CA_BUNDLE|CA_PATH|ROOT_CERT|ROOT_CA|TRUST_STORE|TRUSTSTORE)$"
)
"""Variables that say which authorities a client believes, by their paths (the same; PostgreSQL, sslrootcert)."""
_OPTIONS = re.compile(r"(OPTIONS|OPTS|OPT)$")
_LOADED = re.compile(
    r"(?:--(?:require|import|loader|experimental-loader|env-file)[= ]\s*|(?:^|\s)-r\s+|-javaagent:|-agentpath:"
    r"|-Djavax\.net\.ssl\.trustStore=)([^\s,]+)"
)
_FLAGS = re.compile(
    r"--(?:inspect|tls-min-v1\.[01]|tls-max-v1\.[01]|insecure|use-openssl-ca|security-revert|eval|print)\b"
    r"|(?:^|\s)-[ep](?=\s|$)|-agentlib:jdwp|-Xrunjdwp|-Dhttps?\.proxyHost=|-Dcom\.sun\.management\.jmxremote"
)
"""Options that open a debugger, load another program, lead elsewhere or take old TLS (Node.js documentation,
Command-line API; Java documentation, java command)."""
_GO = re.compile(
    r"\b(?:tls10server|tlsrsakex|tls3des|tlsunsafeekm|x509sha1|x509ignoreCN|execerrdot)=1|\b(?:rsa1024min)=0|\bnetdns="
)
"""Settings that bring back what Go gave up, or resolve names in another way (Go documentation, GODEBUG History)."""
_STORES = frozenset(
    ("postgres", "postgresql", "mysql", "mariadb", "redis", "rediss", "valkey", "valkeys", "mongodb", "amqp", "amqps")
)


def words_of(name: str) -> str:
    """A name of a variable, an option or a parameter as words in capital letters, with `_` between them."""
    parts = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name.lstrip("-"))
    word = re.sub(r"[-.]", "_", parts).upper()
    return _JOINED.get(word, word)


def judged(name: str, old: str | None, new: str, files: Files = NOWHERE) -> Verdict:
    """What another value of a variable takes away.

    Args:
        name: how it is called.
        old: its value before; None where it is new.
        new: its value.
        files: where its program finds files.

    Returns:
        Whether it is weaker, or worth to be known; empty for neither.
    """
    if old == new:
        return ""
    word = words_of(name)
    for about, judge in _KINDS:
        if about(word):
            return judge(word, old, new.strip(), files)
    return _address(old, new.strip(), files)


def leads(prefix: str) -> bool:
    """Whether variables with this prefix may be some by which a program is led, or loads others."""
    return any(one.startswith(prefix) for one in (*_LEADS, *_LOADS, "AWS_ENDPOINT_URL", "HTTP_PROXY", "HTTPS_PROXY"))


def is_about_whom(name: str) -> bool:
    """Whether a variable leads a program by any value, also one that nobody can read beforehand."""
    word = words_of(name)
    return any(about(word) for about in (_leads, _loads, _trusts))


def is_a_check(name: str) -> bool:
    """Whether a variable switches TLS, or a check of whom a program speaks with."""
    word = words_of(name)
    return _switch(word) or bool(_WEAKER_WHERE_ON.search(word))


def _switch(word: str) -> bool:
    """Whether a name is that of a switch of TLS, or of a check of whom somebody speaks with."""
    words = word.split("_")
    for index, one in enumerate(words):
        rest = words[index + 1 :]
        if one in _TLS and _TAIL.issuperset(rest):
            return True
        beside = rest[:1]
        if one in _CHECKS and beside and (beside[0] in _CHECKED or beside[0] == "HOST") and _TAIL.issuperset(rest[1:]):
            return True
        if one in _CHECKED and beside and beside[0] in _CHECKS and _TAIL.issuperset(rest[1:]):
            return True
    return False


def _switched(word: str, old: str | None, new: str, _files: Files) -> Verdict:
    after = _rank(new)
    if after is None:
        return ""
    if old is None:
        off = new != "" and after <= _UNCHECKED and word.split("_", maxsplit=1)[0] not in FEATURES
        return "weaker" if off else ""
    before = _rank(old)
    if before is None:
        return "weaker" if new != "" and after <= _UNCHECKED else ""
    # What is only on is as much as a program makes of it.
    after = _BEST if new.lower() in ON else after
    return "weaker" if after < before else ""


def _rank(value: str) -> int | None:
    return _RANKS.get(value.strip().lower().replace("_", "-"))


def _on(word: str, old: str | None, new: str, _files: Files) -> Verdict:
    if old is None and word.split("_", maxsplit=1)[0] in FEATURES:
        return ""
    return "weaker" if new.lower() in ON and (old is None or old.strip().lower() not in ON) else ""


def _versioned(word: str) -> bool:
    words = set(word.split("_"))
    return bool(words & _TLS and words & {"VERSION", "VERSIONS", "PROTOCOL", "PROTOCOLS"})


def _older(_word: str, old: str | None, new: str, _files: Files) -> Verdict:
    before, after = _oldest(old or ""), _oldest(new)
    if after is None:
        return ""
    weaker = after < before if before is not None else after < _OLDEST
    return "weaker" if weaker else ""


def _oldest(text: str) -> tuple[int, int] | None:
    """The oldest version of TLS that a text names."""
    found = [match for part in re.split(r"[\s,:;|]+", text) if (match := _VERSION.fullmatch(part))]
    return min(
        ((0 if (one[1] or "").upper() == "SSL" else int(one[2]), int(one[3] or 0)) for one in found), default=None
    )


def _chained(_word: str, old: str | None, new: str, _files: Files) -> Verdict:
    return "weaker" if _opens(new) and not _opens(old or "") else ""


def _opens(value: str) -> bool:
    return value.strip().lower() in _ANYBODY or any(wide(block.strip()) for block in value.split(","))


def _called(_word: str, old: str | None, new: str, _files: Files) -> Verdict:
    was, now = ({part.strip(" []\"'") for part in text.split(",")} for text in (old or "", new))
    return "weaker" if "*" in now - was else ""


def _leads(word: str) -> bool:
    return word in _LEADS or word in _OPENS or bool(_PROXY.search(word)) or bool(_ENDPOINT.match(word))


def _led(word: str, _old: str | None, new: str, _files: Files) -> Verdict:
    if _ENDPOINT.match(word) and new:
        found = urlsplit(new)
        return "noted" if found.scheme == "https" and (found.hostname or "").endswith(_OF_AWS) else "weaker"
    return "weaker" if new else "noted"


def _fixed(_word: str, old: str | None, _new: str, _files: Files) -> Verdict:
    return "weaker" if old is not None else ""


def _loads(word: str) -> bool:
    return word in _LOADS


def _trusts(word: str) -> bool:
    return bool(_TRUSTS.search(word))


def _pathed(word: str, old: str | None, new: str, files: Files) -> Verdict:
    known = set(_paths(old or ""))
    fresh = [path for path in _paths(new) if path not in known]
    return "weaker" if any(from_elsewhere(path, files, code=_loads(word)) for path in fresh) else "noted"


def _paths(text: str) -> Iterator[str]:
    if "://" in text:
        yield text
    else:
        yield from (part for part in re.split(r"[:;,\s]+", text) if part)


def _opted(_word: str, old: str | None, new: str, files: Files) -> Verdict:
    before = old or ""
    loaded = set(_LOADED.findall(new)) - set(_LOADED.findall(before))
    more = set(_FLAGS.findall(new)) - set(_FLAGS.findall(before)) or set(_GO.findall(new)) - set(_GO.findall(before))
    return "weaker" if more or any(from_elsewhere(path, files, code=True) for path in loaded) else ""


def _address(old: str | None, new: str, files: Files) -> Verdict:
    """What another address takes away: its TLS, a check in its parameters, or the server that holds the data."""
    before, after = _split(old or ""), _split(new)
    if after is None:
        return ""
    if before is not None and (before.scheme == f"{after.scheme}s" or (before.scheme, after.scheme) == ("tls", "tcp")):
        return "weaker"
    if before is not None and after.scheme in _STORES and before.hostname != after.hostname:
        return "weaker"
    was, now = (dict(parse_qsl(side.query)) if side is not None else {} for side in (before, after))
    kept = {**{name: "" for name in was if _switch(words_of(name))}, **now}
    verdicts = {judged(name, was.get(name), value, files) for name, value in kept.items()}
    return "weaker" if "weaker" in verdicts else ""


def _split(text: str) -> SplitResult | None:
    """An address with a server; None for anything else."""
    try:
        found = urlsplit(text.strip())
    except ValueError:
        return None
    return found if found.scheme and "://" in text and found.hostname is not None else None


_KINDS: tuple[tuple[Callable[[str], object], Callable[[str, str | None, str, Files], Verdict]], ...] = (
    (_WEAKER_WHERE_ON.search, _on),
    (_versioned, _older),
    (_leads, _led),
    (_loads, _pathed),
    (_trusts, _pathed),
    (_FIXED.__contains__, _fixed),
    (_CHAINED.search, _chained),
    (_CALLERS.search, _called),
    (lambda word: word == "GODEBUG" or _OPTIONS.search(word), _opted),
    (_switch, _switched),
    (is_a_guard, unguarded),
)
"""The first that a name is about judges it."""
