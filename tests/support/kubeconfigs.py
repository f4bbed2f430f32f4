"""Kubeconfig files that lead to API servers of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.kubernetes.api_server import ApiServer


def write_kubeconfig(path: Path, current: str, servers: dict[str, ApiServer]) -> Path:
    """A file with a context for each server, of which one is the current one."""
    contexts: list[dict[str, Any]] = []
    clusters: list[dict[str, Any]] = []
    users: list[dict[str, Any]] = []
    for name, server in servers.items():
        endpoint = server.api.endpoint
        authority = str(server.folder / "certificates" / "apiserver.crt")
        contexts.append({"name": name, "context": {"cluster": name, "user": name}})
        clusters.append({"name": name, "cluster": {"server": endpoint.url, "certificate-authority": authority}})
        users.append({"name": name, "user": {"token": endpoint.token}})
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "contexts": contexts,
        "clusters": clusters,
        "users": users,
    }
    path.write_text(yaml.safe_dump(document))
    return path
