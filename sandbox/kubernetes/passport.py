"""Which cluster a rehearsal belongs to, and which objects in it the rehearsal made.

A kubeconfig file names a cluster by a context, and both may change between two runs. What a cluster is called is
therefore no proof: its passport is, taken at first use, kept beside the rehearsal's state, and compared before every
write.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from sandbox.cache import write_atomically
from sandbox.kubernetes.api import ApiError

if TYPE_CHECKING:
    from sandbox.kubernetes.api import KubernetesApi, Manifest
    from sandbox.workspace import SandboxWorkspace

SYSTEM_NAMESPACE = "/api/v1/namespaces/kube-system"
"""Every cluster has it from its first second to its last; its uid is the usual identity of a cluster (OpenTelemetry
semantic conventions, `k8s.cluster.uid`)."""
SYSTEM_SECONDS = 10.0
"""How long a server that has just started may take to make it."""
NODES_LOOKED_AT = 20
LOCAL_PROVIDERS = ("kind", "minikube")
"""Schemes of `spec.providerID` that tools for clusters on one machine give their nodes; a cloud's have its own."""
ANYWHERE = ("", "k3s")
"""Schemes of nodes that may stand anywhere: kubeadm gives none, and k3s runs in production, too."""
DESKTOPS = frozenset(("docker-desktop", "minikube", "orbstack", "colima", "lima-rancher-desktop", "podman"))
"""Names of the one node that a desktop tool runs in a virtual machine, whose kernel is not this machine's."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Of the running kernel (proc(5)); a kubelet reports it as `status.nodeInfo.bootID`, from inside a container, too."""
RECORD = "cluster.json"

AppliedBy = Literal["the sandbox", "the kubernetes plugin"]


class ForeignClusterError(Exception):
    """A cluster, or an object in it, is not the one that was rehearsed; the message says what, where and the way on."""


@dataclass(frozen=True, kw_only=True)
class Passport:
    """What identifies a cluster.

    Attributes:
        context: its name in the kubeconfig file, for people; not compared.
        server: the address of its API.
        authority: digest of the certificates that its API is checked against.
        uid: of the namespace `kube-system`.
    """

    context: str
    server: str
    authority: str
    uid: str

    def lines(self) -> str:
        """The passport for a message."""
        return f"server {self.server}, certificate authority {self.authority}, uid of kube-system {self.uid}"

    def same_cluster(self, other: Passport) -> bool:
        """Whether everything but the name is equal; a restored copy of a cluster has its uid at another address."""
        return (self.server, self.authority, self.uid) == (other.server, other.authority, other.uid)


def passport_of(api: KubernetesApi, *, own: bool = False) -> Passport:
    """The passport of the cluster behind an API.

    Args:
        api: the client.
        own: the API server is started by this program for the run: its port is a new one each time and is no part of
            its identity, its objects are.

    Raises:
        ForeignClusterError: it does not show the namespace `kube-system`.
        OSError: it does not answer.
    """
    endpoint = api.endpoint
    server, authority = ("started by this program", "its own") if own else (endpoint.url, endpoint.authority)
    return Passport(context=endpoint.context, server=server, authority=authority, uid=system_uid(api))


def system_uid(api: KubernetesApi) -> str:
    """The uid of the namespace `kube-system`.

    Raises:
        ForeignClusterError: the API does not show it.
        OSError: it does not answer.
    """
    until = time.monotonic() + SYSTEM_SECONDS
    while True:
        try:
            return str(api.get(SYSTEM_NAMESPACE)["metadata"]["uid"])
        except ApiError as error:
            if error.status == http.client.NOT_FOUND and time.monotonic() < until:
                time.sleep(0.1)
                continue
            raise ForeignClusterError(
                f"{api.endpoint.url}: the namespace kube-system, which says which cluster this is, cannot be read: "
                f"{error}\n  fix: let the user of this context `get` the namespace kube-system"
            ) from error


def not_local(api: KubernetesApi) -> str | None:
    """Why a cluster is not one of this machine, or None.

    A loopback address alone proves nothing: a tunnel ends at one, too. So the nodes are asked whose machines they are.
    """
    host = urlsplit(api.endpoint.url).hostname or ""
    if not _is_loopback(host):
        return f"{host} is no loopback address"
    try:
        nodes = api.get(f"/api/v1/nodes?limit={NODES_LOOKED_AT}").get("items") or []
    except ApiError as error:
        return f"its nodes, which would say whose machines they are, cannot be listed: {error}"
    for node in nodes:
        provider = str((node.get("spec") or {}).get("providerID") or "").partition(":")[0]
        name = node["metadata"]["name"]
        if provider in LOCAL_PROVIDERS:
            continue
        if provider not in ANYWHERE:
            return f"its node {name} is a machine of {provider}"
        if name not in DESKTOPS and not _runs_on_this_kernel(node):
            return f"nothing says that its node {name} runs on this machine"
    return None


def _runs_on_this_kernel(node: Manifest) -> bool:
    try:
        own = BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return False
    return bool(own) and ((node.get("status") or {}).get("nodeInfo") or {}).get("bootID") == own


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def admit(workspace: SandboxWorkspace, found: Passport, applied_by: AppliedBy, begin_anew: str) -> None:
    """Compare a cluster with the one that the rehearsal's state belongs to, or remember it at first use.

    Args:
        workspace: the rehearsal's files.
        found: the cluster that would be written to.
        applied_by: who would write.
        begin_anew: the command that starts over in this cluster.

    Raises:
        ForeignClusterError: the state belongs to another cluster, to none that is known, or was made another way.
    """
    kept = recorded(workspace)
    if kept is not None and kept[0].same_cluster(found) and kept[1] == applied_by:
        return
    if workspace.holds("kubernetes:"):
        raise ForeignClusterError(_refusal(workspace, kept, found, applied_by, begin_anew))
    document = {**asdict(found), "applied_by": applied_by}
    write_atomically(workspace.folder / RECORD, json.dumps(document, indent=1))


def _refusal(
    workspace: SandboxWorkspace,
    kept: tuple[Passport, str] | None,
    found: Passport,
    applied_by: str,
    begin_anew: str,
) -> str:
    way_on = f"or leave what is there, and begin anew here: {begin_anew}"
    where = f"the rehearsal of {workspace.stack} in {workspace.folder}"
    if kept is None:
        return (
            f"{where} has objects in a cluster, and nothing says in which; nothing was written or deleted\n"
            f"  fix: delete by hand what it made, {way_on}"
        )
    if kept[0].same_cluster(found):
        return (
            f"{where} was begun with {kept[1]} as the one who applies objects, now it would be {applied_by}; "
            "nothing was written or deleted\n"
            f"  fix: put pulumi-resource-kubernetes on PATH as it was, or take it away; {way_on}"
        )
    name = kept[0].context or "?"
    return (
        f"{where} belongs to another cluster than context {found.context} leads to; nothing was written or deleted\n"
        f"  rehearsed: context {name}, {kept[0].lines()}\n"
        f"  now:       context {found.context}, {found.lines()}\n"
        f"  fix: name the cluster that was rehearsed: --cluster {name}; {way_on}"
    )


def recorded(workspace: SandboxWorkspace) -> tuple[Passport, str] | None:
    """The cluster that a rehearsal belongs to and who applies its objects; None where none was kept."""
    try:
        document = json.loads((workspace.folder / RECORD).read_text(encoding="utf-8"))
        applied_by = str(document.pop("applied_by"))
        return Passport(**document), applied_by
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


@dataclass(frozen=True)
class Made:
    """The uids of the objects that rehearsals made in a cluster; an object of another uid is somebody else's.

    Kept beside the state and not in it: a state that was lost or forgotten leaves its objects in the cluster.
    """

    path: Path

    def add(self, uids: list[str]) -> None:
        """Remember objects."""
        known = self.all()
        if new := [uid for uid in dict.fromkeys(uids) if uid and uid not in known]:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write("".join(f"{uid}\n" for uid in new))

    def all(self) -> frozenset[str]:
        """Every uid that is known."""
        try:
            return frozenset(self.path.read_text(encoding="utf-8", errors="replace").split())
        except FileNotFoundError:
            return frozenset()
