from pathlib import Path

import pytest

from sandbox.protocol.packages import packages, resource_class, tokens
from sandbox.protocol.schema import SchemaOracle, derive


def test_inputs_carry_the_providers_names_types_and_requirements() -> None:
    schema = derive("aws:rds/instance:Instance")
    assert schema.required == ("instanceClass",)
    assert schema.inputs["allocatedStorage"] == {"kind": "integer"}
    assert schema.inputs["multiAz"] == {"kind": "boolean"}
    assert schema.inputs["vpcSecurityGroupIds"] == {"list": {"kind": "string"}}
    assert schema.inputs["instanceClass"]["open"] is True
    assert "db.t4g.medium" in schema.inputs["instanceClass"]["enum"]


def test_secrets_are_known_on_both_sides() -> None:
    schema = derive("aws:rds/instance:Instance")
    assert schema.secret_inputs == ("password", "passwordWo")
    assert derive("random:index/randomPassword:RandomPassword").secret_outputs == ("bcryptHash", "result")


def test_computed_outputs_are_those_that_are_never_inputs() -> None:
    computed = derive("aws:rds/instance:Instance").computed
    assert {"address", "arn", "endpoint"} <= set(computed)
    assert "instanceClass" not in computed


def test_nested_objects_are_followed_to_any_depth() -> None:
    schema = derive("kubernetes:apps/v1:Deployment")
    container = schema.types["pulumi_kubernetes.core.v1.Container"]
    assert container["required"] == ["name"]
    assert container["properties"]["ports"] == {"list": {"ref": "pulumi_kubernetes.core.v1.ContainerPort"}}


def test_a_field_with_two_forms_is_a_union() -> None:
    port = derive("kubernetes:core/v1:Service").types["pulumi_kubernetes.core.v1.ServicePort"]
    assert port["properties"]["targetPort"] == {"union": [{"kind": "integer"}, {"kind": "string"}]}


def test_constants_are_closed_enums() -> None:
    assert derive("kubernetes:core/v1:Service").inputs["kind"] == {"enum": ["Service"], "open": False}


def test_the_oracle_answers_from_its_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BBP_CACHE_DIR", str(tmp_path))
    first = SchemaOracle()
    derived = first.get("aws:ec2/vpc:Vpc")
    first.flush()
    monkeypatch.setattr("sandbox.protocol.schema.derive", lambda token: pytest.fail(f"derived {token} again"))
    assert SchemaOracle().get("aws:ec2/vpc:Vpc") == derived


def test_a_broken_cache_file_is_derived_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BBP_CACHE_DIR", str(tmp_path))
    oracle = SchemaOracle()
    oracle.get("aws:ec2/vpc:Vpc")
    oracle.flush()
    (cached,) = (tmp_path / "schemas").glob("aws-*.json")
    cached.write_text("{broken")
    assert SchemaOracle().get("aws:ec2/vpc:Vpc") is not None


def test_unknown_types_have_no_schema() -> None:
    assert SchemaOracle().get("aws:ec2/vpc:Nonsense") is None
    assert SchemaOracle().get("keda:x:Y") is None
    with pytest.raises(KeyError):
        resource_class("aws:ec2/vpc:Nonsense")


def test_versions_come_from_the_wheels() -> None:
    assert packages()["aws"].version == "7.51.1"
    assert set(packages()) == {"aws", "kubernetes", "cloudflare", "random", "tls"}
    assert "aws:rds/instance:Instance" in tokens("aws")
