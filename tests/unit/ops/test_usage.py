"""What a value of an option that cannot be is answered with."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from ops.cli import app


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["shard", "of", "a", "--count", "many"], "'--count': must be a whole number, not 'many'"),
        (["shard", "of", "a", "--count", "4.5"], "'--count': must be a whole number, not '4.5'"),
        (["gate", "--plan", "x", "--most-usd", "much"], "'--most-usd': must be a number, not 'much'"),
        (["gate", "--plan", "x", "--most-usd", "-1"], "'--most-usd': must be 0 or more, not '-1'"),
        (
            ["shard", "move", "back", "--schema", "x", "--service", "y", "--pause-at-most", "inf"],
            "'--pause-at-most': must be 3600 or less, not 'inf'",
        ),
        (
            ["shard", "move", "back", "--schema", "x", "--service", "y", "--pause-at-most", "nan"],
            "'--pause-at-most': must be 3600 or less, not 'nan'",
        ),
        (["review", "--json"], "Missing option '--base'"),
        (["review", "--base", "main", "--json", "--most-usd", "nan"], "'--most-usd': must be 0 or more, not 'nan'"),
        *(
            (["cdn", "forecast", "prod", "--log", "x", option, value], f"'{option}': must be {said}, not '{value}'")
            for option, most, least in (("--size-gib", "1.04858e+06", "0.001"), ("--target", "100", "0"))
            for value, said in (("nan", f"{most} or less"), ("inf", f"{most} or less"), ("-1", f"{least} or more"))
        ),
    ],
)
def test_a_value_that_an_option_does_not_take_is_explained_in_words(arguments: list[str], said: str) -> None:
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code == 2
    assert said in " ".join(ran.stderr.split())
    assert "Input should be" not in ran.stderr
