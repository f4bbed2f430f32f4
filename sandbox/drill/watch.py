"""Streams of changes to the objects of a kind."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sandbox.kubernetes.api import ApiError, KubernetesApi, Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

GONE = 410
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


class Watch:
    """A stream of changes on a connection of its own; iterate over it in one thread, stop it from any."""

    def __init__(self, api: KubernetesApi, path: str) -> None:
        self._path = path
        # A client of its own: a watch occupies its connection.
        self._api = KubernetesApi(api.endpoint)
        self.listed = threading.Event()
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
                    answer = self._list()
                    version = answer["metadata"]["resourceVersion"]
                    yield from _difference(known, items_of(answer))
                    self.listed.set()
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

    def _list(self) -> Manifest:
        """All objects; a server that is too busy or about to stop is asked again."""
        try:
            return self._api.get(self._path)
        except ApiError as error:
            if error.status != http.client.TOO_MANY_REQUESTS and error.status < http.client.INTERNAL_SERVER_ERROR:
                raise
            raise http.client.HTTPException(str(error)) from error

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


def items_of(answer: Manifest) -> list[Manifest]:
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
