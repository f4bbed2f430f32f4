"""Certificates take turns: the gate lets the documented rotation through, step by step, and no other end of a key."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from plan.preview import read_preview
from policies.gate import judge
from policies.gate.ends.generations import ALERTS, KEY
from tests.support.gate_cases import steps_of

STACK = "urn:pulumi:prod::bailbondpro::"
MAKER = "bailbondpro:private_certificate:PrivateCertificate"
RSA: dict[str, Any] = {"algorithm": "RSA", "rsaBits": 2048}
OTHER = "shards"
PULL = "cloudflare:index/authenticatedOriginPullsCertificate:AuthenticatedOriginPullsCertificate"


def key(do: str, name: str, *, was: bool = False, becomes: bool = False, maker: str = MAKER, **inputs: Any) -> Any:  # noqa: ANN401 - inputs of any form
    """A step of a private key of `tls`."""
    about = {"parent": f"{STACK}{maker}::tls"}
    return (
        {
            "do": do,
            "thing": "key",
            "urn": f"{STACK}{maker}${KEY}::{name}",
            "both": RSA | inputs,
            "old": {**about, "protect": was},
            "new": {**about, "protect": becomes},
        },
        KEY,
    )


def alert(names_before: list[str], names_after: list[str]) -> Any:  # noqa: ANN401 - inputs of any form
    """A step of the alerts on the ends of these certificates."""

    def groups(names: list[str]) -> dict[str, Any]:
        asked = " or ".join(
            f'label_replace(vector(1), "certificate", "{one}", "", "") - time() < 86400' for one in names
        )
        return {"spec": {"groups": [{"name": "all", "rules": [{"alert": "CertificateEndsSoon", "expr": asked}]}]}}

    return {"do": "update", "thing": "key", "was": groups(names_before), "is": groups(names_after)}, ALERTS


def stops(*lines: Any) -> set[str]:  # noqa: ANN401 - steps of any form
    """The rules that stop a preview of these steps."""
    steps = [step for line, token in lines for step in steps_of(line, {"key": {"type": token}})]
    counted = Counter(step["op"] for step in steps)
    config = {"bailbondpro:environment": "prod"}
    found = judge(read_preview({"config": config, "steps": steps, "changeSummary": counted}))
    return {one.rule for one in found.findings if one.stops}


NEXT = key("same", "tls-2-key", was=True, becomes=True)
ENDS = ["tls-key", "tls-2-key"]
UPLOADED = {"do": "same", "thing": "key", "name": "cdn-origin-pull-certificate-2"}, PULL
BEFORE = {"do": "delete", "thing": "key", "name": "cdn-origin-pull-certificate"}, PULL
LETS: dict[str, tuple[Any, ...]] = {
    "the next generation is made": (key("same", "tls-key", was=True), key("create", "tls-2-key", becomes=True)),
    "the one before goes": (key("delete", "tls-key"), NEXT),
    "the second one goes where a third stands": (
        key("delete", "tls-2-key"),
        key("same", "tls-3-key", was=True, becomes=True),
    ),
    "an uploaded one goes": (BEFORE, UPLOADED),
    "its alert goes with it": (key("delete", "tls-key"), NEXT, alert(ENDS, ENDS[1:])),
}
STOPS: dict[str, tuple[tuple[Any, ...], str]] = {
    "no next generation": ((key("delete", "tls-key"),), "stateful-delete"),
    "the next generation is only made": (
        (key("delete", "tls-key"), key("create", "tls-2-key", becomes=True)),
        "stateful-delete",
    ),
    "the next generation goes, too": ((key("delete", "tls-key"), key("delete", "tls-2-key")), "stateful-delete"),
    "the next but one": ((key("delete", "tls-key"), key("same", "tls-3-key")), "stateful-delete"),
    "the newest goes": ((key("same", "tls-key"), key("delete", "tls-2-key")), "stateful-delete"),
    "neither is protected": ((key("same", "tls-key", was=True), key("create", "tls-2-key")), "protection-lost"),
    "a weaker key": ((key("delete", "tls-key"), key("same", "tls-2-key", rsaBits=1024)), "stateful-delete"),
    "another key": ((key("delete", "tls-key"), key("same", "tls-2-client-key", was=True)), "stateful-delete"),
    "numbers of another component": (
        (key("delete", "tls-key", maker=OTHER), key("same", "tls-2-key", maker=OTHER)),
        "stateful-delete",
    ),
    "another alert goes": ((key("delete", "tls-key"), NEXT, alert([*ENDS, "other"], ENDS[1:])), "weakened"),
    "an alert alone goes": ((alert(ENDS, ENDS[1:]),), "weakened"),
}


@pytest.mark.parametrize("lines", LETS.values(), ids=LETS.keys())
def test_a_step_of_the_documented_rotation_stops_nothing(lines: tuple[Any, ...]) -> None:
    assert stops(*lines) == set()


@pytest.mark.parametrize(("lines", "rule"), STOPS.values(), ids=STOPS.keys())
def test_any_other_end_of_a_generation_stops(lines: tuple[Any, ...], rule: str) -> None:
    assert rule in stops(*lines)
