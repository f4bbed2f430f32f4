"""The tls provider: keys and certificates that it makes on the program's machine and keeps in the state.

What replaces a type is in the schema documentation of terraform-provider-tls.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.clock.certificates import local
from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import number
from sandbox.model.replacement import Replaced, words
from sandbox.model.rows import Alike, Service, schema_only
from sandbox.model.sources import Sources
from sandbox.services.keys import CURVES, ecdsa, ed25519, rsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place


def pem(label: str) -> str:
    """A text that looks like a PEM file and opens nothing."""
    body = secrets.token_hex(32)
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


RSA_BITS, CURVE = 2048, "P224"
"""What the provider takes where nothing is given."""


def _private_key(_name: str, inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    algorithm = inputs.get("algorithm")
    found: dict[str, str] = {}
    if algorithm == "RSA":
        size = int(number(inputs.get("rsaBits")) or RSA_BITS)
        found = rsa(size) if FEWEST_BITS <= size <= MOST_BITS else {}
    elif algorithm == "ECDSA":
        curve = str(inputs.get("ecdsaCurve") or CURVE)
        found = ecdsa(curve) if curve in CURVES else {}
    elif algorithm == "ED25519":
        found = ed25519()
    return {**found}


def _algorithm(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    algorithm, curve, size = inputs.get("algorithm"), inputs.get("ecdsaCurve"), number(inputs.get("rsaBits"))
    if isinstance(algorithm, str) and known(algorithm) and algorithm not in ALGORITHMS:
        yield Violation("algorithm", f"{algorithm!r} is none of {', '.join(ALGORITHMS)}")
    if isinstance(curve, str) and known(curve) and curve not in CURVES:
        yield Violation("ecdsaCurve", f"{curve!r} is none of {', '.join(CURVES)}")
    if algorithm == "RSA" and size is not None and size < FEWEST_BITS:
        yield Violation("rsaBits", f"{size:g} is less than {FEWEST_BITS}: crypto/rsa makes no such key")


ALGORITHMS = ("RSA", "ECDSA", "ED25519")
FEWEST_BITS = 1024
"""Go 1.24 release notes, crypto/rsa: GenerateKey refuses shorter keys."""
MOST_BITS = 8192
"""Longer keys take minutes: here they are left to the schema."""


def _cert_request(_name: str, _inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    return {"certRequestPem": pem("CERTIFICATE REQUEST")}


def _certificate(_name: str, _inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    return {"certPem": pem("CERTIFICATE"), "readyForRenewal": False}


_DOCS = "terraform-provider-tls documentation"
_KEYS = "terraform-provider-tls, internal/provider/common_key.go, resource_private_key.go"
_LOCAL = "the provider asks no service: there is nobody to refuse anything"
TLS = Service(
    "tls",
    "",
    (
        schema_only(
            "tls:index/privateKey:PrivateKey",
            _LOCAL,
            Replaced(words("algorithm ecdsaCurve rsaBits")),
            _private_key,
            Sources(
                outputs=f"{_KEYS}: every form of a key of at most 8192 bits; its id is made up",
                time=f"{_DOCS}: a key is made at once and never ends",
            ),
        ),
        schema_only(
            "tls:index/certRequest:CertRequest",
            _LOCAL,
            Replaced(words("dnsNames ipAddresses privateKeyPem privateKeyPemWoVersion subject uris")),
            _cert_request,
            Sources(time=f"{_DOCS}: a request is made at once and never ends"),
        ),
        replace(
            schema_only(
                "tls:index/selfSignedCert:SelfSignedCert",
                _LOCAL,
                Replaced(
                    words(
                        "allowedUses dnsNames ipAddresses isCaCertificate maxPathLength privateKeyPem "
                        "privateKeyPemWoVersion readyForRenewal setAuthorityKeyId setSubjectKeyId subject uris "
                        "validityPeriodHours"
                    )
                ),
                _certificate,
            ),
            timing=local("tls_self_signed_cert"),
        ),
        replace(
            schema_only(
                "tls:index/locallySignedCert:LocallySignedCert",
                _LOCAL,
                Replaced(
                    words(
                        "allowedUses caCertPem caPrivateKeyPem caPrivateKeyPemWoVersion certRequestPem "
                        "isCaCertificate maxPathLength readyForRenewal setSubjectKeyId validityPeriodHours"
                    )
                ),
                _certificate,
            ),
            timing=local("tls_locally_signed_cert"),
        ),
    ),
    (
        Alike(
            "tls:index/privateKey:*",
            values=(Rule("tls-key", f"{_DOCS}, tls_private_key: algorithm, ecdsa_curve, rsa_bits", (), _algorithm),),
        ),
        Alike(
            "tls:*",
            sources=Sources(
                references=f"{_DOCS}: they are kept in the state alone",
                replacement=f"{_DOCS}, schema of each resource",
                doubts={"outputs": "requests and certificates look like PEM files and open nothing"},
            ),
        ),
    ),
)
