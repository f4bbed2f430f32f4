"""What is made beside what stands: ways that open, and what is worth less than all others of its kind.

Sources are the documentation of the services; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.model import Weaker, gains, kept, no_less_or_for_ever, written
from plan.types.weaker.ways import wide

if TYPE_CHECKING:
    from collections.abc import Iterator

_WEB = 80
_CLEAR = ("HTTP", "TCP", "TCP_UDP", "UDP")


def _in_the_clear(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a listener answers in the clear: one that only redirects does not."""
    return not old and isinstance(new, dict) and _answers_in_the_clear(new)


def _answers_in_the_clear(listener: dict[str, Any]) -> bool:
    actions = listener.get("defaultActions")
    kinds = {str(one.get("type")) for one in actions if isinstance(one, dict)} if isinstance(actions, list) else set()
    answers = bool(kinds - {"redirect"}) or not kinds
    protocol, port = str(listener.get("protocol")).upper(), listener.get("port")
    return answers and (protocol == "HTTP" or (protocol in _CLEAR and port == _WEB))


def _lets_anybody(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a policy lets everybody in or out in a way in which another one does not."""
    return bool(set(_open(new)) - set(_open(old)))


def _open(spec: object) -> Iterator[tuple[str, str]]:
    found = spec if isinstance(spec, dict) else {}
    for side, peers in (("ingress", "from"), ("egress", "to")):
        rules = found.get(side)
        for rule in rules if isinstance(rules, list) else ():
            given = rule.get(peers) if isinstance(rule, dict) else None
            if isinstance(rule, dict) and (not given or any(map(_anybody, given))):
                yield side, written(rule.get("ports") or "every port")


def _anybody(peer: object) -> bool:
    """Whether a peer is every address, or every pod of every namespace."""
    if not isinstance(peer, dict):
        return False
    block = peer.get("ipBlock")
    if isinstance(block, dict):
        return wide(block.get("cidr"))
    chosen = peer.get("namespaceSelector")
    return isinstance(chosen, dict) and not any(chosen.values()) and not any((peer.get("podSelector") or {}).values())


def _of_other_accounts(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a provider may deploy to an account that another one may not, or to any."""
    return kept(old, new) or (isinstance(old, list) and gains(old, new))


MADE: tuple[Weaker, ...] = (
    Weaker(
        token="pulumi:providers:aws",
        path=("allowedAccountIds",),
        than=_of_other_accounts,
        says="no other account is deployed to",
        loses="address",
        source="Pulumi Registry, AWS provider configuration",
        only_made=True,
    ),
    Weaker(
        token=tokens.LISTENER,
        path=(),
        label="protocol",
        than=_in_the_clear,
        made="loadBalancerArn",
        says="nobody is answered in the clear on this load balancer that was not before",
        loses="defence",
        source="Elastic Load Balancing API Reference, CreateListener",
    ),
    Weaker(
        token=tokens.NETWORK_POLICY,
        path=("spec",),
        than=_lets_anybody,
        says="policies add up, and none lets everybody in or out in this way",
        loses="defence",
        source="Kubernetes documentation, Network Policies",
        only_made=True,
    ),
    Weaker(
        token=tokens.LOG_GROUP,
        path=("retentionInDays",),
        than=no_less_or_for_ever,
        says="events are kept as long as others are",
        loses="copies",
        source="Amazon CloudWatch Logs User Guide, Change log data retention",
        only_made=True,
        # What is made loses nothing that was kept.
        noted=True,
    ),
)
