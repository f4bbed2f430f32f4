"""The hash of a random password is one of it, where this machine can compute it."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, NoReturn

import pytest

from sandbox.providers.computed import computed_outputs
from sandbox.services import bcrypt
from sandbox.truth.grades import Aspect, Grade
from sandbox.truth.grading import graded
from sandbox.truth.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

GENERATED = "random:index/randomPassword:RandomPassword"
VECTOR = ("abcdefghijklmnopqrstuvwxyz", "$2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq")
"""A password and its hash among the published test vectors of jBCrypt."""


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose C library has no bcrypt."""

    def missing(_name: str) -> NoReturn:
        raise OSError

    _forget()
    monkeypatch.setattr(ctypes, "CDLL", missing)
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    bcrypt.available.cache_clear()
    bcrypt._library.cache_clear()


def made() -> dict[str, str]:
    return computed_outputs(GENERATED, "p", {"length": 20}, "p")


def test_the_hash_of_a_password_is_one_of_it() -> None:
    if not bcrypt.available():
        assert not bcrypt.matches(*VECTOR)
        return
    assert bcrypt.matches(*VECTOR)
    outputs = made()
    assert bcrypt.matches(outputs["result"], outputs["bcryptHash"])
    assert not bcrypt.matches(f"{outputs['result']}x", outputs["bcryptHash"])


def test_two_hashes_of_one_password_differ_by_their_salt() -> None:
    if bcrypt.available():
        assert bcrypt.hashed("password") != bcrypt.hashed("password")


def test_what_lies_beyond_72_bytes_does_not_count() -> None:
    found = bcrypt.hashed("x" * 72)
    assert found is None or bcrypt.matches("x" * 72 + "tail", found)


@pytest.mark.usefixtures("without")
def test_a_machine_without_bcrypt_makes_the_hash_up_and_says_so() -> None:
    assert made()["bcryptHash"].startswith("$2a$10$")
    answer = graded(GENERATED, Setting())[Aspect.OUTPUTS]
    assert (answer.grade, "no bcrypt" in answer.why) == (Grade.ASSUMED, True)


def test_a_machine_with_bcrypt_is_as_sure_as_the_provider() -> None:
    answer = graded(GENERATED, Setting())[Aspect.OUTPUTS]
    assert (answer.grade is Grade.REAL) is bcrypt.available()
