from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.naming import HASH_LENGTH, NameKind, name_hash, physical_name

KINDS = st.sampled_from(list(NameKind))
PARTS = st.lists(st.from_regex(r"[a-z][a-z0-9]{0,80}", fullmatch=True), min_size=1, max_size=8)


def test_parts_are_joined_in_lower_case() -> None:
    assert physical_name(NameKind.RDS_IDENTIFIER, "BailBondPro-prod", "Primary") == "bailbondpro-prod-primary"


def test_paths_are_joined_by_slashes_and_begin_with_one() -> None:
    assert physical_name(NameKind.SSM_PARAMETER, "bailbondpro", "prod", "db") == "/bailbondpro/prod/db"
    assert physical_name(NameKind.LOG_GROUP, "bailbondpro-prod", "flow-logs") == "/bailbondpro-prod/flow-logs"


def test_a_kms_alias_carries_its_prefix() -> None:
    assert physical_name(NameKind.KMS_ALIAS, "bailbondpro-dev", "data") == "alias/bailbondpro-dev-data"


def test_a_name_at_the_limit_stays_whole_and_one_over_it_is_shortened() -> None:
    assert physical_name(NameKind.LOAD_BALANCER, "a" * 32) == "a" * 32
    shortened = physical_name(NameKind.LOAD_BALANCER, "a" * 33)
    assert shortened == f"{'a' * 23}-{name_hash('a' * 33)}"
    assert len(shortened) == 32


def test_long_names_that_differ_only_at_the_end_stay_different() -> None:
    first = physical_name(NameKind.TARGET_GROUP, "bailbondpro-production-environment", "https")
    second = physical_name(NameKind.TARGET_GROUP, "bailbondpro-production-environment", "http")
    assert first != second


def test_shortening_never_leaves_a_double_hyphen_before_the_hash() -> None:
    name = physical_name(NameKind.REPLICATION_GROUP, "a" * 30, "b" * 20)
    assert "--" not in name
    assert len(name) <= 40


def test_the_hash_is_stable_across_processes_and_versions() -> None:
    assert name_hash("bailbondpro-prod") == "57cfce51"


@pytest.mark.parametrize(
    ("kind", "parts", "reason"),
    [
        (NameKind.RDS_IDENTIFIER, ("1st",), "must begin with"),
        (NameKind.RDS_IDENTIFIER, ("bailbondpro--prod",), '"--"'),
        (NameKind.RDS_IDENTIFIER, ("primary-",), "must end with"),
        (NameKind.RDS_IDENTIFIER, ("primary_db",), "must begin with"),
        (NameKind.LOAD_BALANCER, ("internal", "web"), "keeps for itself"),
        (NameKind.SECURITY_GROUP, ("sg-web",), "keeps for itself"),
        (NameKind.KMS_ALIAS, ("aws/rds",), "keeps for itself"),
        (NameKind.SSM_PARAMETER, ("aws", "db"), "keeps for itself"),
        (NameKind.S3_BUCKET, ("ab",), "at least 3"),
        (NameKind.S3_BUCKET, ("bail.bond",), "must begin with"),
        (NameKind.ECR_REPOSITORY, ("a//b",), "empty segment"),
        (NameKind.EKS_CLUSTER, ("naïve",), "must begin with"),
        (NameKind.EKS_CLUSTER, (), "at least one part"),
        (NameKind.EKS_CLUSTER, ("bailbondpro", " "), "none may be empty"),
    ],
)
def test_a_name_that_the_service_refuses_is_refused_here_with_the_reason(
    kind: NameKind, parts: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        physical_name(kind, *parts)


def test_a_message_names_the_kind_and_the_parts() -> None:
    with pytest.raises(ValueError, match=r"RDS identifier .*'1st'"):
        physical_name(NameKind.RDS_IDENTIFIER, "1st")


def test_a_secret_never_ends_like_the_end_of_an_arn() -> None:
    assert physical_name(NameKind.SECRET, "bailbondpro", "master") == "bailbondpro-master-" + name_hash(
        "bailbondpro-master"
    )
    assert physical_name(NameKind.SECRET, "bailbondpro", "primary") == "bailbondpro-primary"


def test_every_kind_leaves_room_for_a_hash() -> None:
    assert all(kind.rule.maximum > 2 * HASH_LENGTH for kind in NameKind)


@given(kind=KINDS, parts=PARTS)
def test_any_plain_words_give_a_name_that_the_kind_admits(kind: NameKind, parts: list[str]) -> None:
    rule = kind.rule
    try:
        name = physical_name(kind, *parts)
    except ValueError as refused:
        assert "keeps for itself" in str(refused) or "at least" in str(refused)  # noqa: PT017 - both ends are legal
        return
    assert rule.minimum <= len(name) <= rule.maximum
    assert re.fullmatch(f"{rule.first}({rule.body})*", name.removeprefix(rule.lead))
    assert not name.endswith("-")
    assert not (kind is NameKind.SECRET and re.search(r"-[a-z0-9]{6}$", name))


@given(kind=KINDS, parts=PARTS)
def test_the_same_parts_always_give_the_same_name(kind: NameKind, parts: list[str]) -> None:
    def attempt() -> str:
        try:
            return physical_name(kind, *parts)
        except ValueError as refused:
            return str(refused)

    assert attempt() == attempt()


@given(kind=KINDS, parts=st.lists(st.text(max_size=20), max_size=4))
def test_any_text_gives_a_good_name_or_a_value_error_and_nothing_else(kind: NameKind, parts: list[str]) -> None:
    try:
        name = physical_name(kind, *parts)
    except ValueError:
        return
    assert name.isascii()
    assert name == name.lower()
    assert len(name) <= kind.rule.maximum


@given(kind=KINDS, parts=PARTS)
def test_a_name_is_its_own_name(kind: NameKind, parts: list[str]) -> None:
    try:
        name = physical_name(kind, *parts)
    except ValueError:
        return
    bare = name.removeprefix(kind.rule.lead)
    assert physical_name(kind, bare) == name
