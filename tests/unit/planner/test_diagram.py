"""The picture of a plan: what is drawn, that texts stay inside their boxes, and that differences are said in words."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan import Plan, PlanError, PlannedResource
from planner.diagram import Scene, compare, scene_of, svg
from planner.diagram.text import fitted, width, wrapped
from sandbox.cache import write_atomically
from tests.support.picture import boxes_of, overflowing, parsed, texts

URN = "urn:pulumi:test::bailbondpro::bailbondpro:{system}:Thing${token}::{name}"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
DATABASE = "aws:rds/instance:Instance"
NAT = "aws:ec2/natGateway:NatGateway"


def item(system: str, token: str, name: str, *needs: PlannedResource, **inputs: object) -> PlannedResource:
    urn = URN.format(system=system, token=token, name=name)
    dependencies = tuple(need.urn for need in needs)
    return PlannedResource(urn=urn, type=token, name=name, op="create", inputs=inputs, dependencies=dependencies)


def deployment(system: str, name: str, replicas: int, *needs: PlannedResource) -> PlannedResource:
    spec = {"replicas": replicas, "template": {"spec": {"nodeSelector": {"pool": "app"}, "containers": []}}}
    return item(system, "kubernetes:apps/v1:Deployment", name, *needs, metadata={"name": name}, spec=spec)


def platform(*extra: PlannedResource, gateways: int = 3) -> Plan:
    subnets = [item("network", "aws:ec2/subnet:Subnet", f"public-{zone[-1]}", availabilityZone=zone) for zone in ZONES]
    nats = [item("network", NAT, f"nat-{subnet.name}", subnet) for subnet in subnets[:gateways]]
    nodes = item(
        "node_pools",
        "aws:eks/nodeGroup:NodeGroup",
        "pool-app",
        *subnets,
        labels={"pool": "app"},
        instanceTypes=["m8g.large"],
        scalingConfig={"minSize": 4, "maxSize": 6},
    )
    primary = item("postgres", DATABASE, "postgres-primary", multiAz=True, instanceClass="db.m7g.large")
    balancer = item("load_balancer", "aws:lb/loadBalancer:LoadBalancer", "nlb", *subnets)
    gateway = deployment("gateway", "gateway", 2, balancer)
    app = deployment("workload", "app", 2, primary)
    record = item("cdn", "cloudflare:index/dnsRecord:DnsRecord", "record", balancer)
    route = item("gateway", "kubernetes:core/v1:ConfigMap", "nginx", app, data={"nginx.conf": "proxy_pass http://app;"})
    return Plan((*subnets, *nats, nodes, primary, balancer, gateway, app, record, route, *extra))


def ways(scene: Scene) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in scene.edges}


def test_a_request_goes_from_the_cdn_to_the_database() -> None:
    scene = scene_of(platform(), "test")
    path = ("cdn", "balancer", "gateway", "app", "primary")
    assert ways(scene) == set(pairwise(path))


def test_a_way_that_the_plan_does_not_know_is_not_drawn() -> None:
    cut = [replace(entry, dependencies=()) if entry.name == "record" else entry for entry in platform()]
    assert ("cdn", "balancer") not in ways(scene_of(Plan(tuple(cut)), "test"))


def test_a_pooler_stands_between_the_application_and_its_databases() -> None:
    primary = next(entry for entry in platform() if entry.type == DATABASE)
    pooler = deployment("pooler", "pooler", 2, primary)
    app = deployment("workload", "app", 2, pooler)
    rest = [entry for entry in platform() if entry.name != "app"]
    found = ways(scene_of(Plan((*rest, pooler, app)), "test"))
    assert {("app", "pooler"), ("pooler", "primary")} <= found
    assert ("app", "primary") not in found


def test_a_service_is_reached_when_the_gateway_names_it() -> None:
    service = deployment("services", "auth", 2)
    name = item("services", "kubernetes:core/v1:Service", "auth-service", metadata={"name": "auth"})
    assert ("gateway", "services") not in ways(scene_of(platform(service, name), "test"))
    config = item("gateway", "kubernetes:core/v1:ConfigMap", "more", data={"nginx.conf": "server auth.ns.svc:80;"})
    assert ("gateway", "services") in ways(scene_of(platform(service, name, config), "test"))


def test_nodes_and_ways_out_stand_in_their_zones() -> None:
    scene = scene_of(platform(gateways=2), "test")
    nodes = {box.zone: box.lines for box in scene.row("nodes")}
    assert nodes == {
        "us-east-1a": ("app: 2 of 4 to 6 m8g.large",),
        "us-east-1b": ("app: 1 of 4 to 6 m8g.large",),
        "us-east-1c": ("app: 1 of 4 to 6 m8g.large",),
    }
    assert {box.zone: box.lines[0] for box in scene.row("nat")} == {
        "us-east-1a": "NAT gateway",
        "us-east-1b": "NAT gateway",
        "us-east-1c": "none of its own: through another zone",
    }


def test_a_replica_stands_in_the_column_of_its_zone() -> None:
    replica = item("postgres", DATABASE, "replica-1", replicateSourceDb="p", availabilityZone="us-east-1b")
    drawn = boxes_of(svg(scene_of(platform(replica), "test")))
    place, nodes = drawn["replica-1"], drawn["Nodes in us-east-1b"]
    assert nodes.x - 1 <= place.x < place.x + place.width <= nodes.x + nodes.width + 1


def test_the_same_plan_gives_the_same_bytes_whatever_its_order() -> None:
    plan = platform()
    turned = Plan(tuple(reversed(plan.resources)))
    assert svg(scene_of(plan, "test")) == svg(scene_of(turned, "test"))


def test_no_text_is_wider_than_its_box() -> None:
    assert overflowing(svg(scene_of(platform(), "test"))) == []


@given(st.text(min_size=1, max_size=120))
def test_whatever_a_thing_is_called_the_picture_is_valid_and_its_text_fits(name: str) -> None:
    hostile = item("postgres", DATABASE, "x", instanceClass=name, replicateSourceDb="p", availabilityZone=ZONES[0])
    picture = svg(scene_of(platform(hostile), f"Architecture of {name}"))
    parsed(picture)
    assert overflowing(picture) == []


def test_markup_in_a_name_stays_text() -> None:
    name = '</title><script>alert("x")</script>&'
    picture = svg(scene_of(platform(deployment("services", name, 1)), name))
    tags = {element.tag.rsplit("}", 1)[-1] for element in parsed(picture).iter()}
    assert tags == {"svg", "title", "desc", "style", "rect", "g", "text", "polyline", "path"}
    assert name in "".join(texts(picture))


def test_the_picture_names_itself_and_says_in_words_what_it_shows() -> None:
    root = parsed(svg(scene_of(platform(), "Architecture of test")))
    title, description = (root.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc"))
    assert title is not None
    assert title.text == "Architecture of test"
    assert description is not None
    assert "PostgreSQL postgres-primary: db.m7g.large" in (description.text or "")
    assert "cdn to balancer" in (description.text or "")


def test_the_picture_loads_nothing_and_knows_the_dark() -> None:
    picture = svg(scene_of(platform(), "test"))
    assert "prefers-color-scheme: dark" in picture
    assert "<script" not in picture
    assert "url(" not in picture
    assert picture.count("http") == picture.count("http://www.w3.org/2000/svg")


def test_a_comparison_says_in_words_what_is_added_changed_and_removed() -> None:
    before = scene_of(platform(deployment("services", "old", 1)), "before")
    grown = [
        replace(entry, inputs={**entry.inputs, "instanceClass": "db.m7g.xlarge"}) if entry.type == DATABASE else entry
        for entry in platform(deployment("services", "new", 1))
    ]
    both = compare(before, scene_of(Plan(tuple(grown)), "after"))
    marks = {box.title: box.mark for box in both.boxes if box.mark}
    assert marks == {"PostgreSQL postgres-primary": "changed", "new": "added", "old": "removed"}
    said = texts(svg(both))
    assert {"+ added", "~ changed", "- removed"} <= set(said)
    assert "db.m7g.xlarge (new)" in said
    assert "db.m7g.large (before)" in said


def test_a_plan_compared_with_itself_has_no_difference() -> None:
    scene = scene_of(platform(), "test")
    assert [box for box in compare(scene, scene).boxes if box.mark] == []


def test_what_a_plan_deletes_is_not_drawn() -> None:
    gone = [replace(entry, op="delete") if entry.type == NAT else entry for entry in platform()]
    assert scene_of(Plan(tuple(gone)), "test").row("nat") == []


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.svg"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, svg(scene_of(platform(), "test")))
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.svg"]


def test_an_empty_plan_is_refused(tmp_path: Path) -> None:
    from ops.answers.diagram import DiagramOptions, diagram

    empty = tmp_path / "empty.json"
    empty.write_text('{"steps": []}')
    with pytest.raises(PlanError, match="there is nothing to judge"):
        diagram(DiagramOptions("dev", tmp_path / "a.svg", plan_file=empty))
    assert not (tmp_path / "a.svg").exists()


def test_a_text_is_cut_where_it_would_be_too_wide_and_wrapped_between_words() -> None:
    assert fitted("short", 100, 12) == "short"
    assert fitted("a" * 100, 60, 12).endswith("…")
    assert width(fitted("W" * 100, 60, 12, bold=True), 12, bold=True) <= 60
    assert wrapped("one two three", width("one two", 12), 12) == ["one two", "three"]
    assert wrapped("one two three four five six", width("one two", 12), 12)[-1].endswith("…")
