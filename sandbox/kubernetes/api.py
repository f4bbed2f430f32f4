"""A small client of the Kubernetes API: server-side apply, read, list, delete, and discovery.

Plain HTTP from the standard library: the official client adds 30 MB and a second to every start, and has a class for
each kind where applying needs only paths.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode, urlsplit

if TYPE_CHECKING:
    import ssl

MANAGER = "pulumi-kubernetes"
"""The field manager: a field that somebody else owns is a conflict (Kubernetes documentation, Server-Side Apply)."""
TIMEOUT_SECONDS = 60.0
DISCOVERY_SECONDS = 10.0
"""How long a kind may stay unknown after its definition was applied."""
NOT_FOUND, CONFLICT, UNPROCESSABLE = 404, 409, 422
_WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')

Manifest = dict[str, Any]


class ApiError(Exception):
    """The API server refused a request; the message is its own."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where an API server listens and how it knows us.

    Attributes:
        url: `https://host:port`, a path allowed.
        tls: trust, and the client's certificate where there is one; None for plain http.
        token: bearer token, empty for none.
        server_name: the name in its certificate where it is not the host's.
        context: the kubeconfig context that led here; empty for none.
        authority: what its certificate is checked against, as a digest or in words.
    """

    url: str
    tls: ssl.SSLContext | None = None
    token: str = field(default="", repr=False)
    server_name: str = ""
    context: str = ""
    authority: str = ""


@dataclass(frozen=True)
class _Kind:
    plural: str
    namespaced: bool


@dataclass(frozen=True)
class Applied:
    """What an apply led to: the object as the server holds it, and its warnings."""

    live: Manifest
    warnings: tuple[str, ...]


class KubernetesApi:
    """One API server; safe to use from several threads, each with a connection of its own."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._kinds: dict[str, dict[str, _Kind]] = {}
        self._local = threading.local()

    def apply(
        self, manifest: Manifest, *, dry_run: bool = False, force: bool = False, manager: str = MANAGER
    ) -> Applied:
        """Apply an object on the server's side; unknown and repeated fields are errors.

        Args:
            manifest: apiVersion, kind, metadata.name and whatever is ours.
            dry_run: admit and validate it, and keep nothing.
            force: take fields over that somebody else manages.
            manager: the field manager.

        Raises:
            ApiError: it is refused.
        """
        query = {"fieldManager": manager, "fieldValidation": "Strict", "force": str(force).lower()}
        if dry_run:
            query["dryRun"] = "All"
        status, warnings, live = self._send(
            "PATCH", self.path(manifest, query), manifest, "application/apply-patch+yaml"
        )
        return Applied(_accepted(status, live), warnings)

    def create(self, manifest: Manifest, *, dry_run: bool = False) -> Applied:
        """Create an object, for those that are not applied, such as Pods.

        Raises:
            ApiError: it is refused.
        """
        query = {"fieldManager": MANAGER, "fieldValidation": "Strict", **({"dryRun": "All"} if dry_run else {})}
        path = self.path({**manifest, "metadata": {**manifest["metadata"], "name": ""}}, query)
        status, warnings, live = self._send("POST", path, manifest, "application/json")
        return Applied(_accepted(status, live), warnings)

    def read(self, manifest: Manifest) -> Manifest | None:
        """The object of a manifest's kind and name as the server holds it; None when there is none.

        Raises:
            ApiError: the server refuses to show it.
        """
        try:
            path = self.path(manifest)
        except UnknownKindError:
            return None
        status, _, live = self._send("GET", path)
        return None if status == NOT_FOUND else _accepted(status, live)

    def delete(self, manifest: Manifest, *, uid: str = "") -> None:
        """Delete the object of a manifest's kind and name; one that is gone is fine.

        Args:
            manifest: kind and name.
            uid: delete it only while it has this uid (Kubernetes API reference, DeleteOptions, `preconditions`).

        Raises:
            ApiError: the server refuses.
        """
        try:
            path = self.path(manifest, {"propagationPolicy": "Background"})
        except UnknownKindError:
            return
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}} if uid else None
        status, _, answer = self._send("DELETE", path, options)
        if status != NOT_FOUND:
            _accepted(status, answer)

    def put(self, path: str, document: Manifest) -> Manifest:
        """Replace what is at a path, for subresources.

        Raises:
            ApiError: the server refuses.
        """
        status, _, answer = self._send("PUT", path, document, "application/json")
        return _accepted(status, answer)

    def merge(self, manifest: Manifest, change: Manifest) -> Manifest:
        """Change an object by a JSON merge patch (RFC 7396), as somebody else would.

        Raises:
            ApiError: the server refuses.
        """
        path = self.path(manifest, {"fieldManager": "somebody-else"})
        status, _, answer = self._send("PATCH", path, change, "application/merge-patch+json")
        return _accepted(status, answer)

    def list(self, api_version: str, kind: str) -> list[Manifest]:
        """Every object of a kind, of all namespaces.

        Raises:
            ApiError: the server refuses.
        """
        found = self._kind(api_version, kind)
        status, _, answer = self._send("GET", f"{_group(api_version)}/{found.plural}")
        items: list[Manifest] = _accepted(status, answer).get("items") or []
        return items

    def get(self, path: str) -> Manifest:
        """The document at a path.

        Raises:
            ApiError: the server refuses.
        """
        status, _, answer = self._send("GET", path)
        return _accepted(status, answer)

    def ready(self) -> bool:
        """Whether the server says that it is ready."""
        try:
            # Without the check of its log, which looks every minute on one clock how old it is on another.
            status, _, _ = self._send("GET", "/readyz?exclude=log")
        except OSError:
            return False
        return status == http.client.OK

    def path(self, manifest: Manifest, query: dict[str, str] | None = None) -> str:
        """The path of a manifest's object.

        Raises:
            UnknownKindError: the server knows no such kind.
        """
        found = self._kind(str(manifest["apiVersion"]), str(manifest["kind"]))
        metadata = manifest["metadata"]
        parts = [_group(str(manifest["apiVersion"]))]
        if found.namespaced:
            parts += ["namespaces", quote(str(metadata.get("namespace") or "default"), safe="")]
        parts.append(found.plural)
        if name := metadata.get("name"):
            parts.append(quote(str(name), safe=""))
        return "/".join(parts) + (f"?{urlencode(query)}" if query else "")

    def _kind(self, api_version: str, kind: str) -> _Kind:
        known = self._kinds.get(api_version, {}).get(kind)
        if known is not None:
            return known
        status, _, answer = self._send("GET", _group(api_version))
        kinds = {} if status == NOT_FOUND else _accepted(status, answer)
        self._kinds[api_version] = {
            item["kind"]: _Kind(item["name"], item["namespaced"])
            for item in kinds.get("resources", ())
            if "/" not in item["name"]
        }
        if kind not in self._kinds[api_version]:
            raise UnknownKindError(api_version, kind)
        return self._kinds[api_version][kind]

    def await_kind(self, api_version: str, kind: str) -> None:
        """Wait until the server serves a kind whose definition was just applied.

        Raises:
            UnknownKindError: it does not within seconds.
        """
        until = time.monotonic() + DISCOVERY_SECONDS
        while True:
            try:
                self._kind(api_version, kind)
            except UnknownKindError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return

    def _send(
        self,
        method: Literal["GET", "PUT", "POST", "PATCH", "DELETE"],
        path: str,
        body: Manifest | None = None,
        content_type: str = "application/json",
    ) -> tuple[int, tuple[str, ...], Manifest]:
        headers = self.headers()
        if body is not None:
            headers["Content-Type"] = content_type
        target = urlsplit(self.endpoint.url).path.rstrip("/") + path
        data = None if body is None else json.dumps(body)
        for last_try in (False, True):
            connection = self._connection()
            try:
                connection.request(method, target, data, headers)
                answer = connection.getresponse()
                text = answer.read()
            except (http.client.HTTPException, OSError):
                self._local.connection = None
                if last_try:
                    raise  # a kept connection may have been closed meanwhile; a fresh one says the truth
            else:
                warnings = tuple(
                    match[1] for match in _WARNING.finditer(", ".join(answer.headers.get_all("Warning", [])))
                )
                return answer.status, warnings, _document(text)
        raise AssertionError("the second try returns or raises")

    def headers(self) -> dict[str, str]:
        """What every request says of us."""
        known = {"Accept": "application/json", "User-Agent": "bailbondpro"}
        return {**known, "Authorization": f"Bearer {self.endpoint.token}"} if self.endpoint.token else known

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self.open()
        return connection

    def open(self) -> http.client.HTTPConnection:
        """A new connection."""
        parts = urlsplit(self.endpoint.url)
        host = parts.hostname or "localhost"
        if self.endpoint.tls is None:
            return http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_SECONDS)
        return _NamedConnection(host, parts.port, self.endpoint)


class UnknownKindError(ApiError):
    """The API server has no such kind: its definition is not installed."""

    def __init__(self, api_version: str, kind: str) -> None:
        super().__init__(NOT_FOUND, f'no matches for kind "{kind}" in version "{api_version}"')


class _NamedConnection(http.client.HTTPSConnection):
    """HTTPS to a server whose certificate may carry another name than its address."""

    def __init__(self, host: str, port: int | None, endpoint: Endpoint) -> None:
        super().__init__(host, port, context=endpoint.tls, timeout=TIMEOUT_SECONDS)
        self._endpoint = endpoint

    def connect(self) -> None:
        """Connect and check the certificate against the given name."""
        if not self._endpoint.server_name or self._endpoint.tls is None:
            super().connect()
            return
        http.client.HTTPConnection.connect(self)
        self.sock = self._endpoint.tls.wrap_socket(self.sock, server_hostname=self._endpoint.server_name)


def _group(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _document(text: bytes) -> Manifest:
    try:
        found = json.loads(text)
    except ValueError:
        return {"message": text.decode(errors="replace")}
    return found if isinstance(found, dict) else {"message": str(found)}


def _accepted(status: int, answer: Manifest) -> Manifest:
    if status >= http.client.BAD_REQUEST:
        raise ApiError(status, str(answer.get("message") or f"the API server answered {status}"))
    return answer
