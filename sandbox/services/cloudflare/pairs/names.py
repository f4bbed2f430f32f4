"""Names that are taken, and what lies in another zone or account."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import flag, text
from sandbox.model.pairs import PairRule, others, pair, told
from sandbox.model.rows import Alike
from sandbox.services.cloudflare.balancing import BALANCER, POOL
from sandbox.services.cloudflare.dns import RECORD
from sandbox.services.cloudflare.pairs.plans import ZONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

ONCE: dict[str, tuple[tuple[str, ...], str, str]] = {
    "cloudflare:index/zone:Zone": (("name",), "1061: already exists", "Cloudflare API, Create Zone"),
    "cloudflare:index/loadBalancerPool:LoadBalancerPool": (
        ("accountId", "name"),
        "1003: value not unique",
        "terraform-provider-cloudflare issue 6275; Cloudflare API, Create Pool",
    ),
    "cloudflare:index/r2Bucket:R2Bucket": (
        ("accountId", "name"),
        "10004: The bucket you tried to create already exists, and you own it",
        "Cloudflare R2 documentation, Error codes",
    ),
    "cloudflare:index/workersKvNamespace:WorkersKvNamespace": (
        ("accountId", "title"),
        "10014: a namespace with this account ID and title already exists",
        "Cloudflare API, Create a Namespace; wrangler-legacy pull request 392",
    ),
    "cloudflare:index/workersRoute:WorkersRoute": (
        ("zoneId", "pattern"),
        "10020: A route with the same pattern already exists",
        "Cloudflare Workers documentation, Routes, Validity",
    ),
    "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared": (
        ("accountId", "name"),
        "1013: You already have a tunnel with this name",
        "Cloudflare API, Create a Cloudflare Tunnel; linuxserver/docker-mods issue 280",
    ),
    "cloudflare:index/list:List": (
        ("accountId", "name"),
        "a list with this name already exists",
        "Cloudflare API, Create a list",
    ),
    "cloudflare:index/queue:Queue": (
        ("accountId", "queueName"),
        "a queue with this name already exists",
        "Cloudflare API, Create Queue",
    ),
}
"""Type -> properties that no two share, what the API answers, and who says so."""
SINGLE: dict[str, tuple[str, ...]] = {
    "argoSmartRouting": ("zoneId",),
    "argoTieredCaching": ("zoneId",),
    "authenticatedOriginPullsSettings": ("zoneId",),
    "botManagement": ("zoneId",),
    "managedTransforms": ("zoneId",),
    "r2BucketCors": ("accountId", "bucketName"),
    "r2BucketLifecycle": ("accountId", "bucketName"),
    "regionalTieredCache": ("zoneId",),
    "snippetRules": ("zoneId",),
    "tieredCache": ("zoneId",),
    "totalTls": ("zoneId",),
    "universalSslSetting": ("zoneId",),
    "urlNormalizationSettings": ("zoneId",),
    "workersCronTrigger": ("accountId", "scriptName"),
    "zeroTrustTunnelCloudflaredConfig": ("tunnelId",),
    "zoneCacheReserve": ("zoneId",),
    "zoneCacheVariants": ("zoneId",),
    "zoneSetting": ("zoneId", "settingId"),
}
"""Types of which a zone, bucket, tunnel or script has one, by what tells its objects apart."""


def zone_name(cloud: Cloud, zone: object) -> str | None:
    """The name of a zone that the program or the seed file has."""
    item = cloud.get(ZONE, zone) if isinstance(zone, str) else None
    name = told(item, "name") if item is not None else None
    return name.lower() if isinstance(name, str) else None


def within(name: str, zone: str) -> bool:
    """Whether a host name lies in a zone."""
    return f".{name.lower().rstrip('.')}".endswith(f".{zone}")


def _key(inputs: dict[str, Any], names: tuple[str, ...]) -> tuple[object, ...] | None:
    found = tuple(inputs.get(name) for name in names)
    return found if all(map(known, found)) else None


def _once(keys: tuple[str, ...]) -> Any:  # noqa: ANN401 - the check of a rule
    def check(context: Context) -> Iterator[Violation]:
        wanted = _key(context.inputs, keys)
        for item in others(context, context.token) if wanted is not None else ():
            if _key(item.inputs, keys) == wanted:
                yield Violation(keys[-1], f"{context.inputs[keys[-1]]!r} is that of {item.name}")
                return

    return check


def _twice(context: Context) -> Iterator[Violation]:
    keys = SINGLE.get(context.token.partition("/")[2].partition(":")[0], ())
    wanted = _key(context.inputs, keys) if keys else None
    for item in others(context, context.token) if wanted is not None else ():
        first = not context.id or item.id < context.id  # of two, the later one is named
        if first and _key(item.inputs, keys) == wanted:
            yield Violation(
                keys[-1],
                f"{item.name} sets the same: the last one that is written wins, and every preview shows the other as "
                "changed; keep one of them",
            )
            return


def _zone_id(context: Context) -> Iterator[Violation]:
    zone, cloud = context.inputs.get("zoneId"), context.cloud
    if cloud is None or not isinstance(zone, str) or not zone:
        return
    accounts = {item.inputs.get("accountId") for item in cloud.all() if item.token.startswith("cloudflare:")}
    accounts |= {told(item, "account.id") for item in cloud.of_type(ZONE)}
    accounts.add(context.inputs.get("accountId"))
    if zone in accounts:
        yield Violation("zoneId", f"{zone!r} is the id of an account, not of a zone")


def _account(context: Context) -> Iterator[Violation]:
    zone = _zone(context)
    theirs, ours = told(zone, "account.id") if zone is not None else None, context.inputs.get("accountId")
    if zone is not None and known(theirs) and known(ours) and theirs != ours:
        yield Violation("zoneId", f"the zone {zone.name} belongs to the account {theirs!r}, this is of {ours!r}")


def _zone(context: Context) -> CloudObject | None:
    identity = context.inputs.get("zoneId")
    return context.cloud.get(ZONE, identity) if context.cloud is not None and isinstance(identity, str) else None


def _pools(context: Context) -> Iterator[Violation]:
    zone = _zone(context)
    theirs = told(zone, "account.id") if zone is not None else None
    found = context.inputs.get("defaultPools")
    for index, identity in enumerate(found if isinstance(found, list) else ()):
        pool = (
            POOL[0].find(context.cloud, identity) if context.cloud is not None and isinstance(identity, str) else None
        )
        ours = pool.inputs.get("accountId") if pool is not None else None
        if zone is not None and pool is not None and known(theirs) and known(ours) and theirs != ours:
            yield Violation(
                f"defaultPools[{index}]",
                f"{pool.name} is a pool of the account {ours!r}, the zone {zone.name} belongs to {theirs!r}",
            )


def _host(context: Context) -> Iterator[Violation]:
    zone = zone_name(context.cloud, context.inputs.get("zoneId")) if context.cloud is not None else None
    for key in ("name", "hostname", "domain", "host"):
        name = context.inputs.get(key)
        if zone is not None and isinstance(name, str) and "." in name and not within(name, zone):
            yield Violation(key, f"{name!r} lies outside of the zone {zone}")


def _record(context: Context) -> Iterator[Violation]:
    """A name of another zone: the API takes it for a name below this one."""
    cloud, name = context.cloud, text(context.inputs, "name").lower()
    zone = zone_name(cloud, context.inputs.get("zoneId")) if cloud is not None else None
    if cloud is None or zone is None or not name or within(name, zone):
        return
    names = {zone_name(cloud, item.id) for item in cloud.of_type(ZONE)} - {zone, None}
    other = next((found for found in names if found is not None and within(name, found)), None)
    if other is not None:
        yield Violation("name", f"{name!r} is a name of the zone {other}, and would become {name}.{zone} in this one")


def _proxied(context: Context) -> Iterator[Violation]:
    content = text(context.inputs, "content")
    if not flag(context.inputs.get("proxied")) or context.inputs.get("type") not in {"A", "AAAA"} or not content:
        return
    try:
        address = ipaddress.ip_address(content)
    except ValueError:
        return
    shared = address.version == 4 and address in ipaddress.ip_network("100.64.0.0/10")  # noqa: PLR2004 - IPv4
    private = any(address in network for network in _PRIVATE if network.version == address.version)
    if shared or private or address.is_loopback or address.is_link_local or address.is_unspecified:
        yield Violation("content", f"{content} is no address that can be reached from outside; set proxied to false")


_PRIVATE = tuple(ipaddress.ip_network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))


def _itself(context: Context) -> Iterator[Violation]:
    name, content = text(context.inputs, "name").lower(), text(context.inputs, "content").lower()
    if context.inputs.get("type") == "CNAME" and name and content.rstrip(".") == name.rstrip("."):
        yield Violation("content", f"{content!r} is the record's own name")


def _occupied(context: Context) -> Iterator[Violation]:
    name = context.inputs.get("hostname") or context.inputs.get("domain")
    for item in others(context, RECORD):
        kinds = {"A", "AAAA", "CNAME"}
        same = isinstance(name, str) and str(item.inputs.get("name")).lower() == name.lower()
        if same and item.inputs.get("type") in kinds and item.inputs.get("zoneId") == context.inputs.get("zoneId"):
            path = "hostname" if "hostname" in context.inputs else "domain"
            yield Violation(path, f"{name!r} has the {item.inputs['type']} record {item.name}; remove it")
            return


def _delegated(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    mine, name = inputs.get("type"), text(inputs, "name").lower()
    for item in others(context, RECORD) if name else ():
        same = str(item.inputs.get("name")).lower() == name and item.inputs.get("zoneId") == inputs.get("zoneId")
        kinds = {mine, item.inputs.get("type")}
        if same and "NS" in kinds and kinds & {"A", "AAAA", "CNAME"}:
            yield Violation(
                "name",
                f"{name} is the {item.inputs.get('type')} record {item.name} already, {mine} cannot stand beside it",
            )
            return


_RECORD_PAIRS: tuple[PairRule, ...] = (
    pair(
        "record-of-another-zone",
        _record,
        refused="a DNS record with a name of another zone",
        happens="the API appends the zone's name, and nobody asks for the record",
        source="Cloudflare API, Create DNS record: name; terraform-provider-cloudflare, cloudflare_dns_record",
    ),
    pair(
        "record-delegated",
        _delegated,
        refused="an A, AAAA or CNAME record beside an NS record of the same name",
        says="81056: NS records with that host already exist.",
        source="Cloudflare DNS documentation, Troubleshooting, Existing NS records block new record creation; "
        "joohoi/acme-dns issue 258",
    ),
)
_AT_ONCE: tuple[PairRule, ...] = (
    pair(
        "record-proxied-address",
        _proxied,
        refused="a proxied record of an address that only an inner network reaches",
        says="9003: Target is not allowed for a proxied record",
        source="maxfield-allison/dnsweaver issue 161; Cloudflare DNS documentation, Proxy status",
        at_once=True,
    ),
    pair(
        "record-of-itself",
        _itself,
        refused="a CNAME record that points at itself",
        says="9039: CNAME content cannot reference itself",
        source="kubernetes-sigs/external-dns issue 4749",
        at_once=True,
    ),
)
_HOST = pair(
    "host-of-the-zone",
    _host,
    refused="a load balancer, waiting room or custom domain with a host name outside of its zone",
    says="1002: validation failed: the hostname is not in the zone (code unverified)",
    source="Cloudflare API, Create Load Balancer: name; Create Waiting room: host",
)
_OCCUPIED = pair(
    "custom-domain-occupied",
    _occupied,
    refused="a custom domain of a Worker or a bucket whose name has a DNS record already",
    says="100117: Hostname already has externally managed DNS records (code unverified for buckets)",
    source="Cloudflare Workers documentation, Custom Domains; R2 documentation, Public buckets, Custom domains",
)
_ZONES: tuple[PairRule, ...] = (
    pair(
        "account-for-zone",
        _zone_id,
        refused="the id of an account where that of a zone belongs",
        says="7003: Could not route to /zones, perhaps your object identifier is invalid?",
        source="Cloudflare Fundamentals documentation, Find account and zone IDs",
    ),
    pair(
        "zone-of-another-account",
        _account,
        refused="a zone of one account with what belongs to another",
        says="the zone does not exist in this account",
        source="Cloudflare API, resources with both zone_id and account_id",
    ),
)
_POOLS = pair(
    "pool-of-another-account",
    _pools,
    refused="a load balancer with a pool of another account",
    says="1002: the pool does not exist (code unverified)",
    source="Cloudflare Load Balancing documentation, Pools: pools belong to an account",
)
ALIKE = (
    Alike("cloudflare:*", state=_ZONES),
    Alike(f"{RECORD.rpartition(':')[0]}:*", values=_AT_ONCE, state=_RECORD_PAIRS),
    Alike(f"{BALANCER.rpartition(':')[0]}:*", state=(_HOST, _POOLS)),
    Alike("cloudflare:index/waitingRoom:*", state=(_HOST,)),
    Alike("cloudflare:index/r2CustomDomain:*", state=(_HOST, _OCCUPIED)),
    Alike("cloudflare:index/workersCustomDomain:*", state=(_HOST, _OCCUPIED)),
    *(
        Alike(
            f"{token.rpartition(':')[0]}:*",
            state=(
                pair(
                    f"{token.rpartition(':')[2].lower()}-name-taken",
                    _once(keys),
                    refused=f"a second {token.rpartition(':')[2]} with the same {' and '.join(keys)}",
                    says=says,
                    source=source,
                ),
            ),
        )
        for token, (keys, says, source) in ONCE.items()
    ),
)
SETTLED: tuple[Rule, ...] = (
    PairRule(
        "written-twice",
        "terraform-provider-cloudflare issue 3228; Cloudflare API, settings of a zone, bucket, tunnel and script",
        tuple(f"cloudflare:index/{name}:*" for name in SINGLE),
        _twice,
        refused="two objects that set the same setting of a zone, a bucket, a tunnel or a script",
        happens="the last one that is written wins, and every preview shows the other one as changed",
    ),
)
"""What is accepted and takes turns for ever."""
