"""Computed outputs of AWS resource types.

ARN formats: AWS Service Authorization Reference; endpoints: the services' user guides. The account is 000000000000.
"""

from __future__ import annotations

from typing import Any

from sandbox.model.outputs import ACCOUNT, REGION, Compute, Inputs, short_hash, uuid

PREFIXED_IDS = {
    "aws:ec2/vpc:Vpc": "vpc",
    "aws:ec2/subnet:Subnet": "subnet",
    "aws:ec2/internetGateway:InternetGateway": "igw",
    "aws:ec2/natGateway:NatGateway": "nat",
    "aws:ec2/eip:Eip": "eipalloc",
    "aws:ec2/routeTable:RouteTable": "rtb",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "rtbassoc",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce",
    "aws:ec2/flowLog:FlowLog": "fl",
    "aws:ec2/securityGroup:SecurityGroup": "sg",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "sg",
    "aws:ec2/launchTemplate:LaunchTemplate": "lt",
    "aws:ec2/managedPrefixList:ManagedPrefixList": "pl",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "sgr",
}
"""EC2 resource ids: a prefix and 17 hexadecimal digits (EC2 User Guide, Resource IDs)."""

IDS_BY_INPUT = {
    "aws:rds/instance:Instance": "identifier",
    "aws:elasticache/cluster:Cluster": "clusterId",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:eks/cluster:Cluster": "name",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:ssm/parameter:Parameter": "name",
    "aws:cloudwatch/logGroup:LogGroup": "name",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "name",
    "aws:ecr/repository:Repository": "name",
    "aws:iam/role:Role": "name",
    "aws:rds/subnetGroup:SubnetGroup": "name",
    "aws:rds/parameterGroup:ParameterGroup": "name",
    "aws:elasticache/subnetGroup:SubnetGroup": "name",
    "aws:elasticache/parameterGroup:ParameterGroup": "name",
    "aws:kms/alias:Alias": "name",
}
"""Types whose id is one of their names."""

LOWERED = {
    "aws:elasticache/cluster:Cluster": "clusterId",
    "aws:elasticache/parameterGroup:ParameterGroup": "name",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:elasticache/subnetGroup:SubnetGroup": "name",
}
"""Names that ElastiCache takes in any case and keeps in lower case (Amazon ElastiCache API Reference, for example
CreateReplicationGroup: "This parameter is stored as a lowercase string"; the provider's state follows)."""


def as_stored(token: str, inputs: Inputs) -> Inputs:
    """Inputs with their names as the service keeps them."""
    key = LOWERED.get(token)
    name = inputs.get(key) if key else None
    return {**inputs, key: name.lower()} if key and isinstance(name, str) else inputs


def _region(inputs: Inputs) -> str:
    return str(inputs.get("region") or REGION)


def arn(service: str, resource: str, inputs: Inputs, *, regional: bool = True) -> str:
    """The ARN of a resource in the simulated account."""
    return f"arn:aws:{service}:{_region(inputs) if regional else ''}:{ACCOUNT}:{resource}"


def _vpc(_name: str, inputs: Inputs, identity: str) -> dict[str, Any]:
    return {
        "arn": arn("ec2", f"vpc/{identity}", inputs),
        "ownerId": ACCOUNT,
        "mainRouteTableId": f"rtb-{short_hash(identity, 'main', length=17)}",
        "defaultSecurityGroupId": f"sg-{short_hash(identity, 'sg', length=17)}",
        "defaultNetworkAclId": f"acl-{short_hash(identity, 'acl', length=17)}",
        "defaultRouteTableId": f"rtb-{short_hash(identity, 'main', length=17)}",
    }


def _eip(name: str, inputs: Inputs, identity: str) -> dict[str, Any]:
    host = int(short_hash(name, length=2), 16)
    return {
        "arn": arn("ec2", f"elastic-ip/{identity}", inputs),
        "allocationId": identity,
        "publicIp": f"203.0.113.{host}",  # TEST-NET-3 (RFC 5737)
    }


def _launch_template(_name: str, inputs: Inputs, identity: str) -> dict[str, Any]:
    return {
        "arn": arn("ec2", f"launch-template/{identity}", inputs),
        "latestVersion": 1,
        "defaultVersion": 1,
    }


def _eks_cluster(name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    cluster = str(inputs.get("name") or name)
    digest = short_hash(cluster, "eks", length=32).upper()
    region = _region(inputs)
    return {
        "arn": arn("eks", f"cluster/{cluster}", inputs),
        "endpoint": f"https://{digest}.gr7.{region}.eks.amazonaws.com",
        "certificateAuthority": {"data": "c2FuZGJveCBjZXJ0aWZpY2F0ZSBhdXRob3JpdHk="},
        "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.{region}.amazonaws.com/id/{digest}"}]}],
        "platformVersion": "eks.1",
        "status": "ACTIVE",
        "vpcConfig": {"clusterSecurityGroupId": f"sg-{short_hash(cluster, 'cluster', length=17)}"},
    }


def _eks_node_group(name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    cluster = inputs.get("clusterName", "")
    group = str(inputs.get("nodeGroupName") or f"{name}-{short_hash(name, length=7)}")
    return {
        "arn": arn("eks", f"nodegroup/{cluster}/{group}/{uuid(group)}", inputs),
        "nodeGroupName": group,
        "status": "ACTIVE",
        "resources": [{"autoscalingGroups": [{"name": f"eks-{group}-{short_hash(group)}"}]}],
    }


def _rds_instance(name: str, inputs: Inputs, identity: str) -> dict[str, Any]:
    identifier = str(inputs.get("identifier") or identity)
    host = f"{identifier}.{short_hash('rds', length=12)}.{_region(inputs)}.rds.amazonaws.com"
    port = inputs.get("port") or 5432
    return {
        "arn": arn("rds", f"db:{identifier}", inputs),
        "address": host,
        "endpoint": f"{host}:{port}",
        "port": port,
        "hostedZoneId": "Z2R2ITUGPM61AM",
        "resourceId": f"db-{short_hash(name, identifier, length=26).upper()}",
        "status": "available",
        "engineVersionActual": f"{inputs.get('engineVersion', '17')}.6",
    }


def _replication_group(_name: str, inputs: Inputs, identity: str) -> dict[str, Any]:
    group = str(inputs.get("replicationGroupId") or identity)
    suffix = f"{group}.{short_hash('cache', length=6)}.use1.cache.amazonaws.com"
    return {
        "arn": arn("elasticache", f"replicationgroup:{group}", inputs),
        "configurationEndpointAddress": f"clustercfg.{suffix}",
        "primaryEndpointAddress": f"master.{suffix}",
        "readerEndpointAddress": f"replica.{suffix}",
        "engineVersionActual": f"{inputs.get('engineVersion', '8.2')}.0",
        "clusterEnabled": True,
        "memberClusters": [
            f"{group}-{shard + 1:04d}-{node + 1:03d}"
            for shard in range(int(inputs.get("numNodeGroups") or 1))
            for node in range(int(inputs.get("replicasPerNodeGroup") or 0) + 1)
        ],
    }


def _load_balancer(name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    named = str(inputs.get("name") or name)
    digest = short_hash(named, "lb", length=16)
    kind = "net" if inputs.get("loadBalancerType") == "network" else "app"
    return {
        "arn": arn("elasticloadbalancing", f"loadbalancer/{kind}/{named}/{digest}", inputs),
        "arnSuffix": f"{kind}/{named}/{digest}",
        "dnsName": f"{named}-{digest}.elb.{_region(inputs)}.amazonaws.com",
        "zoneId": "Z26RNL4JYFTOTI",
    }


def _target_group(name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    named = str(inputs.get("name") or name)
    suffix = f"targetgroup/{named}/{short_hash(named, 'tg', length=16)}"
    return {"arn": arn("elasticloadbalancing", suffix, inputs), "arnSuffix": suffix}


def _listener(name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    balancer = str(inputs.get("loadBalancerArn") or f"net/{name}/0").split("loadbalancer/")[-1]
    return {"arn": arn("elasticloadbalancing", f"listener/{balancer}/{short_hash(name, length=16)}", inputs)}


def _bucket(name: str, inputs: Inputs, identity: str) -> dict[str, Any]:
    bucket = str(inputs.get("bucket") or identity or name)
    return {
        "arn": f"arn:aws:s3:::{bucket}",
        "bucketDomainName": f"{bucket}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{bucket}.s3.{_region(inputs)}.amazonaws.com",
        "hostedZoneId": "Z3AQBSTGFYJSTF",
    }


def _ecr(name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    repository = str(inputs.get("name") or name)
    return {
        "arn": arn("ecr", f"repository/{repository}", inputs),
        "registryId": ACCOUNT,
        "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{_region(inputs)}.amazonaws.com/{repository}",
    }


def _kms_key(_name: str, inputs: Inputs, identity: str) -> dict[str, Any]:
    return {"arn": arn("kms", f"key/{identity}", inputs), "keyId": identity}


def _secret(name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    named = str(inputs.get("name") or name)
    return {"arn": arn("secretsmanager", f"secret:{named}-{short_hash(named, length=6)}", inputs)}


def _secret_version(name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    return {
        "arn": str(inputs.get("secretId", "")),
        "versionId": uuid(name, str(inputs.get("secretId", ""))),
        "versionStages": ["AWSCURRENT"],
    }


def _iam_role(name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    named = str(inputs.get("name") or name)
    return {
        "arn": arn("iam", f"role/{named}", inputs, regional=False),
        "uniqueId": f"AROA{short_hash(named, length=17).upper()}",
    }


def _vpc_endpoint(name: str, inputs: Inputs, identity: str) -> dict[str, Any]:
    return {
        "arn": arn("ec2", f"vpc-endpoint/{identity}", inputs),
        "prefixListId": f"pl-{short_hash(name, length=8)}",
        "state": "available",
    }


COMPUTE: dict[str, Compute] = {
    "aws:ec2/vpc:Vpc": _vpc,
    "aws:ec2/eip:Eip": _eip,
    "aws:ec2/launchTemplate:LaunchTemplate": _launch_template,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _vpc_endpoint,
    "aws:ec2/natGateway:NatGateway": lambda name, inputs, identity: {
        "publicIp": _eip(name, inputs, identity)["publicIp"]
    },
    "aws:ec2/subnet:Subnet": lambda _name, inputs, identity: {
        "arn": arn("ec2", f"subnet/{identity}", inputs),
        "ownerId": ACCOUNT,
    },
    "aws:ec2/securityGroup:SecurityGroup": lambda _name, inputs, identity: {
        "arn": arn("ec2", f"security-group/{identity}", inputs),
        "ownerId": ACCOUNT,
    },
    "aws:eks/cluster:Cluster": _eks_cluster,
    "aws:eks/nodeGroup:NodeGroup": _eks_node_group,
    "aws:rds/instance:Instance": _rds_instance,
    "aws:elasticache/replicationGroup:ReplicationGroup": _replication_group,
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:lb/targetGroup:TargetGroup": _target_group,
    "aws:lb/listener:Listener": _listener,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:ecr/repository:Repository": _ecr,
    "aws:kms/key:Key": _kms_key,
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:secretsmanager/secretVersion:SecretVersion": _secret_version,
    "aws:iam/role:Role": _iam_role,
    "aws:iam/policy:Policy": lambda name, inputs, _identity: {
        "arn": arn("iam", f"policy/{inputs.get('name') or name}", inputs, regional=False)
    },
    "aws:sns/topic:Topic": lambda name, inputs, _identity: {
        "arn": arn("sns", str(inputs.get("name") or name), inputs),
        "owner": ACCOUNT,
    },
    "aws:cloudwatch/logGroup:LogGroup": lambda name, inputs, _identity: {
        "arn": arn("logs", f"log-group:{inputs.get('name') or name}", inputs)
    },
    "aws:ssm/parameter:Parameter": lambda name, inputs, _identity: {
        "arn": arn("ssm", f"parameter/{str(inputs.get('name') or name).lstrip('/')}", inputs),
        "version": 1,
    },
}

ARN_IDS = frozenset(
    {
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/targetGroup:TargetGroup",
        "aws:lb/listener:Listener",
        "aws:secretsmanager/secret:Secret",
        "aws:sns/topic:Topic",
    }
)
"""Types whose id is their ARN."""

VOLATILE: dict[str, tuple[str, ...]] = {
    "aws:ec2/launchTemplate:LaunchTemplate": ("latestVersion",),
    "aws:ssm/parameter:Parameter": ("version",),
}
"""Counters that go up by one with every update, so that they are unknown in its preview."""
