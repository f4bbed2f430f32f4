"""Where a provider instance works: region, account and cluster of everything that is made through it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs

ACCOUNT = "000000000000"
"""No account of AWS: nothing simulated can be taken for a real resource."""
REGION = "us-east-1"
"""The region of a provider that names none and of objects whose provider is not known."""

CALLER = "user/sandbox"
"""Who asks: the part of an ARN of IAM behind the account."""

_PARTITIONS = (
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
)
"""Beginning of a region's name, its partition, and the suffix of host names there (partitions.json of the AWS SDKs)."""

_ABBREVIATED = {"northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw"}


@dataclass(frozen=True)
class Place:
    """Where something is made.

    Attributes:
        region: of AWS, for example "eu-central-1".
        account: of AWS, twelve digits.
        cluster: tells Kubernetes clusters apart; empty where the provider names none.
    """

    region: str = REGION
    account: str = ACCOUNT
    cluster: str = ""

    def of(self, inputs: Inputs) -> Place:
        """Where a resource of this provider is made: a resource may name a region of its own."""
        region = inputs.get("region")
        return replace(self, region=region) if isinstance(region, str) and region else self

    @property
    def partition(self) -> str:
        """The first part of every ARN after "arn", for example "aws" or "aws-cn"."""
        return next((name for beginning, name, _ in _PARTITIONS if self.region.startswith(beginning)), "aws")

    @property
    def dns_suffix(self) -> str:
        """The end of the services' host names, for example "amazonaws.com"."""
        return next(
            (suffix for beginning, _, suffix in _PARTITIONS if self.region.startswith(beginning)), "amazonaws.com"
        )

    @property
    def short(self) -> str:
        """The region as host names and zone ids abbreviate it, for example "use1" (Amazon EC2 User Guide, AZ IDs)."""
        area, *words, number = self.region.split("-")
        return area + "".join(_ABBREVIATED.get(word, word[:1]) for word in words) + number

    def scope(self, token: str, inputs: Inputs) -> str:
        """What tells objects of the same type and id apart: names are unique in a region or a cluster only.

        Empty for what belongs to no region, such as roles, and for everything that is known everywhere.

        Args:
            token: the Pulumi type token.
            inputs: checked inputs; whatever lies in a region has it among them.
        """
        if token.startswith("kubernetes:"):
            return self.cluster
        here = self.of(inputs)
        region = here.region if token.startswith("aws:") and "region" in inputs else ""
        return region if here.account == ACCOUNT else f"{here.account}/{region}"

    def view(self, token: str, properties: Inputs) -> str:
        """The scope that a resource looks around in: what belongs to no region sees that of its provider."""
        return self.scope(token, {"region": self.region, **properties})


HOME = Place()
"""Where a program works that says nothing of it."""
