"""AWS Lambda: what functions demand of their network and package, and event sources of functions and queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.checks import block, given, number, text
from sandbox.model.pairs import find, pair, told
from sandbox.model.rows import Alike, Service, alone
from sandbox.protocol.wire import has_unknown
from sandbox.services.aws.rowless.contents import CODE
from sandbox.services.aws.rowless.sqs import QUEUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import CloudObject

FUNCTION, SOURCE = "aws:lambda/function:Function", "aws:lambda/eventSourceMapping:EventSourceMapping"
LAYER = "aws:lambda/layerVersion:LayerVersion"
_TIMEOUT, _VISIBILITY = 3, 30
"""Seconds of a function and a queue that say nothing: AWS Lambda API, CreateFunction; Amazon SQS API, CreateQueue."""
_API = "AWS Lambda API Reference"


def _network(context: Context) -> Iterator[Violation]:
    vpc = block(context.inputs, "vpcConfig")
    subnets, groups = (given(vpc, name) for name in ("subnetIds", "securityGroupIds"))
    if subnets != groups:
        missing, there = ("securityGroupIds", "subnets") if subnets else ("subnetIds", "security groups")
        yield Violation(f"vpcConfig.{missing}", f"none, with {there}; a function in a VPC has both")
    if block(context.inputs, "fileSystemConfig") and not subnets:
        yield Violation(
            "fileSystemConfig",
            "needs vpcConfig: a file system is reached in its VPC (InvalidParameterValueException: Function "
            "must be configured "
            "to execute in a VPC to reference access point)",
        )


NETWORK = pair(
    "function-network",
    _network,
    refused="a function in a VPC with subnets and no security group or the other way round, or with a file "
    "system outside "
    "of a VPC",
    says="InvalidParameterValueException: SubnetIds and SecurityIds must coexist or be both empty list.",
    source=f"{_API}, VpcConfig; FileSystemConfig; aws/aws-sdk-js#1293",
    at_once=True,
)


def _package(context: Context) -> Iterator[Violation]:
    inputs, kind = context.inputs, text(context.inputs, "packageType", "Zip")
    if has_unknown([inputs.get(name) for name in ("packageType", "handler", "runtime", "imageUri")]):
        return
    image = [name for name in ("imageUri", "imageConfig") if given(inputs, name)]
    archive = [name for name in ("code", "s3Bucket", "handler", "runtime", "layers") if given(inputs, name)]
    if kind == "Zip":
        for name in ("handler", "runtime"):
            if name not in inputs:
                yield Violation(name, "a function of packageType Zip, the default, needs it")
        for name in image:
            yield Violation(name, "a function of packageType Zip, the default, takes none; set packageType Image")
    if kind == "Image":
        if "imageUri" not in inputs:
            yield Violation("imageUri", "a function of packageType Image needs it")
        for name in archive:
            yield Violation(name, "a function of packageType Image takes none: the image has it")


PACKAGE = pair(
    "function-package",
    _package,
    refused="a function of an archive without handler or runtime or with an image, or one of an image with "
    "what an archive "
    "has",
    says="InvalidParameterValueException: the parameter is not supported for functions of this package "
    "type; the provider "
    "says so before: handler and runtime must be set when PackageType is Zip",
    source=f"{_API}, CreateFunction: PackageType, Handler, Runtime; terraform-provider-aws, "
    "internal/service/lambda/function.go",
    at_once=True,
)


def _function(context: Context) -> CloudObject | None:
    value = context.inputs.get("functionName")
    return find(context.cloud, FUNCTION, value, ("arn", "name", "qualifiedArn")) if context.cloud is not None else None


def _timeout(context: Context) -> Iterator[Violation]:
    queue = find(context.cloud, QUEUE, context.inputs.get("eventSourceArn")) if context.cloud is not None else None
    function = _function(context)
    if queue is None or function is None:
        return
    hidden = number(told(queue, "visibilityTimeoutSeconds", default=_VISIBILITY))
    runs = number(told(function, "timeout", default=_TIMEOUT))
    if hidden is not None and runs is not None and hidden < runs:
        yield Violation(
            "eventSourceArn",
            f"a message of {queue.name} is hidden for {hidden:g} seconds, {function.name} may run for {runs:g}; raise "
            "visibilityTimeoutSeconds of the queue (InvalidParameterValueException: Queue visibility timeout: "
            f"{hidden:g} seconds is less than Function timeout: {runs:g} seconds)",
        )


TIMEOUT = pair(
    "function-queue-timeout",
    _timeout,
    refused="a queue whose messages come back before the function that reads them has to end",
    says="InvalidParameterValueException: Queue visibility timeout is less than Function timeout",
    source="AWS Lambda Developer Guide, Creating and configuring an Amazon SQS event source mapping; "
    "winglang/wing#1507",
)


def _position(context: Context) -> Iterator[Violation]:
    source, position = context.inputs.get("eventSourceArn"), given(context.inputs, "startingPosition")
    if not isinstance(source, str):
        return
    service = f"{source}:::".split(":")[2]
    if service in {"kinesis", "dynamodb"} and not position:
        yield Violation("startingPosition", f"a stream of {service} is read from TRIM_HORIZON or LATEST on; say which")
    if service == "sqs" and position:
        yield Violation("startingPosition", "a queue has none: it is no stream")


POSITION = pair(
    "function-source-position",
    _position,
    refused="a stream as an event source without a starting position, or a queue with one",
    says="InvalidParameterValueException: 1 validation error detected at 'startingPosition'; "
    "StartingPosition is not valid "
    "for SQS event sources (words unverified)",
    source=f"{_API}, CreateEventSourceMapping: StartingPosition, required for streams",
    at_once=True,
)
LAMBDA = Service(
    "lambda",
    f"{_API}, CreateFunction, Errors",
    (),
    (
        Alike(alone(FUNCTION), values=(NETWORK, PACKAGE), follows=(CODE,)),
        Alike(alone(LAYER), follows=(CODE,)),
        Alike(alone(SOURCE), values=(POSITION,), state=(TIMEOUT,)),
    ),
)
