"""Rules over what the internet reaches."""

from __future__ import annotations

from ipaddress import collapse_addresses, ip_network
from typing import TYPE_CHECKING, Any

from plan.tokens import CLUSTER
from plan.unknown import is_unknown
from policies.exposure import GROUPS, RULES, blocks, is_public, open_doors
from policies.posture.checks import WEB
from policies.rules.model import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plan import Plan, PlannedResource

WIDE = {4: 8, 6: 16}
"""Length of a prefix below which a block is the internet in all but name: two halves of it admit everybody, too."""

EVERY_PROTOCOL = frozenset(("-1", "all"))
"""How a rule of a security group says that ports do not count (Amazon EC2 API Reference, IpPermission)."""


def _reachable(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for door in open_doors(plan):
        yield Violation(
            urn=door.urn,
            says=f"the internet {'reaches' if door.known else 'may reach'} it: {door.why}",
            known=door.known,
        )


def _open_groups(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    together: dict[tuple[str, str], list[tuple[PlannedResource, str]]] = {}
    for item in plan:
        for rule in () if item.op == "delete" else _ingress(item):
            if _web(rule):
                continue
            for block in blocks(rule, item, plan):
                yield from _open(item, block, _ports(rule))
                group = str(rule.get("securityGroupId") or item.urn)
                together.setdefault((group, _ports(rule)), []).append((item, block))
    for (_, ports), admitted in together.items():
        yield from _open_together(ports, admitted)


def _ingress(item: PlannedResource) -> Iterator[Mapping[str, Any]]:
    """The rules of a group, or the one rule that a resource is, by which something comes in."""
    if item.type in GROUPS:
        yield from (entry for entry in item.inputs.get("ingress") or () if isinstance(entry, dict))
    if item.type in RULES and item.inputs.get("type", "ingress") == "ingress":
        yield item.inputs


def _web(rule: Mapping[str, Any]) -> bool:
    """Whether a rule opens one port of the web and no other: of all protocols, ports do not count."""
    first, last = rule.get("fromPort"), rule.get("toPort")
    return first == last and first in WEB and _protocol(rule) not in EVERY_PROTOCOL


def _protocol(rule: Mapping[str, Any]) -> str:
    return str(rule.get("ipProtocol", rule.get("protocol", "")))


def _ports(rule: Mapping[str, Any]) -> str:
    first, last = rule.get("fromPort"), rule.get("toPort")
    if first in {None, -1} or _protocol(rule) in EVERY_PROTOCOL:
        return "every port"
    return f"port {first}" if first == last else f"ports {first} to {last}"


def _open(item: PlannedResource, block: str, shown: str) -> Iterator[Violation]:
    if is_unknown(block):
        yield Violation(urn=item.urn, says=f"whom it admits to {shown} is known only after an update", known=False)
    elif is_public(block) is None:
        yield Violation(urn=item.urn, says=f"whom it admits to {shown} the plan does not say ({block})", known=False)
    elif _everybody(block):
        yield Violation(urn=item.urn, says=f"{block} reaches {shown}")


def _open_together(shown: str, admitted: list[tuple[PlannedResource, str]]) -> Iterator[Violation]:
    """Blocks of which none is the internet, and all together are."""
    named = [(item, block) for item, block in admitted if is_public(block) and not _everybody(block)]
    if everybody_together(block for _, block in named):
        for urn in dict.fromkeys(item.urn for item, _ in named):
            yield Violation(urn=urn, says=f"together its {len(named)} blocks let the internet reach {shown}")


def everybody_together(found: Iterable[str]) -> bool:
    """Whether blocks that lie beside each other make one that is the internet in all but name."""
    networks = [ip_network(block, strict=False) for block in found if is_public(block)]
    for version, wide in WIDE.items():
        same = [network for network in networks if network.version == version]
        merged = collapse_addresses(same)  # type: ignore[type-var]  # all are of one version
        if any(network.prefixlen < wide for network in merged):
            return True
    return False


def _everybody(block: str) -> bool:
    if not is_public(block):
        return False
    network = ip_network(block, strict=False)
    return network.prefixlen < WIDE[network.version]


def _open_clusters(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan.of_type(CLUSTER):
        found = item.inputs.get("vpcConfig")
        config = found if isinstance(found, dict) else {}
        # EKS opens the endpoint to everybody where neither is said.
        if config.get("endpointPublicAccess", True) in {False, "false"}:
            continue
        admitted = config.get("publicAccessCidrs")
        if is_unknown(found) or is_unknown(admitted) or is_unknown(config.get("endpointPublicAccess")):
            yield Violation(urn=item.urn, says="who reaches its API server is known only after an update", known=False)
            continue
        listed = admitted if isinstance(admitted, list) else []
        if not listed or everybody_together(map(str, listed)):
            yield Violation(urn=item.urn, says="its API server answers the whole internet")


NETWORK_RULES: tuple[Rule, ...] = (
    Rule(
        id="public-store",
        title="No database, cache or search engine is reachable from the internet",
        severity="critical",
        reason="whoever guesses or buys a password reads everything",
        fix="publiclyAccessible: false, and rules that admit security groups or private blocks",
        source="AWS Foundational Security Best Practices, RDS.2, EC2.18, EC2.19",
        judge=_reachable,
    ),
    Rule(
        id="open-security-group",
        title="The internet reaches no port but those of the web",
        severity="critical",
        reason="what listens behind the port is found within minutes",
        fix="name the blocks or the group that need it",
        source="AWS Foundational Security Best Practices, EC2.18; CIS AWS Foundations, EC2.53",
        judge=_open_groups,
    ),
    Rule(
        id="public-api-server",
        title="The cluster's API server does not answer the whole internet",
        severity="high",
        reason="a leaked token is enough from anywhere",
        fix="cluster.endpointPublicAccess: false, or cluster.publicAccessCidrs with your own blocks",
        source="AWS Foundational Security Best Practices, EKS.1",
        judge=_open_clusters,
        alone=True,
    ),
)
