"""What every simulated provider shares: hashes, and the shape of a compute function."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from sandbox.model.place import Place

Inputs = dict[str, Any]
Compute = Callable[[str, Inputs, str, Place], dict[str, Any]]
"""(logical name, inputs without secret envelopes, physical id, where it is made) -> computed outputs."""


def short_hash(*parts: str, length: int = 8) -> str:
    """A stable lower-case hexadecimal fragment derived from the parts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:length]


def uuid(*parts: str) -> str:
    """A stable UUID-shaped text derived from the parts."""
    digest = short_hash(*parts, length=32)
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))
