"""Charts of the user's, rendered for real: Helm's own command, built from the Go module proxy when it is needed."""

from __future__ import annotations

import re
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.drill.objects.declared import UNANSWERED
from sandbox.drill.objects.model import DrillObject
from sandbox.drill.objects.unknown import Filler
from sandbox.engine import go

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.drill.objects.stand_ins import Installed
    from sandbox.kubernetes.api import Manifest

VERSION = "3.22.0"
"""Of Helm; `tools/helm/go.mod` pins the same."""
TOOL = go.GoTool(
    title=f"helm {VERSION}",
    folder="helm",
    programs=(go.Program(name="helm", package="helm.sh/helm/v3/cmd/helm", asked="version"),),
    takes="2 to 8 minutes on 2 cores, less once kube-apiserver is built, whose packages it shares",
)
RENDER_SECONDS = 60
HOOK = "helm.sh/hook"
"""Annotation of what runs at an installation and ends (Helm documentation, "Chart Hooks"); not part of what stays."""
KIND_OF_CRD = "CustomResourceDefinition"
_CHART_NAME = re.compile(r"^name:\s*[\"']?([\w.-]+)", re.MULTILINE)
_CHART_VERSION = re.compile(r"^version:\s*[\"']?([\w.+-]+)", re.MULTILINE)


class ChartError(Exception):
    """Charts cannot be used; the message says which, why, and what to do."""


@dataclass(frozen=True)
class Chart:
    """A chart that the user has.

    Attributes:
        path: a folder or an archive.
        name: from its Chart.yaml.
        version: the same.
    """

    path: Path
    name: str
    version: str


@dataclass(frozen=True)
class Rendered:
    """What Helm made of a chart.

    Attributes:
        objects: that stay for as long as it is installed.
        omitted: what is left out, and why.
    """

    objects: tuple[DrillObject, ...]
    omitted: tuple[str, ...]


def charts_in(folder: Path) -> tuple[Chart, ...]:
    """The charts in a folder: archives (`.tgz`) and folders with a Chart.yaml, one level deep.

    Raises:
        ChartError: it is no folder, holds no chart, or an archive is damaged.
    """
    if not folder.is_dir():
        raise ChartError(f"--charts {folder}: no such folder; name one that holds charts (.tgz files or folders)")
    found = [chart for path in sorted(folder.iterdir()) if (chart := _chart(path)) is not None]
    if not found and (alone := _chart(folder)) is not None:
        found = [alone]
    if not found:
        raise ChartError(
            f"--charts {folder}: it holds no chart; fetch some there, for example "
            f"`helm pull keda --repo https://kedacore.github.io/charts --destination {folder}`"
        )
    return tuple(found)


def _chart(path: Path) -> Chart | None:
    text = ""
    if path.is_dir() and (path / "Chart.yaml").is_file():
        text = (path / "Chart.yaml").read_text(encoding="utf-8", errors="replace")
    elif path.name.endswith((".tgz", ".tar.gz")):
        text = _inside(path)
    name, version = _CHART_NAME.search(text), _CHART_VERSION.search(text)
    return Chart(path, name[1], version[1] if version else "") if name else None


def _inside(path: Path) -> str:
    """The Chart.yaml of an archive; empty where it holds none."""
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                parts = Path(member.name).parts
                if len(parts) == len(("chart", "Chart.yaml")) and parts[-1] == "Chart.yaml":
                    content = archive.extractfile(member)
                    return content.read().decode(errors="replace") if content is not None else ""
    except (OSError, tarfile.TarError, EOFError) as error:
        raise ChartError(f"{path} is no chart archive: {error}; fetch it again") from error
    return ""


@dataclass(frozen=True)
class Renderer:
    """Renders releases of charts that are at hand.

    Attributes:
        helm: Helm's command.
        charts: that the user has.
        kubernetes: version that charts are rendered for.
    """

    helm: Path
    charts: tuple[Chart, ...]
    kubernetes: str

    def __call__(self, installed: Installed) -> Rendered | None:
        """What Helm makes of a release; None where its chart is not at hand.

        Raises:
            ChartError: the versions differ, or Helm refuses the chart or its values.
        """
        named = [chart for chart in self.charts if chart.name == installed.chart]
        if not named:
            return None
        fitting = [chart for chart in named if not installed.version or chart.version == installed.version]
        if not fitting:
            have = ", ".join(f"{chart.version} ({chart.path.name})" for chart in named)
            raise ChartError(
                f"chart {installed.chart}: the stack installs {installed.version}, the folder of charts has {have}; "
                f"fetch {installed.version} there, or remove the other to drill with a stand-in"
            )
        return _sorted_out(installed, self._template(installed, fitting[0]))

    def _template(self, installed: Installed, chart: Chart) -> str:
        filler = Filler(installed.urn, {})
        values = filler.manifest({"values": dict(installed.values)})["values"]
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            yaml.safe_dump(values, file)
            file.flush()
            command = [str(self.helm), "template", installed.name, str(chart.path), "--namespace", installed.namespace]
            command += ["--values", file.name, "--include-crds", "--skip-tests", "--kube-version", self.kubernetes]
            with tempfile.TemporaryDirectory() as home:
                places = {f"HELM_{kind}_HOME": home for kind in ("CACHE", "CONFIG", "DATA")}
                try:
                    ran = subprocess.run(  # noqa: S603 - Helm, built here
                        command,
                        env={"PATH": "", "HOME": home, **places},
                        stdin=subprocess.DEVNULL,
                        capture_output=True,
                        text=True,
                        check=False,
                        timeout=RENDER_SECONDS,
                    )
                except subprocess.TimeoutExpired as error:
                    raise ChartError(f"chart {chart.path}: Helm took more than {RENDER_SECONDS} s") from error
        if ran.returncode != 0:
            raise ChartError(f"chart {chart.path}: Helm refuses it with the stack's values: {ran.stderr.strip()}")
        return ran.stdout


def renderer(folder: Path, kubernetes: str, progress: go.Progress) -> Renderer:
    """A renderer of the charts in a folder; Helm is built on first use.

    Raises:
        ChartError: the folder holds no charts.
        GoError: Helm cannot be built here.
    """
    charts = charts_in(folder)
    return Renderer(go.install(TOOL, VERSION, progress)["helm"], charts, kubernetes)


def _sorted_out(installed: Installed, text: str) -> Rendered:
    found, omitted = [], []
    for manifest in _manifests(installed, text):
        metadata = manifest.get("metadata") or {}
        title = f"{manifest['kind']} {metadata.get('name')}"
        if HOOK in (metadata.get("annotations") or {}):
            omitted.append(f"{installed.title}: {title} is a hook, which ends before the release is installed")
        elif manifest["kind"] in UNANSWERED:
            omitted.append(f"{installed.title}: {title}: nobody answers the API server's calls in a drill")
        else:
            found.append(DrillObject(_placed(manifest, installed.namespace), installed.urn, "rendered"))
    return Rendered(tuple(found), tuple(omitted))


def _manifests(installed: Installed, text: str) -> Iterable[Manifest]:
    try:
        loaded: list[Any] = list(yaml.load_all(text, _Loader))
    except yaml.YAMLError as error:
        raise ChartError(f"{installed.title}: what Helm rendered is no YAML: {error}") from error
    for item in loaded:
        if isinstance(item, dict) and item.get("kind") and item.get("apiVersion"):
            yield from item["items"] if str(item["kind"]).endswith("List") and item.get("items") else [item]


class _Loader(yaml.SafeLoader):
    """Reads `=` as the text that it is, as definitions have it; YAML 1.1 gives it a meaning that PyYAML lacks."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - text or bytes, as PyYAML takes them
        super().__init__(stream)
        self.yaml_implicit_resolvers = {
            first: rules for first, rules in self.yaml_implicit_resolvers.items() if first != "="
        }


NAMESPACED_PODS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Service", "ConfigMap", "Secret")
"""Kinds that are in the release's namespace where a chart names none; the API server would put them in `default`."""


def _placed(manifest: Manifest, namespace: str) -> Manifest:
    metadata = manifest.get("metadata") or {}
    if metadata.get("namespace") or manifest["kind"] not in (*NAMESPACED_PODS, "ServiceAccount", "PodDisruptionBudget"):
        return manifest
    return {**manifest, "metadata": {**metadata, "namespace": namespace}}
