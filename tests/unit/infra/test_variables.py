"""Variables that take the verification of certificates off are refused in every spelling, and others are not."""

from __future__ import annotations

import pytest

from tests.support.configs import problems, smallest_raw


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUEUE_SSL_CERT_REQS", "none"),
        ("QUEUE_URL", "rediss://queue.example?ssl_cert_reqs=none"),
        ("BROKER_URL", "amqps://broker.example?verify=verify_none"),
        ("LEDGER_OPTIONS", "host=ledger.example sslmode = 'disable'"),
        ("LEDGER_OPTIONS", "Host=ledger.example;SSL Mode=Prefer"),
        ("LEDGER_URL", "mysql://ledger.example/db?ssl-mode=DISABLED"),
        ("LEDGER_URL", "jdbc:x?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory"),
        ("JAVA_TOOL_OPTIONS", "-Djdk.internal.httpclient.disableHostnameVerification"),
    ],
)
def test_a_variable_that_accepts_any_certificate_is_refused(name: str, value: str) -> None:
    assert "tls-stays-on" in {found.rule for found in problems(smallest_raw(app={"environment": {name: value}}))}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NO_SSL_REDIRECT", "true"),
        ("DISABLE_HTTPS_REDIRECT", "1"),
        ("HTTPS_ENABLED", "false"),
        ("QUEUE_SSL_CERT_REQS", "required"),
        ("LEDGER_OPTIONS", "host=ledger.example sslmode=verify-full"),
    ],
)
def test_a_variable_that_only_sounds_so_is_taken(name: str, value: str) -> None:
    assert problems(smallest_raw(app={"environment": {name: value}})) == ()
