"""Names and paths that follow from other objects: records of a zone, resources of an API, mount targets of a subnet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.checks import text
from sandbox.model.pairs import find, told
from sandbox.model.rows import Alike, Follows, Service, alone
from sandbox.services.aws.ec2.addresses import private_address, subnet_of

if TYPE_CHECKING:
    from sandbox.model.rows import Seen

_RECORD, _ZONE = "aws:route53/record:Record", "aws:route53/zone:Zone"
_RESOURCE = "aws:apigateway/resource:Resource"
_TARGET = "aws:efs/mountTarget:MountTarget"


def _record(seen: Seen) -> dict[str, Any]:
    """The name with its zone's behind it, unless it ends so: terraform-provider-aws, record.go, expandRecordName."""
    zone = find(seen.cloud, _ZONE, seen.inputs.get("zoneId"), ("zoneId",))
    below = str(told(zone, "name") or "").rstrip(".").lower() if zone is not None else ""
    name = text(seen.inputs, "name").rstrip(".").lower()
    if not below or name == below or name.endswith(f".{below}"):
        return {"fqdn": name}
    return {"fqdn": f"{name}.{below}" if name else below}


def _path(seen: Seen) -> dict[str, Any]:
    """The path of the parent and the own part: Amazon API Gateway API Reference, Resource, path."""
    parent = find(seen.cloud, _RESOURCE, seen.inputs.get("parentId"))
    above = str(parent.outputs.get("path") or "") if parent is not None else ""
    return {"path": f"{above.rstrip('/')}/{text(seen.inputs, 'pathPart')}"}


def _target(seen: Seen) -> dict[str, Any]:
    """Amazon EFS User Guide, Mounting with a DNS name, and Mounting with an IP address."""
    subnet = subnet_of(seen)
    zone = str((told(subnet, "availabilityZone") if subnet is not None else None) or f"{seen.place.region}a")
    own = f"{text(seen.inputs, 'fileSystemId')}.efs.{seen.place.region}.{seen.place.dns_suffix}"
    return {
        "ipAddress": private_address(seen, subnet),
        "dnsName": own,
        "mountTargetDnsName": f"{zone}.{own}",
        "availabilityZoneName": zone,
    }


NAMES = Service(
    "names",
    "",
    (),
    (
        Alike(alone(_RECORD), follows=(Follows(("fqdn",), _record, ("name", "zoneId")),)),
        Alike(alone(_RESOURCE), follows=(Follows(("path",), _path, ("parentId", "pathPart")),)),
        Alike(
            alone(_TARGET),
            follows=(Follows(("ipAddress", "dnsName", "mountTargetDnsName", "availabilityZoneName"), _target),),
        ),
    ),
)
