"""Reads how to reach a cluster from a kubeconfig file (Kubernetes documentation, Organizing Cluster Access)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import ssl
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from sandbox.kubernetes.api import Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

EXEC_SECONDS = 60
_EXEC_VERSION = "client.authentication.k8s.io/v1"


class KubeconfigError(Exception):
    """The file leads to no cluster; the message says why."""


def endpoint(path: Path, context: str | None = None) -> Endpoint:
    """The cluster that a kubeconfig's current context, or another one, names.

    Tokens, token files, client certificates and `exec` plugins are understood; the old `auth-provider` is not.

    Args:
        path: the file.
        context: another context than the current one.

    Raises:
        KubeconfigError: the file or the way it says to log in is not understood.
    """
    name, _, cluster, user = _chosen(path, context)
    if "server" not in cluster:
        raise KubeconfigError(f"{path}: the cluster of context {name} has no server")
    url = str(cluster["server"])
    if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname:
        raise KubeconfigError(f"{path}: the server of context {name} is {url}, and no https://host:port")
    if cluster.get("proxy-url"):
        raise KubeconfigError(
            f"{path}: context {name} goes through the proxy {cluster['proxy-url']}: what answers at {url} from here "
            "may be another cluster than behind it\n  fix: rehearse from where the cluster is reached without it, and "
            "remove proxy-url"
        )
    user = {**user, **_from_plugin(path, user["exec"])} if "exec" in user else user
    if "auth-provider" in user:
        raise KubeconfigError(f"{path}: auth-provider is no longer part of Kubernetes; use an exec plugin or a token")
    return Endpoint(
        url=url,
        tls=_tls(path, cluster, user) if url.startswith("https:") else None,
        token=_token(path, user),
        server_name=str(cluster.get("tls-server-name") or ""),
        context=name,
        authority=_authority(path, cluster, url),
    )


def _authority(path: Path, cluster: Mapping[str, Any], url: str) -> str:
    """What the server's certificate is checked against, as something to compare."""
    if not url.startswith("https:"):
        return "none (plain http)"
    if cluster.get("insecure-skip-tls-verify"):
        return "none (insecure-skip-tls-verify)"
    content = _content(path, cluster, "certificate-authority")
    return f"sha256:{hashlib.sha256(content.strip()).hexdigest()}" if content else "this machine's"


def one_context(path: Path, context: str | None = None) -> dict[str, Any]:
    """A kubeconfig document with one context of a file, which works from any folder.

    Raises:
        KubeconfigError: the file is not understood.
    """
    name, chosen, cluster, user = _chosen(path, context)
    if "exec" in user:
        command = str(user["exec"].get("command") or "")
        # client-go takes a command with a slash in it as relative to the file, any other from PATH
        user["exec"] = {**user["exec"], "command": str(path.parent.resolve() / command) if "/" in command else command}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "contexts": [{"name": name, "context": {**chosen, "cluster": name, **({"user": name} if user else {})}}],
        "clusters": [{"name": name, "cluster": _absolute(path, cluster)}],
        "users": [{"name": name, "user": _absolute(path, user)}] if user else [],
    }


_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")


def _absolute(path: Path, source: dict[str, Any]) -> dict[str, Any]:
    return {
        key: str(path.parent.resolve() / str(value)) if key in _FILES and value else value
        for key, value in source.items()
    }


def _chosen(path: Path, context: str | None) -> tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The name of a context, or of the current one, what it says, its cluster and its user."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KubeconfigError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise KubeconfigError(f"{path} is no YAML: {error}") from error
    if not isinstance(document, dict):
        raise KubeconfigError(f"{path} is no kubeconfig")
    if context is not None and not context.strip():
        raise KubeconfigError(f"{path}: --cluster is empty; give it the name of a context, or leave it out")
    name = context or document.get("current-context")
    if not name:
        raise KubeconfigError(f"{path} has no current-context; set one: kubectl config use-context NAME")
    chosen = _named(path, document, "context", str(name))
    cluster = _named(path, document, "cluster", str(chosen.get("cluster")))
    user = _named(path, document, "user", str(chosen.get("user"))) if chosen.get("user") else {}
    return str(name), chosen, cluster, user


def _named(path: Path, document: Mapping[str, Any], kind: str, name: str) -> dict[str, Any]:
    for item in document.get(f"{kind}s") or ():
        if item.get("name") == name:
            return dict(item.get(kind) or {})
    raise KubeconfigError(f"{path} has no {kind} named {name}")


def _token(path: Path, user: Mapping[str, Any]) -> str:
    if file := user.get("tokenFile"):
        return (path.parent / str(file)).read_text(encoding="utf-8").strip()
    return str(user.get("token") or "")


def _tls(path: Path, cluster: Mapping[str, Any], user: Mapping[str, Any]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        if authority := _content(path, cluster, "certificate-authority"):
            context = ssl.create_default_context(cadata=authority.decode())
        certificate, key = _content(path, user, "client-certificate"), _content(path, user, "client-key")
        if certificate and key:
            _present(context, certificate, key)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise KubeconfigError(f"{path}: its certificates cannot be read: {error}") from error
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _content(path: Path, source: Mapping[str, Any], key: str) -> bytes:
    if data := source.get(f"{key}-data"):
        return base64.b64decode(str(data))
    return (path.parent / str(source[key])).read_bytes() if source.get(key) else b""


def _present(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Load a client's certificate; the standard library takes it from files only."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("certificate.pem", "key.pem")]
        for file, content in zip(files, (certificate, key), strict=True):
            file.touch(mode=0o600)
            file.write_bytes(content)
        context.load_cert_chain(str(files[0]), str(files[1]))


def _from_plugin(path: Path, plugin: Mapping[str, Any]) -> dict[str, Any]:
    """What a credential plugin answers (Kubernetes documentation, client-go credential plugins)."""
    version = str(plugin.get("apiVersion") or _EXEC_VERSION)
    asked = {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}}
    variables = {str(item["name"]): str(item["value"]) for item in plugin.get("env") or ()}
    command = [str(plugin["command"]), *map(str, plugin.get("args") or ())]
    try:
        answer = subprocess.run(  # noqa: S603 - the command of the user's own kubeconfig
            command,
            env={**os.environ, **variables, "KUBERNETES_EXEC_INFO": json.dumps(asked)},
            capture_output=True,
            text=True,
            check=True,
            timeout=EXEC_SECONDS,
        )
        status = json.loads(answer.stdout)["status"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip()
        raise KubeconfigError(f"{path}: the credential plugin {command[0]} failed: {said}") from error
    names = {
        "token": "token",
        "clientCertificateData": "client-certificate-data",
        "clientKeyData": "client-key-data",
    }
    found = {ours: status[theirs] for theirs, ours in names.items() if status.get(theirs)}
    # A plugin answers in PEM where the file has base64 of it.
    return {key: _encoded(value) if key.endswith("-data") else value for key, value in found.items()}


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
