"""promtool, built from the module that tools/prometheus pins."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from sandbox.go import TOOLS, GoTool, Program, install

if TYPE_CHECKING:
    from pathlib import Path

MODULE = "github.com/prometheus/prometheus"


@cache
def promtool() -> Path:
    """The program; built on first use.

    Raises:
        GoError: it cannot be built here.
    """
    text = (TOOLS / "prometheus" / "go.mod").read_text(encoding="utf-8")
    match = re.search(rf"^\s*(?:require )?{re.escape(MODULE)} v(\S+)", text, re.MULTILINE)
    assert match is not None
    tool = GoTool(
        title=f"promtool {match[1]}",
        folder="prometheus",
        programs=(Program(name="promtool", package=f"{MODULE}/cmd/promtool"),),
        takes="about 3 minutes on 2 cores",
    )
    return install(tool, match[1], print)["promtool"]
