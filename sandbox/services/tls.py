"""The tls provider: keys and certificates that it makes on the program's machine and keeps in the state.

What replaces a type is in the schema documentation of terraform-provider-tls.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.clock.certificates import local
from sandbox.model.replacement import Replaced, words
from sandbox.model.rows import Alike, Service, schema_only
from sandbox.model.sources import Sources

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place


def pem(label: str) -> str:
    """A text that looks like a PEM file and opens nothing."""
    body = secrets.token_hex(32)
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


def _private_key(_name: str, _inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    return {
        "privateKeyPem": pem("PRIVATE KEY"),
        "privateKeyPemPkcs8": pem("PRIVATE KEY"),
        "privateKeyOpenssh": pem("OPENSSH PRIVATE KEY"),
        "publicKeyPem": pem("PUBLIC KEY"),
        "publicKeyOpenssh": "ssh-rsa sandbox",
        "publicKeyFingerprintSha256": f"SHA256:{secrets.token_hex(16)}",
    }


def _cert_request(_name: str, _inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    return {"certRequestPem": pem("CERTIFICATE REQUEST")}


def _certificate(_name: str, _inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    return {"certPem": pem("CERTIFICATE"), "readyForRenewal": False}


_DOCS = "terraform-provider-tls documentation"
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
            Sources(time=f"{_DOCS}: a key is made at once and never ends"),
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
            "tls:*",
            sources=Sources(
                references=f"{_DOCS}: they are kept in the state alone",
                replacement=f"{_DOCS}, schema of each resource",
                doubts={"outputs": "keys and certificates look like PEM files and open nothing"},
            ),
        ),
    ),
)
