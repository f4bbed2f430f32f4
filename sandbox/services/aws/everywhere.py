"""What holds for every type of AWS: its tags, and the form of its ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On
from sandbox.model.rows import Alike, Service
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import general_outputs
from sandbox.services.aws.pairs.keys import KEY_FITS
from sandbox.services.aws.pairs.networks import ONE_NETWORK
from sandbox.services.aws.pairs.principals import POLICY_PRINCIPALS
from sandbox.services.aws.pairs.regions import ONE_REGION, ZONES
from sandbox.services.aws.pairs.trust import ROLE_TRUST

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_TAGS, KEY_LENGTH, VALUE_LENGTH = 50, 128, 256


def _tags(context: Context) -> Iterator[Violation]:
    tags = context.inputs.get("tags")
    if not isinstance(tags, dict):
        return
    if len(tags) > MOST_TAGS:
        yield Violation("tags", f"{len(tags)} tags, at most {MOST_TAGS} are allowed")
    for key, value in tags.items():
        at = f'tags["{key}"]'
        if not 1 <= len(key) <= KEY_LENGTH:
            yield Violation(at, f"a key of {len(key)} characters, 1 to {KEY_LENGTH} are allowed")
        if key.lower().startswith("aws:"):
            yield Violation(at, "keys that begin with 'aws:' are reserved")
        if isinstance(value, str) and len(value) > VALUE_LENGTH:
            yield Violation(at, f"a value of {len(value)} characters, at most {VALUE_LENGTH} are allowed")


_FORCE_NEW = "terraform-provider-aws 5.5.0 (June 2023), ForceNew in its schema; what is newer, docs/sandbox.md lists"
_on = On("aws", source="AWS Tagging User Guide, Tag naming limits and requirements")
_PAIRS = (KEY_FITS, ONE_NETWORK, ONE_REGION, POLICY_PRINCIPALS, ROLE_TRUST, ZONES)
"""Rules that find the types that they speak of in tables of their own."""
EVERYWHERE = Service(
    "everywhere",
    "",
    (),
    (
        Alike(
            "aws:*",
            outputs=general_outputs,
            values=(_on.custom("tags", _tags),),
            state=_PAIRS,
            sources=Sources(replacement=_FORCE_NEW),
        ),
    ),
)
