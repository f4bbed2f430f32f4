"""Types that have no row: the best known of their values that come back otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.returned import Kind, Shows, Value, any_order, late, same_text
from sandbox.model.rows import Alike, Returned
from sandbox.services.aws.equivalence import protocol
from sandbox.services.aws.returned import issue
from sandbox.services.aws.returned.identity import policy_document

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs


def _host(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return value.rstrip(".").lower() if isinstance(value, str) else value


def _other_names(value: Any, inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return [name for name in value if name != inputs.get("domainName")] if isinstance(value, list) else value


_RECORD = (
    same_text("name", "`Example.com.`", "`example.com`", f"{issue(360)}; hashicorp/terraform 9628", _host),
    same_text("aliases[*].name", "a name with capital letters", "small letters", f"{issue(3119)}, 360", _host),
    *any_order("hashicorp/terraform 9363; SDK documentation of aws.route53.Record", "records"),
    late("fqdn", "a new record", "PENDING until all servers have it", "Route 53 API, GetChange"),
)
_CERTIFICATE = (
    Value(
        "subjectAlternativeNames",
        Kind.DROPPED,
        "`domainName` once more",
        "without it: the certificate was replaced each time",
        issue(4935),
        Shows.NEVER,
        same=_other_names,
    ),
    *any_order(f"{issue(11300)}, 10959, 8531", "subjectAlternativeNames"),
    late("status", "a new certificate", "PENDING_VALIDATION until the records exist", "ACM User Guide, DNS validation"),
)
_SECURITY_GROUP_RULE = (
    same_text("protocol", "`TCP`, `6`, `all`", "`tcp`, `tcp`, `-1`", "hashicorp/terraform 5489, 5881", protocol),
    Value(
        "cidrBlocks",
        Kind.FORM,
        "`10.8.10.0/16`, with host bits",
        "`10.8.0.0/16`, so that the provider never finds it; refused today",
        "hashicorp/terraform 9237",
    ),
)
_QUEUE_POLICY = (policy_document("policy", "terraform-provider-aws, internal/service/sqs/queue_policy.go"),)
ALIKE = (
    Alike("aws:route53/record:Record", returned=Returned(values=_RECORD)),
    Alike("aws:acm/certificate:Certificate", returned=Returned(values=_CERTIFICATE)),
    Alike("aws:ec2/securityGroupRule:SecurityGroupRule", returned=Returned(values=_SECURITY_GROUP_RULE)),
    Alike("aws:sqs/queuePolicy:QueuePolicy", returned=Returned(values=_QUEUE_POLICY)),
)
