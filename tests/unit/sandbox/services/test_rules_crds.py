"""Custom resources against the schemas of their definitions."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.model.base import RuleSet
from sandbox.protocol.wire import UNKNOWN
from sandbox.providers.rules import Context, value_violations
from sandbox.services import FORM_RULES
from sandbox.services.kubernetes.custom.definitions import definitions

DEFINITIONS = RuleSet(FORM_RULES)

SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject"
VERTICAL = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
RULE = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
POD_MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"

TARGET = {"name": "app"}
TRIGGER = {"type": "cpu", "metadata": {"value": "70"}}

STEP = {"type": "Pods", "periodSeconds": 60}


def messages(token: str, spec: dict[str, Any], **more: object) -> list[str]:
    version, kind = token.split(":")[1:]
    inputs = {"apiVersion": version, "kind": kind, "metadata": {"name": "app"}, "spec": spec, **more}
    return [f"{item.path}: {item.reason}" for item in DEFINITIONS.violations(Context(token, "cr", "urn", inputs))]


def scaled(**more: object) -> dict[str, Any]:
    return {"scaleTargetRef": TARGET, "triggers": [TRIGGER], **more}


FALLBACK = (
    "spec.fallback.behavior: the text 'fixed' is none of: static, currentReplicas, currentReplicasIfHigher, "
    "currentReplicasIfLower, scalingModifiers"
)
MODE = (
    "spec.updatePolicy.updateMode: the text 'InPlaceOrReCreate' is none of: Off, Initial, Recreate, InPlaceOrRecreate, "
    "InPlace, Auto; did you mean `InPlaceOrRecreate`?"
)
QUANTITY = (
    "spec.resourcePolicy.containerPolicies[0].minAllowed.cpu: expected a quantity such as 500m or 1Gi, "
    "got the text '100millis'"
)

REFUSED = [
    (SCALED_OBJECT, {"triggers": [TRIGGER]}, "spec.scaleTargetRef: missing required property"),
    (SCALED_OBJECT, scaled(triggers=[]), "spec.triggers: needs at least one item"),
    (
        SCALED_OBJECT,
        scaled(maxReplicas=20),
        "spec.maxReplicas: unknown property; did you mean `maxReplicaCount`?",
    ),
    (SCALED_OBJECT, scaled(maxReplicaCount=0), "spec.maxReplicaCount: 0 is not allowed; 1 or more"),
    (SCALED_OBJECT, scaled(pollingInterval="30"), "spec.pollingInterval: expected a whole number, got the text '30'"),
    (
        SCALED_OBJECT,
        scaled(triggers=[{"type": "prometheus", "metadata": {"threshold": 100}}]),
        "spec.triggers[0].metadata.threshold: expected a text, got 100",
    ),
    (
        SCALED_OBJECT,
        scaled(advanced={"horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": {"policies": [STEP]}}}}),
        "spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.policies[0].value: missing required property",
    ),
    (
        SCALED_OBJECT,
        scaled(fallback={"failureThreshold": 3, "replicas": 3, "behavior": "fixed"}),
        FALLBACK,
    ),
    (
        VERTICAL,
        {"targetRef": {"name": "app", "kind": "Deployment"}, "updatePolicy": {"updateMode": "InPlaceOrReCreate"}},
        MODE,
    ),
    (
        VERTICAL,
        {
            "targetRef": {"name": "app", "kind": "Deployment"},
            "resourcePolicy": {"containerPolicies": [{"minAllowed": {"cpu": "100millis"}}]},
        },
        QUANTITY,
    ),
    (
        BINDING,
        {"serviceRef": {"name": "front", "port": "https"}, "targetGroupArn": "arn"},
        "spec.targetGroupArn: unknown property; did you mean `targetGroupARN`?",
    ),
    (
        BINDING,
        {"serviceRef": {"name": "front", "port": 443}, "targetType": "alb"},
        "spec.targetType: the text 'alb' is none of: instance, ip",
    ),
    (
        RULE,
        {"groups": [{"name": "g", "rules": [{"alert": "A", "expr": "up == 0", "for": "5minutes"}]}]},
        "spec.groups[0].rules[0].for: expected a duration such as 30s or 5m, got the text '5minutes'",
    ),
    (
        RULE,
        {"groups": [{"name": "g", "rules": [{"alert": "A"}]}]},
        "spec.groups[0].rules[0].expr: missing required property",
    ),
    (
        POD_MONITOR,
        {"selector": {}, "podMetricsEndpoints": [{"portNumber": 70000}]},
        "spec.podMetricsEndpoints[0].portNumber: 70000 is not allowed; 1 to 65535",
    ),
]


@pytest.mark.parametrize(("token", "spec", "message"), REFUSED, ids=[row[2].split(":")[0] for row in REFUSED])
def test_what_a_definition_does_not_allow_is_refused_with_its_path(
    token: str, spec: dict[str, Any], message: str
) -> None:
    assert messages(token, spec) == [message]


ACCEPTED = [
    (SCALED_OBJECT, scaled(minReplicaCount=0.0, maxReplicaCount=20.0)),
    (SCALED_OBJECT, scaled(triggers=[{"type": "cpu", "metricType": "Utilization", "metadata": {}}])),
    (SCALED_OBJECT, scaled(advanced=UNKNOWN, cooldownPeriod=None)),
    (VERTICAL, {"targetRef": {"name": "app", "kind": "Deployment"}, "updatePolicy": {"updateMode": "Off"}}),
    (
        VERTICAL,
        {
            "targetRef": {"name": "app", "kind": "Deployment"},
            "resourcePolicy": {
                "containerPolicies": [{"containerName": "*", "maxAllowed": {"cpu": 2, "memory": "4Gi"}}]
            },
        },
    ),
    (BINDING, {"serviceRef": {"name": "front", "port": 443}, "targetGroupARN": UNKNOWN, "targetType": "ip"}),
    (BINDING, {"serviceRef": {"name": "front", "port": "https"}, "targetGroupName": "edge", "vpcID": "vpc-1"}),
    (RULE, {"groups": [{"name": "g", "interval": "1m30s", "rules": [{"record": "a:b", "expr": 1}]}]}),
    (POD_MONITOR, {"selector": {"matchLabels": {"app": "x"}}, "podMetricsEndpoints": [{"tlsConfig": {"new": 1}}]}),
]


@pytest.mark.parametrize(("token", "spec"), ACCEPTED)
def test_what_a_definition_allows_is_accepted(token: str, spec: dict[str, Any]) -> None:
    assert messages(token, spec) == []


def test_a_field_beside_the_spec_is_refused() -> None:
    assert messages(RULE, {"groups": []}, groups=[]) == ["groups: unknown property"]


def test_a_misspelt_key_of_the_metadata_is_refused() -> None:
    found = messages(RULE, {"groups": []}, metadata={"name": "r", "label": {"tier": "1"}})
    assert found == ["metadata.label: unknown property; did you mean `labels`?"]


def test_a_property_that_two_rules_refuse_is_named_once() -> None:
    inputs = {"metadata": {"name": "app"}, "spec": scaled(triggers=[])}
    found = value_violations(Context(SCALED_OBJECT, "cr", "urn", inputs))
    assert [item.path for item in found] == ["spec.triggers"]


def test_every_definition_names_the_project_and_version_that_it_is_taken_from() -> None:
    assert set(definitions()) >= {SCALED_OBJECT, VERTICAL, BINDING, RULE, POD_MONITOR}
    assert all(any(digit in item.source for digit in "0123456789") for item in definitions().values())
