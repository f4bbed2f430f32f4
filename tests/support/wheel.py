"""Builds the library's wheel from this checkout and installs it beside nothing else, without a network."""

from __future__ import annotations

import shutil
import site
import subprocess
import sys
import venv
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOURCES = ("package", "components", "bailbondpro")
"""What the build reads; it runs in a copy, because setuptools leaves its working files beside the definition."""


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--isolated", "--quiet", "--disable-pip-version-check", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def built(folder: Path, before: Callable[[Path], None] = lambda _source: None) -> Path:
    """The wheel, built below a folder.

    Args:
        folder: where.
        before: what happens to the copy of `package/` first.
    """
    ignored = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / "checkout" / name, ignore=ignored)
    source, out = folder / "checkout" / "package", folder / "wheels"
    before(source)
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(out), str(source))
    (wheel,) = out.glob("*.whl")
    return wheel


def installed(wheel: Path, folder: Path) -> Path:
    """A folder for `sys.path` with the library and nothing else: the SDKs come from the environment."""
    pip("install", "--no-deps", "--no-index", "--target", str(folder), str(wheel))
    return folder


def environment_with(wheel: Path, folder: Path) -> Path:
    """The Python of a virtual environment with the wheel; the SDKs come from this environment's packages.

    This checkout is not on its path.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    installed(wheel, packages)
    (packages / "sdks.pth").write_text("\n".join(site.getsitepackages()))
    return folder / "bin" / "python"


OWN_COMPONENTS = '''"""The project's own components, under the name that this repository uses, too."""

import pulumi


class Owner(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("acme:index:Owner", name, None, opts)
        self.register_outputs({})
'''


def project(example: str, wheel: Path, folder: Path) -> Path:
    """An example as somebody else's project: a virtual environment with the wheel, and components of its own."""
    shutil.copytree(ROOT / "examples" / example, folder, ignore=shutil.ignore_patterns("venv", "__pycache__"))
    environment_with(wheel, folder / "venv")
    (folder / "components").mkdir()
    (folder / "components" / "__init__.py").write_text(OWN_COMPONENTS)
    program = (folder / "__main__.py").read_text("utf-8")
    (folder / "__main__.py").write_text(f'{program}\nfrom components import Owner\n\nOwner("own")\n')
    return folder
