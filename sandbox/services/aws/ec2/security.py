"""Security groups of EC2, their rules, and lists of prefixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, given, items, number, text
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference
from sandbox.model.replacement import Condition, Replaced, Situation, words
from sandbox.model.rows import NONE, Returned, Row, prefixed, schema_only
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.ec2.cidr import network, networks
from sandbox.services.aws.ec2.pairs import TWICE
from sandbox.services.aws.ec2.targets import DEPENDENCY, PREFIX_LIST, SECURITY_GROUP, VPC
from sandbox.services.aws.returned import network as returned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place
    from sandbox.protocol.diff import Change

LAST_PROTOCOL = 255
LAST_PORT = 65535
DESCRIPTION = r"[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]*"
_DESCRIBED = "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*"
PEERS = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")


def _rule_ports(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    protocol = str(inputs.get("ipProtocol")).lower()
    if protocol in {"-1", "all"}:
        for name in ("fromPort", "toPort"):
            if given(inputs, name):
                yield Violation(name, "not with ipProtocol -1, which means every port: it would differ for ever")
    elif protocol in {"tcp", "udp", "6", "17"}:
        yield from _ports(inputs, protocol)
    elif known(inputs.get("ipProtocol")) and protocol not in {"icmp", "icmpv6"} and not _protocol_number(protocol):
        yield Violation(
            "ipProtocol",
            f"{protocol!r} is no protocol: tcp, udp, icmp, icmpv6, a number of 0 to {LAST_PROTOCOL}, or -1 for all "
            "(InvalidParameterValue: Invalid value for IP protocol)",
        )


def _protocol_number(text: str) -> bool:
    return text.isdecimal() and int(text) <= LAST_PROTOCOL


def _ports(inputs: dict[str, Any], protocol: str) -> Iterator[Violation]:
    for name in ("fromPort", "toPort"):
        port = number(inputs.get(name))
        if not given(inputs, name):
            yield Violation(name, f"required for ipProtocol {protocol} (MissingParameter)")
        elif port is not None and not 0 <= port <= LAST_PORT:
            yield Violation(name, f"{port:g} is outside 0..{LAST_PORT} (InvalidParameterValue: portRange)")
    low, high = number(inputs.get("fromPort")), number(inputs.get("toPort"))
    if low is not None and high is not None and low > high:
        yield Violation("fromPort", f"{low:g} is above toPort {high:g} (InvalidParameterValue: Invalid port range)")


def _prefix_list(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    most, entries = number(inputs.get("maxEntries")), items(inputs, "entries")
    version = 6 if inputs.get("addressFamily") == "IPv6" else 4
    if most is not None and len(entries) > most:
        yield Violation("entries", f"{len(entries)} entries, maxEntries is {most:g} (PrefixListMaxEntriesExceeded)")
    for index, entry in enumerate(entries):
        wrong = network(entry.get("cidr"), version)[1] if known(entry.get("cidr")) else ""
        if wrong:
            yield Violation(f"entries[{index}].cidr", wrong)
    if text(inputs, "name").startswith("com.amazonaws"):
        yield Violation("name", "names that begin with 'com.amazonaws' are reserved")


_EC2 = "Amazon EC2 API Reference"


def _kind_of_peer_changed(case: Situation, _: Change) -> bool:
    return [key for key in PEERS if case.old.get(key)] != [key for key in PEERS if case.new.get(key)]


_RULE = "terraform-provider-aws, internal/service/ec2/vpc_security_group_ingress_rule.go: a rule keeps its kind of peer"
_PEER_CONDITION = Condition(_kind_of_peer_changed, "the kind of peer changes", _RULE)
_group = On("group", source=f"{_EC2}, CreateSecurityGroup")
_ingress = On("group-rule", source=f"{_EC2}, AuthorizeSecurityGroupIngress")
_ingress_old = On("old-group-rule", source=f"{_EC2}, AuthorizeSecurityGroupIngress")
_list = On("prefix-list", source=f"{_EC2}, CreateManagedPrefixList")
_RULE_VALUES = (
    _ingress.exclusive(*PEERS, required=True),
    _ingress.custom("ports", _rule_ports),
    _ingress.custom("networks", networks("cidrIpv4", "cidrIpv6")),
    _ingress.matches("description", DESCRIPTION, _DESCRIBED, "InvalidParameterValue: Invalid rule description"),
    _ingress.longest("description", 255),
)


def _group_outputs(_name: str, _inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    return {"arn": arn("ec2", f"security-group/{identity}", place), "ownerId": place.account}


def _rule(token: str) -> Row:
    return Row(
        token=token,
        name=NONE,
        id=prefixed("sgr"),
        replaced=Replaced(("securityGroupId",), when=dict.fromkeys(PEERS, _PEER_CONDITION)),
        references=(
            Reference("securityGroupId", SECURITY_GROUP, "InvalidGroup.NotFound"),
            Reference("referencedSecurityGroupId", SECURITY_GROUP, "InvalidGroup.NotFound", DEPENDENCY),
            Reference(
                "prefixListId",
                PREFIX_LIST,
                "InvalidPrefixListID.NotFound",
                "PrefixListInUse, a security group rule refers to it",
                unverified="the code PrefixListInUse",
            ),
        ),
        unique=(),
        values=_RULE_VALUES,
        state=(TWICE,),
        sources=Sources(
            replacement="terraform-provider-aws, internal/service/ec2/vpc_security_group_ingress_rule.go: a rule keeps "
            "its group and its kind of peer"
        ),
        returned=Returned(values=returned.RULE),
    )


ROWS = (
    Row(
        token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        name=NONE,
        id=prefixed("sg"),
        replaced=Replaced(("vpcId",), kept=("vpcId",)),
        references=(Reference("vpcId", VPC, "InvalidVpcID.NotFound"),),
        unique=(),
        values=(),
        returned=Returned(values=returned.DEFAULT_SECURITY_GROUP),
    ),
    Row(
        token="aws:ec2/managedPrefixList:ManagedPrefixList",
        name=NONE,
        id=prefixed("pl"),
        replaced=Replaced(("addressFamily",)),
        references=(),
        unique=(),
        values=(
            _list.one_of("addressFamily", ("IPv4", "IPv6")),
            _list.between("maxEntries", 1, 1000),
            _list.custom("entries", _prefix_list),
            _list.unique("entries[*].cidr", "entry"),
        ),
        returned=Returned(values=returned.PREFIX_LIST),
    ),
    schema_only(
        "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",
        "no stack has one: entries stand in the list itself",
        Replaced(("cidr", "description", "prefixListId")),
    ),
    Row(
        token="aws:ec2/securityGroup:SecurityGroup",
        name=Named(),
        id=prefixed("sg"),
        outputs=_group_outputs,
        replaced=Replaced(
            ("description", "name", "namePrefix", "vpcId"),
            {"description": "Managed by Pulumi"},
            kept=("name", "namePrefix", "vpcId"),
        ),
        references=(Reference("vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY),),
        unique=(Unique(("vpcId", "name"), "InvalidGroup.Duplicate"),),
        values=(
            _group.matches("name", rf"(?!sg-){DESCRIPTION}", f"{_DESCRIBED}, not 'sg-' first", "InvalidParameterValue"),
            _group.longest("name", 255),
            _group.matches(
                "description", DESCRIPTION, _DESCRIBED, "InvalidParameterValue: Invalid security group description"
            ),
            _group.longest("description", 255),
        ),
        returned=Returned(values=returned.SECURITY_GROUP),
    ),
    Row(
        token="aws:ec2/securityGroupRule:SecurityGroupRule",
        name=NONE,
        id=prefixed("sgrule"),
        replaced=Replaced(
            words(
                "cidrBlocks fromPort ipv6CidrBlocks prefixListIds protocol securityGroupId self sourceSecurityGroupId "
                "toPort type"
            ),
            {"self": False},
            deleted_first=True,
        ),
        references=(
            Reference("securityGroupId", SECURITY_GROUP, "InvalidGroup.NotFound"),
            Reference("sourceSecurityGroupId", SECURITY_GROUP, "InvalidGroup.NotFound", DEPENDENCY),
            Reference("prefixListIds[*]", PREFIX_LIST, "InvalidPrefixListID.NotFound"),
        ),
        unique=(),
        values=(_ingress_old.one_of("type", ("ingress", "egress")),),
        state=(TWICE,),
        sources=Sources(
            replacement="terraform-provider-aws, internal/service/ec2/vpc_security_group_rule.go; pulumi-aws#2097: "
            "the old rule goes first, or the same peer would be there twice"
        ),
    ),
    _rule("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
    _rule("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
)
