"""Amazon EC2 and Amazon VPC."""

from __future__ import annotations

from sandbox.model.rows import Alike, Service
from sandbox.model.sources import Sources
from sandbox.services.aws.ec2 import addresses, endpoints, launch, network, routing, security
from sandbox.services.aws.ec2.flows import ZONES_DIFFER
from sandbox.services.aws.ec2.machines import IMAGE, KNOWN_IMAGE
from sandbox.services.aws.ec2.pairs import ASSOCIATED, NUMBER_TAKEN, OVERLAP

EC2 = Service(
    "ec2",
    "Amazon EC2 API Reference, Error codes for the Amazon EC2 API",
    (*endpoints.ROWS, *launch.ROWS, *network.ROWS, *routing.ROWS, *security.ROWS),
    (
        *addresses.ALIKE,
        Alike("aws:ec2/eipAssociation:*", state=(ASSOCIATED,)),
        Alike("aws:ec2/instance:*", values=(IMAGE,), state=(KNOWN_IMAGE,)),
        Alike("aws:ec2/spotInstanceRequest:*", values=(IMAGE,), state=(KNOWN_IMAGE,)),
        Alike("aws:autoscaling/group:*", state=(KNOWN_IMAGE,)),
        Alike("aws:ec2/networkAclRule:*", state=(NUMBER_TAKEN,)),
        Alike("aws:ec2/volumeAttachment:*", state=(ZONES_DIFFER,)),
        Alike("aws:ec2/vpcPeeringConnection:*", state=(OVERLAP,)),
    ),
    sources=Sources(
        time="Amazon EC2 API Reference, networks and launch templates: no operation takes a window or restarts anything"
    ),
)
