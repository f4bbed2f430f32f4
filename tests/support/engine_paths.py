"""How many ways lead from a resource to what it needs: the engine walks each of them once for every step that failed.

Pulumi 3.259 asks for everything that a failed step's resource depends on (`markAsDependency` in
pkg/resource/graph/dependency_graph.go; read 2026-11-30) without noticing where it was before. Measured, on one core:
`destroy` of production, which is refused the protected resources, took 3.6 s with 3e5 ways from those in sum, 67 s with
6e7, and with 6e8 was stopped after ten minutes: about a microsecond for each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Ways:
    """Of the resources of a plan, components left out: no step of theirs fails."""

    most: int
    """From a single one."""
    protected: int
    """From all that are protected, in sum: what a refused destroy takes."""


def ways(preview: Path) -> Ways:
    """Counted in the document that `pulumi preview --json` writes."""
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

    found = {urn: of(urn) for urn, state in states.items() if state.get("custom")}
    return Ways(most=max(found.values()), protected=sum(found[urn] for urn in found if states[urn].get("protect")))
