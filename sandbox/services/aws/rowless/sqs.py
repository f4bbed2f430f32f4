"""Amazon SQS: FIFO and standard queues, and the dead-letter queues behind them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import flag, given, number, text
from sandbox.model.pairs import find, pair, told
from sandbox.model.references import outside
from sandbox.model.rows import Alike, Service, alone

if TYPE_CHECKING:
    from collections.abc import Iterator

QUEUE, REDRIVE = "aws:sqs/queue:Queue", "aws:sqs/redrivePolicy:RedrivePolicy"
MOST_RECEIVES = 1000
"""Receives before a message is moved at most, Amazon SQS API Reference, SetQueueAttributes: maxReceiveCount."""
_API = "Amazon SQS API Reference"
_FIFO = ".fifo"


def _fifo(context: Context) -> Iterator[Violation]:
    inputs, name = context.inputs, text(context.inputs, "name")
    fifo = flag(inputs.get("fifoQueue", False))
    if name and fifo is not None and fifo != name.endswith(_FIFO):
        yield Violation(
            "name",
            f"{name!r}: the name of a FIFO queue, and of no other, ends in {_FIFO} (InvalidParameterValue: "
            "Can only include "
            "alphanumeric characters, hyphens, or underscores. 1 to 80 in length)",
        )
    for key in ("contentBasedDeduplication", "deduplicationScope", "fifoThroughputLimit"):
        if fifo is False and known(inputs.get(key)) and flag(inputs[key]) is not False and given(inputs, key):
            yield Violation(
                key,
                "a standard queue has none; set fifoQueue (InvalidAttributeName: Unknown Attribute "
                f"{key[:1].upper()}{key[1:]}.)",
            )
    if (
        inputs.get("fifoThroughputLimit") == "perMessageGroupId"
        and inputs.get("deduplicationScope", "queue") == "queue"
    ):
        yield Violation(
            "deduplicationScope",
            "perMessageGroupId needs messageGroup here (InvalidAttributeValue: the throughput limit needs the "
            "deduplication scope messageGroup)",
        )


FIFO = pair(
    "queue-fifo",
    _fifo,
    refused="a FIFO queue whose name does not end in .fifo, another one whose name does, or what FIFO "
    "queues alone have of "
    "another one",
    says="InvalidParameterValue: Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length; "
    "InvalidAttributeName: Unknown Attribute",
    source=f"{_API}, CreateQueue: QueueName, FifoQueue, ContentBasedDeduplication; terraform-provider-aws, "
    "internal/service/sqs/queue.go",
    at_once=True,
)


def _document(value: object) -> dict[str, Any]:
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _dead_letters(context: Context) -> Iterator[Violation]:
    policy = _document(context.inputs.get("redrivePolicy"))
    target, most = policy.get("deadLetterTargetArn"), number(policy.get("maxReceiveCount"))
    if most is not None and not 1 <= most <= MOST_RECEIVES:
        yield Violation(
            "redrivePolicy",
            f"maxReceiveCount {most:g} is outside 1..{MOST_RECEIVES} (InvalidParameterValue: Value for parameter "
            "RedrivePolicy is invalid. Reason: Invalid value for maxReceiveCount)",
        )
    if context.cloud is None or not isinstance(target, str) or not target.startswith("arn:"):
        return
    fifo = _source_is_fifo(context)
    if fifo is not None and fifo != target.endswith(_FIFO):
        kinds = ("FIFO", "standard") if fifo else ("standard", "FIFO")
        yield Violation(
            "redrivePolicy",
            f"the queue is {kinds[0]}, dead-letter queue {target.rpartition(':')[2]} is {kinds[1]}; both "
            "must be of one kind",
        )
    elif not outside(target) and find(context.cloud, QUEUE, target.rpartition(":")[2], ("name",)) is None:
        yield Violation(
            "redrivePolicy",
            f"{target} is the ARN of no queue that exists (InvalidParameterValue: Value for parameter RedrivePolicy is "
            "invalid. Reason: Dead letter target does not exist.)",
        )


def _source_is_fifo(context: Context) -> bool | None:
    if context.token == QUEUE:
        return flag(context.inputs.get("fifoQueue", False))
    queue = find(context.cloud, QUEUE, context.inputs.get("queueUrl"), ("url",)) if context.cloud is not None else None
    if queue is None:
        url = context.inputs.get("queueUrl")
        return url.endswith(_FIFO) if isinstance(url, str) and url else None
    return flag(told(queue, "fifoQueue", default=False))


DEAD_LETTERS = pair(
    "queue-dead-letters",
    _dead_letters,
    refused="a dead-letter queue that does not exist, or a standard one of a FIFO queue or the other way round",
    says="InvalidParameterValue: Value for parameter RedrivePolicy is invalid. Reason: Dead-letter queue "
    "must be same type "
    "of queue as the source.",
    source=f"{_API}, SetQueueAttributes: RedrivePolicy; Amazon SQS Developer Guide, Using dead-letter queues; "
    "byu-oit/handel#253",
)
SQS = Service(
    "sqs",
    f"{_API}, SetQueueAttributes, Errors",
    (),
    (Alike(alone(QUEUE), values=(FIFO,), state=(DEAD_LETTERS,)), Alike(alone(REDRIVE), state=(DEAD_LETTERS,))),
)
