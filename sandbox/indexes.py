"""The objects of the simulated cloud by type and id, and by what they hold, without a look at every one of them.

A rule that asks whether a name is taken, or what refers to an object, is asked with every object that is made: what it
looks through must not grow with what exists. An index is made when it is first asked for and follows every change.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from sandbox.objects import CloudObject

    Slot: TypeAlias = tuple[str, str]
    Keys: TypeAlias = Callable[[CloudObject], Iterable[Hashable]]
    """What an object is found by; equal functions share an index, so one with parameters is a frozen dataclass."""


def by_id(item: CloudObject) -> tuple[str]:
    """An object by its id, in whatever scope."""
    return (item.id,)


class _Index:
    """The slots of one type by one kind of key, each with its rank in the order of the type."""

    def __init__(self, keys: Keys, items: Mapping[Slot, CloudObject]) -> None:
        self._keys = keys
        self._slots: defaultdict[Hashable, set[Slot]] = defaultdict(set)
        self._held: dict[Slot, frozenset[Hashable]] = {}
        """What a slot is found by now: an object may have been changed where it stood."""
        self._ranks: dict[Slot, int] = {}
        self._next = itertools.count()
        for slot, item in items.items():
            self.put(slot, item)

    def put(self, slot: Slot, item: CloudObject) -> None:
        self._unlink(slot)
        if slot not in self._ranks:
            self._ranks[slot] = next(self._next)
        self._held[slot] = frozenset(self._keys(item))
        for key in self._held[slot]:
            self._slots[key].add(slot)

    def remove(self, slot: Slot) -> None:
        self._unlink(slot)
        self._ranks.pop(slot, None)

    def _unlink(self, slot: Slot) -> None:
        for key in self._held.pop(slot, ()):
            self._slots[key].discard(slot)
            if not self._slots[key]:
                del self._slots[key]

    def find(self, keys: Iterable[Hashable]) -> list[Slot]:
        found = {slot for key in keys for slot in self._slots.get(key, ())}
        return sorted(found, key=self._ranks.__getitem__)


class Objects:
    """Every object: type, then id and scope, as a log group of one name may exist in every region."""

    def __init__(self) -> None:
        self._items: dict[str, dict[Slot, CloudObject]] = {}
        self._indexes: defaultdict[str, dict[Keys, _Index]] = defaultdict(dict)

    def put(self, item: CloudObject) -> None:
        """Create an object, or replace it where it stands in the order of its type."""
        slot = (item.id, item.scope)
        self._items.setdefault(item.token, {})[slot] = item
        for index in self._indexes[item.token].values():
            index.put(slot, item)

    def remove(self, token: str, identity: str, scope: str) -> None:
        """Take an object out; one that is gone is fine."""
        self._items.get(token, {}).pop((identity, scope), None)
        for index in self._indexes[token].values():
            index.remove((identity, scope))

    def at(self, token: str, identity: str, scope: str) -> CloudObject | None:
        """The object of this id in this scope."""
        return self._items.get(token, {}).get((identity, scope))

    def of_type(self, token: str) -> Iterable[CloudObject]:
        """Every object of a type, the first made first."""
        return self._items.get(token, {}).values()

    def having(self, token: str, keys: Keys, values: Iterable[Hashable]) -> list[CloudObject]:
        """The objects of a type that are found by one of these values, in the order of `of_type`."""
        items, indexes = self._items.get(token, {}), self._indexes[token]
        if keys not in indexes:
            indexes[keys] = _Index(keys, items)
        return [items[slot] for slot in indexes[keys].find(values)]

    def tokens(self) -> list[str]:
        """The types of which objects exist."""
        return [token for token, items in self._items.items() if items]

    def __iter__(self) -> Iterator[CloudObject]:
        """Every object, type by type."""
        for items in self._items.values():
            yield from items.values()
