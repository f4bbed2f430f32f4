"""Properties of which each thing of its type has its own: what is made may have values there that nothing has yet.

Everywhere else what is made says what something of its type says already, or nobody judged it
(`policies.gate.made.alike`, docs/adr/0095). A pattern is held against a whole path; entries of lists are written `[]`,
and the pods of Deployments, Jobs and CronJobs are one kind. A check beside a pattern says of a new value whether it is
ordinary. Sources of the properties are the Pulumi Registry and the Kubernetes documentation; unverified 2026-12-01.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.kubernetes.pods import CRON_JOB, SERVICE_ACCOUNT
from plan.types.weaker.model import TRUE
from policies.gate.made.values import (
    GROWN_CHART,
    LONGEST_HOURS,
    SHORTEST_RSA,
    Around,
    Check,
    at_least,
    at_most,
    comes_with_it,
    inside,
    is_number,
    is_own_server,
    is_part,
    is_port,
    is_text,
    is_truth,
    is_variable,
    like,
    new_namespace,
    new_pods,
    no_secret,
    not_known,
    of_the_cluster,
    of_the_domain,
    of_the_nodes,
    of_the_region,
    of_the_stack,
    one_of,
    own_database,
    own_image,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

PODS = "pods"
"""The kind of all pods, whatever makes them."""


Row = tuple[str, Check]
_LABEL = r"(app|app\.kubernetes\.io/(name|component|instance|part-of|version|managed-by))"
_OBJECT: tuple[Row, ...] = (
    (r"metadata\.name", is_text),
    (r"metadata\.namespace", new_namespace),
    (rf"metadata\.labels\.{_LABEL}", is_text),
)
_SELECTS = (rf"spec\.(selector|podSelector)\.(matchLabels\.)?{_LABEL}", is_text)
_CONTAINER = r"spec\.(initC|c)ontainers\[\]\."
_PROBE = rf"{_CONTAINER}(liveness|readiness|startup)Probe\."
_OF_PODS: tuple[Row, ...] = (
    (rf"metadata\.labels\.{_LABEL}", is_text),
    (r"metadata\.annotations\.checksum/.*", is_text),
    (rf"{_CONTAINER}image", own_image),
    (rf"{_CONTAINER}(name|command\[\]|args\[\])", is_text),
    (rf"{_CONTAINER}env\[\]\.name", is_variable),
    (rf"{_CONTAINER}env\[\]\.(value|valueFrom\.(secret|configMap)KeyRef\.(name|key))", is_text),
    (rf"{_CONTAINER}envFrom\[\]\.(secret|configMap)Ref\.name", is_text),
    (rf"{_CONTAINER}ports\[\]\.(name|containerPort)", is_port),
    (rf"{_CONTAINER}resources\.(requests|limits)\.(cpu|memory)", is_port),
    (rf"{_PROBE}(httpGet\.(path|port)|tcpSocket\.port|grpc\.port)", is_port),
    (rf"{_PROBE}(initialDelay|period|timeout)Seconds|{_PROBE}(failure|success)Threshold", is_number),
    (rf"{_CONTAINER}lifecycle\.preStop\.(sleep\.seconds|exec\.command\[\])", is_port),
    (rf"{_CONTAINER}volumeMounts\[\]\.(name|mountPath|subPath)", is_text),
    (r"spec\.volumes\[\]\.(name|secret\.secretName|configMap\.name|emptyDir\.sizeLimit)", is_text),
    # `policies.gate.made.alike` compares it with the programs that it runs.
    (r"spec\.serviceAccountName", is_text),
    (rf"spec\.topologySpreadConstraints\[\]\.labelSelector\.matchLabels\.{_LABEL}", is_text),
    (r"spec\.terminationGracePeriodSeconds", is_number),
)
_SCALED: tuple[Row, ...] = (
    (r"spec\.scaleTargetRef\.name", is_text),
    (r"spec\.(min|max)Replica(s|Count)", is_number),
)
_OF_RULE: tuple[Row, ...] = (
    (r"description|tags\.Name", is_text),
    (r"securityGroupId", not_known),
    (r"cidrIpv4", inside),
    (r"referencedSecurityGroupId", not_known),
)
ROLE = "aws:iam/role:Role"
SUBNETS = "aws:rds/subnetGroup:SubnetGroup"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_NAMED = (r"(name|description|identifier|tags\.(Name|Stack|Environment|Project))", is_text)
_LIFE = (r"(validityPeriod|earlyRenewal)Hours", at_most(LONGEST_HOURS))
_MADE_BY_TLS = (r"(caCert|caPrivateKey|certRequest|privateKey)Pem", is_text)

OWN: Mapping[str, tuple[Row, ...]] = {
    PODS: _OF_PODS,
    tokens.DEPLOYMENT: (*_OBJECT, _SELECTS, (r"spec\.replicas", is_number)),
    tokens.JOB: _OBJECT,
    CRON_JOB: (*_OBJECT, (r"spec\.schedule", is_text)),
    tokens.NAMESPACE: (*_OBJECT, (r"metadata\.labels\.kubernetes\.io/metadata\.name", is_text)),
    SERVICE_ACCOUNT: _OBJECT,
    tokens.CONFIG_MAP: (*_OBJECT, (r"data\..*", is_text)),
    tokens.KUBERNETES_SECRET: (
        *_OBJECT,
        (r"(stringData|data)(\..*)?", is_text),
        (r"metadata\.annotations\.bailbondpro/.*", is_text),
    ),
    tokens.SERVICE: (*_OBJECT, _SELECTS, (r"spec\.ports\[\]\.(name|port|targetPort)", is_port)),
    tokens.DISRUPTION_BUDGET: (*_OBJECT, _SELECTS),
    tokens.NETWORK_POLICY: (
        *_OBJECT,
        (rf"spec\.podSelector\.matchLabels\.{_LABEL}", new_pods),
        (rf"spec\.(ingress|egress)\[\]\.(from|to)\[\]\.podSelector\.matchLabels\.{_LABEL}", is_text),
        (r"spec\.(ingress|egress)\[\]\.ports\[\]\.port", is_port),
    ),
    tokens.POD_MONITOR: (*_OBJECT, _SELECTS, (r"spec\.podMetricsEndpoints\[\]\.port", is_text)),
    tokens.HPA: (*_OBJECT, *_SCALED, (r"spec\.metrics\[\]\.resource\.target\.averageUtilization", at_most(95))),
    tokens.SCALED_OBJECT: (
        *_OBJECT,
        *_SCALED,
        (r"apiVersion|kind|metadata\.namespace", is_text),
        (r"metadata\.annotations\.scaledobject\.keda\.sh/transfer-hpa-ownership", one_of("true")),
        (r"spec\.scaleTargetRef\.(apiVersion|kind)", one_of("apps/v1", "Deployment")),
        (
            r"spec\.(cooldownPeriod|pollingInterval|initialCooldownPeriod|fallback\.(failureThreshold|replicas))",
            is_number,
        ),
        (r"spec\.fallback\.behavior", is_text),
        (r"spec\.advanced\..*", is_part),
        (r"spec\.triggers\[\]\.(name|metricType)", is_text),
        (r"spec\.triggers\[\]\.type", one_of("cpu", "memory", "prometheus", "cron")),
        (r"spec\.triggers\[\]\.metadata\.serverAddress", is_own_server),
        (
            r"spec\.triggers\[\]\.metadata\.(value|threshold|query|ignoreNullValues|start|end|timezone|desiredReplicas)",
            is_text,
        ),
    ),
    tokens.VERTICAL: (
        *_OBJECT,
        (r"spec\.targetRef\.name", is_text),
        (r"spec\.resourcePolicy\.containerPolicies\[\]\.(min|max)Allowed\.(cpu|memory)", is_port),
    ),
    tokens.RELEASE: (
        (r"(name|chart|repositoryOpts\.repo)", one_of(*GROWN_CHART)),
        (r"namespace", one_of(GROWN_CHART[0])),
        (r"version", is_text),
        (r"values\.(.*\.)?(replicaCount|maxUnavailable|minDomains|maxSkew)", is_number),
        (r"values\.resources\.(.*\.)?(requests|limits)\.(cpu|memory)", is_text),
        (r"values\.topologySpreadConstraints\..*", is_port),
        (r"values\.priorityClassName", like(r"bailbondpro-[a-z-]+")),
    ),
    tokens.LOG_GROUP: (_NAMED,),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        _NAMED,
        (r"alarmDescription|metricName|namespace|statistic|extendedStatistic|unit", is_text),
        (r"dimensions\..*", is_text),
        (r"metricQueries\[\]\..*", is_part),
        (r"threshold|period|evaluationPeriods|datapointsToAlarm", is_number),
    ),
    tokens.TOPIC_SUBSCRIPTION: ((r"endpoint", of_the_domain),),
    "aws:ec2/eip:Eip": (_NAMED,),
    tokens.NAT: (_NAMED, (r"(allocationId|subnetId)", is_text)),
    tokens.ENDPOINT: (
        _NAMED,
        (r"serviceName", of_the_region),
        (r"vpcEndpointType", one_of("Interface", "Gateway")),
        (r"privateDnsEnabled", one_of(*TRUE)),
        (r"(securityGroupIds|routeTableIds)\[\]", not_known),
        (r"subnetIds\[\]", of_the_nodes),
    ),
    tokens.SECURITY_GROUP: (_NAMED,),
    tokens.INGRESS_RULE: _OF_RULE,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _OF_RULE,
    tokens.LAUNCH_TEMPLATE: (_NAMED, (r"tagSpecifications\[\]\.tags\.(Name|Stack|Environment|Project)", is_text)),
    tokens.NODE_GROUP: (
        _NAMED,
        (r"capacityType", one_of("ON_DEMAND", "SPOT")),
        (r"instanceTypes\[\]|labels\.pool|launchTemplate\.version|nodeGroupName(Prefix)?", is_text),
        (r"launchTemplate\.id|subnetIds\[\]", not_known),
        (r"scalingConfig\.(min|max|desired)Size", is_number),
        (r"taints\[\]\.(key|value)", is_text),
        (r"taints\[\]\.effect", one_of("NO_SCHEDULE", "PREFER_NO_SCHEDULE")),
    ),
    tokens.DATABASE: (
        _NAMED,
        (
            r"(maxA|a)llocatedStorage|backupRetentionPeriod|performanceInsightsRetentionPeriod|passwordWoVersion",
            is_number,
        ),
        (r"availabilityZone|(maintenance|backup)Window|databaseInsightsMode|instanceClass", is_text),
        (r"replicateSourceDb", own_database),
        (r"dbSubnetGroupName", comes_with_it(SUBNETS)),
        (r"parameterGroupName", comes_with_it(tokens.PARAMETER_GROUP)),
        (r"finalSnapshotIdentifier|passwordWo", is_text),
        (r"monitoringRoleArn", comes_with_it(ROLE)),
        (r"vpcSecurityGroupIds\[\]", not_known),
        # Of a replica, which has what another one has; of others the policies of the plan ask for them.
        (r"deletionProtection|skipFinalSnapshot", is_truth),
    ),
    SUBNETS: (_NAMED,),
    tokens.PARAMETER_GROUP: (_NAMED,),
    tokens.SECRET: (_NAMED,),
    tokens.SECRET_VERSION: ((r"secretId|secretString(Wo)?", is_text), (r"secretStringWoVersion", is_number)),
    ROLE: (_NAMED,),
    "aws:iam/rolePolicy:RolePolicy": ((r"role", comes_with_it(ROLE)), (r"name", is_text)),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ((r"role", comes_with_it(ROLE)),),
    ASSOCIATION: ((r"serviceAccount|namespace", is_text), (r"roleArn", comes_with_it(ROLE))),
    tokens.DNS_RECORD: ((r"name", of_the_domain), (r"comment", is_text)),
    "aws:ssm/parameter:Parameter": (
        (r"name", no_secret),
        (r"description|tags\.(Name|Stack|Environment|Project)", is_text),
        (r"(insecureValue|value)", is_text),
        (r"type", one_of("String", "SecureString")),
        (r"dataType", one_of("text")),
    ),
    tokens.BUDGET: (
        _NAMED,
        (r"limitAmount", is_port),
        (r"costFilters\[\]\.values\[\]", is_text),
    ),
    tokens.TLS_KEY: (
        (r"algorithm", one_of("ECDSA", "ED25519")),
        (r"ecdsaCurve", one_of("P256", "P384", "P521")),
        (r"rsaBits", at_least(SHORTEST_RSA)),
    ),
    "tls:index/certRequest:CertRequest": (
        _MADE_BY_TLS,
        (r"dnsNames\[\]", of_the_cluster),
        (r"subject\.(commonName|organization)", is_text),
    ),
    "tls:index/selfSignedCert:SelfSignedCert": (
        _MADE_BY_TLS,
        _LIFE,
        (r"subject\.(commonName|organization)", is_text),
        (r"allowedUses\[\]", one_of("digital_signature", "cert_signing", "crl_signing")),
    ),
    "tls:index/locallySignedCert:LocallySignedCert": (
        _MADE_BY_TLS,
        _LIFE,
        (r"allowedUses\[\]", one_of("server_auth", "client_auth", "digital_signature", "key_encipherment")),
    ),
}
EXCLUSIVE: Mapping[str, str] = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": r"role",
    "aws:iam/rolePolicy:RolePolicy": r"role",
    ASSOCIATION: r"roleArn",
    tokens.INGRESS_RULE: r"securityGroupId",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": r"securityGroupId",
    tokens.NETWORK_POLICY: r"spec\.podSelector\b.*",
    tokens.RELEASE: r"name|chart|repositoryOpts\.repo|namespace",
    "aws:ssm/parameter:Parameter": r"name",
}
"""Properties whose value may not be that of another one: what it gives would have one more."""
FIRST = frozenset((tokens.SCALED_OBJECT, "aws:ssm/parameter:Parameter", CRON_JOB, tokens.HPA, tokens.NAMESPACE))
"""Types of which the first one may come: each of its properties has a row here."""

LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    # A replica has those of its source (Amazon RDS User Guide, Working with DB instance read replicas; unverified).
    tokens.DATABASE: (
        *("backupRetentionPeriod", "backupWindow", "dbName", "dbSubnetGroupName", "deleteAutomatedBackups", "engine"),
        *("engineLifecycleSupport", "engineVersion", "finalSnapshotIdentifier", "kmsKeyId", "multiAz"),
        *("passwordWo", "passwordWoVersion", "username"),
    ),
    PODS: (r"metadata\.annotations\.checksum/.*",),
    tokens.CONFIG_MAP: (r"data\..*",),
    tokens.KUBERNETES_SECRET: (r"(stringData|data)\..*", r"metadata\.annotations\.bailbondpro/.*"),
    # The node group names its types, where it has several.
    tokens.LAUNCH_TEMPLATE: ("instanceType",),
    # Endpoints of interfaces have subnets and groups, those of gateways route tables.
    tokens.ENDPOINT: (r"(routeTableIds|subnetIds|securityGroupIds)\[\]",),
    tokens.TLS_KEY: ("rsaBits", "ecdsaCurve"),
    "tls:index/certRequest:CertRequest": (r"subject\.organization",),
    "tls:index/selfSignedCert:SelfSignedCert": (r"subject\.organization",),
}
"""Properties that all of a type may have, and that a new one need not have, as patterns of whole paths."""

_ADDED = tuple(
    (re.compile(pattern), check) for pattern, check in ((r"tagsAll\..*", is_text), (r"region", of_the_stack))
)
"""What the provider adds to everything: the tags of both places, and the region, which is that of the others."""
_COMPILED = {token: tuple((re.compile(pattern), check) for pattern, check in rows) for token, rows in OWN.items()}


def is_own(token: str, path: str, value: Any, around: Around, space: str) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a value that nothing of its type has yet is ordinary where it stands.

    Args:
        token: of the type, or `PODS`.
        path: where the value stands.
        value: the value.
        around: what it may refer to.
        space: the namespace of the new thing; empty where it has none.
    """
    rows = (*(_ADDED if token.startswith("aws:") else ()), *_COMPILED.get(token, ()))
    return any(pattern.fullmatch(path) and check(value, around, space) for pattern, check in rows)


def may_be_left_out(token: str, path: str) -> bool:
    """Whether something that is made need not say what all others of its type say.

    Args:
        token: of the type, or `PODS`.
        path: where the others say it.
    """
    return any(re.fullmatch(pattern, path) for pattern in LEFT_OUT.get(token, ()))


def is_exclusive(token: str, path: str) -> bool:
    """Whether a value is not ordinary because another one of the type has it.

    Args:
        token: of the type, or `PODS`.
        path: where it stands.
    """
    return re.fullmatch(EXCLUSIVE.get(token, ""), path) is not None
