"""Addresses and host names of machines and interfaces: private ones of their subnet, public ones of nobody.

Public addresses are of the ranges for documentation (RFC 5737), so that nothing simulated leads to anybody's machine.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from sandbox.model.checks import flag, items, text
from sandbox.model.outputs import short_hash
from sandbox.model.pairs import find, told, whole
from sandbox.model.rows import Alike, Follows, Seen

if TYPE_CHECKING:
    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.place import Place

_SUBNET, _VPC = "aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc"
_EIP, _INTERFACE, _NAT = "aws:ec2/eip:Eip", "aws:ec2/networkInterface:NetworkInterface", "aws:ec2/natGateway:NatGateway"
_INSTANCE = "aws:ec2/instance:Instance"
_DOCUMENTATION = ("192.0.2", "198.51.100", "203.0.113")
"""RFC 5737, IPv4 Address Blocks Reserved for Documentation."""
_HOSTS = 254
_DEFAULT = ipaddress.IPv4Network("172.31.0.0/20")
"""The first subnet of a default VPC (Amazon VPC User Guide, Default VPCs)."""
_FIRST = 4
"""Addresses at the beginning of a subnet that AWS keeps, as the last one: Amazon VPC User Guide, Subnet sizing."""
_HOLD = {
    _INSTANCE: ("privateIp", "publicIp"),
    _INTERFACE: ("privateIp",),
    _NAT: ("privateIp", "publicIp"),
    _EIP: ("publicIp",),
    "aws:efs/mountTarget:MountTarget": ("ipAddress",),
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": ("privateIp", "publicIp"),
}
"""Types of whose addresses no other object may have one."""


def _taken(seen: Seen) -> set[str]:
    return {
        str(value)
        for token, keys in _HOLD.items()
        for item in seen.cloud.of_type(token)
        if item.id != seen.id
        for key in keys
        if (value := item.outputs.get(key))
    }


def subnet_of(seen: Seen) -> CloudObject | None:
    """The subnet that an object names."""
    return find(seen.cloud, _SUBNET, seen.inputs.get("subnetId"))


def public_address(seen: Seen) -> str:
    """An address of a range for documentation that no other object has, as long as there is one."""
    taken, every = _taken(seen), len(_DOCUMENTATION) * _HOSTS
    first = int(short_hash(seen.id, "public", length=8), 16)
    found = [
        f"{_DOCUMENTATION[at // _HOSTS]}.{at % _HOSTS + 1}" for at in ((first + step) % every for step in range(every))
    ]
    return next((address for address in found if address not in taken), found[0])


def private_address(seen: Seen, subnet: CloudObject | None) -> str:
    """An address of a subnet that AWS does not keep and no other object has."""
    block = _block(subnet)
    taken, size = _taken(seen), block.num_addresses - _FIRST - 1
    first = int(short_hash(seen.id, "private", length=8), 16)
    found = (str(block[_FIRST + (first + step) % size]) for step in range(min(size, len(taken) + 1)))
    return next((address for address in found if address not in taken), str(block[_FIRST]))


def _block(subnet: CloudObject | None) -> ipaddress.IPv4Network:
    try:
        found = ipaddress.ip_network(str(told(subnet, "cidrBlock") if subnet is not None else ""), strict=False)
    except ValueError:
        return _DEFAULT
    return found if isinstance(found, ipaddress.IPv4Network) and found.num_addresses > _FIRST + 1 else _DEFAULT


def private_name(address: str, place: Place) -> str:
    """Amazon EC2 User Guide, EC2 instance hostnames and domains: the IP name."""
    domain = "ec2.internal" if place.region == "us-east-1" else f"{place.region}.compute.internal"
    return f"ip-{address.replace('.', '-')}.{domain}"


def public_name(address: str, place: Place) -> str:
    """Amazon EC2 User Guide, EC2 instance hostnames and domains: the public IPv4 DNS name."""
    domain = "compute-1" if place.region == "us-east-1" else f"{place.region}.compute"
    return f"ec2-{address.replace('.', '-')}.{domain}.{place.dns_suffix}"


def _names(cloud: Cloud, subnet: CloudObject | None) -> bool:
    """Whether machines of a subnet have public names: their VPC must have DNS hostnames, as a default VPC has."""
    vpc = find(cloud, _VPC, told(subnet, "vpcId")) if subnet is not None else None
    return vpc is None or not whole(vpc) or flag(told(vpc, "enableDnsHostnames", default=False)) is True


def _is_public(seen: Seen, subnet: CloudObject | None) -> bool:
    given = flag(seen.inputs.get("associatePublicIpAddress"))
    if given is not None or subnet is None or not whole(subnet):
        return given is not False  # a default subnet gives addresses; of what somebody else made nobody knows
    return flag(told(subnet, "mapPublicIpOnLaunch", default=False)) is True


def _machine(seen: Seen) -> dict[str, Any]:
    first = next(iter(items(seen.inputs, "networkInterfaces")), {})
    primary = seen.inputs.get("primaryNetworkInterface") or first
    interface = find(seen.cloud, _INTERFACE, primary.get("networkInterfaceId")) if isinstance(primary, dict) else None
    subnet = subnet_of(seen) or (
        find(seen.cloud, _SUBNET, told(interface, "subnetId")) if interface is not None else None
    )
    own = told(interface, "privateIp") if interface is not None else None
    private = text(seen.inputs, "privateIp") or str(own or private_address(seen, subnet))
    resource = told_type(seen, subnet) == "resource-name"
    host = (
        f"{seen.id}.{private_name(private, seen.place).partition('.')[2]}"
        if resource
        else private_name(private, seen.place)
    )
    public = public_address(seen) if interface is None and _is_public(seen, subnet) else ""
    found = {
        "privateIp": private,
        "privateDns": host,
        "publicIp": public,
        "publicDns": public_name(public, seen.place) if public and _names(seen.cloud, subnet) else "",
    }
    zone = told(subnet, "availabilityZone") if subnet is not None else None
    return {**found, **({"availabilityZone": zone} if zone else {}), "associatePublicIpAddress": bool(public)}


def told_type(seen: Seen, subnet: CloudObject | None) -> object:
    """What a machine's private name is made of: its address, or its id."""
    options = seen.inputs.get("privateDnsNameOptions")
    own = options.get("hostnameType") if isinstance(options, dict) else None
    return own or (told(subnet, "privateDnsHostnameTypeOnLaunch") if subnet is not None else None)


def _interface(seen: Seen) -> dict[str, Any]:
    given = seen.inputs.get("privateIps")
    first = str(given[0]) if isinstance(given, list) and given else private_address(seen, subnet_of(seen))
    return {"privateIp": first, "privateIps": [first], "privateDnsName": private_name(first, seen.place)}


def _elastic(seen: Seen) -> dict[str, Any]:
    address = public_address(seen)
    found = {"publicIp": address, "publicDns": public_name(address, seen.place), "privateIp": "", "privateDns": ""}
    machine = find(seen.cloud, _INSTANCE, seen.inputs.get("instance"))
    holder = machine or find(seen.cloud, _INTERFACE, seen.inputs.get("networkInterface"))
    private = holder.outputs.get("privateIp") if holder is not None else None
    return {**found, **({"privateIp": private, "privateDns": private_name(private, seen.place)} if private else {})}


def _nat(seen: Seen) -> dict[str, Any]:
    eip = find(seen.cloud, _EIP, seen.inputs.get("allocationId"), ("allocationId",))
    address = eip.outputs.get("publicIp") if eip is not None else None
    inside = text(seen.inputs, "connectivityType", "public") == "private"
    public = "" if inside else str(address or public_address(seen))
    return {"publicIp": public, "privateIp": private_address(seen, subnet_of(seen))}


_OF_MACHINES = ("privateIp", "privateDns", "publicIp", "publicDns", "availabilityZone", "associatePublicIpAddress")
_MACHINE = (Follows(_OF_MACHINES, _machine),)
ALIKE = (
    Alike("aws:ec2/instance:*", follows=_MACHINE),
    Alike("aws:ec2/spotInstanceRequest:*", follows=_MACHINE),
    Alike(
        "aws:ec2/networkInterface:*",
        follows=(Follows(("privateIp", "privateIps", "privateDnsName"), _interface, ("privateIps",)),),
    ),
    Alike(
        "aws:ec2/eip:*",
        follows=(
            Follows(("publicIp", "publicDns"), _elastic),
            Follows(("privateIp", "privateDns"), _elastic, ("instance", "networkInterface")),
        ),
    ),
    Alike("aws:ec2/natGateway:*", follows=(Follows(("publicIp", "privateIp"), _nat),)),
)
"""Types with addresses."""
