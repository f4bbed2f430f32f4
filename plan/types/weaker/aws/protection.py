"""What protects data and servers of AWS, and must not become weaker in silence: copies, locks, the second one.

Sources are the API references and user guides of the services; unverified where nothing else is said.
"""

from __future__ import annotations

import re
from typing import Any

from plan import tokens
from plan.types.weaker.model import (
    FALSE,
    TRUE,
    Weaker,
    at_least,
    becomes,
    changes,
    differs,
    gains,
    keeps_all,
    kept,
    no_less,
    no_less_or_for_ever,
    ranked,
    stays,
)

_OLD_TLS = re.compile(r"2015-05|2016-08|TLS-1-0|TLS-1-1|2017-01|FS-2018")
"""Policies of load balancers that take TLS 1.0 or 1.1 (Elastic Load Balancing, Security policies; unverified)."""
_ACCESS_POLICIES = tuple(
    f"arn:aws:eks::aws:cluster-access-policy/AmazonEKS{name}Policy"
    for name in ("ClusterAdmin", "Admin", "Edit", "AdminView", "SecretReader", "View")
)


def _older_tls(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    return not _OLD_TLS.search(str(old)) and _OLD_TLS.search(str(new)) is not None


def _fewer_backups(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a rule of a plan of backups is gone, or what it makes is kept for a shorter time."""
    before, after = _kept_days(old), _kept_days(new)
    return any(name not in after or after[name] < days for name, days in before.items())


def _kept_days(rules: object) -> dict[str, float]:
    found = {}
    for rule in rules if isinstance(rules, list) else ():
        lifecycle = rule.get("lifecycle") if isinstance(rule, dict) else None
        days = lifecycle.get("deleteAfter") if isinstance(lifecycle, dict) else None
        found[str(rule.get("ruleName"))] = float(days) if isinstance(days, (int, float)) and days else float("inf")
    return found


def _more_namespaces(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether rights in some namespaces are rights in more of them; where none was named they were everywhere."""
    return isinstance(old, list) and gains(old, new)


PROTECTION_WEAKER: tuple[Weaker, ...] = (
    # Copies, and the time in which something can be brought back
    Weaker(
        token="aws:backup/plan:Plan",
        path=("rules",),
        than=_fewer_backups,
        says="recovery points are made and kept",
        loses="copies",
        source="AWS Backup Developer Guide, Backup plan options",
    ),
    Weaker(
        token="aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        path=("minRetentionDays",),
        than=no_less,
        says="nobody can delete recovery points before their time",
        loses="copies",
        source="AWS Backup Developer Guide, AWS Backup Vault Lock",
    ),
    Weaker(
        token="aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        path=("retentionPeriod",),
        than=no_less,
        says="backups lie in a second region",
        loses="copies",
        source="Amazon RDS API Reference, StartDBInstanceAutomatedBackupsReplication",
    ),
    *(
        Weaker(
            token="aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
            path=("rule", "defaultRetention", unit),
            than=no_less,
            says="nobody can delete objects before their time",
            loses="copies",
            source="Amazon S3 User Guide, Locking objects with Object Lock",
        )
        for unit in ("days", "years")
    ),
    Weaker(
        token="aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        path=("rule", "defaultRetention", "mode"),
        than=ranked("GOVERNANCE", "COMPLIANCE"),
        says="nobody at all can delete objects before their time",
        loses="copies",
        source="Amazon S3 User Guide, Locking objects with Object Lock",
    ),
    Weaker(
        token=tokens.LOG_GROUP,
        path=("retentionInDays",),
        than=no_less_or_for_ever,
        says="older events are kept, and they would be deleted",
        loses="copies",
        source="Amazon CloudWatch Logs User Guide, Change log data retention",
    ),
    Weaker(
        token=tokens.KEY,
        path=("isEnabled",),
        than=becomes(*FALSE),
        says="what is encrypted with it can be read",
        loses="copies",
        source="AWS KMS Developer Guide, Enable and disable keys",
    ),
    # Locks, limits and logs
    Weaker(
        token=tokens.KEY,
        path=("enableKeyRotation",),
        than=stays(*TRUE),
        says="the key is made anew every year",
        loses="defence",
        source="AWS KMS Developer Guide, Rotate AWS KMS keys",
    ),
    *(
        Weaker(
            token=tokens.CACHE,
            path=(name,),
            than=than,
            by_presence=True,
            says="clients name themselves with a token or as a user",
            loses="defence",
            source="Amazon ElastiCache User Guide, Authenticating with AUTH; Role-Based Access Control",
        )
        for name, than in (
            *(("authTokenWoVersion", kept), ("authTokenWo", kept), ("authToken", kept), ("userGroupIds", keeps_all)),
            ("authTokenUpdateStrategy", becomes("DELETE")),
        )
    ),
    Weaker(
        token=tokens.CLUSTER,
        path=("enabledClusterLogTypes",),
        than=keeps_all,
        says="what is done in the cluster is logged",
        loses="defence",
        source="Amazon EKS User Guide, Send control plane logs to CloudWatch Logs",
    ),
    Weaker(
        token="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        path=("policyArn",),
        than=ranked(*_ACCESS_POLICIES),
        own=True,
        says="this principal may do less in the cluster",
        loses="defence",
        source="Amazon EKS User Guide, Review access policy permissions",
    ),
    Weaker(
        token="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        path=("accessScope", "type"),
        than=ranked("cluster", "namespace"),
        own=True,
        says="this principal's rights end at namespaces",
        loses="defence",
        source="Amazon EKS User Guide, Associate access policies with access entries",
    ),
    Weaker(
        token="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        path=("accessScope", "namespaces"),
        than=_more_namespaces,
        own=True,
        says="this principal's rights end at these namespaces",
        loses="defence",
        source="Amazon EKS User Guide, Associate access policies with access entries",
    ),
    Weaker(
        token="aws:ecr/repository:Repository",
        path=("imageTagMutability",),
        than=stays("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"),
        says="a tag means one image for ever",
        loses="defence",
        source="Amazon ECR User Guide, Preventing image tags from being overwritten",
    ),
    Weaker(
        token=tokens.LAUNCH_TEMPLATE,
        path=("metadataOptions", "httpTokens"),
        than=stays("required"),
        says="the role of a node is given to who has a session token alone (IMDSv2)",
        loses="defence",
        source="Amazon EC2 User Guide, Configure the instance metadata options",
    ),
    Weaker(
        token=tokens.SUBNET,
        path=("mapPublicIpOnLaunch",),
        than=becomes(*TRUE),
        says="what starts in it has no public address",
        loses="defence",
        source="Amazon VPC User Guide, Modify the IP addressing attributes of your subnet",
    ),
    Weaker(
        token=tokens.ROUTE,
        path=("natGatewayId",),
        than=kept,
        by_presence=True,
        says="nothing reaches its subnets from the internet: their way out is one-way",
        loses="defence",
        source="Amazon VPC User Guide, NAT gateways",
    ),
    Weaker(
        token=tokens.LISTENER,
        path=("protocol",),
        than=stays("TLS", "HTTPS"),
        says="its connections are encrypted",
        loses="defence",
        source="Elastic Load Balancing API Reference, CreateListener",
    ),
    Weaker(
        token=tokens.LISTENER,
        path=("sslPolicy",),
        than=_older_tls,
        says="TLS 1.0 and 1.1 are refused",
        loses="defence",
        source="Elastic Load Balancing, Security policies for your Network Load Balancer",
    ),
    Weaker(
        token=tokens.BUCKET_ENCRYPTION,
        path=("rules", 0, "applyServerSideEncryptionByDefault", "sseAlgorithm"),
        than=ranked("AES256", "aws:kms", "aws:kms:dsse"),
        says="its objects are encrypted with a key of the account's own",
        loses="defence",
        source="Amazon S3 User Guide, Protecting data with server-side encryption",
    ),
    # The second one of something
    Weaker(
        token=tokens.DATABASE,
        path=("multiAz",),
        than=stays(*TRUE),
        says="a second server in another zone takes over",
        loses="redundancy",
        source="Amazon RDS User Guide, Multi-AZ DB instance deployments",
    ),
    *(
        Weaker(
            token=tokens.CACHE,
            path=(name,),
            than=stays(*TRUE),
            says="a replica takes over when a primary is lost",
            loses="redundancy",
            source="Amazon ElastiCache User Guide, Minimizing downtime with Multi-AZ",
        )
        for name in ("automaticFailoverEnabled", "multiAzEnabled")
    ),
    Weaker(
        token=tokens.NODE_GROUP,
        path=("scalingConfig", "minSize"),
        than=at_least(1, absent=0),
        says="a node runs in its zone at all times",
        loses="redundancy",
        source="Amazon EKS API Reference, NodegroupScalingConfig",
    ),
    # Where everything is looked for
    Weaker(
        token="pulumi:providers:aws",
        path=("region",),
        than=changes,
        says="everything made through it is looked for there",
        loses="address",
        source="Pulumi Registry, AWS provider configuration",
    ),
    Weaker(
        token="pulumi:providers:aws",
        path=("allowedAccountIds",),
        than=changes,
        says="no other account is deployed to by accident",
        loses="address",
        source="Pulumi Registry, AWS provider configuration",
    ),
    *(
        Weaker(
            token="pulumi:providers:aws",
            path=(name,),
            than=than,
            says="AWS itself is asked, with the pipeline's own role",
            loses="address",
            source="Pulumi Registry, AWS provider configuration",
        )
        for name, than in (
            ("endpoints", gains),
            ("insecure", becomes(*TRUE)),
            ("assumeRoles", differs),
            ("profile", differs),
        )
    ),
)
