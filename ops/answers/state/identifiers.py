"""Under which id `pulumi import` finds what a plan has: made of the program's names, or looked up by its tags.

Forms of ids are those that the SDK's own documentation of each resource shows (pulumi_aws 7.51.1, section Import); a
test compares. What an id is made of stands in braces: an input by its name, or `account`.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

BY_NAME: Final[Mapping[str, str]] = MappingProxyType(
    {
        "aws:backup/vault:Vault": "{name}",
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration": "{backupVaultName}",
        "aws:backup/vaultPolicy:VaultPolicy": "{backupVaultName}",
        "aws:budgets/budget:Budget": "{account}:{name}",
        "aws:cloudwatch/logGroup:LogGroup": "{name}",
        "aws:cloudwatch/metricAlarm:MetricAlarm": "{name}",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy": "{repository}",
        "aws:ecr/repository:Repository": "{name}",
        "aws:ecr/repositoryPolicy:RepositoryPolicy": "{repository}",
        "aws:eks/accessEntry:AccessEntry": "{clusterName}:{principalArn}",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "{clusterName}#{principalArn}#{policyArn}",
        "aws:eks/addon:Addon": "{clusterName}:{addonName}",
        "aws:eks/cluster:Cluster": "{name}",
        "aws:eks/nodeGroup:NodeGroup": "{clusterName}:{nodeGroupName}",
        "aws:elasticache/parameterGroup:ParameterGroup": "{name}",
        "aws:elasticache/replicationGroup:ReplicationGroup": "{replicationGroupId}",
        "aws:elasticache/subnetGroup:SubnetGroup": "{name}",
        "aws:iam/role:Role": "{name}",
        "aws:iam/rolePolicy:RolePolicy": "{role}:{name}",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "{role}/{policyArn}",
        "aws:kms/alias:Alias": "{name}",
        "aws:rds/eventSubscription:EventSubscription": "{name}",
        "aws:rds/instance:Instance": "{identifier}",
        "aws:rds/parameterGroup:ParameterGroup": "{name}",
        "aws:rds/subnetGroup:SubnetGroup": "{name}",
        "aws:s3/bucket:Bucket": "{bucket}",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "{bucket}",
        "aws:s3/bucketLogging:BucketLogging": "{bucket}",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "{bucket}",
        "aws:s3/bucketPolicy:BucketPolicy": "{bucket}",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "{bucket}",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "{bucket}",
        "aws:s3/bucketVersioning:BucketVersioning": "{bucket}",
        "aws:ssm/parameter:Parameter": "{name}",
        "cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings": "{zoneId}",
        "cloudflare:index/tieredCache:TieredCache": "{zoneId}",
        "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings": "{zoneId}",
        "cloudflare:index/zoneSetting:ZoneSetting": "{zoneId}/{settingId}",
    }
)
"""By type, what its id is made of."""

BY_TAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "aws:cloudwatch/metricAlarm:MetricAlarm": "cloudwatch:alarm",
        "aws:ec2/eip:Eip": "ec2:elastic-ip",
        "aws:ec2/flowLog:FlowLog": "ec2:vpc-flow-log",
        "aws:ec2/internetGateway:InternetGateway": "ec2:internet-gateway",
        "aws:ec2/launchTemplate:LaunchTemplate": "ec2:launch-template",
        "aws:ec2/managedPrefixList:ManagedPrefixList": "ec2:prefix-list",
        "aws:ec2/natGateway:NatGateway": "ec2:natgateway",
        "aws:ec2/routeTable:RouteTable": "ec2:route-table",
        "aws:ec2/securityGroup:SecurityGroup": "ec2:security-group",
        "aws:ec2/subnet:Subnet": "ec2:subnet",
        "aws:ec2/vpc:Vpc": "ec2:vpc",
        "aws:ec2/vpcEndpoint:VpcEndpoint": "ec2:vpc-endpoint",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation": "eks:podidentityassociation",
        "aws:elasticache/parameterGroup:ParameterGroup": "elasticache:parametergroup",
        "aws:elasticache/subnetGroup:SubnetGroup": "elasticache:subnetgroup",
        "aws:kms/key:Key": "kms:key",
        "aws:lb/listener:Listener": "elasticloadbalancing:listener",
        "aws:lb/loadBalancer:LoadBalancer": "elasticloadbalancing:loadbalancer",
        "aws:lb/targetGroup:TargetGroup": "elasticloadbalancing:targetgroup",
        "aws:rds/eventSubscription:EventSubscription": "rds:es",
        "aws:rds/parameterGroup:ParameterGroup": "rds:pg",
        "aws:rds/subnetGroup:SubnetGroup": "rds:subgrp",
        "aws:s3/bucket:Bucket": "s3:bucket",
        "aws:secretsmanager/secret:Secret": "secretsmanager:secret",
        "aws:sns/topic:Topic": "sns:topic",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "ec2:security-group-rule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "ec2:security-group-rule",
    }
)
"""By type, what the Resource Groups Tagging API calls it (its ARNs' service and kind; AWS Service Authorization
Reference). The id is the end of the ARN, or the ARN itself where the SDK's documentation shows one."""

LOST: Final[Mapping[str, str]] = MappingProxyType(
    {
        "random:": "its value is known to the state alone: the next update makes another one",
        "tls:": "its key is known to the state alone: the next update makes another one",
    }
)
"""By the beginning of a type, why nothing can be imported."""

_PART = re.compile(r"\{(\w+)\}")
_ARN = frozenset(
    (
        *("aws:lb/listener:Listener", "aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"),
        *("aws:secretsmanager/secret:Secret", "aws:sns/topic:Topic"),
    )
)
"""Types whose id is their ARN."""


def parts_of(form: str) -> tuple[str, ...]:
    """What an id is made of.

    >>> parts_of("{clusterName}:{addonName}")
    ('clusterName', 'addonName')
    """
    return tuple(_PART.findall(form))


def how_to_find(token: str, stack_tag: str, region: str) -> str:
    """What finds the id of a resource of a type; for what nobody here knows, where its form is documented."""
    if (kind := BY_TAGS.get(token)) is not None:
        asked = f"aws resourcegroupstaggingapi get-resources --region {region} --resource-type-filters {kind}"
        tagged = f"--tag-filters Key=Stack,Values={stack_tag} --query 'ResourceTagMappingList[].[ResourceARN,Tags]'"
        return f"{asked} {tagged}" + ("" if token in _ARN else "; the id is the end of the ARN")
    package = token.partition(":")[0]
    kind = token.rpartition(":")[2]
    return f"nobody here knows: its form is in the documentation of {package}'s {kind}, section Import"
