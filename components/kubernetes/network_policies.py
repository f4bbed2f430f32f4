"""Typed traffic rules and the NetworkPolicy objects made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pulumi_kubernetes as k8s

from .labels import standard_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

net = k8s.networking.v1

METADATA_ADDRESS = "169.254.169.254/32"
"""EC2 instance metadata (EC2 User Guide): no pod of the platform may read the node's credentials."""
POD_IDENTITY_ADDRESS = "169.254.170.23/32"
"""The EKS Pod Identity agent on every node, port 80 (EKS User Guide, "Pod Identity")."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """One side of a connection: pods by their `app` label, a whole namespace, or address ranges.

    Attributes:
        app: the `app` label of pods in `namespace` (the policy's own namespace when that is None).
        namespace: a namespace by its name; without `app`, all of its pods.
        cidr: an address range; excludes the other two.
        cidr_except: ranges inside `cidr` that stay closed.
    """

    app: str | None = None
    namespace: pulumi.Input[str] | None = None
    cidr: pulumi.Input[str] | None = None
    cidr_except: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.cidr is not None and (self.app is not None or self.namespace is not None):
            raise ValueError("a peer is either an address range or pods, not both")
        if self.cidr is None and self.app is None and self.namespace is None:
            raise ValueError("a peer needs an app, a namespace or an address range")


@dataclass(frozen=True, kw_only=True)
class TrafficRule:
    """Connections allowed between the policy's pods and any of the peers, on the given ports."""

    peers: tuple[Peer, ...]
    ports: tuple[int, ...]
    protocols: tuple[Literal["TCP", "UDP"], ...] = ("TCP",)


def dns() -> TrafficRule:
    """Name resolution through CoreDNS in kube-system (53, UDP and TCP)."""
    return TrafficRule(peers=(Peer(namespace="kube-system"),), ports=(53,), protocols=("UDP", "TCP"))


def https_anywhere() -> TrafficRule:
    """HTTPS to AWS APIs and payment or court services, without the node's metadata service."""
    return TrafficRule(peers=(Peer(cidr="0.0.0.0/0", cidr_except=(METADATA_ADDRESS,)),), ports=(443,))


def pod_identity() -> TrafficRule:
    """AWS credentials from the EKS Pod Identity agent."""
    return TrafficRule(peers=(Peer(cidr=POD_IDENTITY_ADDRESS),), ports=(80,))


def _peer(peer: Peer) -> k8s.networking.v1.NetworkPolicyPeerArgs:
    if peer.cidr is not None:
        return net.NetworkPolicyPeerArgs(
            ip_block=net.IPBlockArgs(cidr=peer.cidr, except_=list(peer.cidr_except) or None)
        )
    return net.NetworkPolicyPeerArgs(
        pod_selector=k8s.meta.v1.LabelSelectorArgs(match_labels={"app": peer.app}) if peer.app else None,
        namespace_selector=k8s.meta.v1.LabelSelectorArgs(match_labels={"kubernetes.io/metadata.name": peer.namespace})
        if peer.namespace is not None
        else None,
    )


def _ports(rule: TrafficRule) -> list[k8s.networking.v1.NetworkPolicyPortArgs]:
    return [
        net.NetworkPolicyPortArgs(port=port, protocol=protocol) for port in rule.ports for protocol in rule.protocols
    ]


def network_policy(
    name: str,
    *,
    namespace: pulumi.Input[str],
    app: str,
    component: str,
    ingress: Sequence[TrafficRule],
    egress: Sequence[TrafficRule],
    opts: pulumi.ResourceOptions,
) -> k8s.networking.v1.NetworkPolicy:
    """The policy of one application's pods: what may reach them, and what they may reach. All else stays closed.

    Args:
        name: logical name.
        namespace: the pods' namespace.
        app: their `app` label, and the object's name.
        component: for the recommended labels.
        ingress: allowed connections to the pods; none leaves the field out, because the API server drops an empty list
            and every later apply would seem to change the object.
        egress: allowed connections from the pods.
        opts: resource options.
    """
    return net.NetworkPolicy(
        name,
        metadata=k8s.meta.v1.ObjectMetaArgs(name=app, namespace=namespace, labels=standard_labels(app, component)),
        spec=net.NetworkPolicySpecArgs(
            pod_selector=k8s.meta.v1.LabelSelectorArgs(match_labels={"app": app}),
            policy_types=["Ingress", "Egress"],
            ingress=[
                net.NetworkPolicyIngressRuleArgs(from_=[_peer(peer) for peer in rule.peers], ports=_ports(rule))
                for rule in ingress
            ]
            or None,
            egress=[
                net.NetworkPolicyEgressRuleArgs(to=[_peer(peer) for peer in rule.peers], ports=_ports(rule))
                for rule in egress
            ]
            or None,
        ),
        opts=opts,
    )
