"""What the examples in the components' docstrings may use without saying where it comes from."""

from __future__ import annotations

import importlib
import re
import textwrap
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pulumi

from components.security.iam import Statement, policy_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FENCED = re.compile(r"```python\n(.*?)```", re.DOTALL)

NEIGHBOURS = {
    "components.app.app_secrets": ("components.app.app_secrets",),
    "components.autoscaling.autoscaler": ("components.autoscaling.policy",),
    "components.cdn.cdn": ("components.cdn.args", "bailbondpro.edge.policy"),
    "components.cdn.origin_certificate": ("components.cdn.args",),
    "components.gateway.gateway": ("components.gateway.guide",),
    "components.monitoring.topic": ("components.monitoring.alarms",),
    "components.cluster.operator_access": ("components.cluster.operators", "components.cluster.operator_values"),
    "components.cluster.operators": ("components.cluster.operator_values",),
    "components.postgres.component": ("components.postgres.args", "components.tuning.postgres"),
    "components.postgres.shards": ("components.postgres.args", "components.tuning.postgres"),
    "components.autoscaling.vertical": ("components.autoscaling.policy",),
    "components.postgres.shard_map": ("components.app.workload",),
}
"""Modules whose public names an example uses beside those of its own: what a reader would import there."""

KEY = "arn:aws:kms:us-east-1:000000000000:key/1"
SUBNETS = ("subnet-1", "subnet-2", "subnet-3")


def code_of(docstring: str) -> Iterator[str]:
    """The Python in a docstring's fenced blocks."""
    for block in FENCED.findall(docstring):
        yield textwrap.dedent(block)


def module_of(path: Path, root: Path) -> str:
    """The import name of a file."""
    return ".".join(path.relative_to(root).with_suffix("").parts)


def names_for(module: str) -> dict[str, Any]:
    """Everything that an example of this module finds: its module, its neighbours, and the surroundings."""
    found: dict[str, Any] = surroundings()
    for name in (*NEIGHBOURS.get(module, ()), module):
        found |= {key: value for key, value in vars(importlib.import_module(name)).items() if not key.startswith("_")}
    return found


def surroundings() -> dict[str, Any]:
    """A platform's other parts as an example meets them: plain values where a component would give outputs."""
    return {
        "pulumi": pulumi,
        "cluster": SimpleNamespace(
            cluster_name="acme-prod", security_group_id="sg-cluster", node_prerequisites=[], access=[]
        ),
        "network": SimpleNamespace(
            vpc_id="vpc-1",
            account_id="000000000000",
            public_subnet_ids=list(SUBNETS),
            app_subnet_ids=list(SUBNETS),
            control_plane_subnet_ids=list(SUBNETS),
        ),
        "vpc": SimpleNamespace(id="vpc-1", owner_id="000000000000"),
        "subnets": SUBNETS,
        "nodes": "sg-nodes",
        "key": SimpleNamespace(key_arn=KEY),
        "https_arn": "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/https/1",
        "http_arn": "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/http/2",
        "certificate": SimpleNamespace(certificate_pem="certificate", private_key_pem=pulumi.Output.secret("key")),
        "credential": _credential("bbp_admin"),
        "token": _credential(None),
        "cache": SimpleNamespace(url=pulumi.Output.secret("rediss://:token@cache:6379"), host="cache"),
        "server_password": pulumi.Output.secret("server"),
        "client_password": pulumi.Output.secret("client"),
        "shards": SimpleNamespace(shard_map='{"count": 4}'),
        "topic": SimpleNamespace(topic_arn="arn:aws:sns:us-east-1:000000000000:alerts"),
        "database": SimpleNamespace(
            primary_identifier="acme-prod-primary",
            primary=SimpleNamespace(arn="arn:aws:rds:us-east-1:000000000000:db:acme-prod-primary"),
            security_group_id="sg-1",
        ),
        "pools": SimpleNamespace(node_groups=()),
        "app": SimpleNamespace(deployment_name="bailbondpro-app"),
        "balancer": SimpleNamespace(dns_name="acme.elb.us-east-1.amazonaws.com"),
        "edge": SimpleNamespace(ipv4=("173.245.48.0/20",), ipv6=("2400:cb00::/32",)),
        "document": policy_document(
            Statement(sid="Describe", actions=("autoscaling:DescribeAutoScalingGroups",), resources=("*",))
        ),
        "zone_id": "0" * 32,
        "account_id": "a" * 32,
        "host": "host.internal",
        "url": pulumi.Output.secret("postgresql://app:password@host.internal:5432/app"),
        "image": "registry.example.com/acme:1.0",
    }


def _credential(username: str | None) -> SimpleNamespace:
    return SimpleNamespace(
        username=username,
        password=pulumi.Output.secret("a1" * 20),
        password_version=pulumi.Output.from_input(1),
        secret_id=pulumi.Output.from_input("acme-prod/secret"),
        secret_arn=pulumi.Output.from_input("arn:aws:secretsmanager:us-east-1:000000000000:secret:acme-prod/secret"),
    )
