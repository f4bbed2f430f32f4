"""docs/autoscalers.md, made of the guide's recorded steps and of the autoscalers that the platform makes of its classes.

.venv/bin/python -m tests.support.conformance_page            says whether the page differs
.venv/bin/python -m tests.support.conformance_page --write    brings it up to date
"""

# ruff: noqa: E501 - a row of a table is one line, and the page is wider than code

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

from components.autoscaling import formula
from components.autoscaling.policy import guide_autoscaler, scaling_manager
from tests.support.generated_page import brought_up_to_date
from tests.support.guide_scalers import Conformance, conformance, recorded
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.autoscaling.policy import AutoscalingPolicy

PAGE = ROOT / "docs" / "autoscalers.md"
HEAD = """\
# The guide's two autoscaling classes

The scaling guide has two processes of its own that set the number of pods, beside two HorizontalPodAutoscalers. One Deployment
can have one owner, so here each is a profile (`autoscaling.profile`), decided by the real controller: a formula of KEDA says which
way to go, and the steps of the HorizontalPodAutoscaler say how far, in the controller's own rounding, which is the guide's.

```yaml
config:
  bailbondpro:autoscaling: {profile: guide-autoscaler, metricsBackend: keda, minReplicas: 2, maxReplicas: 20}
```

| profile | formula |
|---|---|
"""
TABLE = """
How near that is: the guide's own code ran on Node.js with a clock of one step a minute, and the controller that equals recorded
runs of the real one followed the same measurements, looking every 15 seconds, with series that are read every 30 seconds and
pods that take 35 seconds to start. Both go their own way from the first step on.

| the guide's | steps | as many pods after it | same decision from the same count | most pods apart | pods taken while at least 1 % fail (the guide's) |
|---|---|---|---|---|---|
"""
TAIL = """
What differs, and why:

- **More than 5 % of errors add pods** in the class AutoScaler. Here they do not: they are an alert, because more pods worsen an
  outage of a database. The second row is the guide's code told so by its own `updateConfig`.
- **No pod goes while 1 % of the requests of five minutes or more fail**, while a pod is not ready, or while no request is answered at all: an
  application that hangs answers none. The class ScalingManager does not know of errors; all of its differing steps but one are this guard.
- **A minute of being sure** before pods go, because what KEDA reads of the pods is up to half a minute old and the controller
  multiplies by pods that are ready. The five minutes of rest count from the change, so it costs nothing after one.
- At its maximum the class AutoScaler begins its rest anew every five minutes though nothing changes; the controller does not, and
  comes down up to five minutes earlier.
- Where a series is missing, KEDA has no answer and the count stays, up and down.
- cpu and memory thresholds are those of the stack file (`cpuPercent`, `memoryPercent`); the lower ones keep their share of them.
  Adding one pod of more than nine needs the controller's `tolerance`, which Kubernetes has from 1.35 on.

This page is made by `.venv/bin/python -m tests.support.conformance_page --write`; tests hold it, and that no measurement at all
takes a pod away while requests fail.
"""


@cache
def compared() -> Mapping[str, Conformance]:
    """Each class against what the platform makes of it."""
    return {
        "AutoScaler": conformance(guide_autoscaler(), recorded("autoscaler"), 3),
        "AutoScaler, errors add no pods": conformance(guide_autoscaler(), recorded("autoscaler without errors"), 3),
        "ScalingManager": conformance(scaling_manager(), recorded("manager"), 2),
    }


def _formula(name: str, policy: AutoscalingPolicy) -> str:
    text = formula.text(policy.formula, policy.thresholds) if policy.formula else ""
    return f"| `{name}` | `{text.replace('|', chr(92) + '|')}` |"


def _line(name: str, found: Conformance) -> str:
    cells = (
        name,
        str(found.steps),
        f"{found.same} ({found.same / found.steps:.1%})",
        f"{found.decided} of {found.began}",
        str(found.apart),
        f"{found.removed} ({found.guide_removed})",
    )
    return f"| {' | '.join(cells)} |"


def page(rows: Mapping[str, Conformance]) -> str:
    """The page."""
    formulas = (_formula("guide-autoscaler", guide_autoscaler()), _formula("scaling-manager", scaling_manager()))
    lines = (_line(name, found) for name, found in rows.items())
    return HEAD + "\n".join(formulas) + "\n" + TABLE + "\n".join(lines) + "\n" + TAIL


def main(arguments: Sequence[str] | None = None) -> int:
    """Say whether the page differs, or write it."""
    return brought_up_to_date(PAGE, page(compared()), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
