"""Progress counts what a plan counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi.automation.events import EngineEvent, OpType, ResOutputsEvent, StepEventMetadata

from ops.rehearsal.progress import progress

if TYPE_CHECKING:
    import pytest


def finished(urn: str, kind: str) -> EngineEvent:
    step = StepEventMetadata(op=OpType.CREATE, urn=urn, type=kind, provider="")
    return EngineEvent(sequence=1, timestamp=1, res_outputs_event=ResOutputsEvent(metadata=step))


def test_each_resource_counts_once_and_what_the_engine_adds_not_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("update", total=3) as bar:
        for urn, kind in (
            ("stack", "pulumi:pulumi:Stack"),
            ("component", "bailbondpro:network:Network"),
            ("urn::default_7_39_0", "pulumi:providers:aws"),
            ("urn::kubernetes", "pulumi:providers:kubernetes"),
            ("vpc", "aws:ec2/vpc:Vpc"),
            ("component", "bailbondpro:network:Network"),
        ):
            bar(finished(urn, kind))
        bar(EngineEvent(sequence=2, timestamp=2))
    assert bar.done == 3
    assert "update: 3 resources in" in capsys.readouterr().err
