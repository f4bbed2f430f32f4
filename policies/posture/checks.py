"""The forms of checks that `posture.yaml` uses: on one resource of a plan and, where it needs them, its neighbours.

A check answers True or False, or None where the plan does not say yet: a value that only an update makes known.
"""

from __future__ import annotations

import json
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from plan import Plan, PlannedResource

BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes for a value that only an update makes known (Pulumi SDK, `UNKNOWN`)."""
ANYBODY = frozenset(("0.0.0.0/0", "::/0"))
WEB = frozenset((80, 443))
"""What Security Hub authorizes by default (EC2.18, parameter `authorizedTcpPorts`)."""
DECRYPTING = ("kms:Decrypt", "kms:ReEncryptFrom")
"""What KMS.1 and KMS.2 ask about; neither looks at conditions."""


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
        return any(item.urn in other.dependencies for other in plan.of_type(met["beside"]))
    if "sibling" in met:
        return bool(_siblings(item, plan, met["sibling"]))
    if "endpoint" in met:
        ours = (other for other in plan.of_type(ENDPOINT) if item.urn in other.dependencies)
        return any(str(other.inputs.get("serviceName")).endswith(f".{met['endpoint']}") for other in ours)
    return _property_holds(met, list(_values(item.inputs, met["property"].split("."))))


def _property_holds(met: Mapping[str, Any], values: list[Any]) -> bool | None:
    """Whether everything that stands at the path of a property fits."""
    if not values:
        return "unset" in met or "not_in" in met
    if "set" in met or "unset" in met:
        return "set" in met
    if UNKNOWN in [value for value in values if isinstance(value, str)]:
        return None
    return all(_fits(met, value) for value in values)


def _siblings(item: PlannedResource, plan: Plan, token: str) -> list[PlannedResource]:
    """Parts of a resource: a part of another one may name it as well, as a bucket names the one that it logs to."""
    return [other for other in plan.of_type(token) if item.urn in other.dependencies and item.parent == other.parent]


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
    """Whether what a rule opens to anybody are the ports of the web; a prefix list counts with its entries."""
    lists = (found for urn in item.dependencies if (found := plan.get(urn)) and found.type == PREFIX_LIST)
    blocks = {entry.get("cidr") for found in lists for entry in found.inputs.get("entries") or ()}
    blocks |= {item.inputs.get("cidrIpv4"), item.inputs.get("cidrIpv6")}
    ports = {item.inputs.get("fromPort"), item.inputs.get("toPort")}
    return not blocks & ANYBODY or (len(ports) == 1 and ports <= WEB)


def _no_way_out(item: PlannedResource, plan: Plan) -> bool:
    """Whether no subnet of a group is routed to an internet gateway."""
    subnets = [urn for urn in item.dependencies if (found := plan.get(urn)) and found.type == SUBNET]
    ties = [tie for tie in plan.of_type(ROUTE_TABLE_ASSOCIATION) if set(tie.dependencies) & set(subnets)]
    tables = {urn for tie in ties for urn in tie.dependencies if (at := plan.get(urn)) and at.type == ROUTE_TABLE}
    routes = [route for route in plan.of_type(ROUTE) if set(route.dependencies) & tables]
    return bool(subnets) and len(ties) >= len(subnets) and not any(route.inputs.get("gatewayId") for route in routes)


def _statements(item: PlannedResource, effect: str) -> list[dict[str, Any]] | None:
    """The statements of its policy with this effect; None while the policy is not known."""
    text = item.inputs.get("policy")
    if not isinstance(text, str) or not text.startswith("{"):
        return None
    return [found for found in json.loads(text)["Statement"] if found["Effect"] == effect]


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _tls_only(item: PlannedResource, plan: Plan) -> bool | None:
    """Whether a policy of the bucket denies everything to everybody without TLS."""
    denied = [_statements(policy, "Deny") for policy in _siblings(item, plan, BUCKET_POLICY)]
    if None in denied:
        return None
    plain = [
        found
        for statements in denied
        for found in statements or ()
        if _listed(found["Action"]) == ["s3:*"]
        and found["Principal"] in ("*", {"AWS": ["*"]}, {"AWS": "*"})
        and _listed((found.get("Condition") or {}).get("Bool", {}).get("aws:SecureTransport")) == ["false"]
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
        and all(re.fullmatch(r"arn:aws[\w-]*:iam::\d{12}:root", str(arn)) for arn in _listed(caller.get("AWS", [])))
        for caller in callers
    )


def _not_everything(item: PlannedResource, _plan: Plan) -> bool | None:
    return _none_allows(item, lambda actions, resources: "*" in actions and "*" in resources)


def _no_whole_service(item: PlannedResource, _plan: Plan) -> bool | None:
    return _none_allows(item, lambda actions, _: any(action.endswith("*") and ":" in action for action in actions))


def _decrypts_with_named_keys(item: PlannedResource, _plan: Plan) -> bool | None:
    def everywhere(actions: list[str], resources: list[str]) -> bool:
        wide = any(_matches(action, wanted) for action in actions for wanted in DECRYPTING)
        return wide and any(resource == "*" or resource.endswith(":key/*") for resource in resources)

    return _none_allows(item, everywhere)


def _matches(action: str, wanted: str) -> bool:
    return re.fullmatch(re.escape(action).replace(r"\*", ".*"), wanted) is not None


def _none_allows(item: PlannedResource, wide: Callable[[list[str], list[str]], bool]) -> bool | None:
    allowed = _statements(item, "Allow")
    if allowed is None:
        return None
    return not any(wide(_listed(found.get("Action", [])), _listed(found.get("Resource", []))) for found in allowed)


RULES: Mapping[str, Callable[[PlannedResource, Plan], bool | None]] = {
    "admits_nothing": _admits_nothing,
    "decrypts_with_named_keys": _decrypts_with_named_keys,
    "no_way_out": _no_way_out,
    "no_whole_service": _no_whole_service,
    "not_everything": _not_everything,
    "opens_to_no_account": _opens_to_no_account,
    "opens_web_only": _opens_web_only,
    "tls_only": _tls_only,
}
"""What `rule` names in the file."""
