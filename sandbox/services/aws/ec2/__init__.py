"""Amazon EC2 and Amazon VPC."""

from __future__ import annotations

from sandbox.model.rows import Service
from sandbox.services.aws.ec2 import endpoints, launch, network, routing, security

EC2 = Service(
    "ec2",
    "Amazon EC2 API Reference, Error codes for the Amazon EC2 API",
    (*endpoints.ROWS, *launch.ROWS, *network.ROWS, *routing.ROWS, *security.ROWS),
)
