"""No secret stands in a stack file, under whatever name, and none is ever repeated."""

from __future__ import annotations

import pytest

from infra.problems import HIDDEN, ConfigError, is_secret_value, render, shown
from tests.support.configs import DIGEST, problems, smallest_raw

SECRETS = [
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "postgres://user:hunter22@host/db",
    "-----BEGIN PRIVATE KEY-----\nMIIE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
    "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5hJ7k",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_refused_and_never_repeated(secret: str) -> None:
    found = problems(smallest_raw(app={"environment": {"FEED": secret}}, domain=secret))
    assert {"no-secrets"} <= {p.rule for p in found}
    assert secret not in render(found)
    assert all(secret not in str(ConfigError([p])) for p in found)


def test_an_encrypted_value_is_refused_too() -> None:
    found = problems(smallest_raw(domain={"secure": "v1:abcdefgh"}))
    assert "no-secrets" in {p.rule for p in found}
    assert "v1:abcdefgh" not in render(found)


def test_a_key_named_like_a_secret_hides_its_value() -> None:
    found = problems(smallest_raw(app={"environment": {"SMTP_PASSWORD": "winter"}}))
    assert [p.rule for p in found] == ["no-secrets"]
    assert shown("winter", "apiToken") == HIDDEN
    assert "winter" not in shown({"db": {"password": "winter"}})


@pytest.mark.parametrize(
    "name",
    [
        *("STRIPE_SECRET_KEY", "SENDGRID_KEY", "JWT_SIGNING_KEY", "JWT_KEY_PEM", "DB_PASS", "SMTP_PWD", "SENTRY_DSN"),
        *(
            "GITHUB_PAT",
            "ENCRYPTION_KEY_BASE64",
            "SESSION_SECRET",
            "OAUTH_CLIENT_SECRETS",
            "API_TOKEN_2",
            "PASSWORD_PEPPER",
            "PGPASSWORD",
            "DBPASSWORD",
            "JWTSECRET",
            "APIKEY",
            "MASTERKEY",
            "SECRET_KEY_BASE",
            "DB_PASSWORD_PROD",
            "API_KEY_V2",
            "SMTP_CREDS",
            "NEXT_PUBLIC_ADMIN_SECRET",
        ),
    ],
)
def test_a_variable_named_like_a_secret_is_refused_with_the_way_to_hand_it_over(name: str) -> None:
    found = problems(smallest_raw(app={"environment": {name: "winter"}}))
    assert [p.rule for p in found] == ["no-secrets"]
    assert "Secrets Manager under a name below" in found[0].fix
    assert "winter" not in render(found)


@pytest.mark.parametrize(
    "name",
    [
        "STRIPE_PUBLISHABLE_KEY",
        "CACHE_KEY",
        "RECAPTCHA_SITE_KEY",
        "PASSWORD_MIN_LENGTH",
        "TOKEN_TTL_SECONDS",
        "KEYBOARD",
        "MONKEY",
        "MAX_TOKENS",
        "LLM_MAX_OUTPUT_TOKENS",
        "PRIMARY_KEY",
        "S3_OBJECT_KEY",
        "NEXT_PUBLIC_MAP_TOKEN",
    ],
)
def test_a_variable_that_only_sounds_like_a_secret_is_taken(name: str) -> None:
    assert problems(smallest_raw(app={"environment": {name: "12"}})) == ()


@pytest.mark.parametrize(
    "value",
    [
        "sk_live_abc123",
        "whsec_abc123",
        "glpat-abc123def",
        "https://hooks.slack.com/services/T000/B000/abcdef",
        "Bearer abcdefgh",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "redis://:winter@cache.example:6379",
        "Server=db;User Id=app;Password=winter;",
        "shpat_abcdef0123456789",
        "dckr_pat_abcdefgh",
        "hvs.CAESIJabcdef",
        "https://discord.com/api/webhooks/123456/abcdef",
        "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawX",
        "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t",
        '{"user": "app", "password": "winter"}',
        "https://storage.example/file?sv=1&sig=abcdefghij",
    ],
)
def test_a_value_that_looks_like_a_secret_is_refused_under_any_name(value: str) -> None:
    found = problems(smallest_raw(app={"environment": {"FEED": value}}))
    assert [p.rule for p in found] == ["no-secrets"]


@pytest.mark.parametrize(
    "harmless",
    [DIGEST, "db.m7g.large", "0" * 31 + "a", "arn:aws:iam::123456789012:role/deploy", "/api/court-schedules/"],
)
def test_identifiers_are_no_secrets(harmless: str) -> None:
    assert not is_secret_value(harmless)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TENANT_ID", "550e8400-e29b-41d4-a716-446655440000"),
        ("SOURCE_SHA256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("GIT_COMMIT", "3f786850e387550fdab836ed7e6dc881de23001b"),
        ("BUILD", "bailbondpro-frontend-release-2024-11-29-build-0042"),
        ("MODEL", "vendor-large-3-5-20241022-v2-0-us-east-1"),
        ("RECAPTCHA_SITE_KEY", "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_live_51abcdefghijk"),
        ("FEATURE_SHOW_API_KEY", "true"),
        ("ALLOW_PASSWORD", "off"),
    ],
)
def test_an_ordinary_value_is_no_secret_however_long_or_named(name: str, value: str) -> None:
    assert problems(smallest_raw(app={"environment": {name: value}})) == ()


def test_a_public_name_is_no_cover_for_a_secret() -> None:
    for value in ("sk_live_abc123", "postgres://user:hunter22@host/db"):
        assert [p.rule for p in problems(smallest_raw(app={"environment": {"STRIPE_PUBLISHABLE_KEY": value}}))] == [
            "no-secrets"
        ]
