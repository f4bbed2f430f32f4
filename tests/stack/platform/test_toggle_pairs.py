"""Switches turned together: every two of them, in each of their four positions, through check, stack and policies."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

import pytest

from infra.problems import ConfigError
from infra.settings import load
from tests.stack.platform.test_toggles import DEV, FAILING, PROD, REFUSED, SWITCHES, failures
from tests.support.leaves import changed, current
from tests.support.stack import raw, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings import Settings

Stack = tuple[str, str]
REFUSED_TOGETHER = {
    (PROD, "cdn.hsts.includeSubdomains", "cdn.hsts.preload"): "hsts-preload",
    (DEV, "cdn.hsts.includeSubdomains", "cdn.hsts.preload"): "hsts-preload",
}
"""Two switches of which each may be turned, and both may not; and the limit that says why."""
LENGTH = 7
"""Rows, for up to 35 switches."""


def switches(stack: Stack) -> list[str]:
    """The switches of a stack that a check lets be turned alone."""
    return [path for of, path in SWITCHES if of == stack and (of, path) not in REFUSED]


def turned(stack: Stack, paths: frozenset[str]) -> Settings:
    """A stack with some switches turned."""
    config = raw(*stack)
    for path in sorted(paths):
        config = changed(config, path, not current(settings(*stack), path))
    return load(config, stack[0])


def positions(stack: Stack, row: frozenset[str]) -> frozenset[tuple[str, bool, str, bool]]:
    """Two switches and where both stand, for every two of them."""
    return frozenset((a, a in row, b, b in row) for a, b in combinations(switches(stack), 2))


def rows(stack: Stack) -> Iterator[frozenset[str]]:
    """Few sets of turned switches in which every two stand in every position that is allowed.

    Each switch is on in four rows of seven, and no two in the same four: any two fours share a row (both on), and
    neither holds the other (one on, one off). Both are off in the stack as it is. Thirty-five switches are the most
    that seven rows take (Katona, and Kleitman and Spencer, both 1973). One of two that may not
    be on together gives way, and what it misses then is in rows of its own.
    """
    every = switches(stack)
    fours = dict(zip(every, combinations(range(LENGTH), LENGTH // 2 + 1), strict=False))
    found = [frozenset(path for path, four in fours.items() if row in four) for row in range(LENGTH)]
    for of, first, second in REFUSED_TOGETHER:
        if of == stack:
            found = [row - {second} if first in row else row for row in found]
            beside = [path for path in every if path not in {first, second}]
            never = {path for path in beside if not any(second in row and path not in row for row in found)}
            found += [frozenset(beside) - never | {second}]
    yield from found


ROWS = tuple((stack, row) for stack in (PROD, DEV) for row in rows(stack))


@pytest.mark.parametrize("stack", [PROD, DEV], ids=lambda stack: stack[0])
def test_every_two_switches_make_a_valid_stack_or_are_refused_with_a_fix(stack: Stack) -> None:
    refused: dict[tuple[Stack, str, str], str] = {}
    for first, second in combinations(switches(stack), 2):
        try:
            turned(stack, frozenset((first, second)))
        except ConfigError as error:
            [problem] = error.problems
            assert problem.fix
            refused[stack, first, second] = problem.rule
    assert refused == {key: rule for key, rule in REFUSED_TOGETHER.items() if key[0] == stack}


@pytest.mark.parametrize("stack", [PROD, DEV], ids=lambda stack: stack[0])
def test_the_rows_hold_every_two_switches_in_every_position(stack: Stack) -> None:
    found = frozenset().union(*(positions(stack, row) for of, row in ROWS if of == stack))
    # None turned is the stack itself, which is judged everywhere else.
    found |= positions(stack, frozenset())
    every = {
        (a, at_a, b, at_b)
        for a, b in combinations(switches(stack), 2)
        for at_a, at_b in product((True, False), repeat=2)
        if not (at_a and at_b and (stack, a, b) in REFUSED_TOGETHER)
    }
    assert every - found == set()


@pytest.mark.parametrize(("stack", "row"), ROWS, ids=[f"{stack[0]}-{n}" for n, (stack, _) in enumerate(ROWS)])
def test_switches_turned_alone_or_together_make_a_whole_stack_that_keeps_every_policy(
    stack: Stack, row: frozenset[str]
) -> None:
    # One that breaks something by itself is on in four rows, in one of them without any one other that could hide it.
    known = {title for path in row for title in FAILING.get((stack, path), ())}
    assert set(failures(turned(stack, row))) - known == set()
