"""AWS Load Balancer Controller: services that register in target groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation, values_at
from sandbox.model.references import Reference
from sandbox.model.replacement import Replaced
from sandbox.services.aws.lb.targets import TARGET_GROUP
from sandbox.services.kubernetes.custom.finalizers import finalized
from sandbox.services.kubernetes.kinds import Kind, row
from sandbox.services.kubernetes.targets import target

if TYPE_CHECKING:
    from collections.abc import Iterator


def _service(context: Context) -> Iterator[Violation]:
    for at, name in values_at(context.inputs, "spec.serviceRef.name"):
        says = "the controller would have nothing to register"
        yield from target(context, at, Kind("", "v1", "Service"), name, says)


_DOCS = "AWS Load Balancer Controller documentation, TargetGroupBinding"
ROWS = (
    row(
        "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding",
        Replaced(),
        state=(Rule("binding-service", _DOCS, (), _service),),
        references=(Reference("spec.targetGroupARN", TARGET_GROUP, "TargetGroupNotFound"),),
        deletion=finalized("elbv2.k8s.aws/resources"),
    ),
)
