"""Records of the Domain Name System."""

from __future__ import annotations

import ipaddress
import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.clock.moments import written
from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import On, flag, given, number, text
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Deletion, Returned, Row, everywhere
from sandbox.model.timing import Setting, Timing, When
from sandbox.objects import Ends
from sandbox.services.cloudflare import returned as cf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.outputs import Inputs
    from sandbox.model.rows import Effect


RECORD = "cloudflare:index/dnsRecord:DnsRecord"
ADDRESS_RECORDS = frozenset({"A", "AAAA", "CNAME"})
RECORD_TYPES = (
    "A",
    "AAAA",
    "CAA",
    "CERT",
    "CNAME",
    "DNSKEY",
    "DS",
    "HTTPS",
    "LOC",
    "MX",
    "NAPTR",
    "NS",
    "OPENPGPKEY",
    "PTR",
    "SMIMEA",
    "SRV",
    "SSHFP",
    "SVCB",
    "TLSA",
    "TXT",
    "URI",
)
PROXIABLE = ("A", "AAAA", "CNAME")
AUTOMATIC_TTL, SHORTEST_TTL, LONGEST_TTL = 1, 30, 86_400
"""Seconds; 1 is automatic. Below 60 only zones on an Enterprise plan, which the inputs do not show."""


def _record(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind, ttl = text(inputs, "type"), number(inputs.get("ttl"))
    if flag(inputs.get("proxied")):
        if ttl is not None and ttl != AUTOMATIC_TTL:
            yield Violation(
                "ttl", f"{ttl:g}: a proxied record has ttl 1, automatic: another is changed to 1 and differs for ever"
            )
        if kind and kind not in PROXIABLE:
            yield Violation(
                "proxied", f"a record of type {kind} cannot be proxied (9004: This record type cannot be proxied)"
            )
    elif ttl is not None and ttl != AUTOMATIC_TTL and not SHORTEST_TTL <= ttl <= LONGEST_TTL:
        yield Violation(
            "ttl", f"{ttl:g} is neither 1 nor within {SHORTEST_TTL}..{LONGEST_TTL} seconds (9021: Invalid TTL)"
        )
    if kind in {"MX", "URI"} and not given(inputs, "priority") and not given(inputs, "data"):
        yield Violation("priority", f"required for a record of type {kind}")


def _content(context: Context) -> Iterator[Violation]:
    kind, content = text(context.inputs, "type"), text(context.inputs, "content")
    if kind in PROXIABLE and not given(context.inputs, "content"):
        yield Violation("content", f"required for a record of type {kind}")
    if not content:
        return
    version = _address(content)
    if kind == "A" and version != 4:  # noqa: PLR2004 - IPv4
        yield Violation("content", f"{content!r} is no IPv4 address (9005: Content for A record is invalid)")
    if kind == "AAAA" and version != 6:  # noqa: PLR2004 - IPv6
        yield Violation("content", f"{content!r} is no IPv6 address (9006: Content for AAAA record is invalid)")
    if kind == "CNAME" and (version or re.fullmatch(r"[A-Za-z0-9_*-]+(\.[A-Za-z0-9_-]+)*\.?", content) is None):
        yield Violation("content", f"{content!r} is no host name (9007: Content for CNAME record is invalid)")


def _address(value: str) -> int | None:
    try:
        return ipaddress.ip_address(value).version
    except ValueError:
        return None


def _content_or_data(context: Context) -> Iterator[Violation]:
    if text(context.inputs, "content") and given(context.inputs, "data"):
        yield Violation("data", "not together with content: give one of content, data")


def _clash(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if context.cloud is None:
        return
    for item in context.cloud.of_type(RECORD):
        other = item.inputs
        same_name = all(other.get(key) == inputs.get(key) for key in ("zoneId", "name"))
        if item.id == context.id or not same_name:
            continue
        types = {inputs.get("type"), other.get("type")}
        if types <= ADDRESS_RECORDS and "CNAME" in types:
            said = (
                "a CNAME record with that host already exists (code 81054)"
                if other.get("type") == "CNAME" and inputs.get("type") != "CNAME"
                else "an A, AAAA, or CNAME record with that host already exists (code 81053)"
            )
            yield Violation(
                "name", f"{inputs.get('name')} is the {other.get('type')} record {item.name} already: {said}"
            )
        elif all(other.get(key) == inputs.get(key) for key in ("type", "content")):
            yield Violation("content", f"{item.name} says the same: an identical record already exists (code 81058)")


CACHED = "dns-cached"
"""Mark of a record whose old answer resolvers may still give."""
AUTOMATIC_SECONDS = 300
"""What Auto stands for (Cloudflare DNS documentation, Time to Live, read 2026-11-29)."""
_TTL = (
    "Cloudflare DNS documentation, Time to Live: Auto is 300 seconds, a longer one delays every change; RFC 1035, 3.2.1"
)


def _cached(cloud: Cloud, item: CloudObject, then: str) -> tuple[str, str, Ends]:
    """Until when resolvers may answer with a record that is there no more, in whole minutes."""
    ttl = number(item.inputs.get("ttl")) or AUTOMATIC_TTL
    seconds = AUTOMATIC_SECONDS if ttl == AUTOMATIC_TTL else ttl
    free = written(cloud.now + timedelta(minutes=math.ceil(seconds / 60)))
    return CACHED, item.id, Ends(free, item.token, item.name, f"{then} (its TTL was {seconds:g} s)", _TTL)


def _changed(cloud: Cloud, item: CloudObject, real: Inputs) -> Iterator[tuple[str, str, Ends]]:
    if any(path in real for path in _ANSWERS):
        yield _cached(cloud, item, "is known to every resolver: until now some still answered with what it said before")


def _forgotten(_: Cloud, item: CloudObject) -> list[Effect]:
    """Resolvers keep the answer of a record that is deleted."""
    gone = "is forgotten by every resolver: until now some still answered with it"
    return [lambda cloud: cloud.mark(*_cached(cloud, item, gone))]


_ANSWERS = ("content", "data", "proxied", "priority")
"""Properties that change what a resolver is told."""
RECORD_TIMING = Timing(
    settings=tuple(Setting(path, When.AT_ONCE, _TTL, lingers=True) for path in _ANSWERS),
    remembers=_changed,
)
_on = On("dns", source="Cloudflare API, Create DNS record; Cloudflare DNS documentation, Time to Live")
_data = On("record-data", source="terraform-provider-cloudflare 5.22.0, cloudflare_dns_record, validators")
ROWS = (
    Row(
        token=RECORD,
        name=NONE,
        replaced=Replaced(("type", "zoneId")),
        references=(),
        unique=(),
        values=(
            _on.one_of("type", RECORD_TYPES),
            _on.longest("name", 255),
            _on.longest("comment", 500),
            _on.between("priority", 0, 65_535),
            _on.custom("ttl", _record),
            _on.custom("content", _content),
            _data.custom("content", _content_or_data),
        ),
        state=(
            Rule(
                "record-clash",
                "Cloudflare DNS documentation, Troubleshooting, Records with the same name; its answers in "
                "terraform-provider-cloudflare issue 1247 (81053), favonia/cloudflare-ddns issue 990 (81054), "
                "kubernetes-sigs/external-dns pull request 6090 (81058)",
                (),
                _clash,
            ),
        ),
        readable=everywhere,  # resolvers give it to the world
        deletion=Deletion(effects=_forgotten),
        returned=Returned(values=cf.RECORD),
        timing=RECORD_TIMING,
    ),
)
