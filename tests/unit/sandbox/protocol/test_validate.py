from typing import Any

import pytest

from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.validate import unrecognized, validate
from sandbox.protocol.wire import UNKNOWN, Secret

INSTANCE = "aws:rds/instance:Instance"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:core/v1:Service"
RULESET = "cloudflare:index/ruleset:Ruleset"


@pytest.fixture(scope="module")
def oracle() -> SchemaOracle:
    return SchemaOracle()


CONTAINER = "spec.template.spec.containers[0]"


def deployment(**container: object) -> dict[str, Any]:
    pod = {"containers": [{"name": "app", **container}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "app"},
        "spec": {
            "selector": {"matchLabels": {"app": "app"}},
            "template": {"metadata": {"labels": {"app": "app"}}, "spec": pod},
        },
    }


REFUSED = [
    (INSTANCE, {"instanceClass": "db.m7g.large", "replicaz": 3}, "replicaz", "unknown property"),
    (INSTANCE, {"instanceClass": "c", "multiAZ": True}, "multiAZ", "did you mean `multiAz`"),
    (
        INSTANCE,
        {"instanceClass": "c", "multiAz": "yes-please"},
        "multiAz",
        "true or false, got the text 'yes-please'",
    ),
    (INSTANCE, {}, "instanceClass", "missing required property"),
    (INSTANCE, {"instanceClass": "c", "allocatedStorage": "big"}, "allocatedStorage", "whole number"),
    (INSTANCE, {"instanceClass": "c", "allocatedStorage": 1.5}, "allocatedStorage", "whole number"),
    (INSTANCE, {"instanceClass": "c", "allocatedStorage": True}, "allocatedStorage", "got true"),
    (INSTANCE, {"instanceClass": "c", "vpcSecurityGroupIds": "sg-1"}, "vpcSecurityGroupIds", "expected a list"),
    (INSTANCE, {"instanceClass": "c", "tags": ["a"]}, "tags", "expected a map"),
    (INSTANCE, {"instanceClass": "c", "blueGreenUpdate": True}, "blueGreenUpdate", "expected an object"),
    (INSTANCE, {"instanceClass": "c", "s3Import": {"bucketName": "b"}}, "s3Import.ingestionRole", "missing required"),
    (INSTANCE, {"instanceClass": {"a": 1}}, "instanceClass", "expected a text, got an object"),
    (DEPLOYMENT, deployment(imagee="x"), CONTAINER + ".imagee", "did you mean `image`"),
    (
        DEPLOYMENT,
        deployment(ports=[{"containerPort": "3000"}]),
        CONTAINER + ".ports[0].containerPort",
        "whole number",
    ),
    (DEPLOYMENT, deployment(ports=[{}]), CONTAINER + ".ports[0].containerPort", "missing"),
    (DEPLOYMENT, deployment(ports={"a": 1}), CONTAINER + ".ports", "expected a list"),
    (
        DEPLOYMENT,
        deployment(resources={"limits": {"cpu": ["1"]}}),
        CONTAINER + ".resources.limits.cpu",
        "text",
    ),
    (DEPLOYMENT, {"kind": "deployment", "spec": deployment()["spec"]}, "kind", "is none of: Deployment; did you mean"),
    (DEPLOYMENT, {}, "spec", "missing required"),
    (SERVICE, {"spec": {"ports": [{"port": 80, "targetPort": {"a": 1}}]}}, "spec.ports[0].targetPort", "expected"),
    (RULESET, {"kind": "zone", "name": "d"}, "phase", "missing required"),
]


@pytest.mark.parametrize(("token", "inputs", "path", "reason"), REFUSED)
def test_wrong_inputs_are_refused_with_path_and_reason(
    oracle: SchemaOracle, token: str, inputs: dict[str, Any], path: str, reason: str
) -> None:
    schema = oracle.get(token)
    assert schema is not None
    found = {violation.path: violation.reason for violation in validate(schema, inputs)}
    assert path in found, found
    assert reason in found[path]


DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"


def definition(**schema: object) -> dict[str, Any]:
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    spec = {"group": "a.dev", "scope": "Cluster", "names": {"kind": "A", "plural": "as"}, "versions": [version]}
    return {"metadata": {"name": "as.a.dev"}, "spec": spec}


ACCEPTED = [
    (DEFINITION, definition(type="object", **{"x-kubernetes-preserve-unknown-fields": True})),
    (DEFINITION, definition(type="object", x_kubernetes_preserve_unknown_fields=True)),
    (DEFINITION, definition(properties={"a": {"type": "array", "items": {"type": "string"}}})),
    (DEPLOYMENT, deployment(image="a", resources={"requests": {"cpu": 1, "memory": 1e9}})),
    (INSTANCE, {"instanceClass": "db.m99g.large"}),
    (INSTANCE, {"instanceClass": "c", "multiAz": "true", "allocatedStorage": "100"}),
    (INSTANCE, {"instanceClass": UNKNOWN, "multiAz": UNKNOWN, "passwordWo": Secret("x")}),
    (INSTANCE, {"instanceClass": "c", "kmsKeyId": None, "unheardOf": None, "__defaults": []}),
    (INSTANCE, {"instanceClass": "c", "tags": {"Any-Key": "v"}}),
    (DEPLOYMENT, deployment(ports=[{"containerPort": 3000.0}], image=UNKNOWN)),
    (SERVICE, {"spec": {"ports": [{"port": 80, "targetPort": "http"}, {"port": 81, "targetPort": 8080}]}}),
    (SERVICE, {"spec": {"ports": UNKNOWN}}),
]


@pytest.mark.parametrize(("token", "inputs"), ACCEPTED)
def test_right_inputs_that_look_odd_are_accepted(oracle: SchemaOracle, token: str, inputs: dict[str, Any]) -> None:
    schema = oracle.get(token)
    assert schema is not None
    assert validate(schema, inputs) == []


def test_every_violation_is_reported_at_once(oracle: SchemaOracle) -> None:
    schema = oracle.get(INSTANCE)
    assert schema is not None
    assert len(validate(schema, {"multiAz": "x", "replicaz": 1})) == 3


def test_a_type_that_its_package_does_not_have_is_refused_with_the_nearest(oracle: SchemaOracle) -> None:
    assert oracle.get("aws:s3/buket:Buket") is None
    (found,) = unrecognized("aws:s3/buket:Buket", ["aws:s3/bucket:Bucket", "aws:sqs/queue:Queue"])
    assert found.reason.endswith("no resource type aws:s3/buket:Buket; did you mean aws:s3/bucket:Bucket?")
    assert unrecognized("acme:index:Thing", []) == [], "a package that cannot be asked refuses nothing"
    assert unrecognized("kubernetes:acme.io/v1:Thing", ["kubernetes:core/v1:Pod"]) == [], "a custom resource may be any"
