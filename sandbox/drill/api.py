"""What a drill asks of the Kubernetes API beyond applying objects: watching, patching, subresources, evictions."""

from __future__ import annotations

import http.client
import threading
import time
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from sandbox.drill.mirror import Mirror
from sandbox.drill.selectors import matcher
from sandbox.drill.watch import Watch, items_of
from sandbox.kubernetes.api import ApiError, Endpoint, KubernetesApi, Manifest, UnknownKindError

if TYPE_CHECKING:
    Method = Literal["GET", "PUT", "POST", "PATCH", "DELETE"]

TOO_MANY_REQUESTS = 429
TRIES = 5
"""How often a request is sent that a busy server gave up."""
_MERGE = "application/merge-patch+json"
_GIVEN_UP = ("context deadline exceeded", "etcdserver: request timed out", "Timeout: request did not complete")


class ClusterApi(KubernetesApi):
    """A client of a cluster in which something happens; safe to use from several threads.

    Args:
        endpoint: where the cluster's API is.
        mirrored: answer `find` from copies that follow the cluster, one for each kind that was asked for; they have
            seen whatever this client wrote. What is found so is shared: it must not be changed.
    """

    def __init__(self, endpoint: Endpoint, *, mirrored: bool = False) -> None:
        super().__init__(endpoint)
        self._mirrored = mirrored
        self._mirrors: dict[tuple[str, str], Mirror] = {}
        self._written: dict[tuple[str, str], int] = {}
        self._opening = threading.Lock()

    def mirror(self, api_version: str, kind: str) -> Mirror:
        """The copy of the objects of a kind, made when it is first asked for.

        Raises:
            UnknownKindError: the server knows no such kind.
        """
        with self._opening:
            found = self._mirrors.get((api_version, kind))
            if found is None:
                found = self._mirrors[api_version, kind] = Mirror(self.watch(api_version, kind))
            return found

    def close(self) -> None:
        """Follow the cluster no more."""
        with self._opening:
            for found in self._mirrors.values():
                found.stop()
            self._mirrors.clear()
            self._mirrored = False

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
        matches = matcher(selector)
        if self._mirrored and matches is not None:
            copy = self.mirror(api_version, kind)
            written = self._written.get((api_version, kind), 0)
            objects = copy.objects()
            if objects is not None and copy.await_version(written):
                return [
                    item
                    for item in (copy.objects() if written else objects) or ()
                    if namespace in {"", item["metadata"].get("namespace")} and matches(item)
                ]
        return items_of(self.get(self.collection(api_version, kind, namespace, selector)))

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
        path = self.path(manifest) + (f"/{subresource}" if subresource else "")
        answer = self._asked("PATCH", path, change, _MERGE)
        self._wrote(str(manifest["apiVersion"]), str(manifest["kind"]), answer)
        return answer

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
        self._went(str(pod["metadata"]["uid"]))
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

    def _asked(self, method: Method, path: str, body: Manifest, content_type: str = "application/json") -> Manifest:
        status, _, answer = self._send(method, path, body, content_type)
        if status >= http.client.BAD_REQUEST:
            raise ApiError(status, str(answer.get("message") or f"the API server answered {status}"))
        return answer

    def _send(
        self, method: Method, path: str, body: Manifest | None = None, content_type: str = "application/json"
    ) -> tuple[int, tuple[str, ...], Manifest]:
        for attempt in range(TRIES):
            found = super()._send(method, path, body, content_type)
            status, _, answer = found
            if status < http.client.BAD_REQUEST:
                if method == "DELETE":
                    self._went(str((answer.get("details") or answer.get("metadata") or {}).get("uid", "")))
                elif method != "GET":
                    self._wrote(str(answer.get("apiVersion")), str(answer.get("kind")), answer)
                break
            # What was created may be there although the answer says otherwise; the caller would find a conflict.
            repeatable = method != "POST" or path.endswith("/eviction")
            given_up = status >= http.client.INTERNAL_SERVER_ERROR and any(
                text in str(answer.get("message")) for text in _GIVEN_UP
            )
            if not (repeatable and given_up):
                break
            time.sleep(0.1 * 2**attempt)
        return found

    def _wrote(self, api_version: str, kind: str, answer: Manifest) -> None:
        """Remember what the copy of a kind must have seen before it is looked at again."""
        version = (answer.get("metadata") or {}).get("resourceVersion")
        if self._mirrored and version:
            self._written[api_version, kind] = max(int(version), self._written.get((api_version, kind), 0))

    def _went(self, uid: str) -> None:
        """Wait until the copies know that an object is gone or going."""
        if self._mirrored and uid:
            for copy in list(self._mirrors.values()):
                copy.await_going(uid)

    def watch(self, api_version: str, kind: str) -> Watch:
        """Every object of a kind as it is now, as `ADDED`, and then each change, until it is stopped.

        Raises:
            ApiError: the server refuses, or knows no such kind.
        """
        return Watch(self, self.collection(api_version, kind))
