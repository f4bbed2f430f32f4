"""Lists that Cloudflare returns in an order of its own: whoever writes another one differs after every refresh.

The provider compares them in order, so that a refresh plans an update, or a replacement where the property forces one.
The API takes any order, so nothing is refused: the second preview of a rehearsal is not empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sorted:
    """A list of a resource that comes back sorted.

    Attributes:
        token: the type.
        path: the list, as property names from the outside in.
        key: the property that its objects are sorted by; empty for a list of texts.
        source: where it was seen.
    """

    token: str
    path: tuple[str, ...]
    key: str
    source: str


SORTED: tuple[Sorted, ...] = (
    Sorted(
        "cloudflare:index/loadBalancerPool:LoadBalancerPool",
        ("origins",),
        "name",
        "terraform-provider-cloudflare issues 6140, 7028, 7179",
    ),
    Sorted(
        "cloudflare:index/originCaCertificate:OriginCaCertificate",
        ("hostnames",),
        "",
        "terraform-provider-cloudflare issues 5392, 6239: the certificate is replaced",
    ),
    Sorted(
        "cloudflare:index/notificationPolicy:NotificationPolicy",
        ("mechanisms", "emails"),
        "id",
        "unverified; terraform-provider-cloudflare 5.22.0 keeps them as a set",
    ),
    Sorted("cloudflare:index/notificationPolicy:NotificationPolicy", ("filters", "newHealths"), "", "unverified"),
)
"""What was reported to come back sorted, and what else this platform lists whose order means nothing."""


def in_order(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs with every such list as the service gives it back.

    Args:
        token: the type.
        inputs: what was sent, secrets unwrapped.
    """
    for item in SORTED:
        if item.token == token:
            inputs = _replaced(inputs, item.path, item.key)
    return inputs


def _replaced(value: dict[str, Any], path: tuple[str, ...], key: str) -> dict[str, Any]:
    head, *rest = path
    below = value.get(head)
    if rest:
        return {**value, head: _replaced(below, tuple(rest), key)} if isinstance(below, dict) else value
    if not isinstance(below, list):
        return value
    texts = [item.get(key) if key and isinstance(item, dict) else item for item in below]
    if not all(isinstance(text, str) for text in texts):
        return value
    order = sorted(range(len(below)), key=lambda index: str(texts[index]))
    return {**value, head: [below[index] for index in order]}
