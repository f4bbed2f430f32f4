"""Records of the Domain Name System."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import On, flag, given, number, text
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Returned, Row, everywhere
from sandbox.model.sources import Sources
from sandbox.services.cloudflare import returned as cf

if TYPE_CHECKING:
    from collections.abc import Iterator


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
            yield Violation(
                "name",
                f"{inputs.get('name')} is the {other.get('type')} record {item.name} already: an A, AAAA, or CNAME "
                "record with that host already exists (code 81053)",
            )
        elif all(other.get(key) == inputs.get(key) for key in ("type", "content")):
            yield Violation("content", f"{item.name} says the same: an identical record already exists (code 81058)")


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
                "Cloudflare DNS documentation, DNS record limits; Troubleshooting, codes 81053 and 81058",
                (),
                _clash,
            ),
        ),
        readable=everywhere,  # resolvers give it to the world
        sources=Sources(doubts={"time": "resolvers keep an old record for its TTL; here it is gone at once"}),
        returned=Returned(values=cf.RECORD),
    ),
)
