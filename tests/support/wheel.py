"""Builds the library's wheel from this checkout and installs it beside nothing else, without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = ("package", "components", "bailbondpro")
"""What the build reads; it runs in a copy, because setuptools leaves its working files beside the definition."""


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--isolated", "--quiet", "--disable-pip-version-check", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def built(folder: Path) -> Path:
    """The wheel, built below a folder."""
    ignored = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / "checkout" / name, ignore=ignored)
    source, out = folder / "checkout" / "package", folder / "wheels"
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(out), str(source))
    (wheel,) = out.glob("*.whl")
    return wheel


def installed(wheel: Path, folder: Path) -> Path:
    """A folder for `sys.path` with the library and nothing else: the SDKs come from the environment."""
    pip("install", "--no-deps", "--no-index", "--target", str(folder), str(wheel))
    return folder
