"""Every pod of the platform against the rules for manifests, whichever component made it."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.app.app_secrets import AppSecrets, AppSecretsArgs, database_entries, redis_entries
from components.app.microservice import Microservice, MicroserviceArgs, ServiceSpec
from components.app.runtime_env import RuntimeEnvironment, environment
from components.app.workload import Workload, WorkloadArgs, headless_host
from components.autoscaling.autoscaler import Autoscaler, AutoscalerArgs
from components.autoscaling.policy import guide_b
from components.gateway.gateway import Gateway, GatewayArgs
from components.gateway.guide import GuideGateway, guide_config
from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.kubernetes.quantities import mebibytes, millicores
from components.pooler.pooler import Pooler, PoolerArgs, PoolerEndpoint
from tests.support.recording import RecordedResource, Recording, record

NAMESPACE = "production"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
SERVICE = "kubernetes:core/v1:Service"
HOST = headless_host("bailbondpro", NAMESPACE)


def build() -> None:
    namespace = Namespace("namespace", NamespaceArgs(name=NAMESPACE)).namespace
    secrets = AppSecrets(
        "app-secrets",
        AppSecretsArgs(
            namespace=namespace, database=database_entries("p", ("r",)), redis=redis_entries("u", "h", 6379)
        ),
    )
    env = environment(RuntimeEnvironment(replicas=1))
    app = Workload("app", WorkloadArgs(namespace=namespace, image="app:1", env=env, secret_checksum=secrets.checksum))
    Autoscaler(
        "autoscaler",
        AutoscalerArgs(namespace=namespace, deployment_name=app.deployment_name, policy=guide_b()),
    )
    spec = ServiceSpec(name="clients", image="clients:1", paths=("/api/clients",))
    Microservice("clients", MicroserviceArgs(namespace=namespace, spec=spec, env=env))
    config = guide_config(GuideGateway(server_names=("bailbondpro.com",), web_host=HOST, api_host=HOST))
    Gateway(
        "gateway",
        GatewayArgs(
            namespace=namespace, config=config, certificate="c", private_key="k", target_groups=None, replicas=2
        ),
    )
    endpoint = PoolerEndpoint(
        name="primary",
        host="db",
        database="bailbondpro",
        username="app",
        password="p",  # noqa: S106 - test data
        pool_size=20,
    )
    Pooler(
        "pooler",
        PoolerArgs(
            namespace=namespace,
            image="pgbouncer:1",
            endpoints=(endpoint,),
            client_username="app",
            client_password="p",  # noqa: S106 - test data
            client_apps=("bailbondpro",),
            database_cidrs=("10.0.104.0/24",),
        ),
        pulumi.ResourceOptions(),
    )


@pytest.fixture(scope="module")
def platform() -> Recording:
    return record(build)


def deployments(platform: Recording) -> list[RecordedResource]:
    return platform.of_type(DEPLOYMENT)


def pods(platform: Recording) -> list[tuple[str, dict[str, Any]]]:
    return [(item.name, item.inputs["spec"]["template"]["spec"]) for item in deployments(platform)]


def containers(platform: Recording) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{name}/{one['name']}", one) for name, pod in pods(platform) for one in pod["containers"]]


def test_all_kinds_of_pods_are_looked_at(platform: Recording) -> None:
    assert len(deployments(platform)) == 4
    assert len(containers(platform)) == 6


def test_every_container_has_requests_and_limits_of_all_three_resources(platform: Recording) -> None:
    for name, container in containers(platform):
        resources = container["resources"]
        for kind, read in (("cpu", millicores), ("memory", mebibytes), ("ephemeral-storage", mebibytes)):
            assert 0 < read(resources["requests"][kind]) <= read(resources["limits"][kind]), (name, kind)


def test_no_container_runs_as_root_or_can_become_root(platform: Recording) -> None:
    for name, pod in pods(platform):
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True, name
        assert context["runAsUser"] > 10000, name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name
    for name, container in containers(platform):
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False, name
        assert context["privileged"] is False, name
        assert context["readOnlyRootFilesystem"] is True, name
        assert context["capabilities"] == {"drop": ["ALL"]}, name


def test_no_pod_reaches_into_its_node(platform: Recording) -> None:
    for name, pod in pods(platform):
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod), name
        for volume in pod["volumes"]:
            assert "hostPath" not in volume, name


def test_every_pod_has_an_account_of_its_own_and_no_token(platform: Recording) -> None:
    accounts = {item.inputs["metadata"]["name"]: item for item in platform.of_type("kubernetes:core/v1:ServiceAccount")}
    used = [pod["serviceAccountName"] for _, pod in pods(platform)]
    assert len(set(used)) == len(used)
    for name, pod in pods(platform):
        assert pod["automountServiceAccountToken"] is False, name
        assert accounts[pod["serviceAccountName"]].inputs["automountServiceAccountToken"] is False, name


def test_every_container_has_liveness_and_readiness(platform: Recording) -> None:
    for name, container in containers(platform):
        assert "livenessProbe" in container, name
        assert "readinessProbe" in container, name


def test_a_late_liveness_probe_has_a_startup_probe_before_it(platform: Recording) -> None:
    for name, container in containers(platform):
        if container["livenessProbe"].get("initialDelaySeconds", 0) >= 30:
            assert "startupProbe" in container, name


def test_every_pod_stops_listening_before_it_stops_serving(platform: Recording) -> None:
    for name, container in containers(platform):
        assert container["lifecycle"]["preStop"], name
    for name, pod in pods(platform):
        assert pod["terminationGracePeriodSeconds"] > 75, name


def test_no_deployment_with_an_autoscaler_states_replicas(platform: Recording) -> None:
    scaled = {
        item.inputs["spec"]["scaleTargetRef"]["name"]
        for item in platform
        if item.type.endswith((":ScaledObject", ":HorizontalPodAutoscaler"))
    }
    assert scaled == {"bailbondpro-app", "bailbondpro-clients"}
    for item in deployments(platform):
        has_replicas = "replicas" in item.inputs["spec"]
        assert has_replicas != (item.inputs["metadata"]["name"] in scaled), item.name


def test_every_deployment_can_lose_a_node_and_roll_without_losing_a_pod(platform: Recording) -> None:
    budgets = [
        item.inputs["spec"]["selector"]["matchLabels"]
        for item in platform.of_type("kubernetes:policy/v1:PodDisruptionBudget")
    ]
    for item in deployments(platform):
        spec = item.inputs["spec"]
        assert spec["selector"]["matchLabels"] in budgets, item.name
        assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0, item.name
        keys = {one["topologyKey"] for one in spec["template"]["spec"]["topologySpreadConstraints"]}
        assert "topology.kubernetes.io/zone" in keys, item.name


def test_every_pod_is_selected_by_a_policy_for_both_directions(platform: Recording) -> None:
    policies = {
        item.inputs["spec"]["podSelector"]["matchLabels"]["app"]: item.inputs["spec"]
        for item in platform.of_type(POLICY)
        if item.inputs["spec"]["podSelector"]
    }
    for item in deployments(platform):
        app = item.inputs["spec"]["selector"]["matchLabels"]["app"]
        assert policies[app]["policyTypes"] == ["Ingress", "Egress"], item.name


def test_selectors_are_one_stable_label_and_match_their_own_pods_only(platform: Recording) -> None:
    selectors = [item.inputs["spec"]["selector"]["matchLabels"] for item in deployments(platform)]
    assert all(set(selector) == {"app"} for selector in selectors)
    assert len({selector["app"] for selector in selectors}) == len(selectors)
    for item in deployments(platform):
        spec = item.inputs["spec"]
        labels = spec["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"].items() <= labels.items(), item.name


def test_every_service_selects_pods_that_listen_on_its_target_port(platform: Recording) -> None:
    listening = {
        item.inputs["spec"]["selector"]["matchLabels"]["app"]: {
            port["containerPort"]
            for one in item.inputs["spec"]["template"]["spec"]["containers"]
            for port in one["ports"]
        }
        for item in deployments(platform)
    }
    for item in platform.of_type(SERVICE):
        spec = item.inputs["spec"]
        assert spec["type"] == "ClusterIP", item.name
        assert {port["targetPort"] for port in spec["ports"]} <= listening[spec["selector"]["app"]], item.name


def test_secret_values_reach_pods_by_reference_only(platform: Recording) -> None:
    for item in deployments(platform):
        assert item.secret_inputs == frozenset(), item.name
    for name, container in containers(platform):
        for variable in container.get("env", []):
            if any(word in variable["name"] for word in ("URL", "PASSWORD", "CONNECTION_STRING", "HOST")):
                assert "secretKeyRef" in variable["valueFrom"], (name, variable["name"])
                assert "value" not in variable, (name, variable["name"])


def test_port_and_container_names_are_unique_within_a_pod(platform: Recording) -> None:
    for name, pod in pods(platform):
        ports = [port["name"] for container in pod["containers"] for port in container["ports"]]
        assert len(set(ports)) == len(ports), name
        numbers = [port["containerPort"] for container in pod["containers"] for port in container["ports"]]
        assert len(set(numbers)) == len(numbers), name


def test_the_heap_stays_below_80_percent_of_the_memory_limit(platform: Recording) -> None:
    for name, container in containers(platform):
        for variable in container.get("env", []):
            if variable["name"] == "NODE_OPTIONS":
                old, semi = (int(flag.split("=")[1]) for flag in variable["value"].split())
                assert old + 3 * semi <= 0.8 * mebibytes(container["resources"]["limits"]["memory"]), name


def test_every_rollout_has_a_deadline_and_a_history(platform: Recording) -> None:
    for item in deployments(platform):
        assert item.inputs["spec"]["progressDeadlineSeconds"] == 600, item.name
        assert item.inputs["spec"]["revisionHistoryLimit"] == 5, item.name


def test_no_object_lives_in_the_default_namespace(platform: Recording) -> None:
    cluster_wide = {"Namespace", "PriorityClass"}
    for item in platform:
        if item.custom and item.inputs["kind"] not in cluster_wide:
            assert item.inputs["metadata"]["namespace"] == NAMESPACE, item.name
