from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pulumi_random as random
import pytest

from components.autoscaling.policy import guide_a, guide_b
from components.autoscaling.vertical import (
    VerticalAutoscaler,
    VerticalAutoscalerArgs,
    VerticalPolicy,
    conflict,
    vertical_pod_autoscaler_spec,
)
from tests.support.recording import record
from tests.support.subset import differences

if TYPE_CHECKING:
    from components.autoscaling.render import Manifest

VPA = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"

GUIDE_VPA: Manifest = {  # scaling guide, Auto-Scaling, hpa-config.yml; updateMode is settled by the mode
    "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "bailbondpro-app"},
    "resourcePolicy": {
        "containerPolicies": [
            {
                "containerName": "app",
                "minAllowed": {"cpu": "100m", "memory": "128Mi"},
                "maxAllowed": {"cpu": "2", "memory": "4Gi"},
                "controlledResources": ["cpu", "memory"],
            }
        ]
    },
}


def test_the_recommending_vertical_autoscaler_keeps_the_guides_bounds() -> None:
    spec = vertical_pod_autoscaler_spec(VerticalPolicy(), "bailbondpro-app", "app")
    assert differences(spec, GUIDE_VPA) == []
    assert spec["updatePolicy"] == {"updateMode": "Off"}


def test_only_requests_are_resized_so_that_a_heap_limit_stays_true() -> None:
    for mode in ("recommend", "memory", "full"):
        spec = vertical_pod_autoscaler_spec(VerticalPolicy(mode=mode), "d", "app")
        assert spec["resourcePolicy"]["containerPolicies"][0]["controlledValues"] == "RequestsOnly"


def test_the_deprecated_mode_auto_is_never_rendered() -> None:
    modes = {
        mode: vertical_pod_autoscaler_spec(VerticalPolicy(mode=mode), "d", "app")["updatePolicy"]["updateMode"]
        for mode in ("recommend", "memory", "full")
    }
    assert modes == {"recommend": "Off", "memory": "InPlaceOrRecreate", "full": "InPlaceOrRecreate"}


def test_the_guides_literal_combination_is_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="ruled out by the Vertical Pod Autoscaler's documentation"):
        VerticalAutoscalerArgs(
            namespace="production",
            deployment_name="bailbondpro-app",
            policy=VerticalPolicy(mode="guide"),
            horizontal=guide_b(),
        )


def test_a_vertical_mode_conflicts_exactly_when_it_shares_a_resource() -> None:
    assert conflict("recommend", guide_b()) is None
    assert "memory" in (conflict("memory", guide_b()) or "")
    assert conflict("memory", replace(guide_b(), memory_percent=None)) is None
    assert "cpu and memory" in (conflict("full", guide_a()) or "")
    assert conflict("full", None) is None
    assert "cpu" in (conflict("full", replace(guide_a(), memory_percent=None)) or "")


@pytest.mark.parametrize("wrong", [{"max_cpu": "50m"}, {"max_memory": "64Mi"}])
def test_vertical_bounds_out_of_order_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is below"):
        VerticalPolicy(**wrong)


def test_the_vertical_autoscaler_is_of_the_kind_that_exists() -> None:
    def build() -> None:
        VerticalAutoscaler(
            "vertical",
            VerticalAutoscalerArgs(
                namespace="production",
                deployment_name="bailbondpro-app",
                policy=VerticalPolicy(),
                horizontal=guide_b(),
            ),
        )

    resource = record(build).one(VPA).inputs
    assert resource["apiVersion"] == "autoscaling.k8s.io/v1"
    assert resource["metadata"]["name"] == "bailbondpro-vpa"
    assert differences(resource["spec"], GUIDE_VPA) == []


def test_a_preview_before_the_deployment_exists_shows_what_is_resized_all_the_same() -> None:
    def build() -> None:
        unknown = random.RandomId("unknown", byte_length=4).hex
        args = VerticalAutoscalerArgs(
            namespace="production", deployment_name=unknown, policy=VerticalPolicy(), horizontal=None
        )
        VerticalAutoscaler("vertical", args)

    spec = record(build, preview=True).one(VPA).inputs["spec"]
    assert spec["updatePolicy"] == {"updateMode": "Off"}
