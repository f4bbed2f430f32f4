"""Look-ups that the provider answers from its own configuration: account, region, partition."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.model.place import Place


def answer(token: str, place: Place) -> dict[str, str] | None:
    """The result of a look-up, or None where it asks for more than the provider knows.

    Args:
        token: of the function, for example "aws:index/getRegion:getRegion".
        place: where the provider works.
    """
    return {
        "aws:index/getCallerIdentity:getCallerIdentity": {
            "accountId": place.account,
            "arn": f"arn:{place.partition}:iam::{place.account}:user/sandbox",
            "id": place.account,
            "userId": "AIDASANDBOX",
        },
        "aws:index/getRegion:getRegion": {
            "name": place.region,
            "region": place.region,
            "id": place.region,
            "description": "sandbox",
            "endpoint": f"ec2.{place.region}.{place.dns_suffix}",
        },
        "aws:index/getPartition:getPartition": {
            "partition": place.partition,
            "id": place.partition,
            "dnsSuffix": place.dns_suffix,
            "reverseDnsPrefix": ".".join(reversed(place.dns_suffix.split("."))),
        },
    }.get(token)
