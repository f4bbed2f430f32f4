"""What node groups of EKS demand of their templates, machines, roles and subnets."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import block, flag, given, items
from sandbox.model.pairs import find, pair, texts, told, whole
from sandbox.services.aws.ec2.machines import ARM, X86, architecture, image_architecture, template_named
from sandbox.services.aws.pairs.trust import role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

NODES = "aws:eks/nodeGroup:NodeGroup"
_SUBNET = "aws:ec2/subnet:Subnet"
_GUIDE = "Amazon EKS User Guide"
_API = "Amazon EKS API Reference"


def template_of(context: Context) -> CloudObject | None:
    """The launch template of a node group."""
    template = block(context.inputs, "launchTemplate")
    if context.cloud is None:
        return None
    return template_named(context.cloud, template)


def _in_both(context: Context) -> Iterator[Violation]:
    template, inputs = template_of(context), context.inputs
    if template is None:
        return
    of = template.name
    if told(template, "instanceType") is not None and given(inputs, "instanceTypes"):
        yield Violation("instanceTypes", f"launch template {of} has an instanceType; give one of them")
    if told(template, "iamInstanceProfile") is not None:
        yield Violation(
            "launchTemplate", f"{of} has an iamInstanceProfile; nodeRoleArn of the node group stands for it"
        )
    if any(known(item.get("subnetId")) for item in items(template.inputs, "networkInterfaces")):
        yield Violation("launchTemplate", f"{of} has subnets; subnetIds of the node group stand for them")
    if told(template, "instanceMarketOptions.marketType") == "spot":
        yield Violation("launchTemplate", f"{of} asks for spot instances; capacityType of the node group stands for it")
    if told(template, "instanceInitiatedShutdownBehavior") is not None:
        yield Violation("launchTemplate", f"{of} has an instanceInitiatedShutdownBehavior, which EKS does not take")


def _image(context: Context) -> Iterator[Violation]:
    template, kind = template_of(context), context.inputs.get("amiType")
    if template is None:
        return
    image = told(template, "imageId")
    if image is None and kind == "CUSTOM" and whole(template) and "imageId" not in template.inputs:
        yield Violation("amiType", f"CUSTOM needs an imageId in launch template {template.name}")
    if image is not None and isinstance(kind, str) and kind != "CUSTOM":
        yield Violation("amiType", f"{kind} together with imageId {image} of launch template {template.name}: CUSTOM")
    for name in ("version", "releaseVersion"):
        if image is not None and given(context.inputs, name):
            yield Violation(name, f"not together with imageId {image} of launch template {template.name}")


def _template_version(context: Context) -> Iterator[Violation]:
    template, wanted = template_of(context), block(context.inputs, "launchTemplate").get("version")
    latest = template.outputs.get("latestVersion") if template is not None else None
    if template is None or not isinstance(latest, (int, float)) or not str(wanted).isdecimal():
        return
    if int(str(wanted)) > latest:
        yield Violation(
            "launchTemplate.version", f"launch template {template.name} has versions up to {latest:g}, not {wanted}"
        )


def _user_data(context: Context) -> Iterator[Violation]:
    template, kind = template_of(context), str(context.inputs.get("amiType") or "")
    data = told(template, "userData") if template is not None else None
    if template is None or not isinstance(data, str) or not data or told(template, "imageId") is not None:
        return
    if not kind.startswith("AL2"):
        return
    try:
        plain = base64.b64decode(data, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return
    head = plain.lstrip()[:2000].lower()
    if "mime-version" not in head and "content-type: multipart" not in head:
        yield Violation(
            "launchTemplate",
            f"userData of {template.name} is no MIME multi-part document, into which EKS could merge its own",
        )


IN_BOTH = pair(
    "node-template",
    _in_both,
    refused="a launch template of a node group with an instance profile, subnets, spot options, a shutdown "
    "behaviour, or "
    "an instance type beside those of the group",
    says="InvalidRequestException or InvalidParameterException: the launch template must not specify it",
    source=f"{_GUIDE}, Customize managed nodes with launch templates: settings that cannot be in both",
)
IMAGE = pair(
    "node-image",
    _image,
    refused="an imageId in the launch template together with an amiType or a version, or CUSTOM without an imageId",
    says="InvalidParameterException: You cannot specify an AMI Type or a Kubernetes version together with an image ID "
    "within the launch template",
    source=f"{_GUIDE}, Customize managed nodes with launch templates: specifying an AMI; {_API}, CreateNodegroup",
)
TEMPLATE_VERSION = pair(
    "node-template-version",
    _template_version,
    refused="a version that the launch template does not have",
    says="InvalidParameterException: the launch template version does not exist "
    "(InvalidLaunchTemplateId.VersionNotFound)",
    source=f"{_API}, LaunchTemplateSpecification; Amazon EC2 API Reference, Error codes",
)
USER_DATA = pair(
    "node-user-data",
    _user_data,
    refused="user data of Amazon Linux nodes that is no MIME multi-part document",
    says="InvalidRequestException: User data was not in the MIME multipart format",
    source=f"{_GUIDE}, Customize managed nodes with launch templates: Amazon EC2 user data",
)


def _arch_of_image(kind: object) -> str:
    name = str(kind)
    return ARM if "ARM_64" in name else X86 if "x86_64" in name else ""


def _wrong_machine(context: Context) -> Iterator[Violation]:
    """An image of one architecture never starts on a processor of the other."""
    kind = _arch_of_image(context.inputs.get("amiType"))
    for at, machine in texts(context.inputs, "instanceTypes[*]"):
        found = architecture(machine)
        if kind and found and found != kind:
            yield Violation(
                at, f"{machine} has processors of {found}, amiType {context.inputs['amiType']} is of {kind}"
            )


def _wrong_machine_of_template(context: Context) -> Iterator[Violation]:
    template, kind = template_of(context), _arch_of_image(context.inputs.get("amiType"))
    machine = told(template, "instanceType") if template is not None else None
    found = architecture(machine) if machine is not None else ""
    if template is not None and kind and found and found != kind:
        yield Violation(
            "amiType",
            f"{context.inputs['amiType']} is of {kind}, {machine} of launch template {template.name} has processors of "
            f"{found}",
        )


def _wrong_machine_of_image(context: Context) -> Iterator[Violation]:
    """The image of a launch template, where the program or the seed file has it."""
    cloud, template = context.cloud, template_of(context)
    if cloud is None or template is None:
        return
    image = told(template, "imageId")
    machines = texts(context.inputs, "instanceTypes[*]") or [("launchTemplate", told(template, "instanceType"))]
    for at, machine in machines:
        if {found := image_architecture(cloud, image), wanted := architecture(machine)} == {ARM, X86}:
            yield Violation(
                at,
                f"{machine} has processors of {wanted}, image {image} of launch template {template.name} is of {found}",
            )


_SAYS_ARCH = "InvalidParameterException: not a valid instance type for requested amiType"
MACHINES = pair(
    "node-architecture",
    _wrong_machine,
    refused="instance types of another architecture than the node group's image",
    says=_SAYS_ARCH,
    source=f"{_API}, CreateNodegroup, amiType; Amazon EC2 Instance Types, Naming conventions; "
    f"ManagedKube/kubernetes-ops"
    "#231",
    at_once=True,
)
MACHINES_OF_TEMPLATE = pair(
    "node-architecture-of-template",
    _wrong_machine_of_template,
    refused="an instance type in the launch template of another architecture than the node group's image",
    says=_SAYS_ARCH,
    source=f"{_API}, CreateNodegroup, amiType; Amazon EC2 Instance Types, Naming conventions",
)
MACHINES_OF_IMAGE = pair(
    "node-architecture-of-image",
    _wrong_machine_of_image,
    refused="a node group with instance types of another architecture than the image in its launch template",
    says="AsgInstanceLaunchFailures: The architecture of the specified instance type does not match the "
    "architecture of "
    "the specified AMI",
    source=f"{_API}, Issue: code AsgInstanceLaunchFailures; Amazon EC2 API Reference, RunInstances",
)


# What nodes need before they start.


def _powerless(context: Context) -> Iterator[Violation]:
    cloud, at = context.cloud, "nodeRoleArn" if context.token == NODES else "roleArn"
    item = role(cloud, context.inputs.get(at)) if cloud is not None else None
    if cloud is None or item is None or not whole(item) or _has_policies(cloud, item):
        return
    needed = "AmazonEKSWorkerNodePolicy and the like" if context.token == NODES else "AmazonEKSClusterPolicy"
    yield Violation(at, f"role {item.name} has no policy; attach {needed}")


def _has_policies(cloud: Cloud, item: CloudObject) -> bool:
    if item.inputs.get("managedPolicyArns") or item.inputs.get("inlinePolicies"):
        return True
    names = {item.id, told(item, "name"), told(item, "arn")} - {None}
    beside = (
        *(("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role"), ("aws:iam/rolePolicy:RolePolicy", "role")),
        ("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "roleName"),
    )
    if any(other.inputs.get(key) in names for token, key in beside for other in cloud.of_type(token)):
        return True
    attached = cloud.of_type("aws:iam/policyAttachment:PolicyAttachment")
    return any(name in names for other in attached for _, name in texts(other.inputs, "roles[*]"))


POWERLESS = pair(
    "role-without-policies",
    _powerless,
    refused="a cluster or a node group whose role has no policy at all",
    happens="the cluster cannot make its network interfaces, nodes do not join: NodeCreationFailure",
    source="SDK documentation of aws.eks.Cluster and aws.eks.NodeGroup: the permissions of the role; "
    f"{_GUIDE}, Amazon EKS node IAM role",
)


def public(cloud: Cloud, subnet: str) -> bool:
    """Whether the route table of a subnet leads to an internet gateway, as far as it exists already."""
    tables = [
        item.inputs.get("routeTableId")
        for item in cloud.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")
        if item.inputs.get("subnetId") == subnet
    ]
    beside = [item.inputs for item in cloud.of_type("aws:ec2/route:Route") if item.inputs.get("routeTableId") in tables]
    inside = [
        route
        for table in tables
        if (item := find(cloud, "aws:ec2/routeTable:RouteTable", table)) is not None
        for route in items(item.inputs, "routes")
    ]
    return any(str(route.get("gatewayId")).startswith("igw-") for route in (*beside, *inside))


def _no_addresses(context: Context) -> Iterator[Violation]:
    cloud, template = context.cloud, template_of(context)
    if cloud is None or context.old is not None:
        return
    interfaces: list[dict[str, Any]] = items(template.inputs, "networkInterfaces") if template is not None else []
    if any(flag(item.get("associatePublicIpAddress")) is True for item in interfaces):
        return
    for at, identity in texts(context.inputs, "subnetIds[*]"):
        subnet = cloud.get(_SUBNET, identity)
        if (
            subnet is not None
            and flag(told(subnet, "mapPublicIpOnLaunch", default=False)) is False
            and public(cloud, identity)
        ):
            yield Violation(
                at, f"subnet {subnet.name} is public and gives instances no public address; set mapPublicIpOnLaunch"
            )


NO_ADDRESSES = pair(
    "node-public-address",
    _no_addresses,
    refused="nodes in a public subnet that gives them no public address",
    says="Ec2SubnetInvalidConfiguration: One or more Amazon EC2 Subnets for node group does not automatically assign "
    "public "
    "IP addresses to instances launched into it",
    source=f"{_API}, Issue: code Ec2SubnetInvalidConfiguration; {_GUIDE}, Managed node groups concepts",
)


def _fargate(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    for at, identity in texts(context.inputs, "subnetIds[*]"):
        if cloud is not None and public(cloud, identity):
            yield Violation(
                at, f"subnet {identity} has a route to an internet gateway; Fargate takes private ones only"
            )


FARGATE = pair(
    "fargate-subnet",
    _fargate,
    refused="a Fargate profile in a public subnet",
    says="InvalidParameterException: Subnet provided in Fargate Profile is not a private subnet",
    source=f"{_API}, CreateFargateProfile, subnets",
)
