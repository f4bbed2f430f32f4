"""Every secret of every stack with its rotation: `tests/data/secrets.yaml`, and what its rows are held against."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

import yaml

from tests.support.paths import DATA, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = DATA / "secrets.yaml"
CERTIFICATES_FILE = DATA / "certificates.yaml"
RUNBOOKS = ROOT / "docs" / "runbooks"
SECRET = re.compile(
    r"random:.*Password"
    r"|tls:"
    r"|aws:secretsmanager/secret:|aws:secretsmanager/secretVersion:"
    r"|aws:kms/key:"
    r"|aws:iam/accessKey:|aws:elasticache/user:"
    r"|kubernetes:core/v1:Secret$"
    r"|cloudflare:index/\w*[cC]ertificate:|cloudflare:index/\w*[tT]oken:"
)
"""Types whose resources make a secret or exist to keep one."""
CERTIFICATE = re.compile(
    r"tls:index/\w*Cert:|cloudflare:index/\w*[cC]ertificate\w*:|aws:acm/|aws:iam/serverCertificate:"
)
"""Types of certificates, which end."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One secret.

    Attributes:
        secret: what it is, in words.
        makes: resources that generate it, `package.Type name`, with stars.
        waits: resources that generate the one of another turn.
        holds: resources with a copy of it.
        setting: the key of the stack file that rotates it; None for none.
        other: a value of that key which makes another secret.
        along: keys beside it that have to change with it, by their paths.
        then: the key of the second step, where there is one; the same value retires the old one.
        beside: the first step makes new resources and leaves the old ones, which the second step deletes.
        how: the way without a setting.
        restarts: logical names of the Deployments whose pods a rotation replaces, with stars.
        then_restarts: those whose pods the second step replaces.
        both_valid: how long old and new are both valid.
        runbook: page and heading under docs/runbooks.
    """

    secret: str
    makes: list[str]
    waits: list[str] = field(default_factory=list)
    holds: list[str]
    setting: str | None
    other: int | list[int] | None = None
    along: dict[str, int | list[int]] = field(default_factory=dict)
    then: str | None = None
    beside: bool = False
    how: str | None = None
    restarts: list[str]
    then_restarts: tuple[str, ...] = ()
    both_valid: str
    runbook: str

    @property
    def resources(self) -> list[str]:
        """What makes or holds it."""
        return [*self.makes, *self.waits, *self.holds]


@dataclass(frozen=True, kw_only=True)
class CertificateRow:
    """Certificates that are renewed and watched alike.

    Attributes:
        certificates: resources, with stars.
        early: hours before the end in which any deployment replaces one.
        setting: the key of the stack file that makes another one.
        watched: the alert that names it before it ends.
        copy_of: the certificate that they are copies of.
    """

    certificates: list[str]
    early: int = 0
    setting: str | None = None
    watched: str | None = None
    copy_of: str | None = None


@cache
def certificate_rows() -> tuple[CertificateRow, ...]:
    """All rows of certificates."""
    return tuple(CertificateRow(**entry) for entry in yaml.safe_load(CERTIFICATES_FILE.read_text("utf-8")))


@cache
def rows() -> tuple[Row, ...]:
    """All rows."""
    return tuple(Row(**entry) for entry in yaml.safe_load(FILE.read_text("utf-8")))


def short(token: str, name: str) -> str:
    """A resource as a row writes it."""
    return f"{token.partition(':')[0]}.{token.rpartition(':')[2]} {name}"


@cache
def listed() -> dict[str, str]:
    """Every resource of every stack, by what a row calls it, with its type: from the lists of URNs."""
    found = {}
    for file in sorted((DATA / "urns").glob("*-*.txt")):
        for line in file.read_text("utf-8").splitlines():
            token, _, name = line.partition(" ")[0].rpartition("$")[2].partition("::")
            found[short(token, name)] = token
    return found


def matched(patterns: Iterable[str], names: Iterable[str]) -> set[str]:
    """The names that any pattern means."""
    wanted = tuple(patterns)
    return {name for name in names if any(fnmatchcase(name, pattern) for pattern in wanted)}


def headings(page: str) -> set[str]:
    """What a link may point to in a runbook."""
    found = re.findall(r"^#+ (.+)$", (RUNBOOKS / page).read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in found}
