from __future__ import annotations

from typing import Any

import pytest

from components.cluster.operator_values import (
    GRAFANA_ACCOUNT,
    STORAGE_CLASS,
    ChartVersions,
    ClusterAutoscaler,
    LoadBalancerController,
    OperatorsArgs,
    PrometheusStack,
    placement_values,
)
from components.cluster.operators import KEDA, PROMETHEUS_STACK, Operators
from components.kubernetes.pods import Placement
from tests.support.recording import RecordedResource, Recording, record

RELEASE = "kubernetes:helm.sh/v3:Release"
STORAGE = "kubernetes:storage.k8s.io/v1:StorageClass"
EVERYTHING: dict[str, Any] = {
    "load_balancer_controller": LoadBalancerController(region="us-east-1", vpc_id="vpc-1"),
    "cluster_autoscaler": ClusterAutoscaler(region="us-east-1", cluster_version="1.35"),
    "keda": True,
    "vertical_pod_autoscaler": True,
    "prometheus_stack": PrometheusStack(
        region="us-east-1",
        grafana_password="grafana",  # noqa: S106 - test data
        alert_topic_arn="arn:topic",
    ),
}


def operators(**fields: Any) -> Recording:  # noqa: ANN401 - any field of the args
    args = OperatorsArgs(cluster_name="bailbondpro-prod", **fields)
    return record(lambda: Operators("operators", args))


def release(recording: Recording, chart: str) -> RecordedResource:
    return recording.one(RELEASE, f"operators-{chart}")


def values(chart: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of the args
    found: dict[str, Any] = release(operators(**{**EVERYTHING, **fields}), chart).inputs["values"]
    return found


def test_every_release_is_pinned_and_rolls_back_when_it_fails() -> None:
    releases = operators(**EVERYTHING).of_type(RELEASE)
    assert len(releases) == 5
    for item in releases:
        assert item.inputs["version"][0].isdigit(), item.name
        assert item.inputs["atomic"] is True, item.name
        assert item.inputs["repositoryOpts"]["repo"].startswith("https://"), item.name
        assert item.inputs["name"] == item.inputs["chart"], item.name


def test_nothing_is_installed_that_is_not_asked_for() -> None:
    assert [item for item in operators() if item.custom] == []
    assert [item.name for item in operators(keda=True).of_type(RELEASE)] == ["operators-keda"]


def test_chart_versions_can_be_moved_one_by_one() -> None:
    recording = operators(keda=True, versions=ChartVersions(keda="2.99.0"))
    assert release(recording, KEDA).inputs["version"] == "2.99.0"


def test_operators_live_outside_of_the_application_namespace() -> None:
    namespaces = {item.inputs["chart"]: item.inputs["namespace"] for item in operators(**EVERYTHING).of_type(RELEASE)}
    assert namespaces == {
        "aws-load-balancer-controller": "kube-system",
        "cluster-autoscaler": "kube-system",
        "keda": "keda",
        "vertical-pod-autoscaler": "kube-system",
        "kube-prometheus-stack": "monitoring",
    }


def test_the_load_balancer_controller_cannot_block_services_or_make_load_balancers_of_its_own() -> None:
    found = values("aws-load-balancer-controller")
    assert found["clusterName"] == "bailbondpro-prod"
    assert found["vpcId"] == "vpc-1"
    assert found["enableServiceMutatorWebhook"] is False
    assert found["createIngressClassResource"] is False
    assert found["serviceAccount"]["name"] == "aws-load-balancer-controller"


def test_the_cluster_autoscaler_has_the_clusters_minor_version() -> None:
    found = values("cluster-autoscaler")
    assert found["image"]["tag"] == "v1.35.0"
    assert found["autoDiscovery"] == {"clusterName": "bailbondpro-prod"}
    assert ClusterAutoscaler(region="r", cluster_version="1.36").image_tag == "v1.36.0"


@pytest.mark.parametrize(("nodes", "count"), [(0, 3), (2, 3), (9, 9)])
def test_the_nodes_of_one_lost_zone_never_stop_the_cluster_autoscaler(nodes: int, count: int) -> None:
    autoscaler = ClusterAutoscaler(region="us-east-1", cluster_version="1.35", nodes_of_a_zone=nodes)
    found = values("cluster-autoscaler", cluster_autoscaler=autoscaler)
    assert found["extraArgs"]["ok-total-unready-count"] == count
    assert found["extraArgs"]["max-node-provision-time"] == "300s"


def test_prometheus_reads_rules_and_monitors_of_every_namespace() -> None:
    spec = values(PROMETHEUS_STACK)["prometheus"]["prometheusSpec"]
    for kind in ("rule", "podMonitor", "serviceMonitor", "probe"):
        assert spec[f"{kind}SelectorNilUsesHelmValues"] is False


def test_prometheus_deletes_old_samples_before_its_volume_is_full() -> None:
    stack = PrometheusStack(region="us-east-1", grafana_password="g", storage_gib=100)  # noqa: S106 - test data
    spec = values(PROMETHEUS_STACK, prometheus_stack=stack)["prometheus"]["prometheusSpec"]
    claim = spec["storageSpec"]["volumeClaimTemplate"]["spec"]
    assert claim["resources"]["requests"]["storage"] == "100Gi"
    assert spec["retentionSize"] == "80GiB"


def test_the_volume_is_encrypted_and_its_class_exists_before_the_release() -> None:
    recording = operators(**EVERYTHING)
    storage = recording.one(STORAGE)
    assert storage.inputs["metadata"]["name"] == STORAGE_CLASS
    assert storage.inputs["parameters"] == {"type": "gp3", "encrypted": "true"}
    assert storage.urn in release(recording, PROMETHEUS_STACK).dependencies
    assert storage.urn not in release(recording, KEDA).dependencies


def test_a_managed_control_plane_is_not_scraped() -> None:
    found = values(PROMETHEUS_STACK)
    for part in ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy"):
        assert found[part] == {"enabled": False}


def test_alerts_that_matter_go_to_the_topic() -> None:
    config = values(PROMETHEUS_STACK)["alertmanager"]["config"]
    assert config["receivers"][1]["sns_configs"][0]["topic_arn"] == "arn:topic"
    assert config["route"]["routes"][1] == {"receiver": "topic", "matchers": ['severity =~ "critical|warning"']}
    assert config["route"]["routes"][0]["matchers"] == ['alertname = "Watchdog"']


def test_without_a_topic_alerts_stay_inside() -> None:
    stack = PrometheusStack(region="us-east-1", grafana_password="g")  # noqa: S106 - test data
    config = values(PROMETHEUS_STACK, prometheus_stack=stack)["alertmanager"]["config"]
    assert [receiver["name"] for receiver in config["receivers"]] == ["nobody"]


def test_dashboards_are_found_by_their_label() -> None:
    dashboards = values(PROMETHEUS_STACK)["grafana"]["sidecar"]["dashboards"]
    assert dashboards == {"label": "grafana_dashboard", "labelValue": "1", "searchNamespace": "ALL"}


def test_grafana_reads_cloudwatch_by_its_own_role_and_stores_no_key() -> None:
    grafana = values(PROMETHEUS_STACK)["grafana"]
    (source,) = grafana["additionalDataSources"]
    assert (source["type"], source["uid"]) == ("cloudwatch", "cloudwatch")
    assert source["jsonData"] == {"authType": "default", "defaultRegion": "us-east-1"}
    assert "secureJsonData" not in source
    assert grafana["serviceAccount"] == {"create": True, "name": GRAFANA_ACCOUNT}


def test_the_grafana_password_is_secret() -> None:
    assert "values" in release(operators(**EVERYTHING), PROMETHEUS_STACK).secret_inputs


@pytest.mark.parametrize("chart", ["aws-load-balancer-controller", "cluster-autoscaler", "keda"])
def test_operators_run_on_the_system_pool(chart: str) -> None:
    placement = Placement(label_key="pool", label_value="system", taint_key="CriticalAddonsOnly")
    found = values(chart, placement=placement)
    assert found["nodeSelector"] == {"pool": "system"}
    assert found["tolerations"] == [{"key": "CriticalAddonsOnly", "operator": "Exists"}]


def test_a_placement_anywhere_states_nothing() -> None:
    assert placement_values(Placement()) == {}


def test_a_development_cluster_runs_one_pod_of_each() -> None:
    assert values("aws-load-balancer-controller", high_availability=False)["replicaCount"] == 1
    assert values("keda")["operator"] == {"replicaCount": 2}
    assert values("vertical-pod-autoscaler", high_availability=False)["recommender"]["replicas"] == 1


def test_custom_resources_can_wait_for_one_release() -> None:
    def build() -> None:
        component = Operators("operators", OperatorsArgs(cluster_name="c", keda=True))
        assert len(component.after(KEDA, PROMETHEUS_STACK)) == 1
        assert component.after(PROMETHEUS_STACK) == []
        assert component.releases == component.after(KEDA)

    record(build)
