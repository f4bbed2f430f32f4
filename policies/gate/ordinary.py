"""Properties that change every week, and that others judge or nobody can: named where they are not compared.

Whatever else changes without anybody comparing it is not judged, and stops (docs/adr/0093).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan import tokens
from plan.types.weaker.kubernetes.pods import CRON_JOB, PODS
from policies.rules.policies import POLICIES

if TYPE_CHECKING:
    from collections.abc import Mapping

TAGS = ("tags.", "tags[")
"""By which bills are read and people search; a policy that asks for a tag is compared where it stands."""
LABELS = "metadata.labels."
_IN_PODS = (
    r"\.(initC|ephemeralC|c)ontainers(\[[^\]]*\])?$",
    r"\.(env|envFrom|args|command)\b",
    r"\.(volumes|volumeMounts)\b",
    r"\.metadata\.labels\b",
    r"\.metadata\.annotations\.(kubectl\.kubernetes\.io/(restartedAt|default-container)|prometheus\.io/)",
    r"\.metadata\.annotations\.bailbondpro\.com/release$",
)
"""Of pods: what programs are told and read, which `plan.types.weaker.kubernetes` judges by its words and
`policies.gate.readers` by its Secrets; containers that come or go are judged part by part, and labels by whoever
selects them (`policies.gate.ends.selected`). Annotations decide in the hands of whoever reads them: those alone are
ordinary that start pods anew or say where they are measured."""

_READ: Mapping[str, tuple[str, ...]] = {
    tokens.CONFIG_MAP: (r"^(data|binaryData)\b",),
    "kubernetes:core/v1:Secret": (r"^(data|stringData)\b", r"^metadata\.annotations\b"),
    tokens.RELEASE: (r"^values\b",),
    "aws:ssm/parameter:Parameter": (r"^(value|insecureValue)\b",),
    "aws:secretsmanager/secretVersion:SecretVersion": (r"^secret(String|StringWo|Binary)\b",),
}
"""What programs read, in words of their own: every release changes it (docs/adr/0082)."""

_BY_OTHERS: Mapping[str, tuple[str, ...]] = {
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": (r"^spec\b",),
    tokens.RULESET: (r"^rules\b",),
    "aws:ec2/managedPrefixList:ManagedPrefixList": (r"^entries\b",),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": (r"^accessScope\b", r"^policyArn$"),
    tokens.PASSWORD: (r"^keepers\b",),
    "aws:kms/keyPolicy:KeyPolicy": (r"^(policy|bypassPolicyLockoutSafetyCheck)\b",),
    "aws:ec2/route:Route": (r"^natGatewayId$",),
    "aws:iam/rolePolicy:RolePolicy": (r"^policy\b",),
    "aws:iam/policy:Policy": (r"^policy\b",),
    "kubernetes:scheduling.k8s.io/v1:PriorityClass": (r"^value$",),
    tokens.CACHE: (r"^authToken(Wo|WoVersion|UpdateStrategy)$", r"^(maintenanceWindow|snapshotWindow)$"),
}
"""What other rules of the gate judge as a whole: who reaches whom (`networks`), visits (`visitors`), networks that are
let in (`admits`), rights in a cluster (`newcomers`), turns of passwords (`policies.turns`), rights of roles
(`statements`), ranks of pods (`scaled`)."""

_TUNED: Mapping[str, tuple[str, ...]] = {
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        r"^rules\[[^\]]*\]\.(transitions|noncurrentVersionTransitions|noncurrentVersionExpiration)\b",
    ),
    tokens.NAMESPACE: (r"^metadata\.labels\.pod-security\.kubernetes\.io/(enforce|warn|audit)-version$",),
    "aws:lb/targetGroup:TargetGroup": (r"^(proxyProtocolV2|deregistrationDelay)$",),
    "kubernetes:monitoring.coreos.com/v1:PrometheusRule": (r"^spec\.groups\[[^\]]*\]\.rules\b",),
    tokens.POD_MONITOR: (
        r"^spec\.podMetricsEndpoints$",
        r"^spec\.podMetricsEndpoints\[[^\]]*\]\.(interval|scrapeTimeout)$",
    ),
    tokens.LAUNCH_TEMPLATE: (r"^tagSpecifications\b", r"\.ebs\.(iops|throughput|volumeSize)$"),
    tokens.NODE_GROUP: (r"^(labels|taints|instanceTypes|tags)\b", r"^scalingConfig\.desiredSize$"),
    "kubernetes:storage.k8s.io/v1:StorageClass": (r"^mountOptions\b", r"^parameters\.(iops|throughput)$"),
    tokens.DEPLOYMENT: (r"^spec\.strategy\.rollingUpdate\.max(Surge|Unavailable)$", *_IN_PODS),
    CRON_JOB: (
        r"^spec\.(schedule|successfulJobsHistoryLimit|failedJobsHistoryLimit)$",
        r"^spec\.jobTemplate\.spec\.(backoffLimit|ttlSecondsAfterFinished)$",
        *_IN_PODS,
    ),
    "kubernetes:keda.sh/v1alpha1:ScaledObject": (
        r"^spec\.(triggers|pollingInterval|cooldownPeriod)\b",
        r"^spec\.advanced\.horizontalPodAutoscalerConfig\.behavior\b",
    ),
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": (r"^spec\.(metrics|behavior)\b",),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (r"^(okActions|insufficientDataActions|threshold)\b",),
    "aws:rds/eventSubscription:EventSubscription": (r"^sourceIds\b",),
    tokens.DATABASE: (r"^performanceInsightsRetentionPeriod$", r"^(maintenanceWindow|backupWindow)$"),
    tokens.SERVICE: (r"^spec\.ports\[[^\]]*\]$",),
    "aws:eks/cluster:Cluster": (r"^vpcConfig\.publicAccessCidrs\b",),
}
"""What is tuned every week; rows beside it compare what must not become less."""

_DESCRIBED = (
    tokens.DEPLOYMENT,
    tokens.JOB,
    CRON_JOB,
    tokens.DISRUPTION_BUDGET,
    tokens.NETWORK_POLICY,
    *tokens.AUTOSCALERS,
    tokens.VERTICAL,
    tokens.PRIORITY_CLASS,
    "kubernetes:core/v1:ServiceAccount",
)
"""Objects whose own labels nobody selects by; those of namespaces, dashboards and what Prometheus reads decide."""

_ALL = {
    token: tuple(map(re.compile, patterns))
    for token, patterns in {
        **{token: tuple(rf"^{name}\b" for name in names) for token, names in POLICIES.items()},
        **dict.fromkeys(PODS, _IN_PODS),
        **_READ,
        **_BY_OTHERS,
        **_TUNED,
    }.items()
}


def is_ordinary(token: str, path: str) -> bool:
    """Whether a property that nobody compared is one of those that change every week.

    Args:
        token: of the resource's type.
        path: as a finding names it.
    """
    if token in _DESCRIBED and path.startswith(LABELS):
        return True
    return path.startswith(TAGS) or any(pattern.search(path) for pattern in _ALL.get(token, ()))
