"""Workers, storage, pages, tunnels, access and lists: what they name must exist, and what the API refuses of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, block, flag, given, items, text
from sandbox.model.pairs import others, pair
from sandbox.model.references import Reference, Target
from sandbox.model.rows import Alike
from sandbox.services.cloudflare.balancing import BALANCER, POOL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud

SCRIPT = (Target("cloudflare:index/workersScript:WorkersScript", ("scriptName",)),)
NAMESPACE = (Target("cloudflare:index/workersKvNamespace:WorkersKvNamespace"),)
BUCKET = (Target("cloudflare:index/r2Bucket:R2Bucket", ("name",)),)
QUEUE = (Target("cloudflare:index/queue:Queue"),)
PROJECT = (Target("cloudflare:index/pagesProject:PagesProject", ("name",)),)
TUNNEL = (Target("cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared"),)
POLICY = (Target("cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy"),)
PROVIDER = (Target("cloudflare:index/zeroTrustAccessIdentityProvider:ZeroTrustAccessIdentityProvider"),)
LIST = (Target("cloudflare:index/list:List"),)
ROOM = (Target("cloudflare:index/waitingRoom:WaitingRoom"),)
WEBHOOK = (Target("cloudflare:index/notificationPolicyWebhooks:NotificationPolicyWebhooks"),)
_NO_SCRIPT = "10007: This Worker does not exist on your account"
_NO_BUCKET = "10006: The specified bucket does not exist"
_CODE = "the code"
REFERENCES: dict[str, tuple[Reference, ...]] = {
    "workersRoute": (Reference("script", SCRIPT, "10019: Cannot configure a route for a Worker which does not exist"),),
    "workersCronTrigger": (Reference("scriptName", SCRIPT, _NO_SCRIPT),),
    "workersDeployment": (Reference("scriptName", SCRIPT, _NO_SCRIPT),),
    "workersScriptSubdomain": (Reference("scriptName", SCRIPT, _NO_SCRIPT),),
    "workersCustomDomain": (Reference("service", SCRIPT, _NO_SCRIPT, unverified=_CODE),),
    "workersScript": (
        Reference("bindings[*].namespaceId", NAMESPACE, "10042: KV namespace is not valid", unverified=_CODE),
        Reference("bindings[*].bucketName", BUCKET, "10085: R2 bucket not found", unverified=_CODE),
    ),
    "workersKv": (Reference("namespaceId", NAMESPACE, "10013: namespace not found", unverified=_CODE),),
    "r2CustomDomain": (Reference("bucketName", BUCKET, _NO_BUCKET),),
    "r2ManagedDomain": (Reference("bucketName", BUCKET, _NO_BUCKET),),
    "r2BucketCors": (Reference("bucketName", BUCKET, _NO_BUCKET),),
    "r2BucketLifecycle": (Reference("bucketName", BUCKET, _NO_BUCKET),),
    "r2BucketLock": (Reference("bucketName", BUCKET, _NO_BUCKET),),
    "r2BucketEventNotification": (
        Reference("bucketName", BUCKET, _NO_BUCKET),
        Reference("queueId", QUEUE, "the queue does not exist", unverified=_CODE),
    ),
    "queueConsumer": (
        Reference("queueId", QUEUE, "the queue does not exist", unverified=_CODE),
        Reference("scriptName", SCRIPT, _NO_SCRIPT, unverified=_CODE),
    ),
    "pagesDomain": (Reference("projectName", PROJECT, "8000007: Project not found"),),
    "zeroTrustTunnelCloudflaredConfig": (Reference("tunnelId", TUNNEL, "1003: Tunnel not found", unverified=_CODE),),
    "zeroTrustTunnelCloudflaredRoute": (Reference("tunnelId", TUNNEL, "1003: Tunnel not found", unverified=_CODE),),
    "zeroTrustAccessApplication": (
        Reference("policies[*].id", POLICY, "12130: access.api.error.invalid_request", unverified=_CODE),
        Reference("allowedIdps[*]", PROVIDER, "12130: access.api.error.invalid_request", unverified=_CODE),
    ),
    "listItem": (Reference("listId", LIST, "10001: list not found", unverified=_CODE),),
    "waitingRoomEvent": (Reference("waitingRoomId", ROOM, "the waiting room does not exist", unverified=_CODE),),
    "waitingRoomRules": (Reference("waitingRoomId", ROOM, "the waiting room does not exist", unverified=_CODE),),
    "notificationPolicy": (
        Reference("mechanisms.webhooks[*].id", WEBHOOK, "the webhook does not exist", unverified=_CODE),
    ),
}
"""Type -> what it names, as its own API refuses what is not there."""


def _named(context: Context) -> Iterator[Violation]:
    """What a name or an id leads to, where the program makes things of that kind: an account holds others, too."""
    for reference in REFERENCES.get(context.token.partition("/")[2].partition(":")[0], ()):
        if context.cloud is not None and _ours(context.cloud, reference):
            yield from reference.dangling(context)


def _ours(cloud: Cloud, reference: Reference) -> bool:
    return any(not item.was_there for target in reference.targets for item in cloud.of_type(target.token))


KINDS = {"asn": "asn", "hostname": "hostname", "ip": "ip", "redirect": "redirect"}
"""Property of a list's item -> the kind of list that takes it."""


def _ingress(context: Context) -> Iterator[Violation]:
    config = block(context.inputs, "config")
    rules = config.get("ingresses")
    last = rules[-1] if isinstance(rules, list) and rules else None
    if isinstance(last, dict) and (given(last, "hostname") or given(last, "path")):
        yield Violation(
            f"config.ingresses[{len(rules or ()) - 1}]",
            "the last rule has a hostname or a path; add one with a service alone, such as http_status:404",
        )
    for index, rule in enumerate(items(config, "ingresses")[:-1]):
        if not given(rule, "hostname") and not given(rule, "path"):
            yield Violation(
                f"config.ingresses[{index}]", "matches all URLs, so that no rule after it applies; put it last"
            )


def _item_kind(context: Context) -> Iterator[Violation]:
    cloud, identity = context.cloud, context.inputs.get("listId")
    found = LIST[0].find(cloud, identity) if cloud is not None and isinstance(identity, str) else None
    kind = found.inputs.get("kind") if found is not None else None
    for key, wanted in KINDS.items():
        if found is not None and known(kind) and given(context.inputs, key) and kind != wanted:
            yield Violation(key, f"{found.name} is a list of kind {kind!r}, which takes no {key}")


def _affinity(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind = text(inputs, "sessionAffinity")
    if kind in {"cookie", "ip_cookie", "header"} and flag(inputs.get("proxied", False)) is False:
        yield Violation("proxied", f"must be true for session affinity {kind!r}: nobody else sees the requests")
    if kind == "header" and not given(block(inputs, "sessionAffinityAttributes"), "headers"):
        yield Violation("sessionAffinityAttributes.headers", "required for session affinity 'header'")


def _steered(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None or all(item.was_there for item in cloud.of_type(POOL[0].token)):
        return
    for name in ("countryPools", "popPools", "regionPools"):
        for key, pools in block(context.inputs, name).items():
            for index, identity in enumerate(pools if isinstance(pools, list) else ()):
                if isinstance(identity, str) and POOL[0].find(cloud, identity) is None:
                    yield Violation(f'{name}["{key}"][{index}]', f"{identity!r} is the id of no pool that exists")


def _certificate(context: Context) -> Iterator[Violation]:
    token = "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate"
    for index, config in enumerate(items(context.inputs, "configs")):
        for item in others(context, token):
            theirs, ours = item.inputs.get("zoneId"), context.inputs.get("zoneId")
            if item.id == config.get("certId") and known(theirs) and known(ours) and theirs != ours:
                yield Violation(
                    f"configs[{index}].certId", f"{item.name} is a certificate of the zone {theirs}, this is {ours}"
                )


_NAMED = pair(
    "edge-names",
    _named,
    refused="a Worker, bucket, queue, project, tunnel, policy, list or waiting room by a name or id of none, "
    "where the program makes some",
    says="each API's own: 10007, 10019, 10006, 8000007 and others",
    source="Cloudflare API, errors of each product; alchemy-run/distilled pull request 368: 10019",
)
_INGRESS = pair(
    "tunnel-catch-all",
    _ingress,
    refused="rules of a tunnel whose last one does not match all URLs, or one before it that does",
    says="1056: Bad Configuration: Validation failed: The last ingress rule must match all URLs",
    source="terraform-provider-cloudflare issue 2327; Cloudflare One documentation, Tunnel configuration file",
    at_once=True,
)
_AFFINITY = pair(
    "affinity-needs-proxy",
    _affinity,
    refused="session affinity of a load balancer that is not proxied, or by a header that nobody names",
    says="1002: validation failed (code unverified)",
    source="Cloudflare Load Balancing documentation, Session affinity",
    at_once=True,
)
_ITEM = pair(
    "list-item-kind",
    _item_kind,
    refused="an item of one kind in a list of another",
    says="10008: invalid item for the list's kind (code unverified)",
    source="Cloudflare API, Lists, kind; Cloudflare Rules documentation, Custom lists",
)
_STEERED = pair(
    "steered-to-nothing",
    _steered,
    refused="a load balancer that steers a region, country or data centre to a pool that does not exist",
    says="1002: the pool does not exist (code unverified)",
    source="Cloudflare API, Create Load Balancer: region_pools, country_pools, pop_pools",
)
_CERTIFICATE = pair(
    "pull-certificate-zone",
    _certificate,
    refused="an origin pull with a certificate of another zone",
    says="the certificate does not exist in this zone",
    source="Cloudflare SSL documentation, Authenticated Origin Pulls, Per-hostname",
)
_buckets = On("r2-bucket", source="Cloudflare R2 documentation, Create buckets; workers-sdk issue 3227")
_lists = On("edge-list", source="Cloudflare API, Create a list")
_projects = On("pages-project", source="Cloudflare API, Create project")
ALIKE = (
    *(Alike(f"cloudflare:index/{name}:*", state=(_NAMED,)) for name in REFERENCES),
    Alike("cloudflare:index/zeroTrustTunnelCloudflaredConfig:*", values=(_INGRESS,)),
    Alike(f"{BALANCER.rpartition(':')[0]}:*", values=(_AFFINITY,), state=(_STEERED,)),
    Alike("cloudflare:index/listItem:*", state=(_ITEM,)),
    Alike("cloudflare:index/authenticatedOriginPulls:*", state=(_CERTIFICATE,)),
    Alike(
        "cloudflare:index/r2Bucket:*",
        values=(
            _buckets.matches(
                "name",
                r"[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9])",
                "3 to 63 lower-case letters, digits or hyphens, no hyphen first or last",
                "10005: The specified bucket name is not valid",
            ),
        ),
    ),
    Alike(
        "cloudflare:index/list:*",
        values=(_lists.matches("name", r"[a-z0-9_]{1,50}", "1 to 50 lower-case letters, digits or underscores"),),
    ),
    Alike(
        "cloudflare:index/pagesProject:*",
        values=(
            _projects.matches(
                "name", r"[a-z0-9](?:[a-z0-9-]{0,56}[a-z0-9])?", "1 to 58 lower-case letters, digits or hyphens"
            ),
        ),
    ),
)
