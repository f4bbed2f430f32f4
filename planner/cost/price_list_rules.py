"""Where in AWS's price list the rows of the price book stand: one rule for each kind of SKU.

Usage types and attributes are those of the list's own files (AmazonRDS, AmazonElastiCache, AWSELB, AmazonS3,
AWSDataTransfer of eu-west-2, AWSELB of us-east-1; read 2026-11-30) or of AWS's documents and public bills (AmazonEC2,
AmazonVPC, AmazonEKS, AmazonECR, awskms, AWSSecretsManager, AmazonCloudWatch; unverified 2026-11-30): a rule that finds
nothing takes nothing, and the command says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HOURS, MONTHS, GIGABYTES, GB_MONTHS = ("Hrs", "hours", "Hours"), ("Keys", "Secrets", "Alarms"), ("GB",), ("GB-Mo",)
REQUESTS = ("Requests", "API Requests")
ANY_TYPE = r"[\w.-]+"
PER_THOUSAND, PER_TEN_THOUSAND = 1000, 10_000


@dataclass(frozen=True, kw_only=True)
class ListRule:
    """One kind of row.

    Attributes:
        offer: code of the service.
        sku: as the price book calls it; `{type}` is the row's instance type.
        unit: as the price book counts it.
        usage: the usage type behind the region's short name, a regular expression.
        list_units: units that the list may count it in.
        family: of the product.
        scale: units of the list in one of the book's.
        attributes: what else the row must say.
    """

    offer: str
    sku: str
    unit: str
    usage: str
    list_units: tuple[str, ...]
    family: str
    scale: float = 1
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def where(self) -> Mapping[str, str]:
        """Every attribute that the row must have."""
        return MappingProxyType({"productfamily": self.family, **self.attributes})


_POSTGRES = {"databaseengine": "PostgreSQL", "deploymentoption": "Single-AZ", "operation": "CreateDBInstance:0014"}
_LINUX = {
    "operatingsystem": "Linux",
    "tenancy": "Shared",
    "preinstalledsw": "NA",
    "capacitystatus": "Used",
    "operation": "RunInstances",
}
_NETWORK = {"operation": "LoadBalancing:Network"}

RULES = (
    ListRule(
        offer="AmazonEC2",
        sku="ec2/{type}",
        unit="hour",
        usage="BoxUsage:" + ANY_TYPE,
        list_units=HOURS,
        family="Compute Instance",
        attributes=_LINUX,
    ),
    ListRule(
        offer="AmazonEC2",
        sku="ebs/gp3",
        unit="GB-month",
        usage=r"EBS:VolumeUsage\.gp3",
        list_units=GB_MONTHS,
        family="Storage",
    ),
    ListRule(
        offer="AmazonEC2",
        sku="nat/gateway",
        unit="hour",
        usage="NatGateway-Hours",
        list_units=HOURS,
        family="NAT Gateway",
    ),
    ListRule(
        offer="AmazonEC2",
        sku="nat/data",
        unit="GB",
        usage="NatGateway-Bytes",
        list_units=GIGABYTES,
        family="NAT Gateway",
    ),
    ListRule(
        offer="AmazonVPC",
        sku="vpc/public-ipv4",
        unit="hour",
        usage="PublicIPv4:InUseAddress",
        list_units=HOURS,
        family="VPC Public IPv4 Address",
    ),
    ListRule(
        offer="AmazonVPC",
        sku="vpc/interface-endpoint",
        unit="hour",
        usage="VpcEndpoint-Hours",
        list_units=HOURS,
        family="VpcEndpoint",
    ),
    ListRule(
        offer="AmazonVPC",
        sku="vpc/interface-endpoint-data",
        unit="GB",
        usage="VpcEndpoint-Bytes",
        list_units=GIGABYTES,
        family="VpcEndpoint",
    ),
    ListRule(
        offer="AWSELB",
        sku="nlb/load-balancer",
        unit="hour",
        usage="LoadBalancerUsage",
        list_units=HOURS,
        family="Load Balancer-Network",
        attributes=_NETWORK,
    ),
    ListRule(
        offer="AWSELB",
        sku="nlb/lcu",
        unit="LCU-hour",
        usage="LCUUsage",
        list_units=("LCU-Hrs", "NLCU-Hrs"),
        family="Load Balancer-Network",
        attributes=_NETWORK,
    ),
    ListRule(
        offer="AmazonRDS",
        sku="rds/postgres/{type}",
        unit="hour",
        usage="InstanceUsage:" + ANY_TYPE,
        list_units=HOURS,
        family="Database Instance",
        attributes=_POSTGRES,
    ),
    ListRule(
        offer="AmazonRDS",
        sku="rds/gp3",
        unit="GB-month",
        usage="RDS:GP3-Storage",
        list_units=GB_MONTHS,
        family="Database Storage",
        attributes={**_POSTGRES, "volumetype": "General Purpose-GP3"},
    ),
    ListRule(
        offer="AmazonRDS",
        sku="rds/backup",
        unit="GB-month",
        usage="RDS:ChargedBackupUsage",
        list_units=GB_MONTHS,
        family="Storage Snapshot",
        attributes={"databaseengine": "PostgreSQL"},
    ),
    ListRule(
        offer="AmazonElastiCache",
        sku="elasticache/valkey/{type}",
        unit="hour",
        usage="NodeUsage:" + ANY_TYPE,
        list_units=HOURS,
        family="Cache Instance",
        attributes={"cacheengine": "Valkey", "operation": "CreateCacheCluster:Valkey"},
    ),
    ListRule(
        offer="AmazonElastiCache",
        sku="elasticache/redis/{type}",
        unit="hour",
        usage="NodeUsage:" + ANY_TYPE,
        list_units=HOURS,
        family="Cache Instance",
        attributes={"cacheengine": "Redis", "operation": "CreateCacheCluster:0002"},
    ),
    ListRule(
        offer="AmazonEKS",
        sku="eks/cluster",
        unit="hour",
        usage="AmazonEKS-Hours:perCluster",
        list_units=HOURS,
        family="Compute",
    ),
    ListRule(
        offer="AmazonECR",
        sku="ecr/storage",
        unit="GB-month",
        usage="TimedStorage-ByteHrs",
        list_units=GB_MONTHS,
        family="EC2 Container Registry",
    ),
    ListRule(
        offer="AmazonS3",
        sku="s3/standard",
        unit="GB-month",
        usage="TimedStorage-ByteHrs",
        list_units=GB_MONTHS,
        family="Storage",
    ),
    ListRule(
        offer="AmazonS3",
        sku="s3/put",
        unit="1k requests",
        usage="Requests-Tier1",
        list_units=REQUESTS,
        family="API Request",
        scale=PER_THOUSAND,
    ),
    ListRule(
        offer="AmazonS3",
        sku="s3/get",
        unit="1k requests",
        usage="Requests-Tier2",
        list_units=REQUESTS,
        family="API Request",
        scale=PER_THOUSAND,
    ),
    ListRule(offer="awskms", sku="kms/key", unit="month", usage="KMS-Keys", list_units=MONTHS, family="Encryption Key"),
    ListRule(
        offer="awskms",
        sku="kms/requests",
        unit="10k requests",
        usage="KMS-Requests",
        list_units=REQUESTS,
        family="API Request",
        scale=PER_TEN_THOUSAND,
    ),
    ListRule(
        offer="AWSSecretsManager",
        sku="secretsmanager/secret",
        unit="month",
        usage="AWSSecretsManager-Secrets",
        list_units=MONTHS,
        family="Secret",
    ),
    ListRule(
        offer="AWSSecretsManager",
        sku="secretsmanager/calls",
        unit="10k calls",
        usage="AWSSecretsManagerAPIRequest",
        list_units=REQUESTS,
        family="API Request",
        scale=PER_TEN_THOUSAND,
    ),
    ListRule(
        offer="AmazonCloudWatch",
        sku="cloudwatch/alarm",
        unit="month",
        usage="CW:AlarmMonitorUsage",
        list_units=MONTHS,
        family="Alarm",
    ),
    ListRule(
        offer="AmazonCloudWatch",
        sku="cloudwatch/logs-ingested",
        unit="GB",
        usage="DataProcessing-Bytes",
        list_units=GIGABYTES,
        family="Data Payload",
    ),
    ListRule(
        offer="AmazonCloudWatch",
        sku="cloudwatch/logs-stored",
        unit="GB-month",
        usage="TimedStorage-ByteHrs",
        list_units=GB_MONTHS,
        family="Storage Snapshot",
    ),
    ListRule(
        offer="AWSDataTransfer",
        sku="transfer/internet",
        unit="GB",
        usage="DataTransfer-Out-Bytes",
        list_units=GIGABYTES,
        family="Data Transfer",
        attributes={"transfertype": "AWS Outbound"},
    ),
    ListRule(
        offer="AWSDataTransfer",
        sku="transfer/zone",
        unit="GB",
        usage="DataTransfer-Regional-Bytes",
        list_units=GIGABYTES,
        family="Data Transfer",
        attributes={"transfertype": "IntraRegion"},
    ),
)
"""In the order in which the offers are downloaded."""

OFFERS = tuple(dict.fromkeys(rule.offer for rule in RULES))
FAMILIES = frozenset(rule.family for rule in RULES)
