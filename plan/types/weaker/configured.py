"""What pods read: the gateway's file, the authorities that they trust, and where shards are.

Sources are the documentation of the programs; unverified where nothing else is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plan.nginx import NginxError, read_nginx
from plan.types.weaker.kubernetes.environment import data_otherwise
from plan.types.weaker.kubernetes.programs import SPEAKS
from plan.types.weaker.model import Loses, Told, Weaker, changes, number, some, written
from plan.types.weaker.ways import wide
from plan.unknown import is_hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SSM = "aws:ssm/parameter:Parameter"
_NGINX = "nginx documentation, ngx_http_ssl_module, ngx_http_limit_req_module, ngx_http_realip_module"
_TRUST = "PostgreSQL documentation, SSL Support, Client Verification of Server Certificates"
_PARAMETERS = "AWS Systems Manager User Guide, Parameter Store"
_CLOSED = "503"
_OLD_TLS = frozenset(("SSLv2", "SSLv3", "TLSv1", "TLSv1.1"))
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_GROUP = "upstream"
_PASSES = ("proxy_pass", "fastcgi_pass", "grpc_pass", "uwsgi_pass", "scgi_pass", "memcached_pass")
_WHOM = re.compile(r"(?:\w+://)?([^\s:/]+)")
_CLUSTERS = re.compile(r"[a-z0-9.-]+\.svc\.cluster\.local")
"""Names of Services (Kubernetes documentation, DNS for Services and Pods)."""
_ENDPOINT = re.compile(r"[\w.-]+:\d+")


def _directives(data: object) -> dict[str, set[str]] | None:
    """The directives of a gateway's file by name; None for no file of a gateway, and for one that nginx cannot read."""
    text = data.get("nginx.conf") if isinstance(data, dict) else None
    if not isinstance(text, str):
        return None
    found: dict[str, set[str]] = {}
    try:
        for one in read_nginx(text):
            found.setdefault(one.name, set()).add(" ".join(one.words))
            groups = {block.words[1] for block in one.blocks if block.words[0] == _GROUP and len(block.words) > 1}
            found.setdefault(_GROUP, set()).update(groups)
    except NginxError:
        return None
    return found


def _lets_in_more(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a gateway asks for less: no certificate, older TLS, no rates, or anybody's word for who asks."""
    before, after = _directives(old), _directives(new)
    if not before:
        return False
    after = after or {}
    shut = _shut(before, after)
    for name in ("ssl_verify_client", "ssl_protocols", "limit_req", "listen"):
        if name == "limit_req" and shut:  # who is answered with a fixed page needs no bound
            continue
        if before.get(name) and not after.get(name):
            return True
    if before.get("ssl_verify_client") and after["ssl_verify_client"] - {"on"} - before["ssl_verify_client"]:
        return True
    protocols = [
        {word for value in side.get("ssl_protocols", ()) for word in value.split()} for side in (before, after)
    ]
    if (protocols[1] - protocols[0]) & _OLD_TLS:
        return True
    return any(wide(block) for block in after.get("set_real_ip_from", set()) - before.get("set_real_ip_from", set()))


def _leads_elsewhere(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a gateway passes no more to somebody, or to somebody who is no Service of the cluster."""
    before, after = _directives(old), _directives(new)
    if not before:
        return False
    after = after or {}
    if _shut(before, after):
        return False
    was, now = ({_host(words) for name in _PASSES for words in side.get(name, ())} for side in (before, after))
    groups = after.get(_GROUP, set())
    servers = {_host(words) for words in after.get("server", set()) - before.get("server", set()) if words}
    return bool(was - now) or any(not _CLUSTERS.fullmatch(name) for name in {*(now - was - groups), *servers})


def _host(words: str) -> str:
    """The name of whom a directive passes to, without scheme, port and path."""
    found = _WHOM.match(words)
    return found[1] if found is not None else ""


def _shut(before: dict[str, set[str]], after: dict[str, set[str]]) -> bool:
    """Whether a gateway answers everybody with 503 and did not: of what it led to applications, nothing is left."""
    closed = [_CLOSED in side.get("return", set()) and not side.get("limit_req") for side in (before, after)]
    return closed == [False, True] and len(after.get("proxy_pass", ())) < len(before.get("proxy_pass", ()))


def _maintained(old: object, new: object) -> Iterator[Told]:
    """That a maintenance begins."""
    before, after = _directives(old), _directives(new)
    if before and after and _shut(before, after):
        yield Told("data.nginx.conf would answer everybody with 503", "gateway.maintenance: false, once it is over")


def _trusts_others(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether nobody whom clients trusted is trusted any more."""
    before, after = trusted(old), trusted(new)
    return bool(before) and not before & after and not (isinstance(new, dict) and is_hidden(new.get("ca.crt")))


def trusted(data: object) -> set[str]:
    """The certificates of the authorities that a ConfigMap has clients trust."""
    text = data.get("ca.crt") if isinstance(data, dict) else None
    return {"".join(one.split()) for one in _CERTIFICATE.findall(text)} if isinstance(text, str) else set()


def _maps_otherwise(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a map of shards cannot be read any more, divides clients otherwise, or lacks a server."""
    if not isinstance(old, dict) or "count" not in old:
        return isinstance(old, str) and bool(_ENDPOINT.fullmatch(old)) and old != new
    if not isinstance(new, dict) or old.get("hash") != new.get("hash"):
        return True
    shards = new.get("shards")
    if "shards" not in old:
        return not isinstance(new.get("count"), int)
    if not isinstance(shards, list) or len(shards) != new.get("count"):
        return True
    moving = new.get("moving")
    targets = moving.get("targets") if isinstance(moving, dict) else []
    if isinstance(moving, dict) and (not isinstance(targets, list) or len(targets) < _to_come(moving, new)):
        return True
    servers = [_server(one) for one in (*shards, *(targets if isinstance(targets, list) else ()))]
    return len(set(servers)) != len(servers) or _exchanged(old.get("shards"), shards)


def _to_come(moving: dict[str, Any], shards: dict[str, Any]) -> float:
    """How many shards a move fills that hold nobody yet."""
    return (number(moving.get("to")) or 0) - (number(shards.get("count")) or 0)


def _server(entry: object) -> str:
    """The server of an entry of a map: two that differ in their names alone are one."""
    return written([entry.get(key) for key in ("host", "port")] if isinstance(entry, dict) else entry)


def _exchanged(old: object, new: list[Any]) -> bool:
    """Whether a shard of a map that named each server once would be another server."""
    before = old if isinstance(old, list) else []
    if len(set(map(_server, before))) < len(before):
        return False
    return any(_server(one) != _server(other) for one, other in zip(before, new, strict=False))


_ROWS: tuple[tuple[str, str, Callable[[Any, Any], bool], str, Loses, str, str], ...] = (
    (
        CONFIG_MAP,
        "data",
        _lets_in_more,
        "the gateway asks for certificates and new TLS, and bounds rates",
        "defence",
        _NGINX,
        "data.nginx.conf",
    ),
    (
        CONFIG_MAP,
        "data",
        _leads_elsewhere,
        "the gateway passes requests to these applications",
        "way",
        "nginx documentation, ngx_http_proxy_module",
        "data.nginx.conf",
    ),
    (CONFIG_MAP, "data", _trusts_others, "clients trust the authority of their database", "way", _TRUST, "data.ca.crt"),
    (SSM, "insecureValue", _maps_otherwise, "clients find the shard of their rows", "way", _PARAMETERS, ""),
    (SSM, "name", changes, "programs find it under this name", "way", _PARAMETERS, ""),
)
CONFIGURED: tuple[Weaker, ...] = (
    *(
        Weaker(token=token, path=(name,), than=than, says=says, loses=loses, source=source, label=label, own=True)
        for token, name, than, says, loses, source, label in _ROWS
    ),
    Weaker(
        token=CONFIG_MAP,
        path=("data",),
        than=some(_maintained),
        tells=_maintained,
        says="visitors reach the applications (gateway.maintenance)",
        loses="way",
        source="nginx documentation, ngx_http_rewrite_module, return",
        own=True,
        label="data.nginx.conf",
    ),
    Weaker(
        token=CONFIG_MAP,
        path=("data",),
        than=some(data_otherwise),
        tells=data_otherwise,
        says=SPEAKS,
        loses="defence",
        source="Kubernetes documentation, Configure a Pod to Use a ConfigMap",
        own=True,
        made="data",
    ),
)
