"""Names, labels, annotations and quantities as the Kubernetes API server reads them.

Sources: Kubernetes documentation, "Object Names and IDs", "Labels and Selectors", "Annotations" and "Quantity";
`k8s.io/apimachinery/pkg/util/validation`.
"""

from __future__ import annotations

import re
from decimal import Decimal

LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
SERVICE = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?")
VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
QUANTITY = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?")
PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
ENVIRONMENT = re.compile(r"[ -<>-~]+")
LABEL_LENGTH, NAME_LENGTH, PORT_NAME_LENGTH = 63, 253, 15
_FACTORS = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10) ** 3,
    "M": Decimal(10) ** 6,
    "G": Decimal(10) ** 9,
    "T": Decimal(10) ** 12,
    "P": Decimal(10) ** 15,
    "E": Decimal(10) ** 18,
    "Ki": Decimal(2) ** 10,
    "Mi": Decimal(2) ** 20,
    "Gi": Decimal(2) ** 30,
    "Ti": Decimal(2) ** 40,
    "Pi": Decimal(2) ** 50,
    "Ei": Decimal(2) ** 60,
}


def label_problem(name: str) -> str | None:
    """What is wrong with a DNS label (RFC 1123), or None."""
    if len(name) > LABEL_LENGTH:
        return f"{len(name)} characters, at most {LABEL_LENGTH} are allowed"
    if LABEL.fullmatch(name) is None:
        return f"{name!r} is no DNS label: lower-case letters, digits or '-', a letter or digit first and last"
    return None


def name_problem(name: str) -> str | None:
    """What is wrong with a DNS subdomain (RFC 1123), the form of most objects' names, or None."""
    if len(name) > NAME_LENGTH:
        return f"{len(name)} characters, at most {NAME_LENGTH} are allowed"
    if SUBDOMAIN.fullmatch(name) is None:
        return (
            f"{name!r} is no DNS subdomain: lower-case letters, digits, '-' or '.', a letter or digit first and last "
            "(a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters)"
        )
    return None


def service_problem(name: str) -> str | None:
    """What is wrong with the name of a Service (RFC 1035), or None."""
    if len(name) > LABEL_LENGTH:
        return f"{len(name)} characters, at most {LABEL_LENGTH} are allowed"
    if SERVICE.fullmatch(name) is None:
        return f"{name!r} is no DNS label of RFC 1035: lower-case letters, digits or '-', a letter first"
    return None


def key_problem(key: str) -> str | None:
    """What is wrong with the key of a label, taint or annotation, or None."""
    prefix, slash, name = key.rpartition("/")
    if slash and (reason := name_problem(prefix)):
        return f"prefix of {key!r}: {reason}"
    if not 1 <= len(name) <= LABEL_LENGTH or VALUE.fullmatch(name) is None:
        return (
            f"{key!r} is no qualified name: 1 to {LABEL_LENGTH} letters, digits or '-_.', after an optional DNS prefix"
        )
    return None


def value_problem(value: str) -> str | None:
    """What is wrong with the value of a label, or None."""
    if len(value) > LABEL_LENGTH:
        return f"{len(value)} characters, at most {LABEL_LENGTH} are allowed"
    if VALUE.fullmatch(value) is None:
        return f"{value!r} is no label value: letters, digits or '-_.', a letter or digit first and last"
    return None


def quantity(value: object) -> Decimal | None:
    """A quantity as a number, or None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    text = str(value)
    if QUANTITY.fullmatch(text) is None:
        return None
    exponent = re.fullmatch(r"(.*?)[eE]([+-]?\d+)", text)
    if exponent is not None:
        return Decimal(exponent[1]) * Decimal(10) ** int(exponent[2])
    figures = text.rstrip("numkMGTPEi")
    return Decimal(figures) * _FACTORS[text[len(figures) :]]
