from __future__ import annotations

from typing import Any

import pytest

from components.app.runtime_env import DATABASE_SECRET, REDIS_SECRET
from components.app.workload import Workload, WorkloadArgs, headless_host
from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.kubernetes.network_policies import Peer, TrafficRule, https_anywhere, pod_identity
from components.kubernetes.pods import EnvVar, Placement, Probe, Resources, SecretEnvVar
from tests.support.recording import Recording, record
from tests.support.subset import differences

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:core/v1:Service"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

GUIDE_DEPLOYMENT = {  # scaling guide, Horizontal Scaling, k8s-deployment.yml (replicas: the autoscaler's)
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "bailbondpro-app", "labels": {"app": "bailbondpro"}},
    "spec": {
        "selector": {"matchLabels": {"app": "bailbondpro"}},
        "template": {
            "metadata": {"labels": {"app": "bailbondpro"}},
            "spec": {
                "containers": [
                    {
                        "name": "app",
                        "image": "bailbondpro:latest",
                        "env": [
                            {
                                "name": "DATABASE_URL",
                                "valueFrom": {"secretKeyRef": {"name": "db-secret", "key": "url"}},
                            },
                            {
                                "name": "REDIS_URL",
                                "valueFrom": {"secretKeyRef": {"name": "redis-secret", "key": "url"}},
                            },
                        ],
                        "resources": {
                            "requests": {"memory": "512Mi", "cpu": "500m"},
                            "limits": {"memory": "1Gi", "cpu": "1000m"},
                        },
                        "livenessProbe": {
                            "httpGet": {"path": "/health", "port": 3000},
                            "initialDelaySeconds": 30,
                            "periodSeconds": 10,
                        },
                        "readinessProbe": {
                            "httpGet": {"path": "/ready", "port": 3000},
                            "initialDelaySeconds": 5,
                            "periodSeconds": 5,
                        },
                    }
                ]
            },
        },
    },
}
GUIDE_ENV = (
    SecretEnvVar(name="DATABASE_URL", secret=DATABASE_SECRET, key="url"),
    SecretEnvVar(name="REDIS_URL", secret=REDIS_SECRET, key="url"),
)


def workload(**changes: Any) -> Recording:  # noqa: ANN401 - any field of the args
    fields: dict[str, Any] = {"namespace": "production", "image": "bailbondpro:latest", "env": GUIDE_ENV, **changes}
    return record(lambda: Workload("app", WorkloadArgs(**fields)))


def pod(recording: Recording) -> dict[str, Any]:
    spec: dict[str, Any] = recording.one(DEPLOYMENT).inputs["spec"]["template"]["spec"]
    return spec


def container(recording: Recording) -> dict[str, Any]:
    only: dict[str, Any] = pod(recording)["containers"][0]
    return only


def test_the_default_workload_is_the_guides_deployment_field_by_field() -> None:
    assert differences(workload().one(DEPLOYMENT).inputs, GUIDE_DEPLOYMENT) == []


def test_the_guides_container_port_is_open_and_the_api_port_beside_it() -> None:
    assert [(port["name"], port["containerPort"]) for port in container(workload())["ports"]] == [
        ("http", 3000),
        ("api", 4000),
    ]


def test_the_service_maps_port_80_to_3000_inside_the_cluster_only() -> None:
    service = workload().one(SERVICE, "app-service").inputs
    assert service["metadata"]["name"] == "bailbondpro-service"
    assert service["spec"]["type"] == "ClusterIP"
    assert (
        differences(
            service["spec"],
            {"selector": {"app": "bailbondpro"}, "ports": [{"protocol": "TCP", "port": 80, "targetPort": 3000}]},
        )
        == []
    )


def test_the_headless_service_carries_every_port_under_the_name_that_the_gateway_resolves() -> None:
    headless = workload().one(SERVICE, "app-headless").inputs
    assert headless["spec"]["clusterIP"] == "None"
    assert [port["port"] for port in headless["spec"]["ports"]] == [3000, 4000]
    name = headless["metadata"]["name"]
    assert headless_host("bailbondpro", "production") == f"{name}.production.svc.cluster.local"


def test_the_deployment_carries_no_replicas_when_an_autoscaler_owns_them() -> None:
    assert "replicas" not in workload().one(DEPLOYMENT).inputs["spec"]
    assert workload(replicas=3).one(DEPLOYMENT).inputs["spec"]["replicas"] == 3


def test_a_rollout_never_takes_a_pod_away_before_its_successor_is_ready() -> None:
    spec = workload().one(DEPLOYMENT).inputs["spec"]
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    assert spec["minReadySeconds"] == 10
    assert spec["progressDeadlineSeconds"] == 600


def test_pods_meet_the_restricted_pod_security_standard() -> None:
    recording = workload()
    assert (
        differences(
            pod(recording),
            {
                "automountServiceAccountToken": False,
                "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            },
        )
        == []
    )
    assert container(recording)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
    }
    assert pod(recording)["securityContext"]["runAsUser"] > 10000


def test_the_only_writable_directory_is_a_scratch_of_limited_size() -> None:
    recording = workload()
    (mount,) = container(recording)["volumeMounts"]
    assert (mount["name"], mount["readOnly"]) == ("tmp", False)
    assert pod(recording)["volumes"] == [{"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}]


def test_pods_spread_over_zones_and_nodes_within_one_rollout() -> None:
    spread = pod(workload())["topologySpreadConstraints"]
    assert [(item["topologyKey"], item["whenUnsatisfiable"]) for item in spread] == [
        ("topology.kubernetes.io/zone", "DoNotSchedule"),
        ("kubernetes.io/hostname", "ScheduleAnyway"),
    ]
    assert all(item["matchLabelKeys"] == ["pod-template-hash"] for item in spread)


def test_nodes_that_are_lost_drained_or_of_another_pool_are_no_domain_of_the_spread() -> None:
    spread = pod(workload())["topologySpreadConstraints"]
    assert {(item["nodeTaintsPolicy"], item["nodeAffinityPolicy"]) for item in spread} == {("Honor", "Honor")}
    assert all("minDomains" not in item for item in spread)


def test_the_process_starts_within_60_seconds_before_liveness_counts() -> None:
    startup = container(workload())["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] == 60
    assert startup["httpGet"] == {"path": "/health", "port": 3000}


def test_requests_in_flight_are_finished_before_the_process_is_killed() -> None:
    recording = workload()
    pre_stop = container(recording)["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod(recording)["terminationGracePeriodSeconds"] > pre_stop + 60


def test_a_grace_period_that_cuts_requests_off_is_refused() -> None:
    with pytest.raises(ValueError, match="grace period of 75"):
        workload(termination_grace_seconds=75)


def test_a_changed_secret_changes_the_pod_template() -> None:
    def annotations(checksum: str) -> dict[str, str]:
        recording = workload(secret_checksum=checksum)
        found: dict[str, str] = recording.one(DEPLOYMENT).inputs["spec"]["template"]["metadata"]["annotations"]
        return found

    assert annotations("one") == {"checksum/secrets": "one"}
    assert annotations("one") != annotations("two")


def test_a_disruption_budget_lets_one_pod_go_at_a_time() -> None:
    budget = workload().one(BUDGET).inputs["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    assert budget["selector"] == {"matchLabels": {"app": "bailbondpro"}}


@pytest.mark.parametrize("single", [{"min_replicas": 1}, {"replicas": 1}])
def test_a_single_pod_has_no_disruption_budget_because_it_would_block_every_drain(single: dict[str, int]) -> None:
    assert workload(**single).of_type(BUDGET) == []


def test_pods_run_under_an_account_of_their_own_without_a_token() -> None:
    recording = workload()
    account = recording.one("kubernetes:core/v1:ServiceAccount").inputs
    assert account["automountServiceAccountToken"] is False
    assert pod(recording)["serviceAccountName"] == account["metadata"]["name"] == "bailbondpro-app"


def test_only_the_gateway_and_monitoring_reach_the_pods() -> None:
    front = TrafficRule(peers=(Peer(app="bailbondpro-gateway"), Peer(namespace="monitoring")), ports=(3000, 4000))
    policy = workload(ingress=(front,)).one(POLICY)
    spec = policy.inputs["spec"]
    assert spec["podSelector"] == {"matchLabels": {"app": "bailbondpro"}}
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert spec["ingress"] == [
        {
            "from": [
                {"podSelector": {"matchLabels": {"app": "bailbondpro-gateway"}}},
                {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}},
            ],
            "ports": [{"port": 3000, "protocol": "TCP"}, {"port": 4000, "protocol": "TCP"}],
        }
    ]


def test_names_resolve_and_everything_else_outside_stays_closed_unless_stated() -> None:
    egress = workload().one(POLICY).inputs["spec"]["egress"]
    assert len(egress) == 1
    assert egress[0]["ports"] == [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]


def test_https_goes_anywhere_but_to_the_nodes_credentials() -> None:
    egress = workload(egress=(https_anywhere(), pod_identity())).one(POLICY).inputs["spec"]["egress"]
    assert egress[1]["to"] == [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}}]
    assert egress[2] == {
        "to": [{"ipBlock": {"cidr": "169.254.170.23/32"}}],
        "ports": [{"port": 80, "protocol": "TCP"}],
    }


def test_pods_start_only_after_their_network_policy() -> None:
    recording = workload()
    assert recording.one(POLICY).urn in recording.one(DEPLOYMENT).dependencies


def test_a_peer_is_pods_or_addresses_but_not_both() -> None:
    with pytest.raises(ValueError, match="not both"):
        Peer(app="bailbondpro", cidr="10.0.0.0/16")
    with pytest.raises(ValueError, match="needs an app"):
        Peer()


def test_pods_of_one_app_in_another_namespace_are_named_by_both() -> None:
    rule = TrafficRule(peers=(Peer(app="prometheus", namespace="monitoring"),), ports=(3000,))
    peer = workload(ingress=(rule,)).one(POLICY).inputs["spec"]["ingress"][0]["from"]
    assert peer == [
        {
            "podSelector": {"matchLabels": {"app": "prometheus"}},
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
        }
    ]


def test_a_placement_selects_its_pool_and_tolerates_its_taint() -> None:
    spec = pod(workload(placement=Placement(label_key="pool", label_value="spot", taint_key="spot")))
    assert spec["nodeSelector"] == {"pool": "spot"}
    assert spec["tolerations"] == [{"key": "spot", "operator": "Exists"}]
    exact = pod(workload(placement=Placement(taint_key="pool", taint_value="spot")))
    assert exact["tolerations"][0]["value"] == "spot"


@pytest.mark.parametrize(
    "wrong",
    [{"cpu_limit": "400m"}, {"memory_limit": "256Mi"}, {"ephemeral_limit": "1Mi"}, {"memory_limit": "lots"}],
)
def test_a_limit_below_its_request_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"limit|quantity"):
        Resources(**wrong)


def test_an_environment_variable_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="given twice: A"):
        workload(env=(EnvVar(name="A", value="1"), EnvVar(name="A", value="2")))


def test_a_probe_without_a_path_opens_a_connection() -> None:
    assert container(workload(liveness=Probe(port=3000)))["livenessProbe"] == {
        "periodSeconds": 10,
        "tcpSocket": {"port": 3000},
    }


def test_every_object_has_the_namespace_and_the_recommended_labels() -> None:
    for resource in workload():
        if not resource.custom:
            continue
        metadata = resource.inputs["metadata"]
        assert metadata["namespace"] == "production", resource.name
        labels = metadata["labels"]
        assert labels["app.kubernetes.io/part-of"] == "bailbondpro", resource.name
        assert labels["app.kubernetes.io/managed-by"] == "pulumi", resource.name


def namespace(**changes: Any) -> Recording:  # noqa: ANN401 - any field of the args
    return record(lambda: Namespace("namespace", NamespaceArgs(name="production", **changes)))
