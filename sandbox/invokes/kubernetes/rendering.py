"""Charts and overlays: rendered by `helm` and `kustomize` where they are on PATH, else refused by name."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.invokes.errors import LookUpError
from sandbox.invokes.kubernetes.manifests import documents, with_namespace

if TYPE_CHECKING:
    from sandbox.invokes.answers import Asked

_SECONDS = 300
"""A chart may have to be fetched first."""


def template(asked: Asked) -> dict[str, Any]:
    """The objects of a chart, as `helm template` renders them."""
    options = {**asked.args, **_options(str(asked.args.get("jsonOpts") or "{}"))}
    chart = str(options.get("path") or options.get("chart") or "")
    helm = _tool(
        "helm", f"the chart {chart}", "install it as a Release (`kubernetes.helm.v3.Release`), which is one object"
    )
    name = str(options.get("release_name") or options.get("releaseName") or options.get("name") or "release")
    command = [helm, "template", name, chart]
    if not options.get("skip_crd_rendering"):
        command.append("--include-crds")
    for flag, key in (("--repo", "repo"), ("--version", "version"), ("--namespace", "namespace")):
        found = (options.get("fetch_opts") or {}).get(key) or options.get(key)
        if found and not (flag == "--repo" and not str(found).startswith(("http://", "https://", "oci://"))):
            command += [flag, str(found)]
    for version in options.get("api_versions") or ():
        command += ["--api-versions", str(version)]
    if options.get("kube_version"):
        command += ["--kube-version", str(options["kube_version"])]
    with tempfile.TemporaryDirectory() as folder:
        values = Path(folder) / "values.yaml"
        values.write_text(yaml.safe_dump(options.get("values") or {}), encoding="utf-8")
        rendered = _run([*command, "--values", str(values)], asked.folder)
    namespace = str(options.get("namespace") or "")
    found = [with_namespace(item, namespace) for item in documents(rendered)]
    tests = bool(options.get("include_test_hook_resources"))
    return {"result": [item for item in found if tests or not _is_test(item)]}


def directory(asked: Asked) -> dict[str, Any]:
    """The objects of an overlay, as `kustomize build` renders them."""
    folder = str(asked.args.get("directory") or "")
    kustomize = _tool("kustomize", f"the overlay {folder}", "render it beforehand and read the result as YAML")
    return {"result": documents(_run([kustomize, "build", folder], asked.folder))}


def _options(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise LookUpError(f"jsonOpts: no JSON: {error}") from error
    return found if isinstance(found, dict) else {}


def _tool(name: str, what: str, otherwise: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise LookUpError(
            f"{what} is not rendered: there is no `{name}` on PATH, and the sandbox has no renderer of its own\n"
            f"  fix: put `{name}` on PATH, or {otherwise}"
        )
    return found


def _run(command: list[str], here: Path) -> str:
    try:
        done = subprocess.run(command, capture_output=True, cwd=here, text=True, check=False, timeout=_SECONDS)  # noqa: S603 - a tool of the user's, no shell
    except subprocess.TimeoutExpired as error:
        raise LookUpError(f"{' '.join(command[:2])} did not end within {_SECONDS} s") from error
    if done.returncode != 0:
        raise LookUpError(f"{' '.join(command[:2])} failed: {done.stderr.strip()}")
    return done.stdout


def _is_test(item: dict[str, Any]) -> bool:
    hooks = str(((item.get("metadata") or {}).get("annotations") or {}).get("helm.sh/hook") or "")
    return any(hook.strip().startswith("test") for hook in hooks.split(","))
