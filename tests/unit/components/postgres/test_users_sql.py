"""Statements as text: what they never hold, whom they name, and PostgreSQL's own form of a password."""

from __future__ import annotations

import pytest

from components.postgres.users_sql import (
    UserRole,
    UserVerifier,
    retirement_script,
    role_name,
    user_name,
    users_script,
    verifier,
)
from components.security.turns import Turns

MASTER_LETTERS = 16
"""At most, of RDS's master user (Amazon RDS API Reference, CreateDBInstance, MasterUsername)."""


def test_a_verifier_is_what_postgresql_makes_of_the_password() -> None:
    made = verifier("bailbondpro_reader_a", "pencil")
    assert made.startswith("SCRAM-SHA-256$4096:")
    assert "pencil" not in made
    assert made == verifier("bailbondpro_reader_a", "pencil"), "or every preview would show a change"
    assert made != verifier("bailbondpro_reader_b", "pencil")


def test_a_plain_password_is_no_verifier() -> None:
    with pytest.raises(ValueError, match="SCRAM-SHA-256 verifier"):
        UserVerifier(role=UserRole.READER, turn="a", verifier="pencil")


def test_no_user_can_have_the_name_of_the_master() -> None:
    assert min(len(role_name(role)) for role in UserRole) > MASTER_LETTERS


def test_everything_is_one_transaction_that_waits_for_no_lock_without_end() -> None:
    users = tuple(UserVerifier(role=role, turn="a", verifier=verifier("u", "p")) for role in UserRole)
    lines = users_script("bailbondpro", users).splitlines()
    assert lines[:2] == ["SET lock_timeout = '5s';", "BEGIN;"]
    assert lines[-1] == "COMMIT;"
    assert "<database>" not in "\n".join(lines)


@pytest.mark.parametrize("name", ["Bail", "bail-bond", "x; DROP DATABASE y", ""])
def test_a_database_whose_name_needs_quotes_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a database"):
        users_script(name, ())


def test_only_the_retired_user_of_each_role_is_named() -> None:
    text = retirement_script(Turns(generation=2, retired_before=2))
    assert all(f"'{user_name(role, 'a')}'" in text for role in UserRole)
    assert "_b'" not in text
    assert "ALTER" not in retirement_script(Turns(generation=2))
