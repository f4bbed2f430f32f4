"""Amazon ECS: what services and task definitions demand of each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known, values_at
from sandbox.model.checks import given, number
from sandbox.model.pairs import find, pair, texts, told, whole
from sandbox.model.rows import Alike, Service, alone
from sandbox.protocol.wire import has_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

SERVICE, TASK = "aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition"
_GROUP = "aws:lb/targetGroup:TargetGroup"
_LISTENERS = ("aws:lb/listener:Listener", "aws:lb/listenerRule:ListenerRule")
_API, _GUIDE = "Amazon ECS API Reference", "Amazon ECS Developer Guide"


def _containers(document: object) -> list[dict[str, Any]]:
    """The containers of a task definition, or none where nobody knows them."""
    if not isinstance(document, str):
        return []
    try:
        found = json.loads(document)
    except ValueError:
        return []
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _task(context: Context) -> CloudObject | None:
    """The task definition of a service, by its ARN, by family and revision, or by family."""
    value = context.inputs.get("taskDefinition")
    return find(context.cloud, TASK, value, ("arn", "family")) if context.cloud is not None else None


def _key(item: dict[str, Any], name: str) -> object:
    """A key of a container definition: the service takes its first letter in both sizes."""
    return item.get(name, item.get(name[:1].upper() + name[1:]))


def _mappings(item: dict[str, Any]) -> list[dict[str, Any]]:
    found = _key(item, "portMappings")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _unnamed(context: Context) -> Iterator[Violation]:
    task = _task(context)
    containers = (
        {str(_key(item, "name")): item for item in _containers(told(task, "containerDefinitions"))} if task else {}
    )
    if task is None or not containers:
        return
    of = f"task definition {task.name}"
    for at, place in (*values_at(context.inputs, "loadBalancers[*]"), *values_at(context.inputs, "serviceRegistries")):
        name, port = (
            (place.get("containerName"), place.get("containerPort")) if isinstance(place, dict) else (None, None)
        )
        if not isinstance(name, str) or not name:
            continue
        if name not in containers:
            yield Violation(
                f"{at}.containerName",
                f"{of} has no container {name!r}, it has: {', '.join(sorted(containers))} "
                f"(InvalidParameterException: The container {name} does not exist in the task definition.)",
            )
            continue
        mapped = _mappings(containers[name])
        ports = [number(_key(item, "containerPort")) for item in mapped]
        if number(port) is not None and number(port) not in ports and not any(map(_range, mapped)):
            listed = ", ".join(f"{found:g}" for found in ports if found is not None) or "none"
            yield Violation(
                f"{at}.containerPort",
                f"container {name!r} of {of} maps no port {number(port):g}, it maps: {listed} "
                f"(InvalidParameterException: The container {name} did not have a container port "
                f"{number(port):g} defined.)",
            )


def _range(mapping: dict[str, Any]) -> bool:
    return _key(mapping, "containerPortRange") is not None


def _port_names(context: Context) -> Iterator[Violation]:
    task = _task(context)
    containers = _containers(told(task, "containerDefinitions")) if task is not None else []
    names = {str(_key(one, "name")) for item in containers for one in _mappings(item)}
    for at, name in texts(context.inputs, "serviceConnectConfiguration.services[*].portName") if containers else ():
        if name not in names:
            yield Violation(at, f"no port of task definition {task.name if task else ''} has the name {name!r}")


CONTAINERS = pair(
    "service-container",
    _unnamed,
    refused="a service that leads to a container or a port which its task definition does not have",
    says="InvalidParameterException: The container does not exist in the task definition; The container did not have a "
    "container port defined",
    source=f"{_API}, LoadBalancer and ServiceRegistry: containerName, containerPort; pulumi-aws#3095",
)
PORT_NAMES = pair(
    "service-port-name",
    _port_names,
    refused="a service of Service Connect by a port name which its task definition does not have",
    says="InvalidParameterException: the portName is not one of the task definition (words unverified)",
    source=f"{_API}, ServiceConnectService: portName must match the name of a portMapping of the task definition",
)


def _network(context: Context) -> Iterator[Violation]:
    task = _task(context)
    if task is None or not whole(task):
        return
    mode, configured = told(task, "networkMode", default="bridge"), given(context.inputs, "networkConfiguration")
    if mode == "awsvpc" and not configured:
        yield Violation(
            "networkConfiguration",
            f"task definition {task.name} has networkMode awsvpc, its services need subnets "
            "(InvalidParameterException: "
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.)",
        )
    if mode != "awsvpc" and configured:
        yield Violation(
            "networkConfiguration",
            f"task definition {task.name} has networkMode {mode}, only awsvpc takes one (InvalidParameterException: "
            "Network Configuration is not valid for the given networkMode of this task definition.)",
        )
    missing = [name for name in ("cpu", "memory") if not given(task.inputs, name)]
    if context.inputs.get("launchType") == "FARGATE" and (mode != "awsvpc" or missing):
        why = f"no {' and no '.join(missing)}" if missing else f"networkMode {mode}"
        yield Violation(
            "launchType",
            f"task definition {task.name} has {why} (InvalidParameterException: Task definition does not support "
            "launch_type FARGATE.)",
        )


NETWORK = pair(
    "service-network",
    _network,
    refused="a service whose launch type or network configuration is not one of its task definition's network mode",
    says="InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' is specified; "
    "Task definition does not support launch_type FARGATE",
    source=f"{_API}, CreateService: networkConfiguration, launchType; {_GUIDE}, Task networking",
)


def _target_groups(context: Context) -> Iterator[Violation]:
    cloud, task = context.cloud, _task(context)
    if cloud is None:
        return
    mode = told(task, "networkMode", default="bridge") if task is not None else None
    for at, arn in texts(context.inputs, "loadBalancers[*].targetGroupArn"):
        group = find(cloud, _GROUP, arn)
        if group is None:
            continue
        kind = told(group, "targetType", default="instance")
        if mode == "awsvpc" and kind == "instance":
            yield Violation(
                at,
                f"target group {group.name} has targetType instance, containers of networkMode awsvpc are "
                "targets of type "
                "ip (InvalidParameterException: The provided target group has target type instance, which is "
                "incompatible with the awsvpc network mode specified in the task definition.)",
            )
        if whole(group) and not _listened(cloud, arn):
            yield Violation(
                at,
                f"no listener leads to target group {group.name} yet; make this depend on the listener "
                "(InvalidParameterException: The target group does not have an associated load balancer.)",
            )


def _listened(cloud: Cloud, arn: str) -> bool:
    """Whether a listener or one of its rules leads to a target group, or may lead there."""
    for item in (item for token in _LISTENERS for item in cloud.of_type(token)):
        actions = "defaultActions" if item.token == _LISTENERS[0] else "actions"
        if not item.inputs.get(actions):
            return True  # somebody else's, of which nobody knows where it leads
        paths = (f"{actions}[*].targetGroupArn", f"{actions}[*].forward.targetGroups[*].arn")
        if any(value == arn for path in paths for _, value in values_at(item.inputs, path)):
            return True
    return False


GROUPS = pair(
    "service-target-group",
    _target_groups,
    refused="a service in a target group that no listener leads to, or of instances where containers have addresses of "
    "their own",
    says="InvalidParameterException: The target group does not have an associated load balancer; The provided target "
    "group has target type instance, which is incompatible with the awsvpc network mode",
    source=f"{_API}, CreateService: loadBalancers; hashicorp/terraform#32908",
)

_FARGATE: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4097, 1024)),
    1024: tuple(range(2048, 8193, 1024)),
    2048: tuple(range(4096, 16385, 1024)),
    4096: tuple(range(8192, 30721, 1024)),
    8192: tuple(range(16384, 61441, 4096)),
    16384: tuple(range(32768, 122881, 8192)),
}
"""CPU units -> MiB of memory, Amazon ECS Developer Guide, Task CPU and memory; read 2026-11-29."""


def _fargate(context: Context) -> Iterator[Violation]:
    inputs, said = context.inputs, [value for _, value in texts(context.inputs, "requiresCompatibilities[*]")]
    if "FARGATE" not in said:
        return
    mode = inputs.get("networkMode", "bridge")
    if isinstance(mode, str) and mode != "awsvpc":
        yield Violation(
            "networkMode",
            f"{mode!r}, Fargate takes awsvpc alone (ClientException: Fargate only supports network mode awsvpc.)",
        )
    cpu, memory = number(inputs.get("cpu")), number(inputs.get("memory"))
    for name in ("cpu", "memory"):
        if not given(inputs, name):
            yield Violation(
                name,
                "Fargate needs it at the task level (ClientException: Fargate requires that 'cpu' be "
                "defined at the task level.)",
            )
    fits = _FARGATE.get(int(cpu), ()) if cpu is not None else ()
    if fits and memory is not None and memory not in fits:
        yield Violation(
            "memory",
            f"{memory:g} MiB do not go with {cpu:g} CPU units, of {', '.join(map(str, fits))} one does "
            "(ClientException: No "
            "Fargate configuration exists for given values.)",
        )
    logging = [_key(item, "logConfiguration") for item in _containers(inputs.get("containerDefinitions"))]
    if any(isinstance(item, dict) and _key(item, "logDriver") == "awslogs" for item in logging) and not given(
        inputs, "executionRoleArn"
    ):
        yield Violation(
            "executionRoleArn",
            "a container logs to CloudWatch, for which Fargate takes on this role (ClientException: Fargate "
            "requires task "
            "definition to have execution role ARN to support log driver awslogs.)",
        )


FARGATE = pair(
    "task-fargate",
    _fargate,
    refused="a task definition for Fargate without its network mode, amounts or role, or with amounts that do not go "
    "together",
    says="ClientException: No Fargate configuration exists for given values",
    source=f"{_GUIDE}, Amazon ECS task definition differences for Fargate; {_API}, RegisterTaskDefinition",
    at_once=True,
)


def _volumes(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if has_unknown(inputs.get("volumes")):
        return
    names = {value for _, value in texts(inputs, "volumes[*].name")}
    for item in _containers(inputs.get("containerDefinitions")):
        mounts = _key(item, "mountPoints")
        for mount in mounts if isinstance(mounts, list) else ():
            volume = _key(mount, "sourceVolume") if isinstance(mount, dict) else None
            if isinstance(volume, str) and known(volume) and volume not in names:
                yield Violation(
                    "containerDefinitions",
                    f"container {_key(item, 'name')!r} mounts {volume!r}, the name of no volume here "
                    f"(ClientException: Unknown volume '{volume}'.)",
                )


VOLUMES = pair(
    "task-volume",
    _volumes,
    refused="a container that mounts a volume which its task definition does not have",
    says="ClientException: Unknown volume",
    source=f"{_API}, MountPoint: sourceVolume",
    at_once=True,
)
ECS = Service(
    "ecs",
    f"{_API}, Common Errors",
    (),
    (
        Alike(alone(SERVICE), state=(CONTAINERS, PORT_NAMES, NETWORK, GROUPS)),
        Alike(alone(TASK), values=(FARGATE, VOLUMES)),
    ),
)
