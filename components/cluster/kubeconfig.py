"""The kubeconfig of an EKS cluster: pure text, stable, without secrets."""

from __future__ import annotations

import json

from ..security.iam import Arn


def kubeconfig(cluster_arn: str, cluster_name: str, endpoint: str, certificate_authority_data: str) -> str:
    """A kubeconfig as JSON whose user runs `aws eks get-token`: the same text every time, and nothing secret in it.

    Args:
        cluster_arn: tells the region.
        cluster_name: the cluster.
        endpoint: URL of the API server.
        certificate_authority_data: base64 of the certificate that it presents.
    """
    region = Arn.parse(cluster_arn).region
    login = ["eks", "get-token", "--cluster-name", cluster_name, "--region", region, "--output", "json"]
    user = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "args": login,
        "command": "aws",
        "interactiveMode": "Never",
        "provideClusterInfo": False,
    }
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": cluster_name,
                "cluster": {"server": endpoint, "certificate-authority-data": certificate_authority_data},
            }
        ],
        "users": [{"name": cluster_name, "user": {"exec": user}}],
        "contexts": [{"name": cluster_name, "context": {"cluster": cluster_name, "user": cluster_name}}],
        "current-context": cluster_name,
    }
    return json.dumps(document, sort_keys=True)
