"""A real Kubernetes API for a rehearsal: one that is started here, or a cluster of the user's."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.console import note
from sandbox import kubernetes_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sandbox.kubernetes_cluster import KubernetesCluster
    from sandbox.workspace import SandboxWorkspace


@dataclass(frozen=True)
class ClusterReport:
    """What the Kubernetes API holds after a rehearsal.

    Attributes:
        version: of the API server.
        objects: how many objects of the stack it holds, by kind.
        missing: objects that the stack has and the API does not.
    """

    version: str
    objects: dict[str, int]
    missing: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The machine-readable report."""
        return {"version": self.version, "objects": self.objects, "missing": list(self.missing)}


@contextmanager
def opened(
    workspace: SandboxWorkspace, *, api_server: bool, kubeconfig: Path | None
) -> Iterator[KubernetesCluster | None]:
    """The cluster that a rehearsal applies to; None where Kubernetes is simulated, too.

    Args:
        workspace: the rehearsal's files; a started API server keeps its objects there.
        api_server: start a kube-apiserver.
        kubeconfig: use the cluster of this file's current context; definitions of custom resources that it lacks are
            installed.

    Raises:
        GoError: a kube-apiserver could not be built.
        ApiServerError: it did not start.
        KubeconfigError: the file leads to no cluster.
        ApiError: the cluster refuses.
    """
    if not api_server and kubeconfig is None:
        yield None
        return
    from sandbox.api_server import ApiServer, install_definitions  # noqa: PLC0415 - most rehearsals need none of it
    from sandbox.kube_tools import definitions  # noqa: PLC0415 - as above
    from sandbox.kubeconfig import endpoint  # noqa: PLC0415 - as above
    from sandbox.kubernetes_api import KubernetesApi  # noqa: PLC0415 - as above
    from sandbox.kubernetes_cluster import KubernetesCluster  # noqa: PLC0415 - as above

    if kubeconfig is None:
        with ApiServer(workspace.folder / "api-server", note) as server:
            yield KubernetesCluster(server.api, has_controllers=False)
        return
    api = KubernetesApi(endpoint(kubeconfig))
    plugin = kubernetes_plugin.found()
    note(f"the real plugin {plugin} applies the objects" if plugin else "the sandbox applies the objects itself")
    note(f"objects go to {api.endpoint.url}, Kubernetes {api.get('/version')['gitVersion']}")
    missing = [item for item in definitions(note) if api.read(item) is None]
    if missing:
        note(f"installing {len(missing)} definitions of custom resources that this cluster lacks")
        install_definitions(api, missing)
    yield KubernetesCluster(api, has_controllers=True)


def report(cluster: KubernetesCluster, resources: Iterable[tuple[str, str]]) -> ClusterReport:
    """Count the stack's objects in the cluster.

    Args:
        cluster: where they should be.
        resources: type and id of every resource of the stack.

    Raises:
        ApiError: the cluster refuses.
    """
    from sandbox.kubernetes_cluster import identified, is_object  # noqa: PLC0415 - as above

    counted: Counter[str] = Counter()
    missing = []
    for token, identity in resources:
        if is_object(token):
            target = identified(token, identity)
            if cluster.api.read(target) is None:
                missing.append(f"{target['kind']} {identity}")
            else:
                counted[target["kind"]] += 1
    version = str(cluster.api.get("/version")["gitVersion"]).removeprefix("v")
    return ClusterReport(version, dict(sorted(counted.items())), tuple(sorted(missing)))
