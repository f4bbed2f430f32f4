"""The programs and definitions around Kubernetes that run here for real: kube-apiserver, etcd, Prometheus, and CRDs.

Everything comes from the Go module proxy: `tools/kubernetes` pins the two servers, `tools/crds` the projects whose
custom resources the platform uses.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.cache import cache_directory, write_atomically
from sandbox.engine import go, paced

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "1.37.2"
"""Of Kubernetes; `tools/kubernetes/go.mod` pins the same."""
DOWNLOAD_SECONDS = 600

_VERSION_SYMBOLS = "k8s.io/component-base/version"
_MAJOR, _MINOR, _ = VERSION.split(".")
_NAMED = (
    (f"{_VERSION_SYMBOLS}.gitVersion", f"v{VERSION}"),
    (f"{_VERSION_SYMBOLS}.gitMajor", _MAJOR),
    (f"{_VERSION_SYMBOLS}.gitMinor", _MINOR),
)
KWOK_VERSION = "0.8.0"
"""Of kwok, which plays the kubelets; `tools/kubernetes/go.mod` pins the same."""
_SERVERS = (
    # Its clock stays the machine's; built like the others, it shares the packages that they have in common.
    go.Program(name="etcd", package="go.etcd.io/etcd/server/v3", paced=True),
    go.Program(name="kube-apiserver", package="k8s.io/kubernetes/cmd/kube-apiserver", variables=_NAMED, paced=True),
)
TOOL = go.GoTool(
    title=f"kube-apiserver {VERSION} and etcd",
    folder="kubernetes",
    programs=_SERVERS,
    takes="about 5 minutes on 2 cores",
)
CONTROL_PLANE = go.GoTool(
    title=f"Kubernetes {VERSION} with its scheduler and controllers, and kwok {KWOK_VERSION}",
    folder="kubernetes",
    programs=(
        *_SERVERS,
        go.Program(name="kube-scheduler", package="k8s.io/kubernetes/cmd/kube-scheduler", variables=_NAMED, paced=True),
        go.Program(
            name="kube-controller-manager",
            package="k8s.io/kubernetes/cmd/kube-controller-manager",
            variables=_NAMED,
            paced=True,
        ),
        go.Program(name="kwok", package="sigs.k8s.io/kwok/cmd/kwok", paced=True),
    ),
    takes="about 8 minutes on 2 cores, 4 where kube-apiserver was built",
)
"""Shares the servers of `TOOL`: where those are built, only the rest is."""
_BUILD = f"{VERSION}-{paced.digest()}"
"""Another clock is another build."""

PROMETHEUS_VERSION = "0.316.0"
"""Of the Prometheus module; `tools/prometheus/go.mod` pins the same."""
_WITHOUT_DISCOVERY = ("remove_all_sd",)
"""Leaves out service discovery with the SDKs of all clouds (prometheus/prometheus, README, Service discovery)."""
PROMTOOL = go.GoTool(
    title=f"promtool {PROMETHEUS_VERSION}",
    folder="prometheus",
    programs=(
        go.Program(name="promtool", package="github.com/prometheus/prometheus/cmd/promtool", tags=_WITHOUT_DISCOVERY),
    ),
    takes="about 3 minutes on 2 cores",
)
PROMETHEUS = go.GoTool(
    title=f"prometheus {PROMETHEUS_VERSION}",
    folder="prometheus",
    programs=(
        go.Program(
            name="prometheus", package="github.com/prometheus/prometheus/cmd/prometheus", tags=_WITHOUT_DISCOVERY
        ),
    ),
    takes="less than a minute once promtool is built, whose packages it shares; about 3 without",
)
"""The server with its API; its pages are left out, as their assets are no part of the module."""

_CRD_FILES = {
    "github.com/kedacore/keda/v2": (
        "config/crd/bases/keda.sh_scaledobjects.yaml",
        "config/crd/bases/keda.sh_triggerauthentications.yaml",
    ),
    "github.com/prometheus-operator/prometheus-operator": (
        "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
    ),
    "k8s.io/autoscaler/vertical-pod-autoscaler": ("deploy/vpa-v1-crd-gen.yaml",),
    "sigs.k8s.io/aws-load-balancer-controller": ("config/crd/bases/elbv2.k8s.aws_targetgroupbindings.yaml",),
}
"""Where the projects of `tools/crds/go.mod` keep the CustomResourceDefinitions that the platform uses."""


class _Loader(yaml.SafeLoader):
    """Reads `=` as the text that it is; YAML 1.1 gives it a meaning that PyYAML knows but does not construct."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.yaml_implicit_resolvers = {
            first: rules for first, rules in self.yaml_implicit_resolvers.items() if first != "="
        }


def programs(progress: go.Progress) -> dict[str, Path]:
    """`kube-apiserver` and `etcd`, built on first use.

    Raises:
        GoError: they cannot be built here.
    """
    return go.install(TOOL, _BUILD, progress)


def control_plane(progress: go.Progress) -> dict[str, Path]:
    """`programs`, `kube-scheduler`, `kube-controller-manager` and `kwok`, built on first use.

    Raises:
        GoError: they cannot be built here.
    """
    return go.install(CONTROL_PLANE, _BUILD, progress)


def promtool(progress: go.Progress) -> Path:
    """`promtool`, which checks and tests Prometheus rules; built on first use.

    Raises:
        GoError: it cannot be built here.
    """
    return go.install(PROMTOOL, PROMETHEUS_VERSION, progress)["promtool"]


def prometheus(progress: go.Progress) -> Path:
    """`prometheus`, the server; built on first use.

    Raises:
        GoError: it cannot be built here.
    """
    return go.install(PROMETHEUS, PROMETHEUS_VERSION, progress)["prometheus"]


def definitions(progress: go.Progress) -> list[dict[str, Any]]:
    """The definitions of KEDA, Prometheus Operator, Vertical Pod Autoscaler and AWS Load Balancer Controller.

    They are fetched on first use, their hashes compared with `tools/crds/go.sum`, and kept in the user's cache.

    Raises:
        GoError: they cannot be fetched, or are not what was pinned.
    """
    module = go.TOOLS / "crds"
    pinned = (module / "go.mod").read_bytes() + (module / "go.sum").read_bytes() + str(_CRD_FILES).encode()
    kept = cache_directory() / "tools" / "crds" / hashlib.sha256(pinned).hexdigest()[:16] / "definitions.json"
    loaded = _kept(kept)
    if loaded is None:
        progress("fetching the definitions of the custom resources, once")
        loaded = list(_downloaded(module, go.find_go(module, progress)))
        write_atomically(kept, json.dumps(loaded))
    return loaded


def _kept(path: Path) -> list[dict[str, Any]] | None:
    """The definitions in the cache; None where there are none or the file is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and found and all(isinstance(item, dict) for item in found) else None


def _downloaded(module: Path, command: Path) -> Iterator[dict[str, Any]]:
    text = (module / "go.mod").read_text(encoding="utf-8")
    sums = (module / "go.sum").read_text(encoding="utf-8").splitlines()
    for path, files in _CRD_FILES.items():
        match = re.search(rf"^\s*{re.escape(path)} (\S+)", text, re.MULTILINE)
        if match is None:
            raise go.GoError(f"tools/crds/go.mod does not pin {path}")
        folder = _fetch(module, command, path, match[1], sums)
        for file in files:
            content = (folder / file).read_text(encoding="utf-8")
            yield from (item for item in yaml.load_all(content, _Loader) if item)


def _fetch(module: Path, command: Path, path: str, version: str, sums: list[str]) -> Path:
    """The folder of a module in Go's own cache, its hash checked."""
    answer = subprocess.run(  # noqa: S603 - a fixed command, no shell
        [str(command), "mod", "download", "-json", f"{path}@{version}"],
        cwd=module,
        env=go.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=DOWNLOAD_SECONDS,
    )
    try:
        found = json.loads(answer.stdout)
    except ValueError as error:
        raise go.GoError(
            f"fetching {path} {version} failed: {answer.stderr.strip() or answer.stdout.strip()}"
        ) from error
    if "Error" in found:
        raise go.GoError(f"fetching {path} {version} failed: {found['Error']}")
    if f"{path} {version} {found['Sum']}" not in sums:
        raise go.GoError(f"{path} {version} is not what tools/crds/go.sum pins: {found['Sum']}")
    return Path(found["Dir"])


def signing_key(secret: bytes) -> str:
    """A P-256 private key in PEM (RFC 5915), from 32 random bytes.

    The API server signs tokens of service accounts with it. The public key is left out: whoever reads the file computes
    it (RFC 5915, section 3, makes it optional).
    """
    scalar = bytes([secret[0] & 0x7F, *secret[1:32]])  # below the order of the group, whatever the bytes are
    content = b"\x02\x01\x01" + b"\x04\x20" + scalar + b"\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
    body = base64.encodebytes(b"\x30" + bytes([len(content)]) + content).decode()
    return f"-----BEGIN EC PRIVATE KEY-----\n{body}-----END EC PRIVATE KEY-----\n"
