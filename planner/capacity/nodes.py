"""What the platform itself runs on a node or beside the pods of the application: our estimates."""

from __future__ import annotations

DAEMONS = (250, 400)
"""Millicores and MiB the daemons of a node request: CNI, kube-proxy, identity agent, CSI, exporters (our estimate)."""
OPERATORS = (600, 800)
"""Requests of CoreDNS, metrics-server, autoscalers and load balancer controller together (our estimate)."""
