"""How many ways lead from a resource to what it needs: the engine walks each of them once for every step that failed.

Pulumi 3.259 asks for everything that a failed step's resource depends on (`markAsDependency` in
pkg/resource/graph/dependency_graph.go; read 2026-11-30) without noticing where it was before. Measured: with 5e10 ways
one refused deletion kept the engine busy until it was stopped after ten minutes.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def ways(preview: Path) -> dict[str, int]:
    """By URN of what a step can fail for (no components), from the document that `pulumi preview --json` writes."""
    steps = json.loads(preview.read_text(encoding="utf-8"))["steps"]
    states = {step["urn"]: step["newState"] for step in steps}

    @cache
    def of(urn: str) -> int:
        state = states.get(urn, {})
        needs = [*state.get("dependencies", ())]
        for urns in state.get("propertyDependencies", {}).values():
            needs += urns or ()
        if state.get("provider"):
            needs.append(state["provider"].rpartition("::")[0])
        return 1 + sum(map(of, needs))

    return {urn: of(urn) for urn, state in states.items() if state.get("custom")}
