"""A stack in any region has no string of another one: not in its inputs, nor in what is computed for them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from infra.settings import load, read_stack_file
from tests.support.stack import record_platform, stack_file

if TYPE_CHECKING:
    from tests.support.recording import Recording

REGION = re.compile(r"\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov)?-[a-z]+-\d")
SHORT = re.compile(r"\.(?:af|ap|ca|eu|il|me|mx|sa|us)[a-z]{1,2}\d\.")
BILLING = "us-east-1"
"""CloudWatch has the metrics of the bill in this region alone (Amazon CloudWatch User Guide, billing alarms)."""


def _strings(found: Recording) -> dict[str, str]:
    return {item.urn: json.dumps(item.inputs, default=str) for item in found}


@pytest.mark.parametrize("region", ["eu-central-1", "us-west-2"])
@pytest.mark.parametrize(("environment", "phase"), [("dev", "optimization"), ("prod", "microservices")])
def test_a_stack_names_no_region_but_its_own(environment: str, phase: str, region: str) -> None:
    wanted = load({**_moved(environment, region), "phase": phase}, environment)
    texts = _strings(record_platform(wanted))
    named = {(urn, other) for urn, text in texts.items() for other in REGION.findall(text) if other != region}
    assert {(urn.rpartition("::")[2], other) for urn, other in named} <= {("alert-rules-dashboard", BILLING)}
    short = {other for text in texts.values() for other in SHORT.findall(text)}
    assert short <= {".euc1.", ".usw2."} - ({".usw2."} if region == "eu-central-1" else {".euc1."})
    assert any(region in text for text in texts.values())


def _moved(environment: str, region: str) -> dict[str, object]:
    document = json.dumps(read_stack_file(stack_file(environment))).replace("us-east-1", region)
    moved = json.loads(document)
    assert isinstance(moved, dict)
    return moved
