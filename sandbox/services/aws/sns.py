"""Amazon SNS: topics, their policies and subscriptions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, flag, text
from sandbox.model.names import Named
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Returned, Row, Service, by_arn
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.kms import KEY
from sandbox.services.aws.pairs.notices import FIFO
from sandbox.services.aws.policies import Document, document
from sandbox.services.aws.returned import observing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place

TOPIC = (Target("aws:sns/topic:Topic", ("id", "arn")),)
PROTOCOLS = ("application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs")
EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_ENDPOINTS = {
    "email": EMAIL,
    "email-json": EMAIL,
    "http": r"http://.+",
    "https": r"https://.+",
    "lambda": r"arn:.+:lambda:.+",
    "sqs": r"arn:.+:sqs:.+",
    "sms": r"\+?[0-9-]+",
}


def _outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    return {"arn": arn("sns", str(inputs.get("name") or name), place), "owner": place.account}


def _fifo(context: Context) -> Iterator[Violation]:
    name, fifo = text(context.inputs, "name"), flag(context.inputs.get("fifoTopic", False))
    if name and fifo is not None and fifo != name.endswith(".fifo"):
        yield Violation("name", f"{name!r}: a FIFO topic, and no other, ends in .fifo (InvalidParameter: Topic Name)")


def _endpoint(context: Context) -> Iterator[Violation]:
    protocol, endpoint = context.inputs.get("protocol"), text(context.inputs, "endpoint")
    form = _ENDPOINTS.get(str(protocol))
    if endpoint and form and re.fullmatch(form, endpoint) is None:
        yield Violation("endpoint", f"{endpoint!r} is no endpoint of protocol {protocol} (InvalidParameter: Endpoint)")


_topic = On("topic", source="Amazon SNS API Reference, CreateTopic")
_subscription = On("subscription", source="Amazon SNS API Reference, Subscribe")
_POLICY = document("policy-topic", Document("policy", principal=True, longest=30_720, error="InvalidParameter: Policy"))
_NO_TOPIC = "NotFound: Topic does not exist"
SNS = Service(
    "sns",
    "Amazon SNS API Reference, Errors of Publish, SetTopicAttributes, Subscribe",
    (
        Row(
            token=TOPIC[0].token,
            name=Named(),
            id=by_arn,
            outputs=_outputs,
            replaced=Replaced(("fifoTopic", "name", "namePrefix"), {"fifoTopic": False}, kept=("name", "namePrefix")),
            references=(Reference("kmsMasterKeyId", KEY, "KMSNotFound (checked at the first message)"),),
            unique=(),
            values=(
                _topic.matches("name", r"(?=.{1,256}$)[A-Za-z0-9_-]+(\.fifo)?", "1 to 256 letters, digits, - or _"),
                _topic.custom("fifo", _fifo),
                _POLICY,
            ),
            returned=Returned(values=observing.TOPIC),
        ),
        Row(
            token="aws:sns/topicPolicy:TopicPolicy",
            name=NONE,
            replaced=Replaced(("arn",)),
            references=(Reference("arn", TOPIC, _NO_TOPIC),),
            unique=(),
            values=(_POLICY,),
            returned=Returned(values=observing.TOPIC_POLICY),
        ),
        Row(
            token="aws:sns/topicSubscription:TopicSubscription",
            name=NONE,
            replaced=Replaced(("endpoint", "protocol", "topic")),
            references=(Reference("topic", TOPIC, _NO_TOPIC),),
            unique=(),
            values=(
                _subscription.one_of("protocol", PROTOCOLS, "InvalidParameter: Protocol"),
                _subscription.custom("endpoint", _endpoint),
            ),
            state=(FIFO,),
            sources=Sources(doubts={"time": "an address must confirm; here it is subscribed at once"}),
            returned=Returned(values=observing.SUBSCRIPTION),
        ),
    ),
    sources=Sources(time="Amazon SNS API Reference: no operation takes a window or restarts anything"),
)
