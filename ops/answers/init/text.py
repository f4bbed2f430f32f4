"""A stack file's text, from the values of its keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from infra.problems import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Mapping


def stack_text(stack: str, values: Mapping[str, Any], like: str | None) -> str:
    """The file's text: whose it is, then the keys in the order in which people look for them."""
    first = ("aws:region", "environment", "phase", "domain", "aws", "network", "cluster")
    ordered = [*(key for key in first if key in values), *(key for key in values if key not in first)]
    config = {key if ":" in key else f"{NAMESPACE}:{key}": values[key] for key in ordered}
    begun = f" It began as a copy of Pulumi.{like}.yaml." if like is not None else ""
    head = (
        f"# The stack {stack}.{begun} Everything not written here is the default of its environment and growth phase\n"
        f"# (infra/phases.py); `./bbp check {stack}` explains every mistake.\n"
    )
    return head + yaml.dump({"config": config}, Dumper=StackDumper, sort_keys=False, width=118, allow_unicode=True)


class StackDumper(yaml.SafeDumper):
    """Quotes what YAML 1.2 takes for a number and PyYAML, which knows 1.1, does not: `089912345678`, `12e4`."""


def _represented(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    numeric = re.fullmatch(r"[-+]?\.?[0-9][-+.0-9a-fA-FoxX]*", value)
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="'" if numeric else None)


StackDumper.add_representer(str, _represented)
