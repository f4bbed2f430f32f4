"""Properties that change every week, and that others judge or nobody can: named where they are not compared.

Whatever else changes without anybody comparing it is not judged, and stops (docs/adr/0093). A pattern stands for a
path, and a check beside it says of the two values whether the change is one of those (`policies.gate.tuned`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan import tokens
from plan.types.weaker.kubernetes.pods import CRON_JOB, PODS, SERVICE_ACCOUNT
from policies.gate.tuned import (
    Check,
    addon_values,
    any_value,
    at_most,
    grows,
    harmless_options,
    is_form,
    is_switched_off,
    known_contacts,
    near_by,
    next_of_name,
    one_of,
    own_endpoints,
    own_triggers,
    plain_tags,
    prefers,
    runs_its_image,
    tolerates_by_name,
    with_more_ports,
)
from policies.rules.policies import POLICIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

Row = str | tuple[str, Check]
"""A pattern of a path, alone where every change of it is ordinary."""
TAGS = re.compile(r"tags(\.[^/:]+)?")
"""By which bills are read and people search; a policy that asks for a tag is compared where it stands, and tags with a
slash or a colon are read by programs."""
OWN_WORDS = re.compile(r"metadata\.(labels|annotations)(\.[^./]+)?")
"""Labels and annotations of a stack's own: those that programs read have a domain before a slash (Kubernetes
documentation, Labels and Selectors, Syntax and character set)."""
_IN_PODS: tuple[Row, ...] = (
    (r"\.(initC|ephemeralC|c)ontainers(\[[^\]]*\])?$", runs_its_image),
    r"\.(env|envFrom|args)\b",
    (r"\.containers\[[^\]]*\]\.ports(\[[^\]]*\])?$", with_more_ports),
    r"\.volumes(\[[^\]]*\])?$",
    r"\.volumes\[[^\]]*\]\.emptyDir\.sizeLimit$",
    (r"\.volumes\[[^\]]*\]\.(configMap\.name|secret\.secretName)$", next_of_name),
    (r"\.volumes\[[^\]]*\]\.(configMap|secret)\.defaultMode$", at_most(0o644)),
    r"\.volumeMounts\b",
    r"\.affinity\.(node|pod|podAnti)Affinity\.preferredDuringSchedulingIgnoredDuringExecution\b",
    (r"\.affinity(\.(node|pod|podAnti)Affinity)?$", prefers),
    r"\.metadata\.labels\b",
    r"\.metadata\.annotations\.(kubectl\.kubernetes\.io/(restartedAt|default-container)|prometheus\.io/)",
    r"\.metadata\.annotations\.bailbondpro\.com/release$",
)
"""Of pods: what programs are told and read, which `plan.types.weaker.kubernetes` judges by its words and
`policies.gate.readers` by its Secrets; containers that come or go are judged part by part, and labels by whoever
selects them (`policies.gate.ends.selected`). Annotations decide in the hands of whoever reads them: those alone are
ordinary that start pods anew or say where they are measured."""

_READ: Mapping[str, tuple[Row, ...]] = {
    tokens.CONFIG_MAP: (r"^(data|binaryData)\b",),
    tokens.KUBERNETES_SECRET: (r"^(data|stringData)\b", r"^metadata\.annotations\.bailbondpro/"),
    tokens.RELEASE: (
        r"^values\.(.*\.)?(resources|podLabels)\b",
        r"^values\.(.*\.)?(replicas|replicaCount|logLevel|log-level|v)$",
        (r"^values\.(.*\.)?nodeSelector\.pool$", one_of("app", "system", "spot")),
        (r"^values\.(.*\.)?tolerations\b", tolerates_by_name),
        r"^values\.(.*\.)?(testFramework\.enabled|repeat_interval)$",
        r"^values\.extraArgs\.(ok-total-unready-count|max-empty-bulk-delete|scale-down-unneeded-time)$",
    ),
    "aws:ssm/parameter:Parameter": (r"^(value|insecureValue)\b",),
    "aws:secretsmanager/secretVersion:SecretVersion": (r"^secret(String|StringWo|Binary)\b",),
}
"""What programs read, in words of their own: every release changes it (docs/adr/0082)."""

_BY_OTHERS: Mapping[str, tuple[Row, ...]] = {
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
    tokens.CACHE: (
        r"^authToken(Wo|WoVersion|UpdateStrategy)$",
        (r"^(maintenanceWindow|snapshotWindow)$", near_by),
    ),
}
"""What other rules of the gate judge as a whole: who reaches whom (`networks`), visits (`visitors`), networks that are
let in (`admits`), rights in a cluster (`newcomers`), turns of passwords (`policies.turns`), rights of roles
(`statements`), ranks of pods (`scaled`)."""

_TUNED: Mapping[str, tuple[Row, ...]] = {
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        r"^rules\[[^\]]*\]\.(transitions|noncurrentVersionTransitions|noncurrentVersionExpiration)\b",
        (r"^rules\[[^\]]*\]\.abortIncompleteMultipartUpload\.daysAfterInitiation$", grows(1)),
    ),
    tokens.NAMESPACE: (r"^metadata\.labels\.pod-security\.kubernetes\.io/(enforce|warn|audit)-version$",),
    tokens.TARGET_GROUP: (
        (r"^proxyProtocolV2$", is_switched_off),
        (r"^deregistrationDelay$", at_most(900)),
    ),
    "kubernetes:monitoring.coreos.com/v1:PrometheusRule": (r"^spec\.groups\[[^\]]*\]\.rules\b",),
    tokens.POD_MONITOR: (
        (r"^spec\.podMetricsEndpoints$", own_endpoints),
        (r"^spec\.podMetricsEndpoints\[[^\]]*\]\.interval$", any_value),
        (r"^spec\.podMetricsEndpoints\[[^\]]*\]\.scrapeTimeout$", is_form(r"([5-9]|\d{2,})s|\d+m")),
    ),
    tokens.LAUNCH_TEMPLATE: (
        r"^tagSpecifications\[[^\]]*\]\.tags\.[^/:]+$",
        r"\.ebs\.(iops|throughput|volumeSize)$",
    ),
    tokens.NODE_GROUP: (
        r"^(labels\.[^./]+|taints\b.*|instanceTypes\b.*)$",
        r"^scalingConfig\.desiredSize$",
    ),
    "kubernetes:storage.k8s.io/v1:StorageClass": (
        (r"^mountOptions\b", harmless_options),
        r"^parameters\.(iops|throughput)$",
    ),
    tokens.DEPLOYMENT: (
        r"^spec\.strategy\.rollingUpdate\.max(Surge|Unavailable)$",
        (r"^spec\.replicas$", grows(1)),
        *_IN_PODS,
    ),
    CRON_JOB: (
        r"^spec\.(schedule|timeZone|successfulJobsHistoryLimit|failedJobsHistoryLimit)$",
        r"^spec\.jobTemplate\.spec\.(backoffLimit|ttlSecondsAfterFinished)$",
        *_IN_PODS,
    ),
    tokens.SCALED_OBJECT: (
        (r"^spec\.triggers$", own_triggers),
        r"^spec\.triggers\[[^\]]*\]\.metadata\.(threshold|value|query|start|end|timezone|desiredReplicas)$",
        (r"^spec\.triggers\[[^\]]*\]\.metadata\.activation(Threshold|Value)$", at_most(5)),
        r"^spec\.(pollingInterval|cooldownPeriod)\b",
        r"^spec\.advanced\.horizontalPodAutoscalerConfig\.behavior\b",
    ),
    tokens.HPA: (r"^spec\.(metrics|behavior)\b",),
    tokens.VERTICAL: ((r"^spec\.resourcePolicy\.containerPolicies\[[^\]]*\]\.maxAllowed\.(cpu|memory)$", grows(0)),),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        (r"^(okActions|insufficientDataActions)\b", known_contacts),
        r"^threshold$",
    ),
    "aws:rds/eventSubscription:EventSubscription": (r"^sourceIds\b",),
    "aws:sns/topic:Topic": (r"^displayName$",),
    "aws:ec2/flowLog:FlowLog": ((r"^maxAggregationInterval$", one_of(60)),),
    "aws:eks/addon:Addon": ((r"^configurationValues$", addon_values),),
    tokens.DATABASE: (
        r"^performanceInsightsRetentionPeriod$",
        (r"^(maintenanceWindow|backupWindow)$", near_by),
    ),
    tokens.SERVICE: (r"^spec\.ports\[[^\]]*\]$", r"^spec\.trafficDistribution$"),
    tokens.DNS_RECORD: ((r"^ttl$", at_most(86_400)),),
    tokens.CLUSTER: (r"^vpcConfig\.publicAccessCidrs\b",),
    "pulumi:providers:aws": ((r"^defaultTags$", plain_tags),),
}
"""What is tuned every week; rows beside it compare what must not become less."""

_DESCRIBED = (
    tokens.DEPLOYMENT,
    tokens.JOB,
    CRON_JOB,
    tokens.DISRUPTION_BUDGET,
    tokens.NETWORK_POLICY,
    tokens.SERVICE,
    tokens.NAMESPACE,
    *tokens.AUTOSCALERS,
    tokens.VERTICAL,
    tokens.PRIORITY_CLASS,
    SERVICE_ACCOUNT,
)
"""Objects whose own labels nobody selects by; those of namespaces, dashboards and what Prometheus reads decide."""


def _rows(patterns: tuple[Row, ...]) -> tuple[tuple[re.Pattern[str], Check], ...]:
    pairs = ((row, any_value) if isinstance(row, str) else row for row in patterns)
    return tuple((re.compile(pattern), check) for pattern, check in pairs)


_ALL = {
    token: _rows(patterns)
    for token, patterns in {
        **{token: tuple(rf"^{name}\b" for name in names) for token, names in POLICIES.items()},
        **dict.fromkeys(PODS, _IN_PODS),
        **_READ,
        **_BY_OTHERS,
        **_TUNED,
    }.items()
}


def is_ordinary(token: str, path: str, old: Any, new: Any, inputs: Mapping[str, Any]) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a change that nobody compared is one of those that are made every week.

    Args:
        token: of the resource's type.
        path: as a finding names it.
        old: what stands there; None for nothing.
        new: what will.
        inputs: of the whole resource afterwards.
    """
    if (token in _DESCRIBED and OWN_WORDS.fullmatch(path)) or TAGS.fullmatch(path):
        whole = path.rpartition(".")[2] in {"labels", "annotations", "tags"}
        return not whole or plain_tags(old, new, inputs)
    return any(pattern.search(path) and check(old, new, inputs) for pattern, check in _ALL.get(token, ()))
