"""Secrets whose content a plan hides still have the keys that the API server wants."""

from __future__ import annotations

import pytest

from sandbox.drill.objects.unknown import SECRET, Filler


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("kubernetes.io/tls", {"tls.crt", "tls.key"}),
        ("kubernetes.io/dockerconfigjson", {".dockerconfigjson"}),
        ("Opaque", set()),
    ],
)
def test_a_secret_whose_content_is_hidden_gets_the_keys_that_its_type_wants(kind: str, keys: set[str]) -> None:
    filler = Filler("urn", {})
    secret = {"kind": "Secret", "metadata": {"name": "a"}, "type": kind, "stringData": SECRET}
    made = filler.manifest(secret)
    assert set(made.get("stringData") or {}) == keys
    assert len(filler.filled) >= len(keys)


def test_the_keys_that_a_secret_has_are_left_as_they_are() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "a"}, "type": "kubernetes.io/tls", "data": {"tls.crt": "aaaa"}}
    made = Filler("urn", {}).manifest(secret)
    assert made["data"] == {"tls.crt": "aaaa"}
    assert set(made["stringData"]) == {"tls.key"}
