"""The contract's file is refused where a promise is not whole."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bailbondpro.contract import Clause, Contract, Header, contract

CLAUSE = {"id": "stop.ends", "says": "It ends.", "keeper": "application", "judged": "test", "source": "ours"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "say what it wants"),
        ({"judged": "application"}, "why stands exactly where"),
        ({"judged": "plan"}, "nothing of the application"),
        ({"id": "Stop"}, "pattern"),
        ({"wants": "a", "fix": "b", "else": "c"}, "Extra inputs"),
    ],
)
def test_a_clause_that_is_not_whole_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Clause.model_validate({**CLAUSE, **changes})


def test_a_header_is_judged_once() -> None:
    header = contract().headers[0].model_dump()
    with pytest.raises(ValidationError, match="either itself or by other clauses"):
        Header.model_validate({**header, "judged_by": ("stop.ends",)})


def test_an_id_is_there_once_and_headers_refer_to_clauses_that_exist() -> None:
    whole = contract().model_dump()
    clauses = {**whole["clauses"], "again": whole["clauses"]["stopping"]}
    with pytest.raises(ValidationError, match=r"there twice: connections\.kept"):
        Contract.model_validate({**whole, "clauses": clauses})
    lost = {**whole["headers"][0], "judged": None, "judged_by": ("stop.never",)}
    with pytest.raises(ValidationError, match=r"do not exist: stop\.never"):
        Contract.model_validate({**whole, "headers": [lost, *whole["headers"][1:]]})


def test_every_clause_says_where_it_is_from_and_is_a_sentence() -> None:
    for clause in contract().every_clause:
        assert clause.source
        assert clause.says.endswith((".", "…")), clause.id
