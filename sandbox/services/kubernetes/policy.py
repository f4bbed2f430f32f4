"""How many pods may be away at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, block, given
from sandbox.model.replacement import Replaced
from sandbox.services.kubernetes.kinds import row

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = 100
"""Percent of everything."""


def _budget(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    if given(spec, "minAvailable") and given(spec, "maxUnavailable"):
        yield Violation("spec.minAvailable", "minAvailable and maxUnavailable cannot be both set")
    for name in ("minAvailable", "maxUnavailable"):
        value = spec.get(name)
        text = str(value).removesuffix(".0")
        percent = text.removesuffix("%")
        if known(value) and (not percent.isdecimal() or (text.endswith("%") and int(percent) > WHOLE)):
            yield Violation(f"spec.{name}", f"{value!r}: must be a whole number or a percentage up to 100%")
    policy = spec.get("unhealthyPodEvictionPolicy")
    if known(policy) and policy not in ("IfHealthyBudget", "AlwaysAllow"):
        yield Violation(
            "spec.unhealthyPodEvictionPolicy", f"{policy!r}: supported values: AlwaysAllow, IfHealthyBudget"
        )


_on = On("pdb", source="Kubernetes API reference; pkg/apis/policy/validation")
ROWS = (row("kubernetes:policy/v1:PodDisruptionBudget", Replaced(), _on.custom("budget", _budget)),)
