"""Certificates that the program made: how long they are valid yet.

No exporter is asked: the moment at which each ends is part of the rule, and a deployment that renews one writes
another. What is watched is therefore what was deployed, which is what the pods have.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ...security.generations import DAY_HOURS, HOUR_SECONDS
from ..alerts import Alert, Scope
from ..kind import ClusterKind, Panels
from ..panels import queried
from .boards import CERTIFICATES as BOARD

if TYPE_CHECKING:
    from ...security.generations import CertificateEnd

SOON_HOURS, SOON_SHARE = 30 * DAY_HOURS, 3
"""Thirty days, or the last third of a shorter validity: then any deployment renews what deployments renew (ours)."""
LAST_HOURS, LAST_SHARE = 7 * DAY_HOURS, 6
"""A week, or the last sixth (ours)."""
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(?: ?(Z|UTC|[+-]\d{2}:?\d{2}))?(?: [A-Z]+)?")
"""RFC 3339, and what Go prints of a time: `2041-11-26 00:00:00 +0000 UTC` (cloudflare-go, OriginCACertificate;
unverified)."""


def ends_at(text: str) -> int:
    """The moment in seconds since 1970; 0 for a text that names none, so that the alert fires rather than stays silent.

    >>> ends_at("1970-01-02T00:00:00Z"), ends_at("1970-01-02 01:00:00 +0100 CET"), ends_at("soon")
    (86400, 86400, 0)
    """
    found = _MOMENT.fullmatch(str(text))
    if found is None:
        return 0
    day, time, zone = found.groups()
    offset = "+00:00" if zone in {None, "Z", "UTC"} else zone
    return max(0, int(datetime.fromisoformat(f"{day}T{time}{offset}").astimezone(UTC).timestamp()))


def _left(certificate: CertificateEnd) -> str:
    """Seconds until it ends, labelled with its name."""
    end = ends_at(str(certificate.ends))
    return f'label_replace(vector({end}), "certificate", "{certificate.name}", "", "") - time()'


def _within(scope: Scope, most_hours: int, share: int) -> str:
    """The certificates that end in less than so many hours, or in less than a share of a shorter validity."""
    return " or ".join(
        f"{_left(one)} < {min(most_hours, one.validity_hours // share) * HOUR_SECONDS}" for one in scope.certificates
    )


def alerts(scope: Scope) -> tuple[Alert, ...]:
    """One that leaves a month, and one that leaves a week."""
    if not scope.certificates:
        return ()
    return (
        Alert(
            name="CertificateEndsSoon",
            expr=_within(scope, SOON_HOURS, SOON_SHARE),
            for_="1h",
            summary="{{ $labels.certificate }} ends in {{ $value | humanizeDuration }}",
            description="Whoever verifies it refuses connections from then on. Deploy: that renews it, unless the "
            "runbook says which key of the stack file to raise. One that ended long ago is one whose end nobody could "
            "read.",
            runbook="certificates",
        ),
        Alert(
            name="CertificateEndsThisWeek",
            expr=_within(scope, LAST_HOURS, LAST_SHARE),
            for_="10m",
            severity="critical",
            summary="{{ $labels.certificate }} ends in {{ $value | humanizeDuration }}",
            description="Whoever verifies it refuses connections from then on. Renew it today, as the runbook says.",
            runbook="certificates",
        ),
    )


def panels(scope: Scope) -> Panels:
    """Days that each is valid yet."""
    if not scope.certificates:
        return {}
    days = " or ".join(f"({_left(one)}) / {DAY_HOURS * HOUR_SECONDS}" for one in scope.certificates)
    return {BOARD: (queried("Days until a certificate ends", "d", days, legend="{{certificate}}"),)}


CERTIFICATES = ClusterKind(alerts=alerts, panels=panels)
