"""Rules over what the edge does with requests on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.unknown import is_unknown
from policies.rules.model import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan import Plan

SETTING = "cloudflare:index/zoneSetting:ZoneSetting"
WEAK: Mapping[str, tuple[str, ...]] = {
    "ssl": ("off", "flexible", "full"),
    "min_tls_version": ("1.0", "1.1"),
    "always_use_https": ("off",),
}
"""Values with which requests can be read or changed on their way: `full` takes any certificate (Cloudflare SSL
documentation, Encryption modes; unverified)."""


def _weak_transport(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(SETTING):
        name, value = str(item.inputs.get("settingId")), item.inputs.get("value")
        if name in WEAK and is_unknown(value):
            yield Violation(urn=item.urn, says=f"{name} is known only after an update", known=False)
        elif str(value) in WEAK.get(name, ()):
            yield Violation(urn=item.urn, says=f"{name}: {value}")


EDGE_RULES: tuple[Rule, ...] = (
    Rule(
        id="edge-tls",
        title="The edge speaks TLS 1.2 or newer with visitors, and checks the origin's certificate",
        severity="high",
        reason="whoever stands between the edge and a visitor, or the origin, reads logins",
        fix="ssl: strict, min_tls_version: 1.2, always_use_https: on",
        source="Cloudflare SSL documentation, Encryption modes, Minimum TLS version",
        judge=_weak_transport,
        alone=True,
    ),
)
