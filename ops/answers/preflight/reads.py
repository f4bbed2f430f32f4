"""Every operation of AWS that a preflight may call: each reads, and nothing else can be called.

Actions are from the Service Authorization Reference, which names some of them otherwise than the operation (unverified;
a test holds them against cfn-lint's copy of it).
"""

from __future__ import annotations

from ops.answers.preflight.model import Read

IDENTITY = Read("sts", "GetCallerIdentity", "")
ORGANIZATION = Read("organizations", "DescribeOrganization", "organizations:DescribeOrganization")

REGIONS = Read("ec2", "DescribeRegions", "ec2:DescribeRegions")
ZONES = Read("ec2", "DescribeAvailabilityZones", "ec2:DescribeAvailabilityZones")
INSTANCE_TYPES = Read("ec2", "DescribeInstanceTypeOfferings", "ec2:DescribeInstanceTypeOfferings")
NETWORKS = Read("ec2", "DescribeVpcs", "ec2:DescribeVpcs")
ADDRESSES = Read("ec2", "DescribeAddresses", "ec2:DescribeAddresses")
NAT_GATEWAYS = Read("ec2", "DescribeNatGateways", "ec2:DescribeNatGateways")
SUBNETS = Read("ec2", "DescribeSubnets", "ec2:DescribeSubnets")
INSTANCES = Read("ec2", "DescribeInstances", "ec2:DescribeInstances")
VOLUMES_ENCRYPTED = Read("ec2", "GetEbsEncryptionByDefault", "ec2:GetEbsEncryptionByDefault")
VOLUME_KEY = Read("ec2", "GetEbsDefaultKmsKeyId", "ec2:GetEbsDefaultKmsKeyId")

QUOTA = Read("service-quotas", "GetServiceQuota", "servicequotas:GetServiceQuota")
QUOTA_DEFAULT = Read("service-quotas", "GetAWSDefaultServiceQuota", "servicequotas:GetAWSDefaultServiceQuota")

ROLE = Read("iam", "GetRole", "iam:GetRole")
SIMULATION = Read("iam", "SimulatePrincipalPolicy", "iam:SimulatePrincipalPolicy")
OIDC_PROVIDER = Read("iam", "GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider")
KEY = Read("kms", "DescribeKey", "kms:DescribeKey")
KEY_POLICY = Read("kms", "GetKeyPolicy", "kms:GetKeyPolicy")
KEY_GRANTS = Read("kms", "ListGrants", "kms:ListGrants")
KEY_TAGS = Read("kms", "ListResourceTags", "kms:ListResourceTags")

CLUSTER_VERSIONS = Read("eks", "DescribeClusterVersions", "eks:DescribeClusterVersions")
ADDON_VERSIONS = Read("eks", "DescribeAddonVersions", "eks:DescribeAddonVersions")
CLUSTERS = Read("eks", "ListClusters", "eks:ListClusters")
CLUSTER = Read("eks", "DescribeCluster", "eks:DescribeCluster")

DATABASE_VERSIONS = Read("rds", "DescribeDBEngineVersions", "rds:DescribeDBEngineVersions")
DATABASE_CLASSES = Read("rds", "DescribeOrderableDBInstanceOptions", "rds:DescribeOrderableDBInstanceOptions")
DATABASES = Read("rds", "DescribeDBInstances", "rds:DescribeDBInstances")

CACHE_VERSIONS = Read("elasticache", "DescribeCacheEngineVersions", "elasticache:DescribeCacheEngineVersions")
CACHE_OFFERS = Read(
    "elasticache", "DescribeReservedCacheNodesOfferings", "elasticache:DescribeReservedCacheNodesOfferings"
)
CACHES = Read("elasticache", "DescribeCacheClusters", "elasticache:DescribeCacheClusters")
CACHE_GROUPS = Read("elasticache", "DescribeReplicationGroups", "elasticache:DescribeReplicationGroups")
CACHE_TAGS = Read("elasticache", "ListTagsForResource", "elasticache:ListTagsForResource")

LOAD_BALANCERS = Read("elbv2", "DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers")
LOAD_BALANCER_TAGS = Read("elbv2", "DescribeTags", "elasticloadbalancing:DescribeTags")

BUCKET = Read("s3", "HeadBucket", "s3:ListBucket")
BUCKET_TAGS = Read("s3", "GetBucketTagging", "s3:GetBucketTagging")
REPOSITORIES = Read("ecr", "DescribeRepositories", "ecr:DescribeRepositories")
REPOSITORY_TAGS = Read("ecr", "ListTagsForResource", "ecr:ListTagsForResource")
IMAGES = Read("ecr", "DescribeImages", "ecr:DescribeImages")
LOG_GROUPS = Read("logs", "DescribeLogGroups", "logs:DescribeLogGroups")
LOG_GROUP_TAGS = Read("logs", "ListTagsForResource", "logs:ListTagsForResource")
LOG_POLICIES = Read("logs", "DescribeResourcePolicies", "logs:DescribeResourcePolicies")
SECRET = Read("secretsmanager", "DescribeSecret", "secretsmanager:DescribeSecret")
PARAMETERS = Read("ssm", "DescribeParameters", "ssm:DescribeParameters")
PARAMETER_TAGS = Read("ssm", "ListTagsForResource", "ssm:ListTagsForResource")
BUDGET = Read("budgets", "DescribeBudget", "budgets:ViewBudget")
BUDGET_TAGS = Read("budgets", "ListTagsForResource", "budgets:ListTagsForResource")

READS = frozenset(value for value in tuple(globals().values()) if isinstance(value, Read))
"""All of them."""
