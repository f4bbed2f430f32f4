"""The forms of checks that `posture.yaml` uses: on one resource of a plan and, where it needs them, its neighbours.

A check answers True or False, or None where the plan does not say yet: a value that only an update makes known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plan.tokens import (
    ENDPOINT,
    PREFIX_LIST,
    ROUTE,
    ROUTE_TABLE,
    ROUTE_TABLE_ASSOCIATION,
    SUBNET,
)
from plan.unknown import is_unknown
from policies.documents import listed, statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from plan import Plan, PlannedResource

BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
BLOCKED = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
"""All of them (S3.8)."""
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
REFUSED_TRAFFIC = ("ALL", "REJECT")
"""What a flow log must have (EC2.6: `trafficType`)."""
ANYBODY = frozenset(("0.0.0.0/0", "::/0"))
WEB = frozenset((80, 443))
"""What Security Hub authorizes by default (EC2.18, parameter `authorizedTcpPorts`)."""
DECRYPTING = ("kms:Decrypt", "kms:ReEncryptFrom")
"""What KMS.1 and KMS.2 ask about; neither looks at conditions."""
OWN_KEY = r"arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key/"
"""A key, or all keys, of one account in one region."""


def holds(met: Mapping[str, Any], item: PlannedResource, plan: Plan) -> bool | None:
    """Whether a resource does what a control asks.

    Args:
        met: the form of the check.
        item: the resource.
        plan: the plan that it stands in.
    """
    if "unless" in met and met["unless"] in item.inputs:
        return True
    if "rule" in met:
        return RULES[met["rule"]](item, plan)
    if "beside" in met:
        return any(other.type == met["beside"] for other in plan.dependents(item.urn))
    if "sibling" in met:
        return bool(_siblings(item, plan, met["sibling"]))
    if "endpoint" in met:
        ours = (other for other in plan.dependents(item.urn) if other.type == ENDPOINT)
        return any(str(other.inputs.get("serviceName")).endswith(f".{met['endpoint']}") for other in ours)
    return _property_holds(met, list(_values(item.inputs, met["property"].split("."))))


def _property_holds(met: Mapping[str, Any], values: list[Any]) -> bool | None:
    """Whether everything that stands at the path of a property fits."""
    if not values:
        return "unset" in met or "not_in" in met
    if "set" in met or "unset" in met:
        return "set" in met
    if any(map(is_unknown, values)):
        return None
    return all(_fits(met, value) for value in values)


def _siblings(item: PlannedResource, plan: Plan, token: str) -> list[PlannedResource]:
    """Parts of a resource: a part of another one may name it as well, as a bucket names the one that it logs to."""
    return [other for other in plan.dependents(item.urn) if other.type == token and item.parent == other.parent]


def _fits(met: Mapping[str, Any], value: object) -> bool:
    if "is" in met:
        return bool(value == met["is"] and type(value) is type(met["is"]))
    if "in" in met or "not_in" in met:
        return value in met["in"] if "in" in met else value not in met["not_in"]
    if "has" in met:
        return isinstance(value, list) and set(met["has"]) <= set(value)
    if "at_least" in met:
        return isinstance(value, (list, int, float)) and _amount(value) >= met["at_least"]
    return re.search(met["matches"], str(value)) is not None


def _amount(value: list[Any] | float) -> float:
    return len(value) if isinstance(value, list) else value


def _values(value: object, path: list[str]) -> Iterator[Any]:
    """Everything at a path; `[*]` goes into each entry of a list, and an entry without it counts as None."""
    if not path:
        yield value
        return
    name, *below = path
    found = value.get(name.removesuffix("[*]")) if isinstance(value, dict) else None
    if found is None:
        return
    if not name.endswith("[*]"):
        yield from _values(found, below)
        return
    for entry in found:
        yield from list(_values(entry, below)) or [None]


def _admits_nothing(item: PlannedResource, _plan: Plan) -> bool:
    return not item.inputs.get("ingress") and not item.inputs.get("egress")


def _opens_web_only(item: PlannedResource, plan: Plan) -> bool:
    """Whether what a rule, or a group with rules of its own, opens to anybody are the ports of the web.

    A prefix list counts with its entries.
    """
    inline = item.inputs.get("ingress")
    if isinstance(inline, list):
        return all(_web(_inline_blocks(rule), rule) for rule in inline)
    lists = (found for urn in item.dependencies if (found := plan.get(urn)) and found.type == PREFIX_LIST)
    blocks = {entry.get("cidr") for found in lists for entry in found.inputs.get("entries") or ()}
    return _web(blocks | {item.inputs.get("cidrIpv4"), item.inputs.get("cidrIpv6")}, item.inputs)


def _inline_blocks(rule: Mapping[str, Any]) -> set[object]:
    return {*(rule.get("cidrBlocks") or ()), *(rule.get("ipv6CidrBlocks") or ())}


def _web(blocks: set[object], rule: Mapping[str, Any]) -> bool:
    ports = {rule.get("fromPort"), rule.get("toPort")}
    return not blocks & ANYBODY or (len(ports) == 1 and ports <= WEB)


def _rejects_are_logged(item: PlannedResource, plan: Plan) -> bool:
    logs = (log for log in plan.dependents(item.urn) if log.type == FLOW_LOG)
    return any(log.inputs.get("trafficType") in REFUSED_TRAFFIC for log in logs)


def _assigns_no_address(item: PlannedResource, _plan: Plan) -> bool:
    return not item.inputs.get("mapPublicIpOnLaunch") and not item.inputs.get("assignIpv6AddressOnCreation")


def _blocks_public_access(item: PlannedResource, plan: Plan) -> bool:
    blocks = _siblings(item, plan, PUBLIC_ACCESS)
    return any(all(block.inputs.get(name) is True for name in BLOCKED) for block in blocks)


def _not_public(item: PlannedResource, plan: Plan) -> bool | None:
    """Whether public access is blocked, and its policy allows by conditions that Security Hub evaluates."""
    allowed = [_statements(policy, "Allow") for policy in _siblings(item, plan, BUCKET_POLICY)]
    if None in allowed:
        return None
    fixed = all(_fixed(found) for statements in allowed for found in statements or ())
    return fixed and _blocks_public_access(item, plan)


def _fixed(statement: Mapping[str, Any]) -> bool:
    """Whether no condition has a wildcard or a variable: Security Hub evaluates no others (S3.2, SNS.4, KMS.5)."""
    tests = (statement.get("Condition") or {}).values()
    values = (str(value) for test in tests for value in test.values())
    return not any(sign in value for value in values for sign in ("*", "?", "${"))


def _no_way_out(item: PlannedResource, plan: Plan) -> bool:
    """Whether no subnet of a group is routed to an internet gateway."""
    subnets = [urn for urn in item.dependencies if (found := plan.get(urn)) and found.type == SUBNET]
    ties = {tie.urn: tie for tie in _dependents(plan, subnets, ROUTE_TABLE_ASSOCIATION)}
    tables = {
        urn for tie in ties.values() for urn in tie.dependencies if (at := plan.get(urn)) and at.type == ROUTE_TABLE
    }
    routes = list(_dependents(plan, tables, ROUTE))
    return bool(subnets) and len(ties) >= len(subnets) and not any(route.inputs.get("gatewayId") for route in routes)


def _dependents(plan: Plan, urns: Iterable[str], token: str) -> Iterator[PlannedResource]:
    """What will exist of a type and depends on any of these."""
    return (other for urn in urns for other in plan.dependents(urn) if other.type == token)


def _statements(item: PlannedResource, effect: str) -> list[dict[str, Any]] | None:
    """The statements of its policy with this effect; None while the policy is not known."""
    return statements(item.inputs.get("policy"), effect)


def _tls_only(item: PlannedResource, plan: Plan) -> bool | None:
    """Whether a policy of the bucket denies everything to everybody without TLS."""
    denied = [_statements(policy, "Deny") for policy in _siblings(item, plan, BUCKET_POLICY)]
    if None in denied:
        return None
    plain = [
        found
        for statements in denied
        for found in statements or ()
        if listed(found.get("Action")) == ["s3:*"]
        and found.get("Principal") in ("*", {"AWS": ["*"]}, {"AWS": "*"})
        and listed((found.get("Condition") or {}).get("Bool", {}).get("aws:SecureTransport")) == ["false"]
    ]
    return bool(plain)


def _opens_to_no_account(item: PlannedResource, _plan: Plan) -> bool | None:
    """Whether a policy allows services and the account's own root only."""
    allowed = _statements(item, "Allow")
    if allowed is None:
        return None
    callers = [found.get("Principal") for found in allowed]
    return all(
        isinstance(caller, dict)
        and not caller.keys() - {"Service", "AWS"}
        and all(re.fullmatch(r"arn:aws[\w-]*:iam::\d{12}:root", str(arn)) for arn in listed(caller.get("AWS", [])))
        for caller in callers
    )


def _opens_by_fixed_values(item: PlannedResource, plan: Plan) -> bool | None:
    """Whether it opens to no other account, by conditions that Security Hub evaluates."""
    closed = _opens_to_no_account(item, plan)
    return all(_fixed(found) for found in _statements(item, "Allow") or ()) if closed else closed


def _not_everything(item: PlannedResource, _plan: Plan) -> bool | None:
    return _none_allows(item, lambda actions, resources: "*" in actions and "*" in resources)


def _no_whole_service(item: PlannedResource, _plan: Plan) -> bool | None:
    return _none_allows(item, lambda actions, _: any(action.endswith("*") and ":" in action for action in actions))


def _decrypts_with_own_keys(item: PlannedResource, _plan: Plan) -> bool | None:
    """Whether what it decrypts with are keys of one account, each in a region that is named (KMS.1)."""

    def everywhere(actions: list[str], resources: list[str]) -> bool:
        wide = any(_matches(action, wanted) for action in actions for wanted in DECRYPTING)
        return wide and not all(re.match(OWN_KEY, resource) for resource in resources)

    return _none_allows(item, everywhere)


def _matches(action: str, wanted: str) -> bool:
    return re.fullmatch(re.escape(action).replace(r"\*", ".*"), wanted) is not None


def _none_allows(item: PlannedResource, wide: Callable[[list[str], list[str]], bool]) -> bool | None:
    allowed = _statements(item, "Allow")
    if allowed is None:
        return None
    return not any(
        "NotAction" in found or wide(listed(found.get("Action", [])), listed(found.get("Resource", [])))
        for found in allowed
    )


RULES: Mapping[str, Callable[[PlannedResource, Plan], bool | None]] = {
    "admits_nothing": _admits_nothing,
    "assigns_no_address": _assigns_no_address,
    "blocks_public_access": _blocks_public_access,
    "decrypts_with_own_keys": _decrypts_with_own_keys,
    "no_way_out": _no_way_out,
    "no_whole_service": _no_whole_service,
    "not_everything": _not_everything,
    "not_public": _not_public,
    "opens_by_fixed_values": _opens_by_fixed_values,
    "opens_to_no_account": _opens_to_no_account,
    "opens_web_only": _opens_web_only,
    "rejects_are_logged": _rejects_are_logged,
    "tls_only": _tls_only,
}
"""What `rule` names in the file."""
