"""The test of a running application: every judge in its turn, those that end it last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.contract import caching, clients, connections, endpoints, log, metrics, proxies, writes
from ops.answers.contract.client import Application, UnreachableError
from ops.answers.contract.run import Run
from ops.answers.contract.verdicts import answer

if TYPE_CHECKING:
    from ops.answers.contract.run import Options
    from ops.answers.contract.verdicts import ContractAnswer


def judged(application: Application, options: Options) -> ContractAnswer:
    """Everything that a running application can show of the contract.

    Raises:
        UnreachableError: nothing answers at all.
    """
    run = Run(application, options)
    begin = log.size(options.log)
    application.ask("/health")
    before = metrics.measured(run)
    verdicts = [*endpoints.judge(run), *clients.judge(run), *writes.judge(run), *caching.judge(run)]
    # what looks at all answers comes after those that ask
    verdicts += [*proxies.judge(run), connections.kept_open(run), *metrics.judge(run, before)]
    verdicts += log.judge(run, begin)
    verdicts += connections.stop(run)
    return answer(application.web, verdicts)


__all__ = ["UnreachableError", "judged"]
