"""Charts of the user's: found, rendered by Helm's command, sorted out; a script stands in for the command."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

import pytest

from sandbox.drill.objects.helm import ChartError, Renderer, charts_in
from sandbox.drill.objects.stand_ins import Installed

if TYPE_CHECKING:
    from pathlib import Path

INSTALLED = Installed(urn="urn", name="web", namespace="tools", chart="web", version="1.2.3", values={"a": 1})
TEMPLATES = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: []}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: setup, annotations: {helm.sh/hook: pre-install}}
---
apiVersion: v1
kind: List
items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: listed, namespace: own}}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.metrics}
"""


def chart(folder: Path, name: str = "web", version: str = "1.2.3") -> Path:
    """A folder with a chart of this name."""
    place = folder / f"{name}-{version}"
    place.mkdir(parents=True)
    (place / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: {version}\n")
    return place


def helm(folder: Path, script: str) -> Path:
    """A command in place of Helm's."""
    path = folder / "helm"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_archives_and_folders_are_charts(tmp_path: Path) -> None:
    place = chart(tmp_path / "source", "packed", "2.0.0")
    with tarfile.open(tmp_path / "packed.tgz", "w:gz") as archive:
        archive.add(place / "Chart.yaml", "packed/Chart.yaml")
    chart(tmp_path)
    assert [(one.name, one.version) for one in charts_in(tmp_path)] == [("packed", "2.0.0"), ("web", "1.2.3")]
    assert [one.name for one in charts_in(place)] == ["packed"]


def test_a_folder_without_charts_and_a_damaged_archive_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ChartError, match="it holds no chart; fetch some there"):
        charts_in(tmp_path)
    with pytest.raises(ChartError, match="no such folder"):
        charts_in(tmp_path / "none")
    (tmp_path / "half.tgz").write_bytes(b"\x1f\x8b half")
    with pytest.raises(ChartError, match=r"half\.tgz is no chart archive"):
        charts_in(tmp_path)


def test_what_stays_is_kept_and_everything_else_is_said(tmp_path: Path) -> None:
    chart(tmp_path / "charts")
    (tmp_path / "out.yaml").write_text(TEMPLATES)
    command = helm(
        tmp_path, f'echo "$@" > {tmp_path}/asked; while IFS= read -r l; do echo "$l"; done < {tmp_path}/out.yaml'
    )
    found = Renderer(command, charts_in(tmp_path / "charts"), "1.37.2")(INSTALLED)
    assert found is not None
    assert [(item.kind, item.namespace, item.name, item.origin) for item in found.objects] == [
        ("Deployment", "tools", "web", "rendered"),
        ("ConfigMap", "own", "listed", "rendered"),
    ]
    assert [text.split(":")[1].strip() for text in found.omitted] == [
        "Job setup is a hook, which ends before the release is installed",
        "APIService v1.metrics",
    ]
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith("template web ")
    assert "--namespace tools" in asked
    assert "--kube-version 1.37.2" in asked


def test_a_chart_that_is_not_at_hand_is_left_to_a_stand_in_and_another_version_is_refused(tmp_path: Path) -> None:
    chart(tmp_path, "other")
    assert Renderer(tmp_path / "helm", charts_in(tmp_path), "1.37.2")(INSTALLED) is None
    chart(tmp_path, "web", "9.0.0")
    with pytest.raises(ChartError, match=r"installs 1\.2\.3, the folder of charts has 9\.0\.0"):
        Renderer(tmp_path / "helm", charts_in(tmp_path), "1.37.2")(INSTALLED)


def test_a_refusal_of_helm_is_handed_on(tmp_path: Path) -> None:
    chart(tmp_path / "charts")
    command = helm(tmp_path, "echo 'values do not meet the schema' >&2; exit 1")
    with pytest.raises(ChartError, match="Helm refuses it with the stack's values: values do not meet the schema"):
        Renderer(command, charts_in(tmp_path / "charts"), "1.37.2")(INSTALLED)
