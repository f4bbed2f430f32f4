"""Lists come back in the service's order, and a program that writes another one is seen to differ."""

from __future__ import annotations

import pytest

from sandbox.protocol.diff import changes
from sandbox.providers.returned import as_returned

POOL = "cloudflare:index/loadBalancerPool:LoadBalancerPool"
CERTIFICATE = "cloudflare:index/originCaCertificate:OriginCaCertificate"
NOTIFICATION = "cloudflare:index/notificationPolicy:NotificationPolicy"


@pytest.mark.parametrize(
    ("token", "sent", "back"),
    [
        (POOL, {"origins": [{"name": "b"}, {"name": "a"}]}, {"origins": [{"name": "a"}, {"name": "b"}]}),
        (CERTIFICATE, {"hostnames": ["b", "*.b", "a"]}, {"hostnames": ["*.b", "a", "b"]}),
        (
            NOTIFICATION,
            {"mechanisms": {"emails": [{"id": "b"}, {"id": "a"}]}, "filters": {"newHealths": ["U", "H"]}},
            {"mechanisms": {"emails": [{"id": "a"}, {"id": "b"}]}, "filters": {"newHealths": ["H", "U"]}},
        ),
    ],
)
def test_a_list_in_another_order_differs_for_ever_and_a_sorted_one_never(
    token: str, sent: dict[str, object], back: dict[str, object]
) -> None:
    assert as_returned(token, sent, {}) == back
    assert changes(as_returned(token, sent, {}), sent)
    assert changes(as_returned(token, back, {}), back) == changes(back, back)


@pytest.mark.parametrize("value", [None, "text", [1, "a"], [{"other": "b"}]])
def test_what_is_no_list_of_texts_stays_as_it_is(value: object) -> None:
    assert as_returned(CERTIFICATE, {"hostnames": value}, {}) == {"hostnames": value}
    assert as_returned(POOL, {"origins": value}, {}) == {"origins": value}


def test_another_type_keeps_its_order() -> None:
    assert as_returned("cloudflare:index/list:List", {"hostnames": ["b", "a"]}, {}) == {"hostnames": ["b", "a"]}
