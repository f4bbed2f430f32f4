"""More ways in which two values compare, of rows over what runs, who is told and where clients are led."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any

from plan.types.weaker.model import number, written

if TYPE_CHECKING:
    from collections.abc import Callable

WIDEST = {4: 8, 6: 20}
"""Blocks wider than these are no network's own, but a large part of the internet (IANA, IPv4 Address Space: registries
are given /8 blocks; RFC 3194 and registries' policies for IPv6; unverified 2026-11-30)."""
_SIZES = ("nano", "micro", "small", "medium", "large", "xlarge")
_FAMILIES = {"t": 0, "c": 1, "m": 2, "r": 3, "x": 4}
"""From the least memory of a size to the most; the first have credits instead of a processor of their own."""
_CLASS = re.compile(r"(?:db\.|cache\.)?([a-z])[a-z0-9-]*\.(?:(\d+)?(xlarge)|(nano|micro|small|medium|large))")


def no_more(factor: float = 1, absent: float | None = None) -> Callable[[Any, Any], bool]:
    """Weaker where a number is larger, or not there any more.

    Args:
        factor: how many times as large it may become.
        absent: what counts where there is none; None where a number that is gone is the weaker one.
    """

    def than(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
        before, after = (number(absent if value is None else value) for value in (old, new))
        return before is not None and (after is None or after > max(before, 0) * factor)

    return than


def appears(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where something stands there that did not."""
    return bool(new) and old != new


def others(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a list has other entries than before, in any order."""
    return isinstance(old, list) and sorted(map(written, old)) != sorted(
        map(written, new if isinstance(new, list) else ())
    )


def fewer(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a number is less than half of it, and still two or more: what stands alone is said elsewhere."""
    before, after = number(old), number(new)
    return before is not None and after is not None and 1 < after < before / 2


def smaller_class(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a class of machines has a smaller size, less memory, or credits instead of a processor."""
    before, after = _class(old), _class(new)
    if before is None or after is None:
        return before is not None
    return (
        after[1] < before[1] or (after[1] == before[1] and after[0] < before[0]) or (not after[0] and bool(before[0]))
    )


def _class(value: object) -> tuple[int, int] | None:
    """The family and the size of a class, as numbers that rise."""
    found = _CLASS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    size = int(found[2] or 1) if found[3] else 0
    return _FAMILIES.get(found[1], 2), len(_SIZES) + size if size else _SIZES.index(found[4])


def older_version(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a version is lower than before; one that is gone is decided by its service."""
    before, after = (re.findall(r"\d+", value) if isinstance(value, str) else [] for value in (old, new))
    return bool(before and after) and list(map(int, after)) < list(map(int, before))


def opens(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a block has addresses of the internet that it had not."""
    before, after = network(old), network(new)
    if after is None or (not after.is_global and not wide(new)):
        return False
    return (
        before is None
        or before.version != after.version
        or after.prefixlen < before.prefixlen
        or not (
            before.network_address <= after.network_address <= before.broadcast_address  # type: ignore[operator]  # one version
        )
    )


def opens_to_others(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a list of blocks has addresses that it had not; a smaller block has none."""
    blocks = new if isinstance(new, list) else ()
    before = [found for block in (old if isinstance(old, list) else ()) if (found := network(block)) is not None]
    return bool(before) and any(not any(_within(block, one) for one in before) for block in blocks)


def _within(block: object, other: IPv4Network | IPv6Network) -> bool:
    found = network(block)
    return (
        found is not None
        and found.version == other.version
        and found.prefixlen >= other.prefixlen
        and other.network_address <= found.network_address <= other.broadcast_address  # type: ignore[operator]  # one version
    )


def wide(block: object) -> bool:
    """Whether a block is a large part of the internet."""
    found = network(block)
    return found is not None and found.prefixlen < WIDEST[found.version]


def network(block: object) -> IPv4Network | IPv6Network | None:
    """A block of addresses; None for anything else."""
    try:
        return ip_network(block, strict=False) if isinstance(block, str) else None
    except ValueError:
        return None


def named(name: str, key: str, value: str, than: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Compares one entry of a list, such as one parameter of a parameter group.

    Args:
        name: what the entry is called.
        key: the key that holds what it is called.
        value: the key that holds what is compared.
        than: how.
    """

    def entry(entries: object) -> Any:  # noqa: ANN401 - any value of a plan
        listed = entries if isinstance(entries, list) else ()
        return next((one.get(value) for one in listed if isinstance(one, dict) and one.get(key) == name), None)

    return lambda old, new: than(entry(old), entry(new))
