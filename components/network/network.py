"""The VPC: three availability zones, four tiers of subnets of fixed size, routes, endpoints and flow logs."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..kubernetes.children import child_options
from .flow_logs import FlowLogs, VpcFlowLogs, VpcFlowLogsArgs
from .subnets import ZONE_LETTERS, subnet_plan

__all__ = ["FlowLogs", "Network", "NetworkArgs", "subnet_plan"]

SERVICE_NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What a network needs to be told.

    Attributes:
        prefix: beginning of physical names and Name tags, such as "bailbondpro-prod".
        vpc_cidr: an IPv4 /16 of private addresses; can never change later.
        availability_zones: exactly three zones of the region, in an order that never changes.
        nat_gateways: 1 to 3; zone i leaves through NAT gateway i modulo this number.
        interface_endpoints: AWS services reached inside the VPC, such as "ecr.api" or "sts"; each costs
            per zone and hour.
        region: the region of the zones and endpoints.
        flow_logs: what CloudWatch records of the traffic; None where it is recorded elsewhere (`VpcFlowLogs`).
        cluster_name: the EKS cluster that the subnets are tagged for.
        protect: the engine refuses to delete or replace the VPC and its subnets.
        log_key_arn: KMS key of the flow logs; None leaves them to the service's own key.
    """

    prefix: str
    vpc_cidr: str
    availability_zones: tuple[str, ...]
    nat_gateways: int
    interface_endpoints: tuple[str, ...]
    region: str
    flow_logs: FlowLogs | None
    cluster_name: str
    protect: bool
    log_key_arn: pulumi.Input[str] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be built, before any resource is registered."""
        subnet_plan(self.vpc_cidr, self.availability_zones)
        foreign = [zone for zone in self.availability_zones if not re.fullmatch(f"{self.region}[a-z]", zone)]
        if foreign:
            raise ValueError(f"availability zones {foreign} are not in region {self.region}")
        if not 1 <= self.nat_gateways <= len(self.availability_zones):
            raise ValueError(f"nat_gateways must be 1 to {len(self.availability_zones)}, got {self.nat_gateways}")
        if len(set(self.interface_endpoints)) != len(self.interface_endpoints):
            raise ValueError(f"interface_endpoints must be distinct, got {self.interface_endpoints}")
        unusable = [name for name in self.interface_endpoints if not SERVICE_NAME.fullmatch(name)]
        if unusable:
            raise ValueError(f"interface_endpoints {unusable} are no service names such as 'ecr.api'")


class Network(pulumi.ComponentResource):
    """A VPC over three zones whose number of NAT gateways can change in place.

    Example:
        ```python
        flow_logs = FlowLogs(traffic_type="REJECT", retention_days=7)
        args = NetworkArgs(
            prefix="acme-dev",
            vpc_cidr="10.20.0.0/16",
            region="us-east-1",
            nat_gateways=1,
            availability_zones=("us-east-1a", "us-east-1b", "us-east-1c"),
            interface_endpoints=(),
            flow_logs=flow_logs,
            cluster_name="acme-dev",
            protect=False,
        )
        network = Network("network", args)
        ```
    """

    vpc_id: pulumi.Output[str]
    vpc_cidr: pulumi.Output[str]
    account_id: pulumi.Output[str]
    """The account that owns the VPC, for policies that name it."""
    availability_zones: tuple[str, ...]
    public_subnet_ids: list[pulumi.Output[str]]
    app_subnet_ids: list[pulumi.Output[str]]
    data_subnet_ids: list[pulumi.Output[str]]
    control_plane_subnet_ids: list[pulumi.Output[str]]
    nat_public_ips: list[pulumi.Output[str]]
    """The addresses that the platform's outgoing traffic comes from, one per NAT gateway."""
    egress: list[pulumi.Resource]
    """What must exist before an instance in an app subnet can reach the internet, for `depends_on`."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:network:Network", name, None, opts)
        self._name = name
        self._args = args
        self._child = child_options(self, opts)
        self._load_bearing = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=args.protect))
        plan = subnet_plan(args.vpc_cidr, args.availability_zones)

        vpc = self._vpc()
        public = self._subnets(vpc, "public", plan.public, kubernetes_role="elb")
        app = self._subnets(vpc, "app", plan.app, kubernetes_role="internal-elb")
        data = self._subnets(vpc, "data", plan.data)
        control_plane = self._subnets(vpc, "control-plane", plan.control_plane)

        internet = self._public_routes(vpc, public)
        nats = self._nat_gateways(public, internet)
        private_tables, default_routes = self._private_routes(vpc, app, nats)
        data_table = self._isolated_routes(vpc, "data", data)
        self._isolated_routes(vpc, "control-plane", control_plane)

        self._s3_endpoint(vpc, [*private_tables, data_table])
        self._interface_endpoints(vpc, app)
        if args.flow_logs is not None:
            flow_logs = VpcFlowLogsArgs(
                prefix=args.prefix,
                vpc_id=vpc.id,
                account_id=vpc.owner_id,
                flow_logs=args.flow_logs,
                key_arn=args.log_key_arn,
            )
            VpcFlowLogs(f"{name}-flow-logs", flow_logs, self._child)
        aws.ec2.DefaultSecurityGroup(f"{name}-default-sg", vpc_id=vpc.id, opts=self._child)

        self.vpc_id = vpc.id
        self.vpc_cidr = vpc.cidr_block
        self.account_id = vpc.owner_id
        self.availability_zones = args.availability_zones
        self.public_subnet_ids = [subnet.id for subnet in public]
        self.app_subnet_ids = [subnet.id for subnet in app]
        self.data_subnet_ids = [subnet.id for subnet in data]
        self.control_plane_subnet_ids = [subnet.id for subnet in control_plane]
        self.nat_public_ips = [nat.public_ip for nat in nats]
        self.egress = list(default_routes)
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "public_subnet_ids": self.public_subnet_ids,
                "app_subnet_ids": self.app_subnet_ids,
                "data_subnet_ids": self.data_subnet_ids,
                "control_plane_subnet_ids": self.control_plane_subnet_ids,
                "nat_public_ips": self.nat_public_ips,
            }
        )

    def _tags(self, *parts: str) -> dict[str, str]:
        return {"Name": "-".join((self._args.prefix, *parts))}

    def _vpc(self) -> aws.ec2.Vpc:
        return aws.ec2.Vpc(
            f"{self._name}-vpc",
            cidr_block=self._args.vpc_cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            enable_network_address_usage_metrics=True,
            tags=self._tags("vpc"),
            opts=self._load_bearing,
        )

    def _subnets(
        self, vpc: aws.ec2.Vpc, tier: str, blocks: tuple[str, ...], kubernetes_role: str | None = None
    ) -> list[aws.ec2.Subnet]:
        kubernetes = (
            {
                f"kubernetes.io/role/{kubernetes_role}": "1",
                f"kubernetes.io/cluster/{self._args.cluster_name}": "shared",
            }
            if kubernetes_role
            else {}
        )
        return [
            aws.ec2.Subnet(
                f"{self._name}-{tier}-{letter}",
                vpc_id=vpc.id,
                cidr_block=block,
                availability_zone=zone,
                map_public_ip_on_launch=False,
                tags={**self._tags(tier, letter), **kubernetes},
                opts=self._load_bearing,
            )
            for letter, zone, block in zip(ZONE_LETTERS, self._args.availability_zones, blocks, strict=True)
        ]

    def _public_routes(self, vpc: aws.ec2.Vpc, subnets: list[aws.ec2.Subnet]) -> aws.ec2.Route:
        gateway = aws.ec2.InternetGateway(
            f"{self._name}-internet", vpc_id=vpc.id, tags=self._tags("internet"), opts=self._child
        )
        table = self._route_table(vpc, "public")
        self._associate(table, "public", subnets)
        return aws.ec2.Route(
            f"{self._name}-public-default",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=self._child,
        )

    def _nat_gateways(self, public: list[aws.ec2.Subnet], internet: aws.ec2.Route) -> list[aws.ec2.NatGateway]:
        gateways = []
        for letter, subnet in list(zip(ZONE_LETTERS, public, strict=True))[: self._args.nat_gateways]:
            address = aws.ec2.Eip(
                f"{self._name}-nat-{letter}-address", domain="vpc", tags=self._tags("nat", letter), opts=self._child
            )
            gateway = aws.ec2.NatGateway(
                f"{self._name}-nat-{letter}",
                allocation_id=address.allocation_id,
                subnet_id=subnet.id,
                tags=self._tags("nat", letter),
                # A NAT gateway that comes up before the way out reports failure.
                opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[internet])),
            )
            gateways.append(gateway)
        return gateways

    def _private_routes(
        self, vpc: aws.ec2.Vpc, app: list[aws.ec2.Subnet], nats: list[aws.ec2.NatGateway]
    ) -> tuple[list[aws.ec2.RouteTable], list[aws.ec2.Route]]:
        """One table per zone whatever the number of gateways, so that a change of it only retargets routes."""
        tables, routes = [], []
        for index, (letter, subnet) in enumerate(zip(ZONE_LETTERS, app, strict=True)):
            table = self._route_table(vpc, f"private-{letter}")
            self._associate(table, "app", [subnet], (letter,))
            route = aws.ec2.Route(
                f"{self._name}-private-{letter}-default",
                route_table_id=table.id,
                destination_cidr_block="0.0.0.0/0",
                nat_gateway_id=nats[index % len(nats)].id,
                opts=self._child,
            )
            tables.append(table)
            routes.append(route)
        return tables, routes

    def _isolated_routes(self, vpc: aws.ec2.Vpc, tier: str, subnets: list[aws.ec2.Subnet]) -> aws.ec2.RouteTable:
        """A table without a default route: nothing in the tier reaches the internet, or is reached from it."""
        table = self._route_table(vpc, tier)
        self._associate(table, tier, subnets)
        return table

    def _route_table(self, vpc: aws.ec2.Vpc, tier: str) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(f"{self._name}-{tier}-routes", vpc_id=vpc.id, tags=self._tags(tier), opts=self._child)

    def _associate(
        self,
        table: aws.ec2.RouteTable,
        tier: str,
        subnets: list[aws.ec2.Subnet],
        letters: tuple[str, ...] = ZONE_LETTERS,
    ) -> None:
        for letter, subnet in zip(letters, subnets, strict=True):
            aws.ec2.RouteTableAssociation(
                f"{self._name}-{tier}-{letter}-routes",
                route_table_id=table.id,
                subnet_id=subnet.id,
                opts=self._child,
            )

    def _service(self, service: str) -> str:
        return f"com.amazonaws.{self._args.region}.{service}"

    def _s3_endpoint(self, vpc: aws.ec2.Vpc, tables: list[aws.ec2.RouteTable]) -> None:
        """Free, and image layers come from S3: without it every pull is paid for at the NAT gateway."""
        aws.ec2.VpcEndpoint(
            f"{self._name}-endpoint-s3",
            vpc_id=vpc.id,
            service_name=self._service("s3"),
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id for table in tables],
            tags=self._tags("s3"),
            opts=self._child,
        )

    def _interface_endpoints(self, vpc: aws.ec2.Vpc, app: list[aws.ec2.Subnet]) -> None:
        if not self._args.interface_endpoints:
            return
        group = aws.ec2.SecurityGroup(
            f"{self._name}-endpoints-sg",
            description="AWS services inside the VPC",
            vpc_id=vpc.id,
            tags=self._tags("endpoints"),
            opts=self._child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-endpoints-https",
            security_group_id=group.id,
            description="HTTPS from the VPC",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            cidr_ipv4=vpc.cidr_block,
            opts=self._child,
        )
        for service in sorted(self._args.interface_endpoints):
            aws.ec2.VpcEndpoint(
                f"{self._name}-endpoint-{service.replace('.', '-')}",
                vpc_id=vpc.id,
                service_name=self._service(service),
                vpc_endpoint_type="Interface",
                subnet_ids=[subnet.id for subnet in app],
                security_group_ids=[group.id],
                private_dns_enabled=True,
                tags=self._tags(service.replace(".", "-")),
                opts=self._child,
            )
