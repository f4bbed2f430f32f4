"""The keys of the tls provider open what they should: each form holds the same key, in the provider's own spelling."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
    load_ssh_private_key,
    load_ssh_public_key,
)

from sandbox.providers.computed import computed_outputs
from sandbox.providers.rules import Context, value_violations
from sandbox.services.keys import CURVES

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

KEY = "tls:index/privateKey:PrivateKey"
KINDS = (
    ({"algorithm": "RSA", "rsaBits": 1024}, "RSA PRIVATE KEY"),
    *(({"algorithm": "ECDSA", "ecdsaCurve": name}, "EC PRIVATE KEY") for name in CURVES),
    ({"algorithm": "ED25519"}, "PRIVATE KEY"),
)


def made(inputs: dict[str, object]) -> dict[str, str]:
    return computed_outputs(KEY, "k", inputs, "k")


def form(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(("inputs", "label"), KINDS)
def test_every_form_holds_the_same_key(inputs: dict[str, object], label: str) -> None:
    outputs = made(inputs)
    assert outputs["privateKeyPem"].startswith(f"-----BEGIN {label}-----\n")
    assert outputs["privateKeyPemPkcs8"].startswith("-----BEGIN PRIVATE KEY-----\n")
    forms = [
        load_pem_private_key(outputs["privateKeyPem"].encode(), None).public_key(),
        load_pem_private_key(outputs["privateKeyPemPkcs8"].encode(), None).public_key(),
        load_pem_public_key(outputs["publicKeyPem"].encode()),
    ]
    if outputs["publicKeyOpenssh"]:
        forms.append(load_ssh_private_key(outputs["privateKeyOpenssh"].encode(), None).public_key())
        forms.append(load_ssh_public_key(outputs["publicKeyOpenssh"].encode()))
    assert len({form(key) for key in forms}) == 1


@pytest.mark.parametrize(("inputs", "bits"), [({"rsaBits": 1025}, 1025), ({}, 2048)])
def test_an_rsa_key_has_the_bits_that_are_asked_for_and_the_exponent_of_go(
    inputs: dict[str, object], bits: int
) -> None:
    key = load_pem_public_key(made({"algorithm": "RSA", **inputs})["publicKeyPem"].encode())
    assert isinstance(key, RSAPublicKey)
    assert (key.key_size, key.public_numbers().e) == (bits, 65_537)


@pytest.mark.parametrize(("given", "curve"), [({}, "P224"), *(({"ecdsaCurve": name}, name) for name in CURVES)])
def test_a_key_lies_on_the_curve_that_is_asked_for_and_openssh_has_no_p224(
    given: dict[str, object], curve: str
) -> None:
    outputs = made({"algorithm": "ECDSA", **given})
    key = load_pem_public_key(outputs["publicKeyPem"].encode())
    assert isinstance(key, EllipticCurvePublicKey)
    assert key.curve.name == CURVES[curve]
    ssh = ("privateKeyOpenssh", "publicKeyOpenssh", "publicKeyFingerprintMd5", "publicKeyFingerprintSha256")
    assert {bool(outputs[name]) for name in ssh} == {curve != "P224"}


def test_two_keys_are_never_the_same() -> None:
    assert made({"algorithm": "ED25519"})["publicKeyPem"] != made({"algorithm": "ED25519"})["publicKeyPem"]


def test_fingerprints_are_those_of_the_public_key() -> None:
    outputs = made({"algorithm": "ED25519"})
    assert outputs["publicKeyOpenssh"].endswith("\n"), "as ssh.MarshalAuthorizedKey writes it"
    blob = base64.b64decode(outputs["publicKeyOpenssh"].split()[1])
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    assert outputs["publicKeyFingerprintSha256"] == f"SHA256:{digest}"
    assert re.fullmatch(r"([0-9a-f]{2}:){15}[0-9a-f]{2}", outputs["publicKeyFingerprintMd5"])
    assert outputs["publicKeyFingerprintMd5"].replace(":", "") == hashlib.md5(blob, usedforsecurity=False).hexdigest()


def test_an_algorithm_that_does_not_exist_makes_no_key() -> None:
    assert "publicKeyPem" not in computed_outputs(KEY, "k", {"algorithm": "DSA"}, "k")


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"algorithm": "DSA"}, "algorithm"),
        ({"algorithm": "ECDSA", "ecdsaCurve": "P192"}, "ecdsaCurve"),
        ({"algorithm": "RSA", "rsaBits": 512}, "rsaBits"),
    ],
)
def test_what_the_provider_cannot_make_is_refused(inputs: dict[str, object], path: str) -> None:
    context = Context(KEY, "k", "urn", inputs, None)
    assert [item.path for item in value_violations(context)] == [path]
    assert computed_outputs(KEY, "k", inputs, "k").get("publicKeyPem") is None or path == "ecdsaCurve"
