"""Nothing is written or deleted in a cluster, or to an object, that was not rehearsed."""

from __future__ import annotations

import gc
import json
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.destroy import destroy
from ops.rehearsal.cluster import refuse_foreign
from ops.rehearsal.session import RehearseOptions, open_session
from sandbox.kubernetes.api_server import ApiServer
from sandbox.kubernetes.passport import ForeignClusterError
from sandbox.session import EngineError
from tests.support.cli import Cli
from tests.support.kubeconfigs import write_kubeconfig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plan import Plan
    from sandbox.kubernetes.api import KubernetesApi

HOME: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "home", "namespace": "default"}}
SETTINGS: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings", "namespace": "default"},
}
pytestmark = [
    # an update that fails leaves the SDK's program coroutine behind: its clean-up finds no event loop and says so
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def other_server(api_server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:  # noqa: ARG001 - builds it, or skips
    """A second cluster."""
    with ApiServer(tmp_path_factory.mktemp("other-api-server"), print) as server:
        yield server


@pytest.fixture(autouse=True)
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path / "sandbox"))
    return tmp_path / "sandbox"


@pytest.fixture
def kubeconfig(tmp_path: Path, api_server: ApiServer, other_server: ApiServer) -> Iterator[Path]:
    """A file whose current context leads to the first cluster; the second is called prod."""
    yield write_kubeconfig(tmp_path / "kubeconfig", "kind", {"kind": api_server, "prod": other_server})
    for server in (api_server, other_server):
        remove(server.api)
    gc.collect()  # what a failed run leaves behind complains now, inside the test that caused it


def remove(api: KubernetesApi) -> None:
    for target in (SETTINGS, HOME):
        api.delete(target)


def program() -> None:
    """Two objects, one after the other."""
    import pulumi
    import pulumi_kubernetes as k8s

    home = k8s.core.v1.ConfigMap("home", metadata=HOME["metadata"], data={"size": "0"})
    opts = pulumi.ResourceOptions(depends_on=[home])
    k8s.core.v1.ConfigMap("settings", metadata=SETTINGS["metadata"], data={"size": "1"}, opts=opts)


def built(kubeconfig: Path, **options: Any) -> Plan:  # noqa: ANN401 - options of a rehearsal
    """Rehearse the small program as the command does."""
    with open_session(RehearseOptions("dev", kubeconfig=kubeconfig, **options), program=program) as (_, _, session):
        plan, _ = session.preview()
        refuse_foreign(session, plan)
        session.up()
    return plan


def uid(api: KubernetesApi, target: dict[str, Any]) -> str | None:
    live = api.read(target)
    return None if live is None else str(live["metadata"]["uid"])


def switch(kubeconfig: Path, context: str) -> None:
    text = kubeconfig.read_text()
    kubeconfig.write_text(text.replace("current-context: kind", f"current-context: {context}"))


def test_a_context_switched_between_rehearsal_and_destroy_deletes_nothing_in_the_other_cluster(
    kubeconfig: Path, other_server: ApiServer, api_server: ApiServer, sandbox: Path
) -> None:
    built(kubeconfig)
    production = other_server.api
    for target in (HOME, SETTINGS):
        production.apply(target, manager="production")
    theirs = [uid(production, HOME), uid(production, SETTINGS)]
    switch(kubeconfig, "prod")

    ran = Cli(sandbox).run("destroy", "dev", "--kubeconfig", str(kubeconfig))

    assert ran.code == 1
    assert "belongs to another cluster than context prod leads to; nothing was written or deleted" in ran.err
    assert "--cluster kind" in ran.err
    assert api_server.api.endpoint.url in ran.err
    assert other_server.api.endpoint.url in ran.err
    assert "Traceback" not in ran.err
    assert [uid(production, HOME), uid(production, SETTINGS)] == theirs
    with pytest.raises(ForeignClusterError, match="another cluster"):
        built(kubeconfig)
    assert destroy("dev", kubeconfig=kubeconfig, cluster="kind")["delete"] >= 2, "the rehearsed one, asked for by name"
    assert uid(api_server.api, SETTINGS) is None


def test_a_cluster_made_anew_at_the_same_address_is_another_one(
    kubeconfig: Path, api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(kubeconfig)
    before = uid(api_server.api, SETTINGS)
    monkeypatch.setattr("sandbox.kubernetes.passport.system_uid", lambda _: "another-uid")
    with pytest.raises(ForeignClusterError, match="uid of kube-system another-uid"):
        destroy("dev", kubeconfig=kubeconfig)
    assert uid(api_server.api, SETTINGS) == before


def test_a_server_that_turns_into_another_cluster_during_a_run_gets_no_write(
    kubeconfig: Path, api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(RehearseOptions("dev", kubeconfig=kubeconfig), program=program) as (_, _, session):
        monkeypatch.setattr("sandbox.kubernetes.cluster.system_uid", lambda _: "another-uid")
        with pytest.raises(EngineError, match="leads to another cluster than at the beginning of this run"):
            session.up()
    assert uid(api_server.api, HOME) is None


def test_an_object_that_somebody_made_anew_is_neither_changed_nor_deleted(
    kubeconfig: Path, api_server: ApiServer
) -> None:
    built(kubeconfig)
    api_server.api.delete(SETTINGS)
    api_server.api.apply({**SETTINGS, "data": {"size": "theirs"}}, manager="somebody")
    theirs = uid(api_server.api, SETTINGS)
    for act in (lambda: destroy("dev", kubeconfig=kubeconfig), lambda: built(kubeconfig)):
        with pytest.raises(ForeignClusterError, match="ConfigMap default/settings in the cluster belongs to somebody"):
            act()
    live = api_server.api.read(SETTINGS)
    assert live is not None
    assert (live["metadata"]["uid"], live["data"]) == (theirs, {"size": "theirs"})


def test_the_provider_itself_leaves_an_object_of_another_uid_alone(kubeconfig: Path, api_server: ApiServer) -> None:
    built(kubeconfig)
    api_server.api.delete(SETTINGS)
    api_server.api.apply(SETTINGS, manager="somebody")
    theirs = uid(api_server.api, SETTINGS)
    with (
        open_session(RehearseOptions("dev", kubeconfig=kubeconfig), program=program) as (_, _, session),
        pytest.raises(EngineError, match="ConfigMap default/settings in the cluster belongs to somebody else"),
    ):
        session.destroy()
    assert uid(api_server.api, SETTINGS) == theirs


def test_an_object_that_was_there_before_the_rehearsal_is_not_taken_over(
    kubeconfig: Path, api_server: ApiServer
) -> None:
    api_server.api.apply(HOME, manager="somebody")
    theirs = uid(api_server.api, HOME)
    with pytest.raises(ForeignClusterError, match=r"ConfigMap default/home .* no rehearsal made it"):
        built(kubeconfig)
    assert uid(api_server.api, SETTINGS) is None, "nothing was changed"
    with (
        open_session(RehearseOptions("dev", kubeconfig=kubeconfig), program=program) as (_, _, session),
        pytest.raises(EngineError, match="no rehearsal made it"),
    ):
        session.up()
    assert uid(api_server.api, HOME) == theirs


def test_a_forgotten_rehearsal_knows_its_own_objects_again(kubeconfig: Path, api_server: ApiServer) -> None:
    built(kubeconfig)
    before = uid(api_server.api, HOME)
    built(kubeconfig, fresh=True)
    assert uid(api_server.api, HOME) == before
    assert destroy("dev", kubeconfig=kubeconfig)["delete"] >= 2
    assert uid(api_server.api, SETTINGS) is None


def test_a_state_without_a_passport_is_not_trusted(kubeconfig: Path, api_server: ApiServer, sandbox: Path) -> None:
    built(kubeconfig)
    (passport,) = sandbox.glob("*/cluster.json")
    kept = json.loads(passport.read_text())
    assert (kept["context"], kept["server"]) == ("kind", api_server.api.endpoint.url)
    assert kept["authority"].startswith("sha256:")
    passport.unlink()
    with pytest.raises(ForeignClusterError, match="nothing says in which"):
        destroy("dev", kubeconfig=kubeconfig)
    assert uid(api_server.api, SETTINGS) is not None


def test_a_rehearsal_of_the_sandbox_is_not_continued_by_the_plugin(
    kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(kubeconfig)
    monkeypatch.setattr("sandbox.kubernetes.plugin.found", lambda: "/bin/pulumi-resource-kubernetes")
    with pytest.raises(ForeignClusterError, match="now it would be the kubernetes plugin"):
        built(kubeconfig)


def test_a_cluster_with_machines_of_a_cloud_must_be_named_even_behind_a_tunnel(
    kubeconfig: Path, api_server: ApiServer, sandbox: Path
) -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "ip-10-0-1-7"}}
    api_server.api.apply({**node, "spec": {"providerID": "aws:///us-east-1a/i-0abc"}})
    try:
        ran = Cli(sandbox).run("rehearse", "dev", "--kubeconfig", str(kubeconfig))
        assert ran.code == 1
        assert "its node ip-10-0-1-7 is a machine of aws; nothing was written or deleted" in ran.err
        assert "name it: --cluster kind" in ran.err
        assert uid(api_server.api, HOME) is None
        built(kubeconfig, cluster="kind")
        assert uid(api_server.api, HOME) is not None
    finally:
        api_server.api.delete(node)


def test_destroying_what_was_never_rehearsed_touches_nothing(kubeconfig: Path) -> None:
    with pytest.raises(ForeignClusterError, match="was not rehearsed with"):
        destroy("dev", kubeconfig=kubeconfig)
