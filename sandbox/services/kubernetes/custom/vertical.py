"""The Vertical Pod Autoscaler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, items
from sandbox.model.replacement import Replaced
from sandbox.services.kubernetes.kinds import row
from sandbox.services.kubernetes.names import quantity
from sandbox.services.kubernetes.targets import scaled

if TYPE_CHECKING:
    from collections.abc import Iterator

UPDATE_MODES = ("Off", "Initial", "Recreate", "InPlaceOrRecreate", "InPlace", "Auto")


def _vertical(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    mode = block(spec, "updatePolicy").get("updateMode")
    if known(mode) and mode not in UPDATE_MODES:
        yield Violation("spec.updatePolicy.updateMode", f"{mode!r}: supported values: {', '.join(UPDATE_MODES)}")
    for index, policy in enumerate(items(block(spec, "resourcePolicy"), "containerPolicies")):
        at = f"spec.resourcePolicy.containerPolicies[{index}]"
        low, high = block(policy, "minAllowed"), block(policy, "maxAllowed")
        for name in low.keys() & high.keys():
            least, most = quantity(low[name]), quantity(high[name])
            if least is not None and most is not None and least > most:
                yield Violation(f"{at}.minAllowed.{name}", f"{low[name]} is above maxAllowed {high[name]}")


_on = On("vpa", source="Vertical Pod Autoscaler API and admission")
ROWS = (row("kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler", Replaced(), _on.custom("policy", _vertical)),)
SETTLED = (
    Rule(
        "vertical-autoscaler-target",
        "Kubernetes Autoscaler documentation, Vertical Pod Autoscaler, status ConfigUnsupported",
        ("kubernetes:autoscaling.k8s.io/*:VerticalPodAutoscaler",),
        scaled("spec.targetRef", "the autoscaler is accepted and recommends nothing"),
    ),
)
"""In every version of the group, once everything is there."""
