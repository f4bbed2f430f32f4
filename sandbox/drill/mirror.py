"""Copies of a cluster's objects that follow it by watching, so that looking often costs the API server nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sandbox.drill.watch import Change

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.drill.watch import Watch
    from sandbox.kubernetes.api import Manifest

    Listener = Callable[["Manifest | None", Change], None]

FOLLOW_SECONDS = 10.0
"""How long a copy may lag behind a write, in real seconds, before the server itself is asked."""


class Mirror:
    """The objects of one kind, as a watch reports them."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._objects: dict[str, Manifest] = {}
        self._version = 0
        self._changed = threading.Condition()
        self._listeners: list[Listener] = []
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        for change in self._watch:
            live = change.live
            uid = live["metadata"]["uid"]
            with self._changed:
                before = self._objects.get(uid)
                if change.kind == "DELETED":
                    self._objects.pop(uid, None)
                else:
                    self._objects[uid] = live
                self._version = max(self._version, int(live["metadata"]["resourceVersion"]))
                for listener in self._listeners:
                    listener(before, change)
                self._changed.notify_all()

    def objects(self) -> list[Manifest] | None:
        """All of them, not to be changed, in the order of their names; None while the first list is not there."""
        if not self._watch.listed.wait(FOLLOW_SECONDS):
            return None
        with self._changed:
            found = list(self._objects.values())
        return sorted(found, key=lambda item: (item["metadata"].get("namespace", ""), item["metadata"]["name"]))

    def await_version(self, version: int) -> bool:
        """Wait until the copy has seen what was written with a resource version; returns whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: self._version >= version, FOLLOW_SECONDS)

    def await_going(self, uid: str) -> None:
        """Wait until the copy has seen that an object is gone or going."""

        def going() -> bool:
            live = self._objects.get(uid)
            return live is None or "deletionTimestamp" in live["metadata"]

        with self._changed:
            self._changed.wait_for(going, FOLLOW_SECONDS)

    def listen(self, listener: Listener) -> None:
        """Tell a listener of every object as it is now, and then of every change, with the object before it.

        It is told in the thread that follows the cluster, and must not look at the copy.
        """
        with self._changed:
            for live in self._objects.values():
                listener(None, Change("ADDED", live))
            self._listeners.append(listener)

    def leave(self, listener: Listener) -> None:
        """Tell a listener no more."""
        with self._changed:
            self._listeners.remove(listener)

    def stop(self) -> None:
        """Follow no more."""
        self._watch.stop()
        self._thread.join(timeout=FOLLOW_SECONDS)
