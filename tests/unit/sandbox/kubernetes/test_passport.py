"""Which cluster a rehearsal belongs to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ops.rehearsal.cluster import same_way
from sandbox.kubernetes.api import ApiError, Endpoint, KubernetesApi
from sandbox.kubernetes.cluster import KubernetesCluster
from sandbox.kubernetes.kubeconfig import endpoint, one_context
from sandbox.kubernetes.passport import ForeignClusterError, Made, Passport, admit, not_local, passport_of, recorded
from sandbox.kubernetes.plugin import without_proxy
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from pathlib import Path

KIND = Passport(context="kind", server="https://127.0.0.1:6443", authority="sha256:aa", uid="1")


class Nodes:
    """An API with nodes of these providers; None refuses to list them."""

    def __init__(self, url: str, providers: list[str] | None, name: str = "n", boot: str = "") -> None:
        self.endpoint = Endpoint(url=url)
        self.providers = providers
        self.node = {"metadata": {"name": name}, "status": {"nodeInfo": {"bootID": boot}}}

    def get(self, _path: str) -> dict[str, Any]:
        if self.providers is None:
            raise ApiError(403, "nodes is forbidden")
        return {"items": [{**self.node, "spec": {"providerID": each}} for each in self.providers]}


@pytest.mark.parametrize("url", ["https://127.0.0.1:6443", "https://[::1]:6443", "http://localhost:8001"])
@pytest.mark.parametrize("providers", [[], ["kind://docker/kind/kind-control-plane", "minikube://a"]])
def test_a_loopback_address_without_machines_of_a_cloud_is_local(url: str, providers: list[str]) -> None:
    assert not_local(Nodes(url, providers)) is None  # type: ignore[arg-type]  # a double


@pytest.mark.parametrize(
    ("url", "providers", "reason"),
    [
        ("https://ABC.gr7.us-east-1.eks.amazonaws.com", [], "is no loopback address"),
        ("https://10.0.0.7:6443", [], "10.0.0.7 is no loopback address"),
        ("https://localhost.example.com", [], "is no loopback address"),
        ("https://127.0.0.1:6443", ["kind://a", "aws:///us-east-1a/i-1"], "is a machine of aws"),
        ("https://127.0.0.1:6443", [""], "nothing says that its node n runs on this machine"),
        ("https://127.0.0.1:6443", ["k3s://a"], "nothing says that its node n runs on this machine"),
        ("https://127.0.0.1:6443", None, "cannot be listed"),
    ],
)
def test_any_other_cluster_is_not_local(url: str, providers: list[str] | None, reason: str) -> None:
    assert reason in (not_local(Nodes(url, providers)) or "")  # type: ignore[arg-type]  # a double


@pytest.mark.parametrize("provider", ["", "k3s://a"])
def test_a_node_of_no_cloud_is_local_under_a_desktops_name_or_on_this_kernel_only(
    provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = tmp_path / "boot_id"
    monkeypatch.setattr("sandbox.kubernetes.passport.BOOT_ID", boot)
    url = "https://127.0.0.1:6443"
    assert not_local(Nodes(url, [provider], boot="abc")) is not None  # type: ignore[arg-type]  # a double
    boot.write_text("abc\n")
    assert not_local(Nodes(url, [provider], boot="abc")) is None  # type: ignore[arg-type]  # a double
    assert not_local(Nodes(url, [provider], boot="def")) is not None  # type: ignore[arg-type]  # a double
    assert not_local(Nodes(url, [provider], name="docker-desktop")) is None  # type: ignore[arg-type]  # a double
    boot.write_text("")
    assert not_local(Nodes(url, [provider])) is not None  # type: ignore[arg-type]  # a double


@pytest.fixture
def workspace(tmp_path: Path) -> SandboxWorkspace:
    (tmp_path / "Pulumi.yaml").write_text("name: acme\nruntime: python\n")
    found = SandboxWorkspace(tmp_path, "dev", "kubeconfig-1")
    found.folder.mkdir(parents=True)
    return found


def with_state(workspace: SandboxWorkspace, *types: str) -> None:
    """An engine's state with resources of these types."""
    path = workspace.backend / ".pulumi" / "stacks" / "acme" / "dev.json"
    path.parent.mkdir(parents=True)
    resources = [{"type": token, "id": "x"} for token in types]
    path.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))


def refused(workspace: SandboxWorkspace, found: Passport) -> str:
    with pytest.raises(ForeignClusterError) as raised:
        admit(workspace, found, "the sandbox", "./bbp again --fresh")
    return str(raised.value)


def test_the_first_cluster_is_remembered_and_admitted_again(workspace: SandboxWorkspace) -> None:
    admit(workspace, KIND, "the sandbox", "")
    with_state(workspace, "kubernetes:core/v1:Secret")
    admit(workspace, KIND, "the sandbox", "")
    renamed = Passport(context="other", server=KIND.server, authority=KIND.authority, uid=KIND.uid)
    admit(workspace, renamed, "the sandbox", "")
    assert recorded(workspace) == (KIND, "the sandbox")


@pytest.mark.parametrize(
    "changed",
    [
        Passport(context="kind", server="https://10.0.0.1", authority="sha256:aa", uid="1"),
        Passport(context="kind", server="https://127.0.0.1:6443", authority="sha256:bb", uid="1"),
        Passport(context="kind", server="https://127.0.0.1:6443", authority="sha256:aa", uid="2"),
    ],
)
def test_a_cluster_that_differs_in_anything_but_its_name_is_refused_with_both_shown(
    workspace: SandboxWorkspace, changed: Passport
) -> None:
    admit(workspace, KIND, "the sandbox", "")
    with_state(workspace, "kubernetes:core/v1:Secret")
    told = refused(workspace, changed)
    assert KIND.lines() in told
    assert changed.lines() in told
    assert "--cluster kind" in told
    assert "./bbp again --fresh" in told


def test_an_emptied_rehearsal_may_move_to_another_cluster(workspace: SandboxWorkspace) -> None:
    admit(workspace, KIND, "the sandbox", "")
    with_state(workspace, "pulumi:pulumi:Stack")
    other = Passport(context="b", server="https://10.0.0.1", authority="sha256:bb", uid="2")
    admit(workspace, other, "the sandbox", "")
    assert recorded(workspace) == (other, "the sandbox")


def test_a_damaged_state_and_a_damaged_passport_are_trusted_with_nothing(workspace: SandboxWorkspace) -> None:
    (workspace.folder / "cluster.json").write_text("[")
    assert recorded(workspace) is None
    path = workspace.backend / ".pulumi" / "stacks" / "acme" / "dev.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    assert "nothing says in which" in refused(workspace, KIND)


class Holds:
    """An API that holds one object and writes down what is done to it."""

    def __init__(self, uid: str) -> None:
        self.live: dict[str, Any] | None = {"kind": "Secret", "metadata": {"name": "a", "uid": uid}}
        self.done: list[str] = []

    def read(self, _manifest: dict[str, Any]) -> dict[str, Any] | None:
        return self.live

    def delete(self, _manifest: dict[str, Any], *, uid: str) -> None:
        self.done.append(f"delete {uid}")
        self.live = None

    def apply(self, manifest: dict[str, Any], *, force: bool) -> Any:  # noqa: ANN401 - an Applied
        self.done.append(f"apply {manifest['metadata'].get('uid')} {force}")
        return type("Applied", (), {"live": self.live})

    def merge(self, _manifest: dict[str, Any], _change: dict[str, Any]) -> None:
        self.done.append("merge")


SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}}


def cluster(api: Holds, made: Made | None = None) -> KubernetesCluster:
    return KubernetesCluster(api, has_controllers=True, made=made)  # type: ignore[arg-type]  # a double


def test_an_object_is_touched_only_under_the_uid_that_was_recorded() -> None:
    api = Holds("ours")
    cluster(api).apply(SECRET, "ours")
    cluster(api).change(SECRET, "ours", {})
    cluster(api).delete(SECRET, "ours")
    cluster(api).delete(SECRET, "ours")
    assert api.done == ["apply ours False", "merge", "delete ours"]


@pytest.mark.parametrize("uid", ["ours", ""])
def test_an_object_with_another_uid_is_left_alone(uid: str) -> None:
    api = Holds("theirs")
    for act in (
        lambda: cluster(api).apply(SECRET, uid),
        lambda: cluster(api).change(SECRET, uid, {}),
        lambda: cluster(api).delete(SECRET, uid),
    ):
        with pytest.raises(ForeignClusterError, match="Secret a in the cluster belongs to somebody else"):
            act()
    assert api.done == []
    if uid:
        assert cluster(api).look(SECRET, uid) is None, "ours is gone"


def test_what_a_rehearsal_made_is_known_after_its_state_is_lost(tmp_path: Path) -> None:
    made = Made(tmp_path / "dev.made")
    assert made.all() == frozenset()
    made.add(["ours", "", "ours"])
    made.add(["ours", "more"])
    assert made.all() == {"ours", "more"}
    assert (tmp_path / "dev.made").read_text() == "ours\nmore\n"
    api = Holds("ours")
    cluster(api, made).apply(SECRET)
    assert api.done == ["apply ours False"]


def test_one_context_of_a_file_works_from_any_folder_and_leads_to_the_same_cluster(tmp_path: Path) -> None:
    user = {"exec": {"command": "./login", "args": ["a"]}, "client-key": "key.pem"}
    document = {
        "current-context": "b",
        "contexts": [{"name": "a", "context": {"cluster": "x", "user": "me"}}, {"name": "b", "context": {}}],
        "clusters": [{"name": "x", "cluster": {"server": "https://10.0.0.1", "certificate-authority": "ca.pem"}}],
        "users": [{"name": "me", "user": user}],
    }
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(document))
    found = one_context(path, "a")
    assert found["current-context"] == "a"
    assert found["clusters"] == [
        {"name": "a", "cluster": {"server": "https://10.0.0.1", "certificate-authority": str(tmp_path / "ca.pem")}}
    ]
    assert found["users"][0]["user"]["exec"]["command"] == str(tmp_path / "login")
    assert found["users"][0]["user"]["client-key"] == str(tmp_path / "key.pem")


def test_a_cluster_is_known_by_the_certificates_that_it_is_checked_against(tmp_path: Path) -> None:
    def authority(cluster_fields: dict[str, Any]) -> str:
        document = {
            "current-context": "a",
            "contexts": [{"name": "a", "context": {"cluster": "a"}}],
            "clusters": [{"name": "a", "cluster": cluster_fields}],
        }
        path = tmp_path / "kubeconfig"
        path.write_text(yaml.safe_dump(document))
        return endpoint(path).authority

    assert authority({"server": "https://a"}) == "this machine's"
    assert authority({"server": "https://a", "insecure-skip-tls-verify": True}) == "none (insecure-skip-tls-verify)"
    assert authority({"server": "http://a"}) == "none (plain http)"


def test_a_plugin_reaches_its_cluster_as_the_checks_did_and_not_through_a_proxy() -> None:
    told = without_proxy({"no_proxy": "localhost", "HTTPS_PROXY": "http://p"}, "https://eks.example:443/a")
    assert told == {"NO_PROXY": "localhost,eks.example", "no_proxy": "localhost,eks.example"}


def test_a_file_that_was_switched_before_the_plugins_copy_was_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contexts = [{"name": name, "context": {"cluster": name}} for name in ("kind", "live")]
    clusters = [{"name": name, "cluster": {"server": f"http://{name}.example"}} for name in ("kind", "live")]
    copies = {name: tmp_path / name for name in ("kind", "live")}
    for name, path in copies.items():
        path.write_text(yaml.safe_dump({"current-context": name, "contexts": contexts, "clusters": clusters}))
    monkeypatch.setattr("sandbox.kubernetes.passport.system_uid", lambda _api: "1")
    checked = passport_of(KubernetesApi(endpoint(copies["kind"])))
    rehearsed = KubernetesCluster(KubernetesApi(endpoint(copies["kind"])), has_controllers=True, passport=checked)
    same_way(rehearsed, copies["kind"])
    with pytest.raises(ForeignClusterError, match="was changed while the rehearsal began") as raised:
        same_way(rehearsed, copies["live"])
    assert "http://live.example" in str(raised.value)


def test_nothing_of_helms_own_settings_reaches_the_engine(
    workspace: SandboxWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELM_KUBEAPISERVER", "https://live.example")
    assert "HELM_KUBEAPISERVER" not in workspace.environment("", checkpoints=True)
