"""The encodings that keys are written in: ASN.1, PEM, and the strings and numbers of OpenSSH."""

from __future__ import annotations

import base64


def der(tag: int, content: bytes) -> bytes:
    """A value of ASN.1 in its distinguished encoding."""
    size = len(content)
    if size < 128:  # noqa: PLR2004 - X.690, 8.1.3: the short form
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int) -> bytes:
    """An INTEGER that is not negative."""
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE."""
    return der(0x30, b"".join(parts))


def oid(text: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = map(int, text.split("."))
    found = bytearray()
    for number in (first * 40 + second, *rest):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | number & 0x7F)
        found += bytes(reversed(groups))
    return der(0x06, bytes(found))


def bits(content: bytes) -> bytes:
    """A BIT STRING of whole bytes."""
    return der(0x03, b"\x00" + content)


def octets(content: bytes) -> bytes:
    """An OCTET STRING."""
    return der(0x04, content)


def pem(label: str, content: bytes, width: int = 64) -> str:
    """A PEM file (RFC 7468)."""
    text = base64.b64encode(content).decode()
    lines = "".join(f"{text[at : at + width]}\n" for at in range(0, len(text), width))
    return f"-----BEGIN {label}-----\n{lines}-----END {label}-----\n"


def field(content: bytes) -> bytes:
    """A string of OpenSSH (RFC 4251, 5)."""
    return len(content).to_bytes(4, "big") + content


def number(value: int) -> bytes:
    """A number of OpenSSH that is not negative."""
    return field(value.to_bytes(value.bit_length() // 8 + 1, "big") if value else b"")
