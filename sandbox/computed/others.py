"""Computed outputs of the random, tls, Cloudflare and Kubernetes packages."""

from __future__ import annotations

import secrets
import string
from typing import Any

from sandbox.model.outputs import Compute, Inputs, short_hash, uuid


def _random_password(_name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    alphabet = string.ascii_letters + string.digits
    if inputs.get("special", True):
        alphabet += str(inputs.get("overrideSpecial") or "!@#$%&*()-_=+[]{}<>:?")
    result = "".join(secrets.choice(alphabet) for _ in range(int(inputs.get("length") or 16)))
    return {"result": result, "bcryptHash": f"$2a$10${short_hash(result, length=53)}"}


def _random_id(_name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    value = secrets.token_hex(int(inputs.get("byteLength") or 4))
    prefix = str(inputs.get("prefix") or "")
    return {"hex": prefix + value, "dec": prefix + str(int(value, 16)), "b64Url": value, "b64Std": value}


def _random_string(_name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    alphabet = string.ascii_lowercase + string.digits
    return {"result": "".join(secrets.choice(alphabet) for _ in range(int(inputs.get("length") or 16)))}


def _pem(label: str) -> str:
    body = secrets.token_hex(32)
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


def _tls_private_key(_name: str, _inputs: Inputs, _identity: str) -> dict[str, Any]:
    return {
        "privateKeyPem": _pem("PRIVATE KEY"),
        "privateKeyPemPkcs8": _pem("PRIVATE KEY"),
        "privateKeyOpenssh": _pem("OPENSSH PRIVATE KEY"),
        "publicKeyPem": _pem("PUBLIC KEY"),
        "publicKeyOpenssh": "ssh-rsa sandbox",
        "publicKeyFingerprintSha256": f"SHA256:{secrets.token_hex(16)}",
    }


def _tls_cert_request(_name: str, _inputs: Inputs, _identity: str) -> dict[str, Any]:
    return {"certRequestPem": _pem("CERTIFICATE REQUEST")}


def _tls_certificate(_name: str, _inputs: Inputs, _identity: str) -> dict[str, Any]:
    return {"certPem": _pem("CERTIFICATE"), "readyForRenewal": False}


def _origin_ca_certificate(_name: str, _inputs: Inputs, _identity: str) -> dict[str, Any]:
    return {"certificate": _pem("CERTIFICATE"), "expiresOn": "2041-01-01T00:00:00Z"}


def _helm_release(name: str, inputs: Inputs, _identity: str) -> dict[str, Any]:
    named = str(inputs.get("name") or name)
    return {
        "name": named,
        "status": {
            "name": named,
            "namespace": inputs.get("namespace") or "default",
            "chart": inputs.get("chart"),
            "version": inputs.get("version"),
            "revision": 1,
            "status": "deployed",
        },
    }


def kubernetes_object(token: str, inputs: Inputs, identity: str) -> dict[str, Any]:
    """What the API server adds to any object."""
    metadata = {"uid": uuid(token, identity), "creationTimestamp": "2026-01-01T00:00:00Z", "generation": 1}
    return {"metadata": metadata, "status": {}} if "metadata" in inputs else {}


COMPUTE: dict[str, Compute] = {
    "random:index/randomPassword:RandomPassword": _random_password,
    "random:index/randomId:RandomId": _random_id,
    "random:index/randomString:RandomString": _random_string,
    "tls:index/privateKey:PrivateKey": _tls_private_key,
    "tls:index/certRequest:CertRequest": _tls_cert_request,
    "tls:index/selfSignedCert:SelfSignedCert": _tls_certificate,
    "tls:index/locallySignedCert:LocallySignedCert": _tls_certificate,
    "cloudflare:index/originCaCertificate:OriginCaCertificate": _origin_ca_certificate,
    "kubernetes:helm.sh/v3:Release": _helm_release,
}
