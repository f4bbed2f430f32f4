"""What is wrong with a configuration: one `Problem` per fault, all of them collected before anything is reported.

A problem never carries a secret: `shown` hides whatever looks like one, by its key or by its shape.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NAMESPACE = "bailbondpro"
HIDDEN = "(hidden)"
_SHOWN_CHARACTERS = 120
_ENCRYPTED = "secure"
"""The key below which Pulumi writes an encrypted value."""

_SECRET_KEY = re.compile(
    r"(password|passwd|passphrase|secret|token|credential|(api|private|access|secret|signing|encryption|master|shared"
    r"|license|auth|hmac|account|session)[-_]?key)s?$",
    re.IGNORECASE,
)
_SECRET_VARIABLE = re.compile(
    r"(?:(?:^|_)(?:PASS|PWD|PASSCODE|CREDENTIALS?|CREDS?|KEY|SALT|PEPPER|PAT|DSN|BASIC_AUTH)"
    r"|PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|(?:API|PRIVATE|ACCESS|SIGNING|ENCRYPTION|MASTER|AUTH)KEY)S?(?:_?V?\d+)?"
    r"(?:_(?:BASE|BASE64|B64|PEM|HEX|JSON|VALUE|PROD|PRODUCTION|LIVE|STAGING|DEV|TEST))?$"
)
"""Names of environment variables that carry a secret, such as STRIPE_SECRET_KEY, JWT_KEY_PEM, PGPASSWORD or DB_PASS."""
_PUBLIC_VARIABLE = re.compile(
    r"(?:^|_)(?:PUBLIC|PUBLISHABLE|SITE|CACHE|PARTITION|SORT|ROUTING|IDEMPOTENCY|PRIMARY|FOREIGN|OBJECT)_KEYS?$"
    r"|^(?:NEXT|NUXT|EXPO)_PUBLIC_(?!.*(?:SECRET|PASS|PRIVATE))"
    r"|(?:^|_)(?:MAX|MIN|LIMIT|BUDGET)_(?:\w+_)?TOKENS$"
)
"""Keys that everybody may see: a browser gets them, or they are no credentials at all, or they count."""
_FINGERPRINT = re.compile(r"(?:^|_)(?:SHA|SHA1|SHA256|COMMIT|REVISION|DIGEST|CHECKSUM|FINGERPRINT|ETAG)$")
"""Variables whose value is a digest: as long and as random as a secret."""
_SWITCH = frozenset(("true", "false", "yes", "no", "on", "off", "enabled", "disabled"))
"""No credential: a feature flag such as SHOW_API_KEY."""
_SECRET_VALUE = (
    re.compile(r"-----BEGIN [A-Z ]*(PRIVATE KEY|CERTIFICATE)"),
    re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(
        r"\b(gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|[sr]k_(live|test)_|whsec_|sk-|pul-|npm_|hf_|dop_v1_"
        r"|sntry[su]_|shp(at|ca|pa|ss)_|lin_api_|pypi-|dckr_pat_|ATATT3|figd_|sq0csp-|hvs\.)[\w-]{6,}"
    ),
    re.compile(r"\b(AIza[\w-]{35}|SG\.[\w-]{16,}\.[\w-]{16,}|AGE-SECRET-KEY-1\w+)"),
    re.compile(r"://[^/\s:@]*:[^/\s@]+@"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    re.compile(r"\b(Bearer|Basic) [A-Za-z0-9._~+/=-]{8,}"),
    re.compile(r"(?i)(password|pwd|accountkey|sharedaccesskey|client_secret|access_token|api_?key)\s*=\s*[^;&\s]{4,}"),
    re.compile(r"hooks\.slack\.com/(services|workflows)/\w|discord(app)?\.com/api/webhooks/\d+/\w"),
    re.compile(r"\b\d{8,10}:[\w-]{35}\b"),  # a bot of Telegram
    re.compile(r"LS0tLS1CRUdJTi"),  # -----BEGIN in base64
    re.compile(r'(?i)"(password|passwd|secret|token|private_key|client_secret|api_?key)"\s*:\s*"[^"]{4,}'),
    re.compile(r"(?i)[?&](token|sig|signature|secret|X-Amz-Signature)=[^&\s]{8,}"),
)
_SECRET_ACCESS_KEY = re.compile(r"^[A-Za-z0-9/+]{40}$")
"""The shape of an AWS secret access key (40 characters of base64)."""
_TOKEN_SHAPE = re.compile(r"^[A-Za-z0-9_+/=-]{36,}$")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WORDS = re.compile(r"(?:[a-z]+|\d+|[a-z]{1,4}\d{1,4})(?:[-_](?:[a-z]+|\d+|[a-z]{1,4}\d{1,4})){2,}")
"""Words and numbers with separators, such as the name of a build or of a model: long, but made by people."""


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One fault of a configuration.

    Attributes:
        path: The full key, for example `bailbondpro:postgres.instanceClass`, or a file name.
        rule: The rule's identifier, stable over releases.
        value: What was found, as text; secrets are hidden.
        allowed: What is allowed there.
        fix: The smallest change that removes the fault.
    """

    path: str
    rule: str
    value: str
    allowed: str
    fix: str


class ConfigError(Exception):
    """A configuration that cannot be used; carries every problem found in one pass."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(render(self.problems))


def key_path(location: Sequence[str | int]) -> str:
    """The key as it is written in a stack file: `("services", 1, "name")` is `bailbondpro:services[1].name`.

    `region` is read from the AWS provider's own key, so its path is `aws:region`.
    """
    if tuple(location) == ("region",):
        return "aws:region"
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return f"{NAMESPACE}:{path}"


def is_secret_key(key: str) -> bool:
    """Whether a key's own name, or that of an environment variable, says that its value is a secret."""
    if key.isupper():
        return bool(_SECRET_VARIABLE.search(key)) and not _PUBLIC_VARIABLE.search(key)
    return bool(_SECRET_KEY.search(key))


def is_switch(value: str) -> bool:
    """Whether a text only turns something on or off, and so is no secret under any name."""
    return value.strip().lower() in _SWITCH


def is_secret_value(value: str, key: str = "") -> bool:
    """Whether a text has the shape of a secret: a key file, an access key, a URL with a password, a token.

    Args:
        value: The text.
        key: The name it stands under: one that says "public" or "digest" explains a long random text.
    """
    if any(pattern.search(value) for pattern in _SECRET_VALUE):
        return True
    if _PUBLIC_VARIABLE.search(key) or _FINGERPRINT.search(key) or _UUID.fullmatch(value) or _WORDS.fullmatch(value):
        return False
    mixed = any(c.isdigit() for c in value) and any(c.islower() for c in value)
    if _SECRET_ACCESS_KEY.match(value):
        return mixed and any(c.isupper() for c in value)
    return bool(_TOKEN_SHAPE.match(value)) and mixed and "/" not in value


def shown(value: object, key: str = "") -> str:
    """A value as text for people: JSON, at most 120 characters, secrets hidden.

    Args:
        value: Anything that came out of a stack file.
        key: The key it stood under; a key such as `apiToken` hides its value whatever it is.
    """
    if _hides(key) and value is not None:
        return HIDDEN
    text = json.dumps(_without_secrets(value), default=str, ensure_ascii=False)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."


def _hides(key: str) -> bool:
    return is_secret_key(key) or key == _ENCRYPTED


def _without_secrets(value: object) -> object:
    if isinstance(value, str):
        return HIDDEN if is_secret_value(value) else value
    if isinstance(value, dict):
        return {k: HIDDEN if _hides(str(k)) else _without_secrets(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(item) for item in value]
    return value


def nearest(word: str, choices: Iterable[str], count: int = 1) -> list[str]:
    """The choices closest to a mistyped word, best first; the case of letters does not count."""
    by_folded: dict[str, str] = {}
    for choice in choices:
        by_folded.setdefault(choice.casefold(), choice)
    return [by_folded[match] for match in get_close_matches(word.casefold(), by_folded, n=count, cutoff=0.6)]


def as_json(problems: Sequence[Problem]) -> str:
    """The problems as a JSON document: `{"problems": [{"path", "rule", "value", "allowed", "fix"}, ...]}`."""
    return json.dumps({"problems": [asdict(problem) for problem in problems]}, indent=2, ensure_ascii=False)


def render(problems: Sequence[Problem], *, title: str = "", lines: Mapping[str, int] | None = None) -> str:
    """The problems as numbered plain text, readable without colour.

    Args:
        problems: What to list, in the order given.
        title: What was checked, for example the file's name.
        lines: Line numbers of keys in that file, shown where known.
    """
    noun = "problem" if len(problems) == 1 else "problems"
    blocks = [f"{title or 'Configuration'}: {len(problems)} {noun}"]
    for number, problem in enumerate(problems, start=1):
        line = _line_of(problem.path, lines or {})
        where = f" (line {line})" if line else ""
        blocks.append(
            f"{number:>3}. {problem.path}{where}\n"
            f"     found:   {problem.value}\n"
            f"     allowed: {problem.allowed}\n"
            f"     fix:     {problem.fix}\n"
            f"     rule:    {problem.rule}"
        )
    return "\n\n".join(blocks)


def _line_of(path: str, lines: Mapping[str, int]) -> int | None:
    """The line of the key, or of the nearest key above it that is in the file."""
    while path:
        if path in lines:
            return lines[path]
        cut = max(path.rfind("."), path.rfind("["))
        if cut < 0:
            return None
        path = path[:cut]
    return None
