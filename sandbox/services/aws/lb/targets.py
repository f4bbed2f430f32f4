"""What others refer to in Elastic Load Balancing, and what its types have in common."""

from __future__ import annotations

from sandbox.model.references import Target

LISTENER = (Target("aws:lb/listener:Listener", ("id", "arn")),)
LOAD_BALANCER = (Target("aws:lb/loadBalancer:LoadBalancer", ("id", "arn")),)
TARGET_GROUP = (Target("aws:lb/targetGroup:TargetGroup", ("id", "arn")),)
NAME = r"(?!internal-)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?"
NAME_IN_WORDS = "1 to 32 letters, digits or hyphens, no hyphen first or last, not 'internal-' first"
NETWORK_PROTOCOLS = ("TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC")
WEB_PROTOCOLS = ("HTTP", "HTTPS")
PROTOCOLS = (*WEB_PROTOCOLS, *NETWORK_PROTOCOLS, "GENEVE")
DOCS = "Elastic Load Balancing API Reference"
