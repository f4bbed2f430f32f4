"""Errors that a user can cause or meet, as one message and an exit code each."""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass

from bailbondpro.guide import LedgerError
from bootstrap.needs import NeedsError
from infra.problems import ConfigError
from ops.answers.cdn.error import CdnError
from ops.answers.gate.reading import GateError
from ops.answers.github.api import GithubError
from ops.answers.preflight.error import PreflightError
from ops.answers.review.error import ReviewError
from ops.answers.state.model import StateError
from ops.answers.trace.answer import TraceSectionError
from ops.exits import INTERRUPTED
from ops.inputs.prometheus import PrometheusError
from plan import PlanError
from planner.capacity.node_groups import NodeGroupError
from planner.hpa.traces import TraceError
from sandbox.clock.moments import ClockError
from sandbox.drill.nodes.flags import FlagError
from sandbox.drill.objects.helm import ChartError
from sandbox.drill.scenarios import ScenarioError
from sandbox.engine import EngineNotFoundError
from sandbox.engine.go import GoError
from sandbox.faults import FaultError
from sandbox.kubernetes.api import ApiError
from sandbox.kubernetes.api_server import ApiServerError
from sandbox.kubernetes.kubeconfig import KubeconfigError
from sandbox.kubernetes.passport import ForeignClusterError
from sandbox.protocol.packages import UnusableEnvironmentError

_MESSAGES = (
    *(ConfigError, PlanError, EngineNotFoundError, FaultError, TraceError, CdnError),
    *(GoError, ApiServerError, KubeconfigError, ForeignClusterError, PrometheusError),
    *(ClockError, NeedsError, UnusableEnvironmentError),
    *(GateError, ScenarioError, NodeGroupError, FlagError, ChartError, PreflightError),
    *(GithubError, ReviewError, StateError, LedgerError, TraceSectionError),
)
"""Errors whose own text says everything."""
_ENGINE = "sandbox.session.EngineError"
_INTERRUPTED = "sandbox.session.InterruptedRunError"
_HEAVY_MESSAGES = (
    "ops.rehearsal.providers.SandboxBusyError",
    "sandbox.cloud.DamagedCloudError",
    "sandbox.program.project.ProgramError",
    "sandbox.seed.grammar.SeedError",
    "sandbox.seed.missing.MissingEntriesError",
)
"""Such errors of modules that load Pulumi, by name: one can only be met by who has loaded its module."""
BY_NAME = (_ENGINE, _INTERRUPTED, *_HEAVY_MESSAGES)
_DAMAGED = "failed to load checkpoint"
"""What the engine says of a state file that is cut short, for example by a full disk."""
_LOST = "incorrect passphrase"
"""What it says when the sandbox's file `passphrase` is not the one that its state was written with."""
_UNSET = re.compile(r"Missing required configuration variable '([^']+)'|missing configuration value '([^']+)'")
"""What the SDK and the engine say of a value that a program requires and nobody has set."""


@dataclass(frozen=True)
class Explained:
    """What to tell, and how to exit."""

    message: str
    code: int = 1


def explain(error: BaseException) -> Explained | None:
    """The explanation of an error; None for one that is a defect of ours and deserves its traceback."""
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    if isinstance(error, KeyboardInterrupt) or _INTERRUPTED in names:
        return Explained(
            "stopped; the engine finished what it had begun and wrote its state. Run the same command again to go on",
            INTERRUPTED,
        )
    if isinstance(error, _MESSAGES) or not names.isdisjoint(_HEAVY_MESSAGES):
        return Explained(str(error))
    if isinstance(error, ApiError):
        return Explained(f"the Kubernetes API refused: {error}")
    if _ENGINE in names:
        if (unset := _UNSET.search(str(error))) is not None:
            return Explained(f"{error}\n{_set_it(unset[1] or unset[2])}")
        return Explained(f"{error}\n{_way_on(str(error))} `--fresh` starts over in an empty sandbox.")
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Explained("the disk is full; free some space and run the same command again (at worst with --fresh)")
    if isinstance(error, OSError):
        return Explained(f"{error.filename or 'a file'}: {error.strerror or error}")
    return None


def _set_it(key: str) -> str:
    return f"  fix: --config-value {key}=VALUE, or below `config:` in the stack's file: `{key}: VALUE`"


def _way_on(said: str) -> str:
    if _DAMAGED in said:
        return "The stored state is damaged:"
    if _LOST in said:
        return "The passphrase of the stored state is lost or changed, and nothing can read its secrets:"
    return "A plain rerun continues from here;"
