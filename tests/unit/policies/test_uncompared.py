"""What the gate says of properties that no row compares."""

from __future__ import annotations

from typing import Any

from ops.answers.gate import gate
from plan.preview import read_preview
from tests.support.gate_cases import steps_of

DATABASE = "aws:rds/instance:Instance"


def notes(token: str, was: dict[str, Any], becomes: dict[str, Any], environment: str = "prod") -> list[str]:
    line = {"do": "update", "thing": "one", "was": was, "is": becomes, "changed": sorted({*was, *becomes})}
    steps = list(steps_of(line, {"one": {"type": token}}))
    found = gate(read_preview({"config": {"bailbondpro:environment": environment}, "steps": steps}))
    return [one.says for one in found.findings if one.rule == "not-compared" and not one.stops]


def test_a_property_of_data_that_no_row_compares_is_named() -> None:
    assert notes(DATABASE, {"characterSetName": "a"}, {"characterSetName": "b"}) == [
        "nothing here compares before and after of characterSetName"
    ]


def test_a_property_deep_inside_of_what_bears_load_is_named_by_its_path() -> None:
    found = notes(
        "kubernetes:core/v1:Service", {"spec": {"type": "ClusterIP"}}, {"spec": {"sessionAffinity": "ClientIP"}}
    )
    assert found == ["nothing here compares before and after of spec.sessionAffinity"]


def test_what_a_row_compares_or_only_describes_is_not_named() -> None:
    was = {"instanceClass": "db.m7g.large", "tags": {"a": "b"}, "allocatedStorage": 100}
    becomes = {"instanceClass": "db.m7g.xlarge", "tags": {"a": "c"}, "allocatedStorage": 200}
    assert notes(DATABASE, was, becomes) == []


def test_of_development_and_of_what_can_be_made_again_nothing_is_named() -> None:
    assert notes(DATABASE, {"characterSetName": "a"}, {"characterSetName": "b"}, "dev") == []
    assert notes("aws:kms/alias:Alias", {"name": "a"}, {"name": "b"}) == []


def test_more_than_a_few_are_counted() -> None:
    was = {f"unheardOf{number}": 1 for number in range(9)}
    assert notes(DATABASE, was, dict.fromkeys(was, 2))[0].endswith("unheardOf5 and 3 more")
