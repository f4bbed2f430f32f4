"""The functions of the std package about networks (Terraform documentation, IP Network Functions)."""

from __future__ import annotations

import ipaddress
from typing import Any

from sandbox.invokes.errors import LookUpError

Args = dict[str, Any]


def netmask(args: Args) -> str:
    """The mask of a network, written as an address."""
    return str(ipaddress.IPv4Network(str(args["input"]), strict=False).netmask)


def subnet(args: Args) -> str:
    """The subnet of this number."""
    return _nth(ipaddress.ip_network(str(args["input"]), strict=False), int(args["newbits"]), int(args["netnum"]))


def _nth(network: ipaddress.IPv4Network | ipaddress.IPv6Network, bits: int, number: int) -> str:
    length = network.prefixlen + bits
    if length > network.max_prefixlen or number >= 2**bits:
        raise LookUpError(f"netnum: {network} has no subnet {number} with {bits} more bits")
    step = 2 ** (network.max_prefixlen - length)
    return f"{network.network_address + number * step}/{length}"


def subnets(args: Args) -> list[str]:
    """Subnets one after the other, each at the next place where it fits."""
    network = ipaddress.ip_network(str(args["input"]), strict=False)
    found, position = [], 0
    for bits in args["newbits"]:
        length = network.prefixlen + int(bits)
        size = 2 ** (network.max_prefixlen - length)
        position = -(-position // size) * size
        if length > network.max_prefixlen or position + size > network.num_addresses:
            raise LookUpError(f"newbits: {network} has no room for a subnet of {bits} more bits")
        found.append(f"{network.network_address + position}/{length}")
        position += size
    return found


def host(args: Args) -> str:
    """The address of this number; negative ones count from the end."""
    network = ipaddress.ip_network(str(args["input"]), strict=False)
    number = int(args["host"])
    if not -network.num_addresses <= number < network.num_addresses:
        raise LookUpError(f"host: {network} has no host {number}")
    return str(network.network_address + number % network.num_addresses)
