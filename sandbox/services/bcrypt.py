"""bcrypt by the C library of this machine, where it has it: what golang.org/x/crypto/bcrypt computes with cost 10.

libxcrypt, which Debian, Ubuntu and Fedora have as libcrypt, knows the form `$2a$`; other C libraries may not.
"""

from __future__ import annotations

import ctypes
import secrets
from functools import cache
from threading import Lock

COST = 10
"""bcrypt.DefaultCost (terraform-provider-random, internal/provider/resource_password.go, read 2026-11-29)."""
LONGEST = 72
"""Bytes of a password that count (documentation of random_password, bcrypt_hash)."""
_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_LIBRARIES = ("libcrypt.so.1", "libcrypt.so.2")
_KNOWN = "$2a$04$abcdefghijklmnopqrstuu"
"""Settings of a hash for the check of the library: the least cost, any salt."""
_one_at_a_time = Lock()


@cache
def _library() -> ctypes.CDLL | None:
    for name in _LIBRARIES:
        try:
            found = ctypes.CDLL(name)
            found.crypt.restype = ctypes.c_char_p
            found.crypt.argtypes = (ctypes.c_char_p, ctypes.c_char_p)
        except (OSError, AttributeError):
            continue
        return found
    return None


def _crypt(password: str, settings: str) -> str | None:
    library = _library()
    if library is None:
        return None
    with _one_at_a_time:  # its answer lies in a buffer that the next call overwrites
        answer = library.crypt(password.encode()[:LONGEST], settings.encode())
    text = answer.decode("ascii", "replace") if isinstance(answer, bytes) else ""
    return text if text.startswith(settings) else None


@cache
def available() -> bool:
    """Whether this machine can compute it."""
    return _crypt("", _KNOWN) is not None


def hashed(password: str) -> str | None:
    """A bcrypt hash with a salt of its own; None where this machine cannot compute it."""
    salt = "".join(secrets.choice(_ALPHABET) for _ in range(21)) + secrets.choice(_ALPHABET[::16])
    return _crypt(password, f"$2a${COST:02d}${salt}")


def matches(password: str, known: str) -> bool:
    """Whether a password has this hash."""
    return _crypt(password, known[:29]) == known
