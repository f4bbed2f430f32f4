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


@pytest.mark.parametrize("region", ["eu-west-1", "us-west-2"])
@pytest.mark.parametrize(
    ("environment", "phase"), [("dev", "optimization"), ("prod", "microservices"), ("everything", "microservices")]
)
def test_a_stack_names_no_region_but_its_own(environment: str, phase: str, region: str) -> None:
    wanted = load({**_moved(environment, region), "phase": phase}, environment)
    texts = _strings(record_platform(wanted))
    named = {(urn, other) for urn, text in texts.items() for other in REGION.findall(text) if other != region}
    assert {(urn.rpartition("::")[2], other) for urn, other in named if other != COPIES} <= {
        ("alert-rules-dashboard", BILLING)
    }
    assert any(other == COPIES for _, other in named) is (environment == "everything")
    short = {other for text in texts.values() for other in SHORT.findall(text)}
    assert short <= {".euw1." if region == "eu-west-1" else ".usw2."}
    assert any(region in text for text in texts.values())


COPIES = "eu-central-1"
"""Where the stack with everything on has the copies of its backups."""


def _moved(environment: str, region: str) -> dict[str, object]:
    document = json.dumps(read_stack_file(stack_file(environment)))
    document = document.replace("us-west-2", COPIES).replace("us-east-1", region)
    moved = json.loads(document)
    assert isinstance(moved, dict)
    return moved
