"""What a drill asks of the Kubernetes API beyond applying objects: watching, patching, subresources, evictions."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.kubernetes.api import ApiError, KubernetesApi, Manifest, UnknownKindError

if TYPE_CHECKING:
    from collections.abc import Iterator

TOO_MANY_REQUESTS, GONE = 429, 410
_MERGE = "application/merge-patch+json"
_WATCH_SECONDS = 600
"""How long a watch is asked for; the server ends it, and it is begun anew where it ended."""


@dataclass(frozen=True)
class Change:
    """What a watch reports.

    Attributes:
        kind: `ADDED`, `MODIFIED` or `DELETED`.
        live: the object after it, or as it was last.
    """

    kind: str
    live: Manifest


class ClusterApi(KubernetesApi):
    """A client of a cluster in which something happens."""

    def find(self, api_version: str, kind: str, namespace: str = "", selector: str = "") -> list[Manifest]:
        """The objects of a kind.

        Args:
            api_version: for example `apps/v1`.
            kind: for example `Deployment`.
            namespace: of one namespace alone; empty for all.
            selector: of these labels alone, as `kubectl --selector` takes them.

        Raises:
            ApiError: the server refuses, or knows no such kind.
        """
        return _items(self.get(self.collection(api_version, kind, namespace, selector)))

    def collection(self, api_version: str, kind: str, namespace: str = "", selector: str = "") -> str:
        """The path of the objects of a kind.

        Raises:
            UnknownKindError: the server knows no such kind.
        """
        path = self.path({"apiVersion": api_version, "kind": kind, "metadata": {"namespace": namespace}})
        if not namespace:
            path = path.replace("/namespaces/default/", "/", 1)
        return path + (f"?{urlencode({'labelSelector': selector})}" if selector else "")

    def patch(self, manifest: Manifest, change: Manifest, subresource: str = "") -> Manifest:
        """Change an object, or a subresource such as `status` or `scale`, by a JSON merge patch (RFC 7396).

        Raises:
            ApiError: the server refuses.
        """
        return self._asked("PATCH", self.path(manifest) + (f"/{subresource}" if subresource else ""), change, _MERGE)

    def scale(self, manifest: Manifest, replicas: int) -> None:
        """Set the wanted replicas of a workload, as `kubectl scale` does.

        Raises:
            ApiError: the server refuses.
        """
        self.patch(manifest, {"spec": {"replicas": replicas}}, "scale")

    def evict(self, pod: Manifest) -> bool:
        """Ask for a pod's eviction; False when a disruption budget does not allow it now.

        Raises:
            ApiError: the server refuses for another reason.
        """
        metadata = {key: pod["metadata"][key] for key in ("name", "namespace")}
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
        try:
            self._asked("POST", f"{self.path(pod)}/eviction", body)
        except ApiError as error:
            if error.status == TOO_MANY_REQUESTS:
                return False
            if error.status != http.client.NOT_FOUND:
                raise
        return True

    def bind(self, pod: Manifest, node: str) -> None:
        """Give a pod to a node, as a scheduler does.

        Raises:
            ApiError: the server refuses.
        """
        target = {"apiVersion": "v1", "kind": "Node", "name": node}
        metadata = {key: pod["metadata"][key] for key in ("name", "namespace")}
        body = {"apiVersion": "v1", "kind": "Binding", "metadata": metadata, "target": target}
        self._asked("POST", f"{self.path(pod)}/binding", body)

    def remove(self, manifest: Manifest, *, grace_seconds: int | None = None, propagation: str = "Background") -> None:
        """Delete an object; one that is gone is fine.

        Args:
            manifest: kind and name.
            grace_seconds: how long a pod may take to stop; 0 removes it at once, None as it says itself.
            propagation: what becomes of what it owns: `Background`, `Foreground` or `Orphan`.

        Raises:
            ApiError: the server refuses.
        """
        options: Manifest = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        if grace_seconds is not None:
            options["gracePeriodSeconds"] = grace_seconds
        try:
            self._asked("DELETE", self.path(manifest), options)
        except UnknownKindError:
            return
        except ApiError as error:
            if error.status != http.client.NOT_FOUND:
                raise

    def _asked(self, method: Any, path: str, body: Manifest, content_type: str = "application/json") -> Manifest:  # noqa: ANN401 - one of HTTP's methods
        status, _, answer = self._send(method, path, body, content_type)
        if status >= http.client.BAD_REQUEST:
            raise ApiError(status, str(answer.get("message") or f"the API server answered {status}"))
        return answer

    def watch(self, api_version: str, kind: str) -> Watch:
        """Every object of a kind as it is now, as `ADDED`, and then each change, until it is stopped.

        Raises:
            ApiError: the server refuses, or knows no such kind.
        """
        return Watch(self, self.collection(api_version, kind))


class Watch:
    """A stream of changes on a connection of its own; iterate over it in one thread, stop it from any."""

    def __init__(self, api: ClusterApi, path: str) -> None:
        self._path = path
        # A client of its own: a watch occupies its connection.
        self._api = ClusterApi(api.endpoint)
        self._stopped = threading.Event()
        self._connection: http.client.HTTPConnection | None = None

    def stop(self) -> None:
        """End the stream; its iterator ends."""
        self._stopped.set()
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with contextlib.suppress(OSError):  # it is closed already
                connection.sock.shutdown(socket.SHUT_RDWR)

    def __iter__(self) -> Iterator[Change]:
        version = ""
        known: dict[str, Manifest] = {}
        while not self._stopped.is_set():
            try:
                if not version:
                    answer = self._api.get(self._path)
                    version = answer["metadata"]["resourceVersion"]
                    yield from _difference(known, _items(answer))
                for change in self._stream(version):
                    version = change.live["metadata"]["resourceVersion"]
                    if change.kind == "BOOKMARK":
                        continue
                    uid = change.live["metadata"]["uid"]
                    known[uid] = change.live
                    if change.kind == "DELETED":
                        del known[uid]
                    yield change
            except _OutdatedError:
                version = ""  # what happened in between is found by listing anew
            except (OSError, http.client.HTTPException, ValueError):
                if self._stopped.wait(0.1):
                    return

    def _stream(self, version: str) -> Iterator[Change]:
        query = {
            "watch": "true",
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(_WATCH_SECONDS),
        }
        self._connection = connection = self._api.open()
        try:
            connection.request("GET", f"{self._path}?{urlencode(query)}", headers=self._api.headers())
            answer = connection.getresponse()
            if answer.status == GONE:
                raise _OutdatedError
            if answer.status != http.client.OK:
                raise http.client.HTTPException(f"the API server answered {answer.status}")
            while not self._stopped.is_set() and (line := answer.readline()):
                document = json.loads(line)
                if document["type"] == "ERROR":
                    raise _OutdatedError
                yield Change(document["type"], document["object"])
        finally:
            connection.close()


def _items(answer: Manifest) -> list[Manifest]:
    """The objects of a list, each with its kind, which a list says once for all."""
    shared = {"apiVersion": answer["apiVersion"], "kind": str(answer["kind"]).removesuffix("List")}
    return [{**shared, **item} for item in answer.get("items") or []]


class _OutdatedError(Exception):
    """The server no longer knows the changes since a version."""


def _difference(known: dict[str, Manifest], found: list[Manifest]) -> Iterator[Change]:
    """What a new list says that is not known, and what is gone since."""
    now = {item["metadata"]["uid"]: item for item in found}
    for uid in [uid for uid in known if uid not in now]:
        yield Change("DELETED", known.pop(uid))
    for uid, item in now.items():
        before = known.get(uid)
        known[uid] = item
        if before is None or before["metadata"]["resourceVersion"] != item["metadata"]["resourceVersion"]:
            yield Change("ADDED" if before is None else "MODIFIED", item)
