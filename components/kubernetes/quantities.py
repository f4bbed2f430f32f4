"""Kubernetes quantities as numbers (Kubernetes documentation, "Resource units in Kubernetes"). Pure."""

from __future__ import annotations

import re
from decimal import Decimal

_MULTIPLIERS = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|Ki|Mi|Gi|Ti)?")


def _amount(quantity: str) -> Decimal:
    match = _QUANTITY.fullmatch(quantity)
    if match is None:
        raise ValueError(f"{quantity!r} is not a Kubernetes quantity such as 500m, 2, 512Mi or 1Gi")
    return Decimal(match[1]) * _MULTIPLIERS[match[2] or ""]


def millicores(cpu: str) -> int:
    """CPU in thousandths of a core: "500m" is 500, "2" is 2000.

    Raises:
        ValueError: the text is no quantity.
    """
    return int(_amount(cpu) * 1000)


def mebibytes(memory: str) -> int:
    """Memory in whole MiB, rounded down: "1Gi" is 1024.

    Raises:
        ValueError: the text is no quantity.
    """
    return int(_amount(memory) // 2**20)
