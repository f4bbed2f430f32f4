"""Elastic Load Balancing."""

from __future__ import annotations

from sandbox.model.rows import Alike, Service
from sandbox.model.sources import Sources
from sandbox.services.aws.lb import balancer, group, listener, pairs

LB = Service(
    "lb",
    "Elastic Load Balancing API Reference v2, Errors of CreateLoadBalancer, CreateListener, CreateTargetGroup",
    (*balancer.ROWS, *group.ROWS, *listener.ROWS),
    (Alike("aws:lb/targetGroupAttachment:*", state=(pairs.TARGETS,)),),
    sources=Sources(time="Elastic Load Balancing API Reference v2: no operation takes a window or restarts anything"),
)
