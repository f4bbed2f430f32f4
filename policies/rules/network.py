"""Rules over what the internet reaches."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from plan.tokens import CLUSTER
from plan.unknown import is_unknown
from policies.exposure import GROUPS, RULES, blocks, is_public, open_doors
from policies.posture.checks import WEB
from policies.rules.model import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan import Plan, PlannedResource

WIDE = {4: 8, 6: 16}
"""Length of a prefix below which a block is the internet in all but name: two halves of it admit everybody, too."""


def _reachable(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for door in open_doors(plan):
        yield Violation(
            urn=door.urn,
            says=f"the internet {'reaches' if door.known else 'may reach'} it: {door.why}",
            known=door.known,
        )


def _open_groups(plan: Plan, _production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
    for item in plan:
        if item.op == "delete":
            continue
        if item.type in GROUPS:
            for entry in item.inputs.get("ingress") or ():
                if isinstance(entry, dict):
                    yield from _open(item, entry, plan)
        if item.type in RULES and item.inputs.get("type", "ingress") == "ingress":
            yield from _open(item, item.inputs, plan)


def _open(item: PlannedResource, rule: Mapping[str, Any], plan: Plan) -> Iterator[Violation]:
    ports = (rule.get("fromPort"), rule.get("toPort"))
    if len(set(ports)) == 1 and ports[0] in WEB:
        return
    shown = "every port" if ports[0] in {None, -1} else f"port {ports[0]}" if ports[0] == ports[1] else ""
    shown = shown or f"ports {ports[0]} to {ports[1]}"
    for block in blocks(rule, item, plan):
        if is_unknown(block):
            yield Violation(urn=item.urn, says=f"whom it admits to {shown} is known only after an update", known=False)
        elif _everybody(block):
            yield Violation(urn=item.urn, says=f"{block} reaches {shown}")


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
        if config.get("endpointPublicAccess", True) is False:
            continue
        admitted = config.get("publicAccessCidrs")
        if is_unknown(found) or is_unknown(admitted) or is_unknown(config.get("endpointPublicAccess")):
            yield Violation(urn=item.urn, says="who reaches its API server is known only after an update", known=False)
            continue
        listed = admitted if isinstance(admitted, list) else []
        if not listed or any(_everybody(str(block)) for block in listed):
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
