"""Value rules of AWS: every service's own, and what holds for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import On
from sandbox.rules import (
    policies,
    values_aws_balancing,
    values_aws_cache,
    values_aws_eks,
    values_aws_monitoring,
    values_aws_network,
    values_aws_rds,
    values_aws_rds_engines,
    values_aws_rds_groups,
    values_aws_rds_storage,
    values_aws_storage,
)

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


RULES: tuple[Rule, ...] = (
    On("aws", "aws:*", "AWS Tagging User Guide, Tag naming limits and requirements").custom("tags", _tags),
    *policies.RULES,
    *values_aws_balancing.RULES,
    *values_aws_cache.RULES,
    *values_aws_eks.RULES,
    *values_aws_monitoring.RULES,
    *values_aws_network.RULES,
    *values_aws_rds.RULES,
    *values_aws_rds_engines.RULES,
    *values_aws_rds_groups.RULES,
    *values_aws_rds_storage.RULES,
    *values_aws_storage.RULES,
)
