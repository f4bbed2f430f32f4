"""Elliptic curves: those of NIST (FIPS 186-4, D.1.2) and Curve25519 in Edwards's form (RFC 8032, 5.1)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """A curve of NIST (FIPS 186-4, D.1.2): y**2 = x**3 - 3x + b."""

    name: str
    bits: int
    oid: str
    p: int
    b: int
    n: int
    x: int
    y: int

    @property
    def size(self) -> int:
        """Bytes of a coordinate."""
        return (self.bits + 7) // 8

    def times(self, factor: int) -> tuple[int, int]:
        """The base point, so many times: once at least, and less often than its order."""
        base = found = (self.x, self.y)
        for bit in f"{factor:b}"[1:]:
            found = self._sum(found, found)
            found = self._sum(found, base) if bit == "1" else found
        return found

    def _sum(self, one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
        if one == two:
            slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, self.p)
        else:
            slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, self.p)
        x = (slope * slope - one[0] - two[0]) % self.p
        return x, (slope * (one[0] - x) - one[1]) % self.p


CURVES = {
    "P224": Curve(
        "",
        224,
        "1.3.132.0.33",
        int("ffffffffffffffffffffffffffffffff000000000000000000000001", 16),
        int("b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4", 16),
        int("ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d", 16),
        int("b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21", 16),
        int("bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34", 16),
    ),
    "P256": Curve(
        "nistp256",
        256,
        "1.2.840.10045.3.1.7",
        int("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16),
        int("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16),
        int("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16),
        int("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", 16),
        int("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", 16),
    ),
    "P384": Curve(
        "nistp384",
        384,
        "1.3.132.0.34",
        int(
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
            16,
        ),
        int(
            "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
            16,
        ),
        int(
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
            16,
        ),
        int(
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
            16,
        ),
        int(
            "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
            16,
        ),
    ),
    "P521": Curve(
        "nistp521",
        521,
        "1.3.132.0.35",
        int(
            "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            "fffffffffffffffffffffffffffffffffffffffffff",
            16,
        ),
        int(
            "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0"
            "bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
            16,
        ),
        int(
            "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0"
            "148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
            16,
        ),
        int(
            "c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc1"
            "27a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
            16,
        ),
        int(
            "11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b"
            "9013fad0761353c7086a272c24088be94769fd16650",
            16,
        ),
    ),
}
"""Curve -> its name in OpenSSH (none for P-224), bits, identifier, prime, b, order and base point."""
_P25519 = 2**255 - 19
_D25519 = -121_665 * pow(121_666, -1, _P25519) % _P25519
_BASE = (
    15_112_221_349_535_400_772_501_151_409_588_531_511_454_012_693_041_857_206_046_113_283_949_847_762_202,
    46_316_835_694_926_478_169_428_394_003_475_163_141_307_993_866_256_225_615_783_033_603_165_251_855_960,
)
"""RFC 8032, 5.1."""


def _edwards(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    product = _D25519 * one[0] * two[0] * one[1] * two[1] % _P25519
    x = (one[0] * two[1] + two[0] * one[1]) * pow(1 + product, -1, _P25519) % _P25519
    y = (one[1] * two[1] + one[0] * two[0]) * pow(1 - product, -1, _P25519) % _P25519
    return x, y


def public_25519(seed: bytes) -> bytes:
    """The public key of a seed of 32 bytes."""
    scalar = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little") & ((1 << 254) - 8) | 1 << 254
    found, step = (0, 1), _BASE
    while scalar:
        if scalar & 1:
            found = _edwards(found, step)
        step, scalar = _edwards(step, step), scalar >> 1
    return (found[1] | (found[0] & 1) << 255).to_bytes(32, "little")
