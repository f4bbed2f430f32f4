"""How a cluster is reached: what a kubeconfig file says."""

from __future__ import annotations

import base64
import ssl
import stat
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from sandbox.kubernetes.kubeconfig import KubeconfigError, endpoint

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, *, user: dict[str, Any] | None = None, cluster: dict[str, Any] | None = None) -> Path:
    document = {
        "current-context": "kind",
        "contexts": [
            {"name": "kind", "context": {"cluster": "kind", "user": "admin"}},
            {"name": "other", "context": {"cluster": "gone", "user": "admin"}},
        ],
        "clusters": [{"name": "kind", "cluster": {"server": "https://127.0.0.1:6443", **(cluster or {})}}],
        "users": [{"name": "admin", "user": user or {}}],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document))
    return path


def test_a_token_and_a_server_are_taken_from_the_current_context(tmp_path: Path) -> None:
    found = endpoint(written(tmp_path, user={"token": "t0ken"}))
    assert (found.url, found.token) == ("https://127.0.0.1:6443", "t0ken")
    assert found.tls is not None
    assert found.tls.verify_mode is ssl.CERT_REQUIRED


def test_a_token_file_is_found_beside_the_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    assert endpoint(written(tmp_path, user={"tokenFile": "token"})).token == "from-file"  # noqa: S105 - no password


def test_a_credential_plugin_is_asked_for_the_token(tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    plugin.write_text('#!/bin/sh\necho "{\\"status\\": {\\"token\\": \\"$GREETING-$1\\"}}"\n')
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    user = {"exec": {"command": str(plugin), "args": ["me"], "env": [{"name": "GREETING", "value": "hello"}]}}
    assert endpoint(written(tmp_path, user=user)).token == "hello-me"  # noqa: S105 - no password


def test_a_plugin_that_fails_is_quoted(tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    plugin.write_text("#!/bin/sh\necho 'please log in' >&2\nexit 1\n")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(KubeconfigError, match="please log in"):
        endpoint(written(tmp_path, user={"exec": {"command": str(plugin)}}))


def test_verification_is_off_only_where_the_file_says_so(tmp_path: Path) -> None:
    found = endpoint(written(tmp_path, cluster={"insecure-skip-tls-verify": True}))
    assert found.tls is not None
    assert found.tls.verify_mode is ssl.CERT_NONE


def test_the_name_in_the_certificate_may_differ_from_the_address(tmp_path: Path) -> None:
    assert endpoint(written(tmp_path, cluster={"tls-server-name": "kubernetes"})).server_name == "kubernetes"


def test_plain_http_needs_no_certificates(tmp_path: Path) -> None:
    assert endpoint(written(tmp_path, cluster={"server": "http://127.0.0.1:8001"})).tls is None


@pytest.mark.parametrize(
    ("user", "cluster", "message"),
    [
        ({"auth-provider": {"name": "gcp"}}, {}, "auth-provider is no longer part of Kubernetes"),
        ({}, {"certificate-authority-data": base64.b64encode(b"nonsense").decode()}, "certificates cannot be read"),
        ({}, {"certificate-authority": "missing.crt"}, "certificates cannot be read"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_reason(
    tmp_path: Path, user: dict[str, Any], cluster: dict[str, Any], message: str
) -> None:
    with pytest.raises(KubeconfigError, match=message):
        endpoint(written(tmp_path, user=user, cluster=cluster))


def test_a_context_whose_cluster_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="has no cluster named gone"):
        endpoint(written(tmp_path), "other")
    with pytest.raises(KubeconfigError, match="has no context named nowhere"):
        endpoint(written(tmp_path), "nowhere")


@pytest.mark.parametrize(
    ("text", "message"), [("[", "is no YAML"), ("- a", "is no kubeconfig"), ("a: 1", "current-context")]
)
def test_a_file_that_is_no_kubeconfig_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(text)
    with pytest.raises(KubeconfigError, match=message):
        endpoint(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="No such file"):
        endpoint(tmp_path / "missing")


def test_an_empty_name_of_a_context_is_not_the_current_one(tmp_path: Path) -> None:
    for empty in ("", " "):
        with pytest.raises(KubeconfigError, match="--cluster is empty"):
            endpoint(written(tmp_path), empty)


def test_a_proxy_of_the_files_own_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="goes through the proxy http://bastion:3128"):
        endpoint(written(tmp_path, cluster={"proxy-url": "http://bastion:3128"}))


@pytest.mark.parametrize("server", ["10.0.0.7:6443", "HTTPS://10.0.0.7", "https://", "file:///etc"])
def test_a_server_without_a_scheme_and_a_host_is_refused(tmp_path: Path, server: str) -> None:
    with pytest.raises(KubeconfigError, match="and no https://host:port"):
        endpoint(written(tmp_path, cluster={"server": server}))
