"""Keys as the tls provider makes them: RSA, ECDSA and ED25519, in every form that it writes.

The forms are those of terraform-provider-tls, internal/provider/common_key.go and resource_private_key.go (read
2026-11-29): PKCS 1 (RFC 8017), SEC 1 (RFC 5915), PKCS 8 (RFC 5958), SubjectPublicKeyInfo (RFC 5480, RFC 8410), OpenSSH
(PROTOCOL.key). They are real keys, made of this machine's randomness.
"""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

CURVES: Mapping[str, str] = {"P224": "secp224r1", "P256": "secp256r1", "P384": "secp384r1", "P521": "secp521r1"}
"""The provider's names of the curves that it knows, and the standard's (SEC 2, 2.4 to 2.9)."""
_NOT_IN_OPENSSH = "P224"
_E = 65_537
"""What Go's crypto/rsa takes as exponent (GenerateKey)."""


def rsa(size: int) -> dict[str, str]:
    """An RSA key with so many bits."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key  # noqa: PLC0415 - takes 33 to 50 ms

    return _outputs(generate_private_key(_E, size), traditional=True)


def ecdsa(name: str) -> dict[str, str]:
    """A key on one of `CURVES`."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above

    curves: dict[str, Callable[[], ec.EllipticCurve]] = {
        curve.name: curve for curve in (ec.SECP224R1, ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
    }
    key = ec.generate_private_key(curves[CURVES[name]]())
    return _outputs(key, traditional=True, openssh=name != _NOT_IN_OPENSSH)


def ed25519() -> dict[str, str]:
    """A key of Ed25519, which has no form but PKCS 8."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above

    return _outputs(Ed25519PrivateKey.generate(), traditional=False)


def _outputs(
    key: RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey, *, traditional: bool, openssh: bool = True
) -> dict[str, str]:
    """What the provider says of a key; what OpenSSH has no form for is empty."""
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - as above

    public, pem = key.public_key(), form.Encoding.PEM
    private = partial(key.private_bytes, pem, encryption_algorithm=form.NoEncryption())
    ssh = public.public_bytes(form.Encoding.OpenSSH, form.PublicFormat.OpenSSH) if openssh else b""
    return {
        "privateKeyPem": private(
            format=form.PrivateFormat.TraditionalOpenSSL if traditional else form.PrivateFormat.PKCS8
        ).decode(),
        "privateKeyPemPkcs8": private(format=form.PrivateFormat.PKCS8).decode(),
        "privateKeyOpenssh": private(format=form.PrivateFormat.OpenSSH).decode() if openssh else "",
        "publicKeyPem": public.public_bytes(pem, form.PublicFormat.SubjectPublicKeyInfo).decode(),
        "publicKeyOpenssh": f"{ssh.decode()}\n" if openssh else "",
        **_fingerprints(base64.b64decode(ssh.split()[1]) if openssh else b""),
    }


def _fingerprints(blob: bytes) -> dict[str, str]:
    """Of a public key in the form of OpenSSH (golang.org/x/crypto/ssh, FingerprintLegacyMD5 and FingerprintSHA256)."""
    md5 = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    sha256 = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return {
        "publicKeyFingerprintMd5": ":".join(md5[at : at + 2] for at in range(0, 32, 2)) if blob else "",
        "publicKeyFingerprintSha256": f"SHA256:{sha256}" if blob else "",
    }
