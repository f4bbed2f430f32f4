"""Certificates: for which names they are, and how long.

Sources are the Pulumi Registry and Cloudflare's documentation; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.types.weaker.model import Weaker, keeps_all, number

if TYPE_CHECKING:
    from collections.abc import Callable

_TLS = "Pulumi Registry, tls.SelfSignedCert, tls.LocallySignedCert, tls.CertRequest"
_EDGE = "Cloudflare API Reference, Origin CA"
_DAYS = 30
"""Days before its end on which somebody is told of a certificate (components/monitoring/alerts.py): one that is made
for less rings from its first day on, and nobody can tell whether it is renewed."""
_HOURS = _DAYS * 24


def _ends_within(least: float) -> Callable[[Any, Any], bool]:
    """Weaker where something is made for so short a time that it is told at once, and was made for longer."""

    def than(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
        before, after = number(old), number(new)
        return before is not None and before >= least and (after is None or after < least)

    return than


CERTIFICATES_WEAKER: tuple[Weaker, ...] = tuple(
    Weaker(token=token, path=(name,), than=than, says=says, loses="way", source=source)
    for token, name, than, says, source in (
        (
            "cloudflare:index/originCaCertificate:OriginCaCertificate",
            "hostnames",
            keeps_all,
            "the edge trusts the origin under these names",
            _EDGE,
        ),
        (
            "cloudflare:index/originCaCertificate:OriginCaCertificate",
            "requestedValidity",
            _ends_within(_DAYS),
            "it is renewed before it ends",
            _EDGE,
        ),
        *(
            (token, "validityPeriodHours", _ends_within(_HOURS), "it is renewed before it ends", _TLS)
            for token in ("tls:index/selfSignedCert:SelfSignedCert", "tls:index/locallySignedCert:LocallySignedCert")
        ),
        (
            "tls:index/certRequest:CertRequest",
            "dnsNames",
            keeps_all,
            "clients that check its name trust it",
            _TLS,
        ),
    )
)
