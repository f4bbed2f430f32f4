"""What a load balancer and its target groups must agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.world import World, refused

if TYPE_CHECKING:
    from pathlib import Path

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
GROUP = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"

SHIFTING = {"loadBalancerType": "network", "enableZonalShift": True, "enableCrossZoneLoadBalancing": True}
KEPT = {"targetHealthStates": [{"enableUnhealthyConnectionTermination": False}]}
FIT = {"protocol": "TCP", "targetType": "ip", **KEPT}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def arn(world: World, token: str, identity: str) -> str:
    found = world.cloud.get(token, identity)
    assert found is not None
    return str(found.outputs["arn"])


def listener(world: World, group: dict[str, Any], balancer: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a listener between two new things."""
    world.add(BALANCER, "nlb", name="nlb", **balancer)
    world.add(GROUP, "tg", name="tg", **group)
    target = {"type": "forward", "targetGroupArn": arn(world, GROUP, "tg")}
    return {"loadBalancerArn": arn(world, BALANCER, "nlb"), "defaultActions": [target]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"targetHealthStates": None}, "enableUnhealthyConnectionTermination: false"),
        ({"targetHealthStates": [{"enableUnhealthyConnectionTermination": True}]}, "Termination: false"),
        ({"protocol": "UDP"}, "TCP or TLS"),
        ({"targetType": "alb"}, "other than an application load balancer"),
    ],
)
def test_a_balancer_with_zonal_shift_over_zones_takes_no_group_that_does_not_fit(
    world: World, change: dict[str, Any], says: str
) -> None:
    wanted = listener(world, FIT | change, SHIFTING)
    refused(world.create(LISTENER, **wanted), "defaultActions[0].targetGroupArn", says)


@pytest.mark.parametrize(
    ("group", "balancer"),
    [
        (FIT, SHIFTING),
        ({"protocol": "TCP"}, SHIFTING | {"enableZonalShift": False}),
        ({"protocol": "TCP"}, SHIFTING | {"enableCrossZoneLoadBalancing": False}),
    ],
)
def test_groups_that_fit_and_balancers_that_need_none_are_accepted(
    world: World, group: dict[str, Any], balancer: dict[str, Any]
) -> None:
    assert world.create(LISTENER, **listener(world, group, balancer)) == []


def test_zonal_shift_is_switched_on_only_when_every_group_fits(world: World) -> None:
    world.add(LISTENER, "l", **listener(world, {"protocol": "TCP"}, SHIFTING | {"enableZonalShift": False}))
    refused(world.update(BALANCER, "nlb", enableZonalShift=True), "enableZonalShift", "Termination: false")
    world.add(GROUP, "tg", name="tg", **FIT)
    assert world.update(BALANCER, "nlb", enableZonalShift=True) == []


def test_a_group_behind_zonal_shift_stays_fit(world: World) -> None:
    world.add(LISTENER, "l", **listener(world, FIT, SHIFTING))
    refused(world.update(GROUP, "tg", targetHealthStates=[]), "targetHealthStates", "Termination: false")
    assert world.update(GROUP, "tg", deregistrationDelay=30) == []
