"""The look-ups of AWS whose names or arguments do not say what they find.

Sources: the documentation of the functions in pulumi-aws 7.51.1, and of the filters in the API reference of each
service (EC2: DescribeVpcs, DescribeSubnets, DescribeRouteTables, DescribeSecurityGroups, DescribeImages), read
2026-11-29.
"""

from __future__ import annotations

from sandbox.model.lookups import IDENTITY, Found, Through, Usual

_SELF = (IDENTITY,)
_ARN = ("arn",)
_NAME = ("name",)

FOUND: tuple[Found, ...] = (
    Found(
        "aws:ec2/getVpc*:*",
        by={
            "vpc-id": _SELF,
            "isDefault": ("default",),
            "is-default": ("default",),
            "cidr": ("cidrBlock",),
            "cidr-block": ("cidrBlock",),
        },
    ),
    Found("aws:ec2/getVpcDhcpOptions:*", by={"dhcpOptionsId": _SELF, "dhcp-options-id": _SELF}),
    Found("aws:ec2/getVpcPeeringConnection*:*", results={"status": "acceptStatus"}),
    Found(
        "aws:ec2/getSubnet*:*",
        by={"subnet-id": _SELF, "cidr": ("cidrBlock",), "cidr-block": ("cidrBlock",), "cidrBlock": ("cidrBlock",)},
    ),
    Found("aws:ec2/getSecurityGroup*:*", by={"group-id": _SELF, "group-name": _NAME}),
    Found(
        "aws:ec2/getRouteTable*:*",
        by={"routeTableId": _SELF, "route-table-id": _SELF},
        through={
            key: Through("aws:ec2/routeTableAssociation:RouteTableAssociation", "subnetId", "routeTableId")
            for key in ("subnetId", "association.subnet-id")
        }
        | {
            key: Through("aws:ec2/routeTableAssociation:RouteTableAssociation", "gatewayId", "routeTableId")
            for key in ("gatewayId", "association.gateway-id")
        },
    ),
    Found(
        "aws:ec2/getInternetGateway:*",
        by={"internetGatewayId": _SELF, "internet-gateway-id": _SELF, "attachment.vpc-id": ("vpcId",)},
    ),
    Found("aws:ec2/getNatGateway*:*", by={"nat-gateway-id": _SELF}),
    Found("aws:ec2/getElasticIp:*", types=("aws:ec2/eip:Eip",), by={"allocation-id": _SELF}),
    Found(
        "aws:ec2/getEips:*", types=("aws:ec2/eip:Eip",), by={"allocation-id": _SELF}, results={"allocationIds": "id"}
    ),
    Found("aws:ec2/getKeyPair:*", by={"key-name": ("keyName",)}, ignored=("includePublicKey",)),
    Found(
        "aws:ec2/getInstance*:*",
        by={"instanceId": _SELF, "instance-id": _SELF, "instance-state-name": ("instanceState",)},
        ignored=("getPasswordData", "getUserData", "instanceStateNames"),
    ),
    Found("aws:ec2/getLaunchTemplate:*", by={"launch-template-name": _NAME}),
    Found("aws:ec2/getNetworkInterface*:*", by={"network-interface-id": _SELF}),
    Found("aws:ec2/getManagedPrefixList*:*", by={"prefix-list-id": _SELF, "prefix-list-name": _NAME}),
    Found(
        "aws:ec2/getAmi*:*",
        types=("aws:ec2/ami:Ami",),
        by={
            "owners": ("ownerId", "imageOwnerAlias"),
            "nameRegex": _NAME,
            "image-id": _SELF,
            "owner-alias": ("imageOwnerAlias",),
            "is-public": ("public",),
            "ena-support": ("enaSupport",),
        },
        ignored=("includeDeprecated", "allowUnsafeFilter", "uefiData", "executableUsers", "sortAscending"),
        results={"imageId": "id"},
    ),
    Found("aws:ebs/getEbsVolumes:*", types=("aws:ebs/volume:Volume",), by={"volume-id": _SELF}),
    Found("aws:ebs/getVolume:*", by={"volume-id": _SELF}, results={"volumeId": "id"}),
    Found("aws:ebs/getSnapshot*:*", by={"snapshotIds": _SELF, "snapshot-id": _SELF}, results={"snapshotId": "id"}),
    Found(
        "aws:*lb/getLoadBalancer:*",
        types=("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"),
    ),
    Found("aws:*lb/getTargetGroup:*", types=("aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup")),
    Found("aws:*lb/getListener:*", types=("aws:lb/listener:Listener", "aws:alb/listener:Listener")),
    Found(
        "aws:s3/getBucket:*",
        types=("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"),
    ),
    Found(
        "aws:s3/get*Object:*",
        types=("aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/bucketObject:BucketObject"),
        ignored=("checksumMode",),
    ),
    Found("aws:s3/getBucketPolicy:*"),
    Found("aws:iam/getUser:*", by={"userName": _NAME}, results={"userId": "uniqueId"}),
    Found("aws:iam/getGroup:*", by={"groupName": _NAME}, results={"groupId": "uniqueId"}),
    Found("aws:iam/getRole:*", results={"uniqueId": "uniqueId"}),
    Found("aws:iam/getInstanceProfile:*", results={"profileName": "name", "roleName": "role"}),
    Found(
        "aws:kms/getKey:*",
        by={"keyId": (IDENTITY, "arn")},
        ignored=("grantTokens",),
        through={
            "keyId": Through("aws:kms/alias:Alias", "name", "targetKeyId"),
        },
    ),
    Found("aws:kms/getAlias:*"),
    Found("aws:secretsmanager/getSecret:*", by={"arn": _ARN, "name": _NAME}),
    Found(
        "aws:secretsmanager/getSecretVersion:*",
        by={"secretId": ("secretId", "arn")},
        through={"secretId": Through("aws:secretsmanager/secret:Secret", "name", "arn")},
        ignored=("versionStage",),
    ),
    Found("aws:ssm/getParameter:*", ignored=("withDecryption",)),
    Found(
        "aws:acm/getCertificate:*",
        by={"domain": ("domainName",), "statuses": ("status",), "types": ("type",), "keyTypes": ("keyAlgorithm",)},
    ),
    Found(
        "aws:route53/getZone:*",
        by={"zoneId": _SELF, "name": _NAME},
        ignored=("enableAcceleratedRecovery",),
        results={"zoneId": "id"},
    ),
    Found("aws:rds/getInstance:*", by={"dbInstanceIdentifier": ("identifier", IDENTITY)}),
    Found("aws:rds/getCluster:*", by={"clusterIdentifier": ("clusterIdentifier", IDENTITY)}),
    Found("aws:rds/getProxy:*", by={"name": _NAME}),
    Found("aws:elasticache/getReplicationGroup:*", by={"replicationGroupId": ("replicationGroupId", IDENTITY)}),
    Found("aws:elasticache/getCluster:*", by={"clusterId": ("clusterId", IDENTITY)}),
    Found("aws:eks/getClusters:*", results={"names": "name"}),
    Found("aws:eks/getNodeGroups:*", results={"names": "nodeGroupName"}),
    Found("aws:ecr/getRepositories:*", results={"names": "name"}),
    Found("aws:ecs/getCluster:*", by={"clusterName": _NAME}),
    Found("aws:ecs/getService:*", by={"serviceName": _NAME, "clusterArn": ("cluster",)}),
    Found("aws:ecs/getTaskDefinition:*", by={"taskDefinition": ("family", "arn", IDENTITY)}),
    Found("aws:lambda/getFunction:*", by={"functionName": ("name", "arn")}, ignored=("qualifier",)),
    Found("aws:lambda/getLayerVersion:*", ignored=("compatibleRuntime", "compatibleArchitecture")),
    Found("aws:cognito/getUserPools:*"),
    Found("aws:cognito/getUserPoolClient:*", by={"clientId": _SELF}),
    Found("aws:efs/getFileSystem:*", by={"fileSystemId": _SELF}),
    Found("aws:dynamodb/getTableItem:*"),
    Found("aws:codecommit/getRepository:*", by={"repositoryName": ("repositoryName",)}),
    Found("aws:elasticbeanstalk/getSolutionStack:*", ignored=()),
    Found("aws:cloudwatch/getEventBus:*", by={"name": _NAME}),
    Found("aws:organizations/getOrganizationalUnit:*", by={"parentId": ("parentId",)}),
    Found("aws:wafv2/getWebAcl:*", by={"scope": ("scope",), "name": _NAME}),
)
"""By function; what stands here is added to what names say."""

USUAL: tuple[Usual, ...] = (
    Usual(
        "aws:ec2/vpc:Vpc",
        {
            "default": False,
            "state": "available",
            "instanceTenancy": "default",
            "enableDnsSupport": True,
            "enableDnsHostnames": False,
        },
    ),
    Usual(
        "aws:ec2/subnet:Subnet",
        {
            "defaultForAz": False,
            "state": "available",
            "mapPublicIpOnLaunch": False,
            "assignIpv6AddressOnCreation": False,
        },
    ),
    Usual("aws:ec2/natGateway:NatGateway", {"state": "available"}),
    Usual("aws:ec2/instance:Instance", {"instanceState": "running"}),
    Usual("aws:ebs/volume:Volume", {"status": "available"}),
    Usual(
        "aws:ec2/ami:Ami",
        {
            "state": "available",
            "imageType": "machine",
            "hypervisor": "xen",
            "virtualizationType": "hvm",
            "rootDeviceType": "ebs",
            "architecture": "x86_64",
            "enaSupport": True,
            "public": True,
            "platformDetails": "Linux/UNIX",
            "rootDeviceName": "/dev/xvda",
        },
    ),
    Usual("aws:acm/certificate:Certificate", {"status": "ISSUED", "type": "AMAZON_ISSUED"}),
    Usual("aws:route53/zone:Zone", {"privateZone": False}),
    Usual("aws:kms/key:Key", {"keyState": "Enabled", "enabled": True}),
    Usual("aws:secretsmanager/secretVersion:SecretVersion", {"versionStages": ["AWSCURRENT"]}),
    Usual("aws:eks/cluster:Cluster", {"status": "ACTIVE"}),
    Usual("aws:ssm/parameter:Parameter", {"type": "String"}),
)
"""An Amazon machine image's values are those of Amazon Linux for x86 (EC2 User Guide); a seed file can say others."""
