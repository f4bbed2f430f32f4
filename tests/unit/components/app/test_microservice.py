from __future__ import annotations

from typing import Any

import pytest

from components.app.microservice import (
    Microservice,
    MicroserviceArgs,
    ServiceSpec,
    service_routes,
    service_upstream,
)
from components.autoscaling.policy import guide_a
from components.gateway.guide import GuideGateway, RateLimits, guide_config
from components.gateway.model import RateLimit, Timeouts
from components.gateway.render import render
from components.kubernetes.pods import Resources
from tests.support.nginx import inside, segment
from tests.support.recording import Recording, record

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject"
VPA = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"
MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"


def spec(**changes: Any) -> ServiceSpec:  # noqa: ANN401 - any field of the spec
    fields: dict[str, Any] = {"name": "court-schedules", "image": "courts:1", "paths": ("/api/courts",), **changes}
    return ServiceSpec(**fields)


def microservice(service: ServiceSpec | None = None, **changes: Any) -> Recording:  # noqa: ANN401 - any field
    args = MicroserviceArgs(namespace="production", spec=service or spec(), **changes)
    return record(lambda: Microservice("court-schedules", args))


def test_a_service_is_a_deployment_of_its_own_selector() -> None:
    deployment = microservice().one(DEPLOYMENT).inputs
    assert deployment["metadata"]["name"] == "bailbondpro-court-schedules"
    assert deployment["spec"]["selector"]["matchLabels"] == {"app": "bailbondpro-court-schedules"}
    assert "replicas" not in deployment["spec"]


def test_its_probes_and_ports_follow_its_port() -> None:
    container = microservice(spec(port=4100)).one(DEPLOYMENT).inputs["spec"]["template"]["spec"]["containers"][0]
    assert container["ports"] == [{"name": "http", "containerPort": 4100, "protocol": "TCP"}]
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        assert container[probe]["httpGet"]["port"] == 4100


def test_it_is_scaled_watched_and_recommended_for() -> None:
    recording = microservice()
    scaled = recording.one(SCALED_OBJECT).inputs["spec"]
    assert scaled["scaleTargetRef"]["name"] == "bailbondpro-court-schedules"
    assert scaled["advanced"]["horizontalPodAutoscalerConfig"]["name"] == "bailbondpro-court-schedules-hpa"
    assert recording.one(VPA).inputs["spec"]["updatePolicy"]["updateMode"] == "Off"
    assert recording.one(MONITOR).inputs["spec"]["selector"]["matchLabels"] == {"app": "bailbondpro-court-schedules"}


def test_a_cluster_without_the_operators_gets_no_custom_resources() -> None:
    recording = microservice(spec(policy=guide_a()), backend="native", vertical=False, monitored=False)
    custom = [item.type for item in recording if item.type.split(":")[1].count(".") > 1 and item.custom]
    assert [token for token in custom if "keda" in token or "monitoring" in token or "autoscaling.k8s" in token] == []
    assert len(recording.of_type("kubernetes:autoscaling/v2:HorizontalPodAutoscaler")) == 1


def test_the_gateway_finds_its_pods_by_the_headless_service_that_exists() -> None:
    recording = microservice()
    headless = [
        item.inputs["metadata"]["name"]
        for item in recording.of_type("kubernetes:core/v1:Service")
        if item.inputs["spec"].get("clusterIP") == "None"
    ]
    (member,) = service_upstream(spec(), "production").members
    assert [f"{name}.production.svc.cluster.local" for name in headless] == [member.host]
    assert member.port == 4000


def test_its_routes_carry_the_zone_the_burst_and_its_timeouts() -> None:
    limits = RateLimits(api_burst=33, login_burst=7)
    timeouts = Timeouts(connect=1, send=2, read=3)
    (route,) = service_routes(spec(timeouts=timeouts), limits)
    assert route.rate_limit == RateLimit(zone="api", burst=33)
    assert (route.path, route.match, route.timeouts) == ("/api/courts", "segment", timeouts)
    (login,) = service_routes(spec(rate_limit="login"), limits)
    assert login.rate_limit == RateLimit(zone="login", burst=7)


def test_a_service_at_the_root_leaves_every_other_path_alone() -> None:
    (route,) = service_routes(spec(paths=("/",)), RateLimits())
    assert route.match == "prefix"


def test_a_private_service_has_no_route() -> None:
    assert service_routes(spec(public=False, paths=(), rate_limit=None), RateLimits()) == ()


def test_the_guides_gateway_accepts_its_upstream_and_routes() -> None:
    gateway = GuideGateway(
        server_names=("bailbondpro.com",),
        web_host="web",
        api_host="web",
        upstreams=(service_upstream(spec(), "production"),),
        routes=service_routes(spec(), RateLimits()),
    )
    text = render(guide_config(gateway))
    assert "upstream service_court_schedules" in text
    assert inside(text, segment("/api/courts"))["proxy_pass"] == ("http://service_court_schedules",)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "Court"}, "no service name"),
        ({"name": "-a"}, "no service name"),
        ({"name": "a" * 41}, "no service name"),
        ({"paths": ()}, "at least one path"),
        ({"rate_limit": None}, "needs a rate limit"),
    ],
)
def test_a_service_that_cannot_be_served_safely_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        spec(**fields)


def test_the_longest_name_still_fits_a_kubernetes_label() -> None:
    service = spec(name="a" * 40)
    assert len(f"{service.app}-headless") <= 63


def test_long_requests_get_a_longer_grace_period() -> None:
    slow = spec(timeouts=Timeouts(connect=3, send=120, read=120))
    pod = microservice(slow).one(DEPLOYMENT).inputs["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > 15 + 120


def test_resources_are_its_own() -> None:
    resources = Resources(cpu_request="100m", memory_request="128Mi", cpu_limit="200m", memory_limit="256Mi")
    pod = microservice(spec(resources=resources)).one(DEPLOYMENT).inputs["spec"]["template"]["spec"]
    assert pod["containers"][0]["resources"]["requests"]["cpu"] == "100m"
