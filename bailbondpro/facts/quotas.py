"""Service quotas of AWS that a stack can meet.

Service Quotas, default values of us-east-1 on 2026-11-24, unverified against an account.
"""

from __future__ import annotations

from dataclasses import dataclass

REGION = "us-east-1"
"""The region whose defaults are written below (Service Quotas; read 2026-11-24); those of others are not known here."""
SOURCE = "Service Quotas, default values of us-east-1 on 2026-11-24, unverified against an account"
"""What lists of quotas name as their source (Service Quotas; read 2026-11-24)."""


@dataclass(frozen=True)
class Quota:
    """One quota of a region.

    Attributes:
        service: service code of Service Quotas, for example `ec2`.
        code: quota code, for example `L-1216C47A`.
        name: what is counted.
        default: what a region of an account has by default; a new account may start lower.
    """

    service: str
    code: str
    name: str
    default: int


VPCS, NAT_GATEWAYS = (
    Quota("vpc", "L-F678F1CE", "VPCs per region", 5),
    Quota("vpc", "L-FE5A380F", "NAT gateways per zone", 5),
)
"""Networks (Service Quotas, Amazon VPC; read 2026-11-24)."""
ADDRESSES, ON_DEMAND, SPOT = (
    Quota("ec2", "L-0263D0A3", "Elastic IP addresses", 5),
    Quota("ec2", "L-1216C47A", "vCPUs of on-demand standard instances", 5),
    Quota("ec2", "L-34B43A08", "vCPUs of spot standard instances", 5),
)
"""Addresses and nodes (Service Quotas, Amazon EC2; read 2026-11-24)."""
CLUSTERS, LOAD_BALANCERS = (
    Quota("eks", "L-1194D53C", "EKS clusters", 100),
    Quota("elasticloadbalancing", "L-69A177A2", "network load balancers", 50),
)
"""What stands before the pods (Service Quotas, Amazon EKS and Elastic Load Balancing; read 2026-11-24)."""
DATABASES, CACHE_NODES = (
    Quota("rds", "L-7B6409FD", "DB instances", 40),
    Quota("elasticache", "L-DFE45DF3", "cache nodes", 300),
)
"""Servers of data (Service Quotas, Amazon RDS and ElastiCache; read 2026-11-24)."""
