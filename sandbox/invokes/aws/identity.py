"""Who asks, and where: account, region, partition, zones, default tags."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sandbox.invokes.aws.regions import Region, region_named, regions
from sandbox.invokes.errors import LookUpError
from sandbox.model.place import CALLER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.invokes.answers import Asked

_OPTED_IN, _NOT_NEEDED = "opted-in", "opt-in-not-required"


def caller_identity(asked: Asked) -> dict[str, Any]:
    """The user of the simulated account (STS, GetCallerIdentity)."""
    account = asked.place.account
    return {
        "accountId": account,
        "arn": f"arn:{asked.place.partition}:iam::{account}:{CALLER}",
        "id": account,
        "userId": "AIDASANDBOX0000000000",
    }


def region(asked: Asked) -> dict[str, Any]:
    """The provider's region, or the one that is named or has the endpoint that is named."""
    name = str(asked.args.get("name") or asked.args.get("region") or asked.place.region)
    if (endpoint := asked.args.get("endpoint")) is not None:
        name = str(endpoint).removeprefix("ec2.").split(".", maxsplit=1)[0]
    found = _known(name)
    suffix = "amazonaws.com.cn" if found.partition == "aws-cn" else "amazonaws.com"
    return {
        "name": name,
        "region": name,
        "id": name,
        "description": found.description,
        "endpoint": f"ec2.{name}.{suffix}",
    }


def all_regions(asked: Asked) -> dict[str, Any]:
    """The regions of the partition: those that an account must switch on only if all are asked for."""
    args = asked.args
    everything = bool(args.get("allRegions"))
    names = [
        item.name
        for item in regions().values()
        if item.partition == asked.place.partition
        and (everything or not item.opt_in)
        and all(_passes(_of_region(item), one) for one in args.get("filters") or ())
    ]
    return {**args, "id": asked.place.partition, "names": sorted(names)}


def partition(asked: Asked) -> dict[str, Any]:
    """The partition of the provider's region."""
    suffix = asked.place.dns_suffix
    return {
        "partition": asked.place.partition,
        "id": asked.place.partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def default_tags(asked: Asked) -> dict[str, Any]:
    """The tags that this provider adds to everything."""
    return {"id": asked.place.partition, "tags": dict(asked.default_tags)}


def zones(asked: Asked) -> dict[str, Any]:
    """The availability zones of the region; local zones and wavelength zones are not switched on."""
    args, here = asked.args, _known(asked.place.region)
    kept = [
        (name, zone)
        for name, zone in here.zones.items()
        if args.get("state") in {None, "available"}
        and name not in (args.get("excludeNames") or ())
        and zone not in (args.get("excludeZoneIds") or ())
        and all(_passes(_of_zone(here, name, zone), one) for one in args.get("filters") or ())
    ]
    return {
        **args,
        "id": here.name,
        "region": here.name,
        "names": [name for name, _ in kept],
        "zoneIds": [zone for _, zone in kept],
        "groupNames": [_group(here)] if kept else [],
    }


def zone(asked: Asked) -> dict[str, Any]:
    """One availability zone by name or id (EC2, DescribeAvailabilityZones)."""
    args, here = asked.args, _known(asked.place.region)
    kept = [
        (name, identity)
        for name, identity in here.zones.items()
        if args.get("name") in {None, name}
        and args.get("zoneId") in {None, identity}
        and all(_passes(_of_zone(here, name, identity), one) for one in args.get("filters") or ())
    ]
    if len(kept) != 1:
        what = "multiple EC2 Availability Zones matched" if kept else "no matching EC2 Availability Zone found"
        known = ", ".join(here.zones)
        raise LookUpError(f"{what} in {here.name}, whose zones are {known}; ask for one of them by name")
    ((name, identity),) = kept
    return {
        **args,
        "id": name,
        "name": name,
        "zoneId": identity,
        "nameSuffix": name.removeprefix(here.name),
        "region": here.name,
        "groupName": _group(here),
        "groupLongName": f"{here.description} 1",
        "networkBorderGroup": here.name,
        "optInStatus": _opted(here),
        "parentZoneId": "",
        "parentZoneName": "",
        "state": "available",
        "zoneType": "availability-zone",
    }


def service(asked: Asked) -> dict[str, Any]:
    """The names of a service's endpoint (terraform-provider-aws, data source aws_service)."""
    args = asked.args
    suffix = asked.place.dns_suffix
    parts = str(args.get("dnsName") or "").split(".")
    if args.get("reverseDnsName"):
        parts = list(reversed(str(args["reverseDnsName"]).split(".")))
    if len(parts) >= 4:  # noqa: PLR2004 - service, region, and a suffix of two
        identity, where, suffix = parts[0], parts[1], ".".join(parts[2:])
    else:
        identity, where = str(args.get("serviceId") or ""), str(args.get("region") or asked.place.region)
    if not identity:
        raise LookUpError("service ID not provided directly or through a DNS name: give `service_id` or `dns_name`")
    prefix = str(args.get("reverseDnsPrefix") or ".".join(reversed(suffix.split("."))))
    backwards = f"{prefix}.{where}.{identity}"
    found = region_named(where)
    return {
        "dnsName": ".".join(reversed(backwards.split("."))).lower(),
        "id": backwards,
        "partition": found.partition if found else "",
        "region": where,
        "reverseDnsName": backwards,
        "reverseDnsPrefix": prefix,
        "serviceId": identity,
        "supported": found is not None,
    }


_OF_CHINA = frozenset(("codedeploy", "elasticmapreduce", "logs"))
"""Services whose principals have the suffix of China there (aws-cdk, region-info, as of 2025)."""


def service_principal(asked: Asked) -> dict[str, Any]:
    """The name by which policies trust a service."""
    name = str(asked.args["serviceName"])
    of_china = asked.place.partition == "aws-cn" and name in _OF_CHINA
    suffix = "amazonaws.com.cn" if of_china else "amazonaws.com"
    return {
        "id": f"{name}.{asked.place.region}.{suffix}",
        "name": f"{name}.{suffix}",
        "region": asked.place.region,
        "serviceName": name,
        "suffix": suffix,
    }


def _known(name: str) -> Region:
    found = region_named(name)
    if found is None:
        raise LookUpError(
            f"{name} is no region of AWS that the sandbox knows of; known: {', '.join(sorted(regions()))}"
        )
    return found


def _group(here: Region) -> str:
    """The zones of a region are one group, named after it (EC2, DescribeAvailabilityZones: GroupName)."""
    return f"{here.name}-zg-1"


def _opted(here: Region) -> str:
    return _OPTED_IN if here.opt_in else _NOT_NEEDED


def _of_region(item: Region) -> dict[str, str]:
    return {
        "region-name": item.name,
        "opt-in-status": "not-opted-in" if item.opt_in else _NOT_NEEDED,
        "endpoint": f"ec2.{item.name}.amazonaws.com",
    }


def _of_zone(here: Region, name: str, zone_id: str) -> dict[str, str]:
    return {
        "zone-name": name,
        "zone-id": zone_id,
        "state": "available",
        "region-name": here.name,
        "opt-in-status": _NOT_NEEDED,
        "group-name": _group(here),
        "zone-type": "availability-zone",
    }


def _passes(has: dict[str, str], one: dict[str, Any]) -> bool:
    if (name := str(one.get("name"))) not in has:
        raise LookUpError(f"filters: InvalidParameterValue: the filter {name!r} is none of {', '.join(sorted(has))}")
    return any(fnmatchcase(has[name], str(value)) for value in _values(one))


def _values(one: dict[str, Any]) -> Iterator[Any]:
    yield from one.get("values") or ()


FUNCTIONS = {
    "aws:index/getCallerIdentity:getCallerIdentity": caller_identity,
    "aws:index/getRegion:getRegion": region,
    "aws:index/getRegions:getRegions": all_regions,
    "aws:index/getPartition:getPartition": partition,
    "aws:index/getDefaultTags:getDefaultTags": default_tags,
    "aws:index/getAvailabilityZones:getAvailabilityZones": zones,
    "aws:index/getAvailabilityZone:getAvailabilityZone": zone,
    "aws:index/getService:getService": service,
    "aws:index/getServicePrincipal:getServicePrincipal": service_principal,
}
