"""What a role that only reads may do in a real kube-apiserver, which authorizes a dry run like the real request."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.support.manifests import manifests
from tests.support.stack import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.kubernetes.api import KubernetesApi
    from sandbox.kubernetes.api_server import ApiServer

READS, WRITES = ("get", "list", "watch"), ("create", "patch", "update", "delete", "deletecollection")
VIEWER = "preview"
ROLE = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRole",
    "metadata": {"name": "reads-everything"},
    "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": list(READS)}],
}
"""The rules of AmazonEKSAdminViewPolicy (EKS User Guide, Review access policy permissions)."""
BINDING = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": "reads-everything"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "reads-everything"},
    "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": VIEWER}],
}


@pytest.fixture
def api(api_server: ApiServer) -> Iterator[KubernetesApi]:
    api_server.api.apply(ROLE)
    api_server.api.apply(BINDING)
    yield api_server.api
    api_server.api.delete(BINDING)
    api_server.api.delete(ROLE)


def may(api: KubernetesApi, verb: str, group: str, resource: str) -> bool:
    """The API server's own answer for the viewer, in every namespace."""
    attributes = {"verb": verb, "group": group, "resource": resource, "version": "*"}
    review: dict[str, Any] = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": VIEWER, "groups": ["system:authenticated"], "resourceAttributes": attributes},
    }
    status, _, answer = api._send("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    assert status == 201, answer
    return bool(answer["status"]["allowed"])


def as_viewer(server: ApiServer, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, str]:
    """Status and text of a request that an administrator makes in the viewer's name (impersonation)."""
    endpoint = server.api.endpoint
    headers = {"Authorization": f"Bearer {endpoint.token}", "Impersonate-User": VIEWER}
    headers |= {"Content-Type": "application/apply-patch+yaml"} if body is not None else {}
    address = urlsplit(endpoint.url)
    connection = http.client.HTTPSConnection(address.hostname or "", address.port, context=endpoint.tls, timeout=30)
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def plural(kind: str) -> str:
    return "networkpolicies" if kind == "NetworkPolicy" else f"{kind.lower()}{'es' if kind.endswith('s') else 's'}"


def test_a_viewer_reads_every_kind_of_the_stack_and_changes_none(api: KubernetesApi) -> None:
    kinds = {(item["apiVersion"], item["kind"]) for item in manifests(recorded("prod", "microservices"))}
    kinds |= {("v1", "Pod"), ("v1", "Event"), ("apps/v1", "ReplicaSet"), ("discovery.k8s.io/v1", "EndpointSlice")}
    assert len(kinds) > 12
    for version, kind in kinds:
        group = version.partition("/")[0] if "/" in version else ""
        assert all(may(api, verb, group, plural(kind)) for verb in READS), kind
        assert not any(may(api, verb, group, plural(kind)) for verb in WRITES), kind


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("query", ["", "&dryRun=All"])
def test_a_dry_run_is_authorized_like_the_real_request(api_server: ApiServer, query: str) -> None:
    shown = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shown", "namespace": "default"}}
    path = f"/api/v1/namespaces/default/configmaps/shown?fieldManager=preview&force=true{query}"
    status, answer = as_viewer(api_server, "PATCH", path, shown)
    assert status == 403
    assert 'cannot patch resource "configmaps"' in json.loads(answer)["message"]
    status, _ = as_viewer(api_server, "GET", "/api/v1/namespaces/default/configmaps", None)
    assert status == 200
