"""Networks in CIDR notation, as EC2 takes them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation, values_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network(value: object, version: int) -> tuple[Network | None, str]:
    """A network in CIDR notation, and what is wrong with it."""
    if not isinstance(value, str):
        return None, ""
    try:
        found = ipaddress.ip_interface(value)
    except ValueError:
        return None, f"{value!r} is no CIDR block (InvalidParameterValue: Value ({value}) is invalid)"
    if found.version != version or "/" not in value:
        return None, f"{value!r} is no IPv{version} CIDR block"
    if found.ip != found.network.network_address:
        return None, f"{value!r} has host bits set; did you mean {str(found.network)!r}?"
    return found.network, ""


def networks(*paths: str) -> Callable[[Context], Iterator[Violation]]:
    """The check that texts at these paths are networks; those of IPv6 have it in their name."""

    def check(context: Context) -> Iterator[Violation]:
        for path in paths:
            for at, value in values_at(context.inputs, path):
                wrong = network(value, 6 if "pv6" in path else 4)[1]
                if wrong:
                    yield Violation(at, wrong)

    return check
