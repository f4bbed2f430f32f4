"""What every journey through the growth phases must be like."""

from __future__ import annotations

from typing import Any


def grown(document: dict[str, Any]) -> None:
    """A journey's JSON: through all phases, nothing replaced, databases only updated, nothing left to do."""
    assert document["ok"] is True
    steps = document["steps"]
    assert [(step["from"], step["to"]) for step in steps] == [
        (None, "optimization"),
        ("optimization", "horizontal"),
        ("horizontal", "microservices"),
    ]
    for step in steps:
        assert step["replace"] == 0
        assert step["second_preview_changes"] == 0
        assert step["way_of_pods"] is None
        assert all(item["op"] == "update" for item in step["stateful"])
    placed = [step["placement"] for step in steps]
    assert placed[:2] == [None, None]
    assert placed[2].startswith("no pod is pointed at the 4 shards: every client is on the primary")
