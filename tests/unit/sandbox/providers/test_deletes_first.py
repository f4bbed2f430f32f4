"""Whether a replacement deletes first, because the new one has the same name."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.protocol.wire import UNKNOWN
from sandbox.providers.replacement import deletes_first

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
DATABASE = "aws:rds/instance:Instance"


@pytest.mark.parametrize(
    ("token", "logical", "new", "first"),
    [
        ("aws:lb/targetGroup:TargetGroup", "web", {"name": "web-1a2b3c4"}, False),
        ("aws:lb/targetGroup:TargetGroup", "web", {"name": "bailbondpro-web"}, True),
        (DATABASE, "primary", {"identifier": "bailbondpro-primary"}, True),
        (CONFIG_MAP, "c", {"metadata": {"name": "c"}}, True),
        (CONFIG_MAP, "c", {"metadata": {"name": "c", "annotations": {"pulumi.com/autonamed": "true"}}}, False),
        ("kubernetes:helm.sh/v3:Release", "r", {"name": "r"}, False),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", {"role": "r"}, True),
        ("aws:ecr/lifecyclePolicy:LifecyclePolicy", "images", {"repository": "r"}, True),
    ],
)
def test_a_replacement_with_the_same_given_name_deletes_first(
    token: str, logical: str, new: dict[str, Any], first: bool
) -> None:
    assert deletes_first(token, logical, new, new) is first


def test_a_kubernetes_object_that_moves_to_another_name_is_created_first() -> None:
    old, new = {"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}
    assert deletes_first(CONFIG_MAP, "c", old, new) is False


@pytest.mark.parametrize(
    ("unknown", "first"),
    [({"metadata": UNKNOWN}, False), ({"metadata": {"name": "a", "annotations": UNKNOWN}}, True)],
    ids=str,
)
def test_an_object_whose_metadata_is_not_yet_known_can_be_compared(unknown: dict[str, Any], first: bool) -> None:
    assert deletes_first(CONFIG_MAP, "c", {"metadata": {"name": "a"}}, unknown) is first
