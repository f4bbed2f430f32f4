"""The node autoscaler's limits against what one lost zone takes away."""

from __future__ import annotations

import pytest

from plan.tokens import NODE_GROUP, RELEASE
from tests.support.stack import PHASES, recorded


@pytest.mark.parametrize("phase", PHASES)
def test_all_nodes_that_one_zone_can_have_may_be_unready_and_nodes_still_come(phase: str) -> None:
    platform = recorded("prod", phase)
    groups = platform.of_type(NODE_GROUP)
    in_one_zone = sum(item.inputs["scalingConfig"]["maxSize"] for item in groups if item.name.endswith("-a"))
    (release,) = [item for item in platform.of_type(RELEASE) if item.inputs["chart"] == "cluster-autoscaler"]
    assert release.inputs["values"]["extraArgs"]["ok-total-unready-count"] >= in_one_zone > 0
