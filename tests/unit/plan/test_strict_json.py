"""Of what an engine wrote, nothing is read that no engine writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from plan import PlanError, load_plan
from plan.strict_json import ForeignJsonError, RepeatedKeyError, parsed

if TYPE_CHECKING:
    from pathlib import Path

URN = "urn:pulumi:prod::acme::aws:rds/instance:Instance::main"


def test_what_an_engine_writes_is_read_as_it_stands() -> None:
    document = {"steps": [{"a": 1, "b": [1.5, -0.0, 1e300, True, None, "é"]}, {"a": {"a": 1}}]}
    assert parsed(json.dumps(document)) == document


def test_a_key_that_stands_twice_is_named_with_its_resource() -> None:
    with pytest.raises(RepeatedKeyError, match=f"'op' stands twice in one object of {URN}"):
        parsed(f'{{"steps": [{{"op": "delete", "urn": "{URN}", "op": "same"}}]}}')


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400, f"-{'9' * 400}"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ForeignJsonError, match="number"):
        parsed(f'{{"threshold": {number}}}')


@pytest.mark.parametrize("text", ['{"steps": [], "steps": []}', '{"steps": [], "duration": NaN}'])
def test_a_plan_that_no_engine_wrote_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, "utf-8")
    with pytest.raises(PlanError, match="no engine writes it so"):
        load_plan(path)
