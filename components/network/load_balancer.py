"""The network load balancer in front of the gateway: TCP passes through, and only from the edge network."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bailbondpro.facts.load_balancing import MAX_DEREGISTRATION_SECONDS, PREFIX_LIST_ROOM

from ..kubernetes.children import child_options
from ..naming import NameKind, physical_name
from ..validation import require, within

AUTONAME_ROOM = 8
"""Characters that Pulumi adds to a logical name to make a physical one: a hyphen and seven digits."""

HEALTH_PATH = "/health"
HEALTH_INTERVAL_SECONDS = 30
HEALTH_TIMEOUT_SECONDS = 5
"""Path, interval and timeout of health checks (scaling guide, Load Balancing, Application-Level Load Balancing)."""

UNHEALTHY_AFTER = 3
"""Failed checks until a target is out: max_fails of the scaling guide (Load Balancing, nginx upstream)."""

HEALTHY_AFTER = 2


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """What the load balancer needs to be told.

    Attributes:
        prefix: beginning of the physical name.
        vpc_id: its VPC.
        subnet_ids: public subnets, one per zone; taking one away later replaces the load balancer.
        cluster_security_group_id: the group of the gateway's pods.
        client_cidrs_v4: the only IPv4 addresses that may connect (the edge network's), up to 20 blocks.
        client_cidrs_v6: the same for IPv6, up to 10 blocks; may be empty.
        deregistration_delay_seconds: how long a leaving target keeps its connections, 0 to 3,600.
        deletion_protection: Elastic Load Balancing refuses to delete it.
        protect: the engine refuses to delete or replace it.
        gateway_http_port: port of the gateway's plain listener.
        gateway_https_port: port of the gateway's TLS listener.
        gateway_health_port: port that answers GET /health over plain HTTP.
        access_logs_bucket: bucket of access logs, or None. An NLB logs TLS listeners only, and TLS ends at the gateway
            here, so the gateway's own log and the flow logs say more (Network Load Balancer User Guide, "Access logs").
    """

    prefix: str
    vpc_id: pulumi.Input[str]
    subnet_ids: tuple[pulumi.Input[str], ...]
    cluster_security_group_id: pulumi.Input[str]
    client_cidrs_v4: tuple[str, ...]
    client_cidrs_v6: tuple[str, ...]
    deregistration_delay_seconds: int
    deletion_protection: bool
    protect: bool
    gateway_http_port: int = 8080
    gateway_https_port: int = 8443
    gateway_health_port: int = 8080
    access_logs_bucket: pulumi.Input[str] | None = None

    def __post_init__(self) -> None:
        """Refuse an entry that is open to everybody, and what the API refuses."""
        ports = self.gateway_ports
        require(
            f"load balancer of {self.prefix}",
            (bool(self.subnet_ids), "subnet_ids must name at least one public subnet"),
            *_client_rules("client_cidrs_v4", self.client_cidrs_v4, ipaddress.IPv4Network, PREFIX_LIST_ROOM["IPv4"]),
            *_client_rules("client_cidrs_v6", self.client_cidrs_v6, ipaddress.IPv6Network, PREFIX_LIST_ROOM["IPv6"]),
            (bool(self.client_cidrs_v4), "client_cidrs_v4 must name who may connect"),
            (all(within(port, 1, 65535) for port in ports), f"gateway ports must be 1 to 65535, got {ports}"),
            (self.gateway_http_port != self.gateway_https_port, "the gateway's plain and TLS ports must differ"),
            (
                within(self.deregistration_delay_seconds, 0, MAX_DEREGISTRATION_SECONDS),
                f"deregistration_delay_seconds must be 0 to 3600, got {self.deregistration_delay_seconds}",
            ),
        )

    @property
    def gateway_ports(self) -> tuple[int, ...]:
        """The ports that the load balancer reaches the gateway on, each once."""
        return tuple(sorted({self.gateway_http_port, self.gateway_https_port, self.gateway_health_port}))


def _client_rules(
    field: str,
    blocks: tuple[str, ...],
    family: type[ipaddress.IPv4Network | ipaddress.IPv6Network],
    room: int,
) -> tuple[tuple[bool, str], ...]:
    malformed = [block for block in blocks if not _is_network(block, family)]
    everybody = [block for block in blocks if block.endswith("/0")]
    return (
        (not malformed, f"{field} {malformed} are no {family.__name__} blocks"),
        (not everybody, f"{field} {everybody} would admit everybody"),
        (len(blocks) <= room, f"{field} has {len(blocks)} blocks, its prefix list has room for {room}"),
        (len(set(blocks)) == len(blocks), f"{field} must be distinct"),
    )


def _is_network(block: str, family: type[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        family(block)
    except ValueError:
        return False
    return True


class LoadBalancer(pulumi.ComponentResource):
    """A Network Load Balancer with listeners on 443 and 80 for a gateway that registers its pods as IP targets.

    Client addresses are preserved, so the gateway sees who connects. The target groups are bound to the gateway's
    Service by a TargetGroupBinding.

    Example:
        ```python
        args = LoadBalancerArgs(
            prefix="acme-prod",
            vpc_id=network.vpc_id,
            subnet_ids=tuple(network.public_subnet_ids),
            cluster_security_group_id=cluster.security_group_id,
            client_cidrs_v4=edge.ipv4,
            client_cidrs_v6=edge.ipv6,
            deregistration_delay_seconds=60,
            deletion_protection=True,
            protect=True,
        )
        entry = LoadBalancer("entry", args)
        ```
    """

    dns_name: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    """The hosted zone of the DNS name, for alias records."""
    arn: pulumi.Output[str]
    arn_suffix: pulumi.Output[str]
    """Dimension of CloudWatch metrics, as are those of the target groups."""
    https_target_group_arn: pulumi.Output[str]
    http_target_group_arn: pulumi.Output[str]
    https_target_group_arn_suffix: pulumi.Output[str]
    http_target_group_arn_suffix: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    ready: list[pulumi.Resource]
    """Listeners and rules: what must exist before traffic can pass, for `depends_on`."""

    def __init__(self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:load_balancer:LoadBalancer", name, None, opts)
        _check_names(name)
        self._name = name
        self._args = args
        self._child = child_options(self, opts)

        group = self._security_group()
        rules = [*self._client_rules(group), *self._gateway_rules(group)]
        balancer = self._balancer(group)
        https = self._target_group("https", args.gateway_https_port)
        http = self._target_group("http", args.gateway_http_port)
        listeners = [self._listener(balancer, "https", 443, https), self._listener(balancer, "http", 80, http)]

        self.dns_name = balancer.dns_name
        self.zone_id = balancer.zone_id
        self.arn = balancer.arn
        self.arn_suffix = balancer.arn_suffix
        self.https_target_group_arn = https.arn
        self.http_target_group_arn = http.arn
        self.https_target_group_arn_suffix = https.arn_suffix
        self.http_target_group_arn_suffix = http.arn_suffix
        self.security_group_id = group.id
        self.ready = [*listeners, *rules]
        self.register_outputs(
            {
                "dns_name": self.dns_name,
                "arn": self.arn,
                "https_target_group_arn": self.https_target_group_arn,
                "http_target_group_arn": self.http_target_group_arn,
                "security_group_id": self.security_group_id,
            }
        )

    def _security_group(self) -> aws.ec2.SecurityGroup:
        return aws.ec2.SecurityGroup(
            f"{self._name}-sg",
            description="Entry of the platform: admits the edge network only",
            vpc_id=self._args.vpc_id,
            opts=self._child,
        )

    def _client_rules(self, group: aws.ec2.SecurityGroup) -> list[pulumi.Resource]:
        """Two rules per family refer to one prefix list: a change of the edge's addresses touches the list alone."""
        families = {"IPv4": self._args.client_cidrs_v4, "IPv6": self._args.client_cidrs_v6}
        rules: list[pulumi.Resource] = []
        for family, blocks in families.items():
            if not blocks:
                continue
            clients = aws.ec2.ManagedPrefixList(
                f"{self._name}-clients-{family.lower()}",
                address_family=family,
                max_entries=PREFIX_LIST_ROOM[family],
                entries=[aws.ec2.ManagedPrefixListEntryArgs(cidr=block) for block in sorted(blocks)],
                opts=self._child,
            )
            rules += [self._client_rule(group, clients, family, port) for port in (443, 80)]
        return rules

    def _client_rule(
        self, group: aws.ec2.SecurityGroup, clients: aws.ec2.ManagedPrefixList, family: str, port: int
    ) -> aws.vpc.SecurityGroupIngressRule:
        return aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-clients-{family.lower()}-{port}",
            security_group_id=group.id,
            description=f"The edge network over {family}",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            prefix_list_id=clients.id,
            opts=self._child,
        )

    def _gateway_rules(self, group: aws.ec2.SecurityGroup) -> list[pulumi.Resource]:
        """By reference in both directions: the rule holds for preserved client addresses too."""
        rules: list[pulumi.Resource] = []
        for port in self._args.gateway_ports:
            rules.append(
                aws.vpc.SecurityGroupEgressRule(
                    f"{self._name}-to-gateway-{port}",
                    security_group_id=group.id,
                    description="To the gateway",
                    ip_protocol="tcp",
                    from_port=port,
                    to_port=port,
                    referenced_security_group_id=self._args.cluster_security_group_id,
                    opts=self._child,
                )
            )
            rules.append(
                aws.vpc.SecurityGroupIngressRule(
                    f"{self._name}-from-entry-{port}",
                    security_group_id=self._args.cluster_security_group_id,
                    description="From the load balancer to the gateway",
                    ip_protocol="tcp",
                    from_port=port,
                    to_port=port,
                    referenced_security_group_id=group.id,
                    opts=self._child,
                )
            )
        return rules

    def _balancer(self, group: aws.ec2.SecurityGroup) -> aws.lb.LoadBalancer:
        bucket = self._args.access_logs_bucket
        return aws.lb.LoadBalancer(
            f"{self._name}-nlb",
            name=physical_name(NameKind.LOAD_BALANCER, self._args.prefix, "edge"),
            load_balancer_type="network",
            internal=False,
            ip_address_type="ipv4",
            subnets=list(self._args.subnet_ids),
            # A group must be there from the beginning: an NLB made without one can never get one.
            security_groups=[group.id],
            enable_cross_zone_load_balancing=True,
            enable_zonal_shift=True,
            enable_deletion_protection=self._args.deletion_protection,
            access_logs=None if bucket is None else aws.lb.LoadBalancerAccessLogsArgs(bucket=bucket, enabled=True),
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=self._args.protect)),
        )

    def _target_group(self, scheme: str, port: int) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            f"{self._name}-{scheme}",
            vpc_id=self._args.vpc_id,
            target_type="ip",
            protocol="TCP",
            port=port,
            preserve_client_ip="true",
            deregistration_delay=self._args.deregistration_delay_seconds,
            # A kept connection may have a request under way at any moment, also when the delay ends. The pod itself
            # ends its connections after preStop, each after its answer; the load balancer would cut through answers.
            connection_termination=False,
            # Zonal shift with cross-zone balancing takes no group that cuts connections of unhealthy targets (NLB User
            # Guide, "Enable zonal shift"). A hanging pod keeps its connections until its liveness probe ends it.
            target_health_states=[
                aws.lb.TargetGroupTargetHealthStateArgs(enable_unhealthy_connection_termination=False)
            ],
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                protocol="HTTP",
                port=str(self._args.gateway_health_port),
                path=HEALTH_PATH,
                matcher="200",
                interval=HEALTH_INTERVAL_SECONDS,
                timeout=HEALTH_TIMEOUT_SECONDS,
                healthy_threshold=HEALTHY_AFTER,
                unhealthy_threshold=UNHEALTHY_AFTER,
            ),
            opts=self._child,
        )

    def _listener(
        self, balancer: aws.lb.LoadBalancer, scheme: str, port: int, target: aws.lb.TargetGroup
    ) -> aws.lb.Listener:
        return aws.lb.Listener(
            f"{self._name}-{scheme}",
            load_balancer_arn=balancer.arn,
            protocol="TCP",
            port=port,
            default_actions=[aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=target.arn)],
            opts=self._child,
        )


def _check_names(name: str) -> None:
    """A target group's generated name must fit, or the provider fails in the middle of an update."""
    longest = NameKind.TARGET_GROUP.rule.maximum - AUTONAME_ROOM - len("-https")
    require(f"load balancer {name!r}", (len(name) <= longest, f"its logical name must have at most {longest} letters"))
