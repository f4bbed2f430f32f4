"""Workloads that end: jobs, and what starts them by the clock."""

from __future__ import annotations

from sandbox.model.checks import On
from sandbox.model.replacement import Replaced
from sandbox.services.kubernetes.kinds import row
from sandbox.services.kubernetes.pods import POD

_cron = On("cron-job", source="pkg/apis/batch/validation")
ROWS = (
    row(
        "kubernetes:batch/v1:Job",
        Replaced(
            (
                "spec.completions",
                "spec.parallelism",
                "spec.selector",
                "spec.template",
            )
        ),
        *POD,
    ),
    row(
        "kubernetes:batch/v1:CronJob",
        Replaced(),
        _cron.one_of("spec.concurrencyPolicy", ("Allow", "Forbid", "Replace"), "Unsupported value"),
        *POD,
    ),
)
