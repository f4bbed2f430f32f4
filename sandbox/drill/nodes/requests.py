"""What pods request and nodes offer, in whole units, so that sums are exact."""

from __future__ import annotations

import math
import re
from collections import Counter
from fractions import Fraction
from typing import Any, TypeAlias

Manifest: TypeAlias = dict[str, Any]
Amounts: TypeAlias = Counter[str]
"""By resource name, in thousandths: processor time in millicores, memory in thousandths of a byte."""

PODS = "pods"
_QUANTITY = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def thousandths(value: object) -> int:
    """A quantity of Kubernetes in thousandths, rounded up as the API does (API reference, Quantity).

    Raises:
        ValueError: it is none.
    """
    match = _QUANTITY.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"not a quantity: {value!r}")
    number, suffix = Fraction(match[1]), match[2] or ""
    if suffix in _BINARY:
        factor = Fraction(2 ** _BINARY[suffix])
    elif suffix in _DECIMAL:
        factor = Fraction(10) ** _DECIMAL[suffix]
    else:
        factor = Fraction(10) ** int(suffix[1:])
    return math.ceil(number * factor * 1000)


def amounts(quantities: dict[str, Any] | None) -> Amounts:
    """The amounts of a list of resources."""
    return Counter({name: thousandths(value) for name, value in (quantities or {}).items()})


def requested(pod: Manifest) -> Amounts:
    """What a pod asks a node for, itself counted as one of its pods.

    All containers and sidecars together, or what an init container needs beside the sidecars that started before it,
    whichever is more; and the overhead of its runtime (Kubernetes documentation, "Init Containers" and "Sidecar
    Containers", resource sharing; "Pod Overhead"). Requests of the pod as a whole come first ("Assign Pod-level CPU and
    memory resources").
    """
    spec = pod["spec"]
    running: Amounts = Counter()
    for container in spec.get("containers") or ():
        running.update(_request(container))
    before: Amounts = Counter()
    largest: Amounts = Counter()
    for container in spec.get("initContainers") or ():
        own = _request(container)
        if container.get("restartPolicy") == "Always":
            before.update(own)
            running.update(own)
            own = Counter(before)
        else:
            own.update(before)
        largest |= own
    total = running | largest
    total.update({name: value - total[name] for name, value in _request(spec).items()})
    total.update(amounts(spec.get("overhead")))
    total[PODS] = 1000
    return total


def _request(holder: Manifest) -> Amounts:
    """Requests, and a limit where there is no request: the API fills that in, though not in templates."""
    resources = holder.get("resources") or {}
    return amounts({**(resources.get("limits") or {}), **(resources.get("requests") or {})})
