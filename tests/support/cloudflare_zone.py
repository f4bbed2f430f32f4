"""A Cloudflare zone in which a plan meets nothing in its way: answers of the API by path, in memory and over HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from ops.answers.preflight.zone import CloudflareApi
from tests.support.cloudflare_stub import ACCOUNT, TOKEN, ZONE, ApiError, Call, Stub

ZONE_PATH = f"/zones/{ZONE}"
FREE: dict[str, Any] = {
    "/user/tokens/verify": {"id": "f" * 32, "status": "active", "expires_on": "2027-01-01T00:00:00Z"},
    ZONE_PATH: {
        "id": ZONE,
        "name": "bailbondpro.com",
        "status": "active",
        "paused": False,
        "plan": {"legacy_id": "pro"},
        "account": {"id": ACCOUNT},
        "name_servers": ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
    },
    f"{ZONE_PATH}/dns_records": [],
    f"{ZONE_PATH}/argo/tiered_caching": {"value": "off", "editable": True},
    f"{ZONE_PATH}/url_normalization": {"type": "cloudflare", "scope": "incoming"},
    f"{ZONE_PATH}/origin_tls_client_auth/settings": {"enabled": False},
    f"{ZONE_PATH}/origin_tls_client_auth": [],
    f"{ZONE_PATH}/load_balancers": [],
    f"{ZONE_PATH}/cache/cache_reserve": {"value": "off", "editable": True},
    "/certificates": [],
    f"/accounts/{ACCOUNT}/alerting/v3/policies": [],
    f"/accounts/{ACCOUNT}/load_balancers/monitors": [],
    f"/accounts/{ACCOUNT}/load_balancers/pools": [],
}
"""Results by path. A setting answers that it may be changed; what else is asked for is not there."""


@dataclass(frozen=True)
class Refusal:
    """Another answer than a result."""

    status: int
    code: int = 10000
    message: str = "Authentication error"
    body: str | None = None
    """The whole body, where it is not the API's envelope."""


@dataclass
class RecordedZone:
    """A zone that gives these answers, and remembers what it was asked.

    Attributes:
        answers: what differs from `FREE`: results, refusals, exceptions of httpx, or functions of the request.
        calls: method and path of every call.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    token: str = TOKEN

    @property
    def api(self) -> CloudflareApi:
        """The API as a preflight asks it, without a network."""
        return CloudflareApi(self.token, httpx.MockTransport(self.respond), retries=0)

    def respond(self, request: httpx.Request) -> httpx.Response:
        """The API's response."""
        path = request.url.path.removeprefix("/client/v4")
        self.calls.append((request.method, path))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _refused(Refusal(401, 1000, "Invalid API Token"))
        answer = self.result(path)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Refusal):
            return _refused(answer)
        return httpx.Response(200, json={"success": True, "errors": [], "messages": [], "result": answer})

    def result(self, path: str) -> Any:  # noqa: ANN401 - the API's result, any JSON
        """The result for a path."""
        known = {**FREE, **self.answers}
        if path in known:
            return known[path]
        if path.startswith(f"{ZONE_PATH}/settings/"):
            return {"id": path.rsplit("/", 1)[1], "value": "unlike", "editable": True}
        return Refusal(404, 10000, "could not find entrypoint ruleset")


def _refused(answer: Refusal) -> httpx.Response:
    if answer.body is not None:
        return httpx.Response(answer.status, text=answer.body, headers={"Content-Type": "text/html"})
    errors = [{"code": answer.code, "message": answer.message}]
    return httpx.Response(answer.status, json={"success": False, "errors": errors, "messages": [], "result": None})


@dataclass
class ZoneServer(Stub):
    """The same over HTTP."""

    zone: RecordedZone = field(default_factory=RecordedZone)

    def answer(self, call: Call) -> Any:  # noqa: ANN401 - the API's result, any JSON
        """The result of an API call."""
        if not call.authorized:
            raise ApiError(401, 1000, "Invalid API Token")
        path = call.path.split("?")[0]
        found = self.zone.result(path)
        if isinstance(found, Refusal):
            raise ApiError(found.status, found.code, found.message, body=found.body)
        return json.loads(json.dumps(found))
