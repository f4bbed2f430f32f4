"""The keys of the tls provider open what they should: each form holds the same key, and the numbers fit."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from sandbox.providers.computed import computed_outputs
from sandbox.providers.rules import Context, value_violations
from sandbox.services.keys.curves import CURVES, public_25519
from sandbox.services.keys.forms import der, integer, oid
from sandbox.services.keys.made import rsa

KEY = "tls:index/privateKey:PrivateKey"


def content(pem: str) -> bytes:
    return base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))


def parts(data: bytes) -> list[tuple[int, bytes]]:
    """The values of an encoded ASN.1 text, one after another."""
    found = []
    while data:
        size, at = data[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(data[2:at], "big")
        found.append((data[0], data[at : at + size]))
        data = data[at + size :]
    return found


def numbers(pem: str) -> list[int]:
    [(_, inner)] = parts(content(pem))
    return [int.from_bytes(value, "big") for _, value in parts(inner)]


def fields(blob: bytes) -> list[bytes]:
    """The strings of an OpenSSH text."""
    found = []
    while blob:
        size = int.from_bytes(blob[:4], "big")
        found.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    return found


@pytest.mark.parametrize("size", [1024, 1025])
def test_an_rsa_key_undoes_what_its_public_half_does(size: int) -> None:
    outputs = rsa(size).outputs()
    assert outputs["privateKeyPem"].startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    _, n, e, d, p, q, dp, dq, inverse = numbers(outputs["privateKeyPem"])
    assert n.bit_length() == size
    assert n == p * q
    assert pow(pow(42, e, n), d, n) == 42
    assert (dp, dq, inverse * q % p) == (d % (p - 1), d % (q - 1), 1)
    kind, said_e, said_n = fields(base64.b64decode(outputs["publicKeyOpenssh"].split()[1]))
    assert (kind, int.from_bytes(said_e, "big"), int.from_bytes(said_n, "big")) == (b"ssh-rsa", e, n)
    assert integer(n) in content(outputs["publicKeyPem"])
    assert content(outputs["privateKeyPem"]) in content(outputs["privateKeyPemPkcs8"])


@pytest.mark.parametrize("name", CURVES)
def test_a_public_key_lies_on_its_curve_and_the_order_leads_back(name: str) -> None:
    curve = CURVES[name]
    outputs = computed_outputs(KEY, "k", {"algorithm": "ECDSA", "ecdsaCurve": name}, "k")
    assert outputs["privateKeyPem"].startswith("-----BEGIN EC PRIVATE KEY-----\n")
    point = content(outputs["publicKeyPem"])[-2 * curve.size :]
    x, y = (int.from_bytes(half, "big") for half in (point[: curve.size], point[curve.size :]))
    assert (y * y - x**3 + 3 * x - curve.b) % curve.p == 0
    [(_, inner)] = parts(content(outputs["privateKeyPem"]))
    secret = int.from_bytes(parts(inner)[1][1], "big")
    assert curve.times(secret) == (x, y)
    assert curve.times(curve.n - 1) == (curve.x, curve.p - curve.y), "one step less than the order is the way back"
    assert (outputs["publicKeyOpenssh"] == "") is (name == "P224"), "OpenSSH has no P-224"


def test_the_curve_is_p224_where_none_is_given() -> None:
    outputs = computed_outputs(KEY, "k", {"algorithm": "ECDSA"}, "k")
    assert oid(CURVES["P224"].oid) in content(outputs["publicKeyPem"])


def test_ed25519_gives_the_public_key_of_the_standard() -> None:
    """RFC 8032, 7.1, test 1."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert public_25519(seed).hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    outputs = computed_outputs(KEY, "k", {"algorithm": "ED25519"}, "k")
    assert outputs["publicKeyOpenssh"].startswith("ssh-ed25519 ")
    assert outputs["privateKeyPem"] == outputs["privateKeyPemPkcs8"]


def test_fingerprints_are_those_of_the_public_key() -> None:
    outputs = computed_outputs(KEY, "k", {"algorithm": "ED25519"}, "k")
    blob = base64.b64decode(outputs["publicKeyOpenssh"].split()[1])
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    assert outputs["publicKeyFingerprintSha256"] == f"SHA256:{digest}"
    assert re.fullmatch(r"([0-9a-f]{2}:){15}[0-9a-f]{2}", outputs["publicKeyFingerprintMd5"])
    opened = content(outputs["privateKeyOpenssh"])
    assert opened.startswith(b"openssh-key-v1\x00")
    assert opened.count(blob) == 2, "in the open, and beside the secret"


def test_long_values_have_their_length_in_more_bytes() -> None:
    assert der(0x04, b"x" * 300)[:4] == b"\x04\x82\x01\x2c"


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
