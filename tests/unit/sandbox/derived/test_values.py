import re
from pathlib import Path
from typing import Any

import pytest

from sandbox.model.place import Place
from sandbox.protocol.packages import tokens
from sandbox.protocol.schema import SchemaOracle
from sandbox.providers.computed import computed_outputs, resource_id
from tests.support.minimal import Lives, minimal

ORACLE = SchemaOracle()
FRANKFURT = Place("eu-central-1", "123456789012")


def outputs(token: str, inputs: dict[str, Any], place: Place = FRANKFURT) -> dict[str, Any]:
    schema = ORACLE.get(token)
    assert schema is not None
    identity = resource_id(token, "it", inputs, place, schema)
    return {"id": identity, **computed_outputs(token, "it", inputs, identity, place, schema)}


@pytest.mark.parametrize(
    ("token", "inputs", "key", "form"),
    [
        ("aws:sfn/stateMachine:StateMachine", {"name": "n"}, "arn",
         r"arn:aws:states:eu-central-1:123456789012:stateMachine:n"),
        ("aws:sqs/queue:Queue", {"name": "n"}, "url", r"https://sqs.eu-central-1.amazonaws.com/123456789012/n"),
        ("aws:sqs/queue:Queue", {"name": "n"}, "id", r"https://sqs.eu-central-1.amazonaws.com/123456789012/n"),
        ("aws:efs/fileSystem:FileSystem", {}, "dnsName", r"fs-[0-9a-f]{17}\.efs\.eu-central-1\.amazonaws\.com"),
        ("aws:ec2/instance:Instance", {}, "id", r"i-[0-9a-f]{17}"),
        ("aws:cognito/userPool:UserPool", {"name": "n"}, "id", r"eu-central-1_[A-Za-z0-9]{9}"),
        ("aws:iam/user:User", {"name": "n"}, "arn", r"arn:aws:iam::123456789012:user/n"),
        ("aws:route53/zone:Zone", {"name": "example.com"}, "zoneId", r"Z[A-Z0-9]{20}"),
        ("aws:ecs/service:Service", {"name": "n", "cluster": "arn:aws:ecs:eu-central-1:123456789012:cluster/c"}, "id",
         r"arn:aws:ecs:eu-central-1:123456789012:service/c/n"),
        ("aws:dynamodb/table:Table", {"name": "n", "streamEnabled": True}, "streamArn",
         r"arn:aws:dynamodb:.*:table/n/stream/.*"),
        ("aws:transfer/server:Server", {}, "endpoint",
         r"s-[0-9a-f]{17}\.server\.transfer\.eu-central-1\.amazonaws\.com"),
    ],
)  # fmt: skip
def test_ids_arns_and_addresses_have_the_form_of_their_service(
    token: str, inputs: dict[str, Any], key: str, form: str
) -> None:
    assert re.fullmatch(form, outputs(token, inputs)[key])


def test_the_partition_of_the_region_is_in_every_arn_and_host() -> None:
    china = outputs("aws:sqs/queue:Queue", {"name": "n"}, Place("cn-north-1", "123456789012"))
    assert china["arn"] == "arn:aws-cn:sqs:cn-north-1:123456789012:n"
    assert china["url"] == "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/n"


def test_each_name_of_a_certificate_has_its_validation_record() -> None:
    inputs = {"domainName": "example.com", "subjectAlternativeNames": ["*.example.com", "www.example.com"]}
    options = outputs("aws:acm/certificate:Certificate", inputs)["domainValidationOptions"]
    assert [item["domainName"] for item in options] == ["example.com", "*.example.com", "www.example.com"]
    assert options[0]["resourceRecordName"] == options[1]["resourceRecordName"] != options[2]["resourceRecordName"]


def test_what_may_be_absent_and_was_not_given_stays_absent() -> None:
    found = outputs("aws:sqs/queue:Queue", {"name": "n"})
    assert "kmsMasterKeyId" not in found
    assert "delaySeconds" not in found
    assert found["policy"] == ""


def test_nothing_that_was_given_is_filled_in_again() -> None:
    assert "policy" not in outputs("aws:sqs/queue:Queue", {"name": "n", "policy": "{}"})


def test_two_objects_of_a_type_share_no_made_up_value() -> None:
    schema = ORACLE.get("aws:ebs/volume:Volume")
    assert resource_id("aws:ebs/volume:Volume", "a", {}, schema=schema) != resource_id("aws:ebs/volume:Volume", "b", {})


@pytest.mark.parametrize(("package", "step", "refused"), [("aws", 25, 8), ("cloudflare", 25, 3), ("kubernetes", 25, 6)])
def test_types_of_every_service_live_consistently_on_the_least_inputs(
    package: str, step: int, refused: int, tmp_path: Path
) -> None:
    """Preview and update give the same outputs, a second preview is empty, a refresh finds nothing."""
    lives = Lives(tmp_path / "cloud.jsonl", ORACLE)
    found = []
    for token in tokens(package)[::step]:
        schema = ORACLE.get(token)
        assert schema is not None
        found.append(lives.live(token, minimal(schema)))
        if found[-1].id:
            assert [key for key in schema.present if key not in found[-1].outputs] == []
    assert {life.token: life.problems for life in found if life.problems} == {}
    assert sum(1 for life in found if not life.id) <= refused
