"""Keys as the tls provider makes them: RSA, ECDSA and ED25519, in every form that it writes.

The forms are those of terraform-provider-tls, internal/provider/common_key.go and resource_private_key.go (read
2026-11-29): PKCS 1 (RFC 8017), SEC 1 (RFC 5915), PKCS 8 (RFC 5958), SubjectPublicKeyInfo (RFC 5480, RFC 8410), OpenSSH
(PROTOCOL.key). They are real keys, made of this machine's randomness, and serve rehearsals alone: nobody looked whether
the time that they take gives anything away.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from math import gcd, prod

from sandbox.services.keys.curves import CURVES, public_25519
from sandbox.services.keys.forms import bits, der, field, integer, number, octets, oid, pem, sequence

E = 65_537
_SMALL = prod(n for n in range(3, 6000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))
"""The small primes, multiplied: one division by all of them spares most of the tests."""
_ROUNDS = 4
"""Of Miller and Rabin (FIPS 186-5, table B.1, for factors of keys with 2048 bits)."""


@dataclass(frozen=True)
class Key:
    """A key in the forms that the provider writes.

    Attributes:
        label: of the first form: `RSA PRIVATE KEY`, `EC PRIVATE KEY` or `PRIVATE KEY`.
        private: its content.
        pkcs8: PKCS 8.
        public: SubjectPublicKeyInfo.
        ssh: the fields of the public key for OpenSSH; empty where OpenSSH has no such key.
        ssh_private: the fields of the private one.
    """

    label: str
    private: bytes
    pkcs8: bytes
    public: bytes
    ssh: bytes = b""
    ssh_private: bytes = b""

    def outputs(self) -> dict[str, str]:
        """What the provider says of it."""
        digest = base64.b64encode(hashlib.sha256(self.ssh).digest()).decode().rstrip("=")
        md5 = hashlib.md5(self.ssh, usedforsecurity=False).hexdigest()
        kind = self.ssh[4 : 4 + int.from_bytes(self.ssh[:4], "big")].decode()
        return {
            "privateKeyPem": pem(self.label, self.private),
            "privateKeyPemPkcs8": pem("PRIVATE KEY", self.pkcs8),
            "privateKeyOpenssh": pem("OPENSSH PRIVATE KEY", self._openssh()) if self.ssh else "",
            "publicKeyPem": pem("PUBLIC KEY", self.public),
            "publicKeyOpenssh": f"{kind} {base64.b64encode(self.ssh).decode()}\n" if self.ssh else "",
            "publicKeyFingerprintMd5": ":".join(md5[at : at + 2] for at in range(0, 32, 2)) if self.ssh else "",
            "publicKeyFingerprintSha256": f"SHA256:{digest}" if self.ssh else "",
        }

    def _openssh(self) -> bytes:
        check = secrets.token_bytes(4)
        inner = check + check + self.ssh_private + field(b"")
        inner += bytes(range(1, 1 + -len(inner) % 8))
        outer = field(b"none") + field(b"none") + field(b"") + (1).to_bytes(4, "big")
        return b"openssh-key-v1\x00" + outer + field(self.ssh) + field(inner)


def _prime(size: int) -> int:
    while True:
        found = secrets.randbits(size) | 3 << (size - 2) | 1
        if gcd(found, _SMALL) == 1 and found % E != 1 and _probably_prime(found):
            return found


def _probably_prime(value: int) -> bool:
    odd, twos = value - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(_ROUNDS):
        power = pow(secrets.randbelow(value - 3) + 2, odd, value)
        if power in {1, value - 1}:
            continue
        for _ in range(twos - 1):
            power = power * power % value
            if power == value - 1:
                break
        else:
            return False
    return True


def rsa(size: int) -> Key:
    """An RSA key with so many bits."""
    p = _prime((size + 1) // 2)
    q = p
    while q == p:
        q = _prime(size // 2)
    n, d, inverse = p * q, pow(E, -1, (p - 1) * (q - 1)), pow(q, -1, p)
    private = sequence(*map(integer, (0, n, E, d, p, q, d % (p - 1), d % (q - 1), inverse)))
    kind = sequence(oid("1.2.840.113549.1.1.1"), b"\x05\x00")
    return Key(
        "RSA PRIVATE KEY",
        private,
        sequence(integer(0), kind, octets(private)),
        sequence(kind, bits(sequence(integer(n), integer(E)))),
        field(b"ssh-rsa") + number(E) + number(n),
        field(b"ssh-rsa") + b"".join(map(number, (n, E, d, inverse, p, q))),
    )


def ecdsa(name: str) -> Key:
    """A key on a curve, for example `P256`."""
    curve = CURVES[name]
    secret = secrets.randbelow(curve.n - 1) + 1
    x, y = curve.times(secret)
    point = b"\x04" + x.to_bytes(curve.size, "big") + y.to_bytes(curve.size, "big")
    scalar, named = octets(secret.to_bytes((curve.n.bit_length() + 7) // 8, "big")), oid(curve.oid)
    shown = der(0xA1, bits(point))
    kind = sequence(oid("1.2.840.10045.2.1"), named)
    ssh = field(f"ecdsa-sha2-{curve.name}".encode()) + field(curve.name.encode()) + field(point)
    return Key(
        "EC PRIVATE KEY",
        sequence(integer(1), scalar, der(0xA0, named), shown),
        sequence(integer(0), kind, octets(sequence(integer(1), scalar, shown))),
        sequence(kind, bits(point)),
        ssh if curve.name else b"",
        ssh + number(secret) if curve.name else b"",
    )


def ed25519() -> Key:
    """A key of Ed25519."""
    seed = secrets.token_bytes(32)
    public = public_25519(seed)
    kind = sequence(oid("1.3.101.112"))
    private = sequence(integer(0), kind, octets(octets(seed)))
    ssh = field(b"ssh-ed25519") + field(public)
    return Key("PRIVATE KEY", private, private, sequence(kind, bits(public)), ssh, ssh + field(seed + public))
