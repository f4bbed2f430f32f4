"""A real Kubernetes API for a rehearsal: one that is started here, or a cluster of the user's."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.console import note
from sandbox.kubernetes import plugin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from plan import PlannedResource
    from sandbox.kubernetes.api import KubernetesApi, Manifest
    from sandbox.kubernetes.cluster import KubernetesCluster
    from sandbox.kubernetes.helm_ownership import Owner
    from sandbox.kubernetes.passport import Made
    from sandbox.session import Recorded, Session
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


@dataclass(frozen=True)
class Target:
    """Where a rehearsal's Kubernetes objects go.

    Attributes:
        api_server: to a kube-apiserver that is started for the run.
        kubeconfig: to the cluster of this file instead.
        context: the file's context, by name; None for its current one, which must lead to a cluster of this machine.
        update: whether anything will be made there; a preview and a deletion need no definitions.
    """

    api_server: bool = False
    kubeconfig: Path | None = None
    context: str | None = None
    update: bool = True

    @property
    def plugin(self) -> str | None:
        """The real kubernetes plugin that applies the objects; None where the sandbox does it itself."""
        return plugin.found() if self.kubeconfig is not None else None


def reached(target: Target) -> KubernetesApi | None:
    """The API of the user's cluster, once it is certain that the user means it; None where none is asked for.

    Nothing is written.

    Raises:
        KubeconfigError: the file leads to no cluster.
        ForeignClusterError: it is no cluster of this machine, and it was not asked for by name.
    """
    if target.kubeconfig is None:
        return None
    from sandbox.kubernetes.api import KubernetesApi  # noqa: PLC0415 - as above
    from sandbox.kubernetes.kubeconfig import KubeconfigError, endpoint  # noqa: PLC0415 - most rehearsals need none of it
    from sandbox.kubernetes.passport import ForeignClusterError, not_local  # noqa: PLC0415 - as above

    api = KubernetesApi(endpoint(target.kubeconfig, target.context))
    try:
        reason = not_local(api) if target.context is None else None
    except OSError as error:
        raise KubeconfigError(
            f"{target.kubeconfig}: nothing answers at {api.endpoint.url}, where context {api.endpoint.context} leads: "
            f"{error.strerror or error}"
        ) from error
    if reason is not None:
        raise ForeignClusterError(
            f"{target.kubeconfig}: context {api.endpoint.context} leads to {api.endpoint.url}, which is no cluster of "
            f"this machine: {reason}; nothing was written or deleted\n"
            f"  fix: if you mean it, name it: --cluster {api.endpoint.context}; else choose another context: "
            "kubectl config use-context NAME"
        )
    return api


@contextmanager
def opened(
    workspace: SandboxWorkspace, target: Target, api: KubernetesApi | None
) -> Iterator[KubernetesCluster | None]:
    """The cluster that a rehearsal applies to; None where Kubernetes is simulated, too.

    Args:
        workspace: the rehearsal's files; a started API server keeps its objects there.
        target: where the objects go. Definitions of custom resources that a cluster of the user's lacks are installed
            for an update, unless the real plugin installs the charts that bring them.
        api: what `reached` gave.

    Raises:
        GoError: a kube-apiserver could not be built.
        ApiServerError: it did not start.
        ForeignClusterError: the rehearsal belongs to another cluster.
        ApiError: the cluster refuses.
    """
    if not target.api_server and api is None:
        yield None
        return
    from sandbox.kubernetes.api_server import ApiServer, install_definitions  # noqa: PLC0415 - most rehearsals need none of it
    from sandbox.kubernetes.cluster import KubernetesCluster  # noqa: PLC0415 - as above
    from sandbox.kubernetes.passport import Made, admit, passport_of  # noqa: PLC0415 - as above
    from sandbox.kubernetes.tools import definitions  # noqa: PLC0415 - as above

    if api is None:
        with ApiServer(workspace.folder / "api-server", note) as server:
            passport = passport_of(server.api, own=True)
            admit(workspace, passport, "the sandbox", _anew(workspace, target))
            made = Made(workspace.folder / "api-server" / "made")
            yield KubernetesCluster(server.api, has_controllers=False, passport=passport, made=made)
        return
    plugin = target.plugin
    passport = passport_of(api)
    admit(workspace, passport, "the kubernetes plugin" if plugin else "the sandbox", _anew(workspace, target))
    note(f"the real plugin {plugin} applies the objects" if plugin else "the sandbox applies the objects itself")
    note(f"objects go to {api.endpoint.url}, Kubernetes {api.get('/version')['gitVersion']}")
    cluster = KubernetesCluster(api, has_controllers=True, passport=passport, made=_made(workspace))
    # The real plugin installs the charts, and they bring their definitions: Helm refuses those that it does not own.
    wanted = definitions(note) if target.update else []
    for reason in refused_by_helm(api, wanted) if plugin else ():
        note(f"Helm will not take over {reason}; delete it, or label it as Helm asks, if the stack installs its chart")
    missing = [] if plugin else [item for item in wanted if api.read(item) is None]
    if missing:
        note(f"installing {len(missing)} definitions of custom resources that this cluster lacks")
        cluster.check()
        install_definitions(api, [as_of_its_chart(item) for item in missing])
    yield cluster


TEMPLATED = ("keda.sh", "autoscaling.k8s.io")
"""Groups whose charts have their definitions among the templates: Helm refuses to find them there, unless they are its
own. kube-prometheus-stack and aws-load-balancer-controller have theirs in `crds/`, where Helm skips what is there."""


def refused_by_helm(api: KubernetesApi, wanted: list[Manifest]) -> list[str]:
    """The definitions in a cluster that the program's charts would not take over, each with the reason.

    Raises:
        ApiError: the cluster refuses to show one.
    """
    from sandbox.kubernetes.helm_ownership import refusal  # noqa: PLC0415 - as above

    templated = [item for item in wanted if item["spec"]["group"] in TEMPLATED]
    live = [(found, _owner(item)) for item in templated if (found := api.read(item)) is not None]
    return [reason for found, owner in live if (reason := refusal(found, owner)) is not None]


def as_of_its_chart(definition: Manifest) -> Manifest:
    """A definition that the program's release of its chart can take over later."""
    from sandbox.kubernetes.helm_ownership import owned  # noqa: PLC0415 - as above

    return owned(definition, _owner(definition))


def _owner(definition: Manifest) -> Owner:
    """The program's release of the chart that brings a definition."""
    from components.cluster import operators  # noqa: PLC0415 - as above
    from components.cluster.operator_values import KEDA_NAMESPACE, KUBE_SYSTEM, MONITORING_NAMESPACE  # noqa: PLC0415 - as above
    from sandbox.kubernetes.helm_ownership import Owner  # noqa: PLC0415 - as above

    owners = {
        "keda.sh": Owner(operators.KEDA, KEDA_NAMESPACE),
        "autoscaling.k8s.io": Owner(operators.VERTICAL_POD_AUTOSCALER, KUBE_SYSTEM),
        "monitoring.coreos.com": Owner(operators.PROMETHEUS_STACK, MONITORING_NAMESPACE),
        "elbv2.k8s.aws": Owner(operators.LOAD_BALANCER_CONTROLLER, KUBE_SYSTEM),
    }
    return owners[definition["spec"]["group"]]


def _made(workspace: SandboxWorkspace) -> Made:
    from sandbox.kubernetes.passport import Made  # noqa: PLC0415 - as above

    return Made(workspace.folder.parent / f"{workspace.folder.name}.made")


def _anew(workspace: SandboxWorkspace, target: Target) -> str:
    way = "--api-server" if target.kubeconfig is None else f"--kubeconfig {target.kubeconfig}"
    return f"./bbp rehearse {workspace.stack} {way} --fresh"


def same_way(cluster: KubernetesCluster | None, kubeconfig: Path) -> None:
    """Make sure that the plugin's copy of a kubeconfig file leads where the checks were made.

    The file was read for the checks and again for the copy: somebody may have switched its context between the two.

    Raises:
        ForeignClusterError: it leads elsewhere.
        KubeconfigError: it leads nowhere any more.
    """
    if cluster is None or cluster.passport is None:
        return
    from sandbox.kubernetes.api import KubernetesApi  # noqa: PLC0415 - as above
    from sandbox.kubernetes.kubeconfig import endpoint  # noqa: PLC0415 - as above
    from sandbox.kubernetes.passport import ForeignClusterError, passport_of  # noqa: PLC0415 - as above

    found = passport_of(KubernetesApi(endpoint(kubeconfig)))
    if not cluster.passport.same_cluster(found):
        raise ForeignClusterError(
            f"the kubeconfig file was changed while the rehearsal began; nothing was written or deleted\n"
            f"  checked: context {cluster.passport.context}, {cluster.passport.lines()}\n"
            f"  now:     context {found.context}, {found.lines()}\n"
            "  fix: run it again, and leave the file alone meanwhile"
        )


def refuse_foreign(session: Session, planned: Iterable[PlannedResource] = ()) -> None:
    """Stop before anything is changed, where the cluster has objects of the stack's names that no rehearsal made.

    Args:
        session: the rehearsal.
        planned: what its preview says.

    Raises:
        ForeignClusterError: there are such objects; all of them are in it.
        ApiError: the cluster refuses to show one.
    """
    if session.cluster is None:
        return
    from sandbox.kubernetes.passport import ForeignClusterError  # noqa: PLC0415 - as above

    if found := foreign_objects(session.cluster, session.resources(), planned):
        lines = "\n".join(f"  {line}" for line in found)
        raise ForeignClusterError(f"nothing was changed:\n{lines}")


@contextmanager
def remembered(session: Session) -> Iterator[None]:
    """Remember which objects were made, whatever becomes of the run: the real plugin tells nobody but the state."""
    from pulumi.automation import CommandError  # noqa: PLC0415 - as above

    from sandbox.session import InterruptedRunError  # noqa: PLC0415 - as above

    try:
        yield
    finally:
        if session.cluster is not None and session.cluster.made is not None:
            with suppress(CommandError, InterruptedRunError):  # what happened is being reported already
                session.cluster.made.add([item.uid for item in session.resources() if item.uid])


def foreign_objects(
    cluster: KubernetesCluster, recorded: Iterable[Recorded], planned: Iterable[PlannedResource] = ()
) -> list[str]:
    """Objects in the cluster that a change would touch and that no rehearsal made, a sentence for each.

    Looked at before anything is changed, and whoever will change it: the real plugin takes over whatever has an
    object's name.

    Args:
        cluster: where the objects are.
        recorded: what the state has: all of it would be changed or deleted.
        planned: what a preview says: what it creates must not be there yet.

    Raises:
        ApiError: the cluster refuses to show one.
        ForeignClusterError: this is another cluster than at the beginning.
    """
    from sandbox.kubernetes.cluster import identified, is_object, sent  # noqa: PLC0415 - as above

    cluster.check()
    targets = [(identified(item.type, item.id), item.uid) for item in recorded if is_object(item.type)]
    for item in planned:
        if item.op == "create" and is_object(item.type):
            metadata = sent(item.inputs).get("metadata") or {}
            if isinstance(metadata.get("name"), str):
                identity = "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))
                targets.append((identified(item.type, identity), ""))
    found = []
    for target, uid in targets:
        live = cluster.api.read(target)
        if live is not None and (reason := cluster.foreign(live, uid)) is not None:
            found.append(reason)
    return found


def report(cluster: KubernetesCluster, resources: Iterable[Recorded]) -> ClusterReport:
    """Count the stack's objects in the cluster.

    Args:
        cluster: where they should be.
        resources: every resource of the stack.

    Raises:
        ApiError: the cluster refuses.
    """
    from sandbox.kubernetes.cluster import identified, is_object  # noqa: PLC0415 - as above

    counted: Counter[str] = Counter()
    missing = []
    for item in resources:
        if is_object(item.type):
            target = identified(item.type, item.id)
            if cluster.api.read(target) is None:
                missing.append(f"{target['kind']} {item.id}")
            else:
                counted[target["kind"]] += 1
    version = str(cluster.api.get("/version")["gitVersion"]).removeprefix("v")
    return ClusterReport(version, dict(sorted(counted.items())), tuple(sorted(missing)))
