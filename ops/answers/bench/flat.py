"""Flat programs: the resources of an exported state one after the other, and programs of any size.

A flat program has what a stack's state has and nothing of how it came about: no settings, no components, no checks. It
declares the same resources of the same SDK classes with the same inputs. An input that came of another resource waits
for that resource here, too, so that it is as unknown in a preview, and as late in an update.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi import _types

from infra import garbage
from sandbox.exposure import SECRET, SIGNATURE
from sandbox.protocol.packages import resource_class
from sandbox.protocol.sdk_types import args_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PROVIDERS = "pulumi:providers:"
GROUP = 3
"""Resources that belong to each other in a program of any size."""


@dataclass
class Flat:
    """The program of a state.

    Attributes:
        state: a file with the deployment that the engine exported, secrets in plain text.
        settled: whether it settles the garbage collector, as the project's program does.
    """

    state: Path
    settled: bool = True
    _made: dict[str, pulumi.Resource] = field(default_factory=dict, init=False)

    def __call__(self) -> None:
        """Declare everything; the state has what others depend on before them."""
        if self.settled:
            garbage.settle()
        self._made = {}
        for item in _resources(self.state):
            self._made[item["urn"]] = self._declared(item)

    def _declared(self, item: dict[str, Any]) -> pulumi.Resource:
        token, name = item["type"], item["urn"].rpartition("::")[2]
        waits = item.get("propertyDependencies") or {}
        inputs = {
            key: self._input(value, waits.get(key) or ())
            for key, value in (item.get("inputs") or {}).items()
            if not key.startswith("__")
        }
        said = {urn for urns in waits.values() for urn in urns or ()}
        first = [self._made[urn] for urn in item.get("dependencies") or () if urn not in said and urn in self._made]
        provider = self._made.get((item.get("provider") or "").rpartition("::")[0])
        own = provider if isinstance(provider, pulumi.ProviderResource) else None
        options = pulumi.ResourceOptions(depends_on=first, provider=own)
        if token.startswith(PROVIDERS):
            return pulumi.ProviderResource(token.removeprefix(PROVIDERS), name, inputs, options)
        found = _typed(token)
        if found is None:
            return pulumi.CustomResource(token, name, inputs, options)
        # What a provider adds to the inputs, such as `tagsAll`, no program can give.
        given = {found[1][key]: value for key, value in inputs.items() if key in found[1]}
        made: pulumi.Resource = found[0](name, opts=options, **given)
        return made

    def _input(self, value: object, urns: Any) -> Any:  # noqa: ANN401 - an input of any form
        plain, secret = _plain(value)
        waited = [self._made[urn] for urn in urns if urn in self._made]
        result: Any = plain
        if waited:
            ids = [item.id if isinstance(item, pulumi.CustomResource) else item.urn for item in waited]
            result = pulumi.Output.all(*ids).apply(lambda _: plain)
        return pulumi.Output.secret(result) if secret else result


def count(state: Path) -> int:
    """How many resources the program of a state declares."""
    return sum(1 for _ in _resources(state))


def _resources(state: Path) -> Iterator[dict[str, Any]]:
    for item in json.loads(state.read_text(encoding="utf-8"))["resources"]:
        name = item["urn"].rpartition("::")[2]
        default = item["type"].startswith(PROVIDERS) and name.startswith("default")
        if item.get("custom") and not item.get("external") and not default:
            yield item


def _plain(value: object) -> tuple[object, bool]:
    """A value of a state without its secrets' envelopes, and whether there was one."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return json.loads(value["plaintext"]), True
        pairs = {key: _plain(item) for key, item in value.items() if not key.startswith("__")}
        return {key: item for key, (item, _) in pairs.items()}, any(secret for _, secret in pairs.values())
    if isinstance(value, list):
        items = [_plain(item) for item in value]
        return [item for item, _ in items], any(secret for _, secret in items)
    return value, False


@cache
def _typed(token: str) -> tuple[Any, dict[str, str]] | None:
    """The SDK's class of a type, and what its inputs are called in Python; None for a type that no SDK has."""
    try:
        cls = resource_class(token)
    except KeyError:
        return None
    args = args_class(cls)
    if args is None:
        return None
    return cls, {camel: name for name, camel in _types.input_type_py_to_pulumi_names(args).items()}


def sized(resources: int, *, settled: bool = True) -> Callable[[], None]:
    """A program of any size: log groups, an alarm on each, and an object of the cluster that names it.

    Args:
        resources: how many it declares.
        settled: see `Flat`.
    """

    def program() -> None:
        import pulumi_aws as aws  # noqa: PLC0415 - as a program imports it: in its own time
        import pulumi_kubernetes as kubernetes  # noqa: PLC0415 - as above

        if settled:
            garbage.settle()
        for number in range(0, resources, GROUP):
            logs = aws.cloudwatch.LogGroup(f"logs-{number}", name=f"/flat/{number}", retention_in_days=30)
            if number + 1 < resources:
                aws.cloudwatch.MetricAlarm(
                    f"alarm-{number}",
                    name=f"flat-{number}",
                    comparison_operator="GreaterThanThreshold",
                    evaluation_periods=3,
                    metric_name="IncomingBytes",
                    namespace="AWS/Logs",
                    period=300,
                    statistic="Sum",
                    threshold=1000,
                    dimensions={"LogGroupName": logs.name},
                )
            if number + 2 < resources:
                kubernetes.core.v1.ConfigMap(
                    f"names-{number}",
                    metadata={"name": f"names-{number}", "namespace": "default"},
                    data={"logs": logs.arn},
                )

    return program
