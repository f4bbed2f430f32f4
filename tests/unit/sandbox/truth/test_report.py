"""Counts, weights, the weakest spots, and what a strict rehearsal refuses."""

from __future__ import annotations

from sandbox.truth.grades import Aspect, Grade
from sandbox.truth.report import WEAKEST, truth
from sandbox.truth.setting import Kubernetes, Setting
from sandbox.truth.unsaid import NEVER, unsaid
from sandbox.truth.weight import IMPORTANCE, STATEFUL, weight

VPC, ALARM = "aws:ec2/vpc:Vpc", "aws:cloudwatch/metricAlarm:MetricAlarm"
NOBODYS = "aws:tests/nobodyWroteIt:NobodyWroteIt"
OTHERS = "example:index/thing:Thing"
SERVICE, RELEASE = "kubernetes:core/v1:Service", "kubernetes:helm.sh/v3:Release"


def nothing(_token: str) -> str:
    return ""


def everything(_token: str) -> str:
    return "data"


def test_what_is_known_weighs_nothing_and_an_assumption_twice_what_the_schema_says() -> None:
    assert (
        weight(Aspect.VALUES, Grade.REAL, 9, stateful=True) == weight(Aspect.VALUES, Grade.TABLE, 9, stateful=True) == 0
    )
    schema = weight(Aspect.VALUES, Grade.SCHEMA, 9, stateful=True)
    assert weight(Aspect.VALUES, Grade.ASSUMED, 9, stateful=True) == 2 * schema > 0


def test_one_database_weighs_as_much_as_a_hundred_alarms() -> None:
    for aspect in Aspect:
        one, many = (
            weight(aspect, Grade.ASSUMED, 1, stateful=True),
            weight(aspect, Grade.ASSUMED, STATEFUL, stateful=False),
        )
        assert one == many > 0
    assert set(IMPORTANCE) == set(Aspect)
    assert max(IMPORTANCE, key=lambda aspect: IMPORTANCE[aspect]) is Aspect.REPLACEMENT


def test_every_type_has_six_answers_and_the_packages_add_up() -> None:
    found = truth({VPC: 2, ALARM: 80, OTHERS: 1}, Setting(), nothing)
    assert sum(found.grades.values()) == 3 * len(Aspect)
    assert [(item.package, item.resources, item.types) for item in found.packages] == [
        ("aws", 82, 2),
        ("example", 1, 1),
    ]
    assert sum(count for item in found.packages for count in item.grades.values()) == sum(found.grades.values())


def test_the_weakest_spots_are_five_and_what_holds_data_comes_first() -> None:
    found = truth({NOBODYS: 1, OTHERS: 15}, Setting(), lambda token: "data" if token == NOBODYS else "")
    assert len(found.weakest) == WEAKEST
    assert {spot.type.token for spot in found.weakest} == {NOBODYS}
    assert [spot.weight for spot in found.weakest] == sorted((spot.weight for spot in found.weakest), reverse=True)
    assert found.weakest[0].aspect is Aspect.REPLACEMENT


def test_a_strict_rehearsal_refuses_what_is_assumed_of_data_and_nothing_else() -> None:
    assert truth({NOBODYS: 1}, Setting(), nothing).unproven == ()
    unproven = truth({NOBODYS: 1, VPC: 1}, Setting(), everything).unproven
    assert {spot.type.token for spot in unproven} == {NOBODYS}
    assert {spot.aspect for spot in unproven} == set(Aspect)


def test_a_run_of_nothing_has_nothing_to_be_sure_of() -> None:
    found = truth({}, Setting(), everything)
    assert (found.types, found.weakest, found.packages, sum(found.grades.values())) == ((), (), (), 0)


def test_a_type_is_named_by_its_service() -> None:
    names = [item.name for item in truth({VPC: 1, OTHERS: 1, SERVICE: 1, "odd": 1}, Setting(), nothing).types]
    assert sorted(names) == ["Thing", "core.Service", "ec2.Vpc", "odd"]


def test_a_green_light_says_what_it_does_not_say() -> None:
    simulated = truth({SERVICE: 3, RELEASE: 1}, Setting(), nothing).unsaid
    assert simulated[-len(NEVER) :] == NEVER
    assert any("3 objects of Kubernetes" in text for text in simulated)
    assert any("1 chart renders" in text for text in simulated)
    assert truth({VPC: 1}, Setting(), nothing).unsaid == NEVER
    assert "whether an update would succeed" in truth({VPC: 1}, Setting(updated=False), nothing).unsaid[0]
    server = truth({SERVICE: 3, RELEASE: 1}, Setting(True, Kubernetes.SERVER), nothing).unsaid
    assert not any("objects of Kubernetes" in text for text in server)
    assert any("1 chart renders" in text for text in server)
    assert truth({RELEASE: 1}, Setting(True, Kubernetes.PLUGIN), nothing).unsaid == NEVER


def test_what_a_provider_would_run_on_this_machine_is_said_not_to_be_executed() -> None:
    counted = {"command:local:Command": 2, "docker-build:index:Image": 1, "docker:index/image:Image": 1}
    said = unsaid(counted, Setting())
    assert "2 commands not executed: whether they succeed, and what they print, nobody knows" in said
    assert sum("image of Docker not executed" in line for line in said) == 2
    assert not any("not executed" in line for line in unsaid({"random:index/randomId:RandomId": 1}, Setting()))
