"""Load balancers and the network: whom they lead where, and whom they ask whether it answers.

Sources are the documentation of the services; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.kubernetes.ways import halved
from plan.types.weaker.model import FALSE, TRUE, Weaker, becomes, changes, no_less, stays
from plan.types.weaker.ways import no_more

if TYPE_CHECKING:
    from plan.types.weaker.kubernetes.ways import Row


_TARGETS = "Elastic Load Balancing, Health checks for Network Load Balancer target groups; Target group attributes"
_VPC = "Amazon VPC User Guide, NAT gateways; DNS attributes"


def _flips(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where it is switched on or off: its targets refuse what they do not expect."""
    return (old in TRUE) != (new in TRUE)


_ROWS: tuple[Row, ...] = (
    (
        tokens.TARGET_GROUP,
        ("deregistrationDelay",),
        halved,
        "a connection ends when it is done",
        "way",
        _TARGETS,
    ),
    (
        tokens.TARGET_GROUP,
        ("connectionTermination",),
        becomes(*TRUE),
        "a connection ends when it is done",
        "way",
        _TARGETS,
    ),
    (
        tokens.TARGET_GROUP,
        ("healthCheck", "enabled"),
        becomes(*FALSE),
        "its targets are asked whether they answer",
        "redundancy",
        _TARGETS,
    ),
    *(
        (
            tokens.TARGET_GROUP,
            ("healthCheck", name),
            no_more(absent=absent),
            "a target that does not answer is left soon",
            "redundancy",
            _TARGETS,
        )
        for name, absent in (("interval", 30), ("unhealthyThreshold", 3), ("timeout", 10))
    ),
    (
        tokens.TARGET_GROUP,
        ("healthCheck", "healthyThreshold"),
        no_less,
        "a target that answers by chance gets no requests",
        "redundancy",
        _TARGETS,
    ),
    (
        tokens.TARGET_GROUP,
        ("stickiness",),
        changes,
        "the same client comes to the same target",
        "way",
        _TARGETS,
    ),
    (tokens.TARGET_GROUP, ("port",), changes, "its targets are reached on this port", "way", _TARGETS),
    (tokens.TARGET_GROUP, ("protocol",), changes, "its targets are spoken to so", "way", _TARGETS),
    (tokens.TARGET_GROUP, ("proxyProtocolV2",), _flips, "its targets are spoken to so", "way", _TARGETS),
    (tokens.LISTENER, ("certificateArn",), changes, "clients trust its certificate", "way", _TARGETS),
    (
        tokens.LISTENER,
        ("mutualAuthentication",),
        changes,
        "clients show a certificate of their own",
        "defence",
        _TARGETS,
    ),
    (
        tokens.LOAD_BALANCER,
        ("internal",),
        becomes(*FALSE),
        "it is reached inside of the network alone",
        "defence",
        _TARGETS,
    ),
    (
        tokens.LOAD_BALANCER,
        ("enforceSecurityGroupInboundRulesOnPrivateLinkTraffic",),
        stays("on"),
        "its groups decide who reaches it",
        "defence",
        _TARGETS,
    ),
    (tokens.NAT, ("connectivityType",), becomes("private"), "private subnets have a way out", "way", _VPC),
    (tokens.VPC, ("enableDnsSupport",), becomes(*FALSE), "names are found in it", "way", _VPC),
    (tokens.VPC, ("enableDnsHostnames",), stays(*TRUE), "names are found in it", "way", _VPC),
)
BALANCERS_WEAKER: tuple[Weaker, ...] = (
    *(
        Weaker(token=token, path=path, than=than, says=says, loses=loses, source=source)
        for token, path, than, says, loses, source in _ROWS
    ),
)
