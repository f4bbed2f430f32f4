"""The official installer, with limits: a network that hangs must not hang us."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROBE_SECONDS = 5.0
DOWNLOAD_SECONDS = 180.0
INSTALLER_HOST = "https://get.pulumi.com"


def install(root: Path, version: str, progress: Callable[[str], None]) -> str:
    """Try the official installer through the Automation API; returns what came of it, never raises.

    Args:
        root: where `bin/pulumi` is put.
        version: the engine version.
        progress: receives one line at a time.
    """
    if os.environ.get("BBP_OFFICIAL_INSTALLER") == "off":
        return "switched off by BBP_OFFICIAL_INSTALLER=off"
    if (reason := _unreachable()) is not None:
        return reason
    progress(f"installing Pulumi {version} with the official installer")
    script = (
        "import sys; from semver import VersionInfo; from pulumi.automation import PulumiCommand; "
        "PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))"
    )
    try:
        subprocess.run(  # noqa: S603 - our own interpreter and a fixed script
            [sys.executable, "-c", script, str(root), version],
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return f"gave up after {DOWNLOAD_SECONDS:.0f} s"
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().splitlines()
        return f"failed: {last[-1] if last else f'exit code {error.returncode}'}"
    return "installed"


def _unreachable() -> str | None:
    request = urllib.request.Request(INSTALLER_HOST, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=PROBE_SECONDS):  # noqa: S310 - a fixed https address
            return None
    except (OSError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", error)
        return f"not reachable within {PROBE_SECONDS:.0f} s ({getattr(reason, 'strerror', None) or reason})"
