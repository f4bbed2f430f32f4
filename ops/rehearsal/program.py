"""A session on another project's program: no settings of this platform, the same engine and the same cloud."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from infra.settings.reading.stack_name import own_name
from ops.console import note
from ops.inputs.stack_file import ROOT
from ops.rehearsal.seeds import seed_of
from ops.rehearsal.session import alone, prepared, struck
from sandbox.engine import find_or_build
from sandbox.faults import Faults
from sandbox.program.environment import interpreter
from sandbox.program.foreign import ForeignWorkspace
from sandbox.protocol.packages import use_environment
from sandbox.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ops.rehearsal.session import RehearseOptions
    from sandbox.engine import Engine


@contextmanager
def open_program(options: RehearseOptions, program: Path) -> Iterator[tuple[Engine, Session]]:
    """Read the program's project and stack files, find the engine, and open the program's simulated cloud.

    Raises:
        ProgramError: the folder is no program.
        SeedError: what should exist beforehand cannot be.
        EngineNotFoundError: there is no engine and none could be built.
    """
    faults = Faults.parse(options.faults)
    workspace, values = foreign(options, program)
    with its_sdks(workspace):
        existing = seed_of(options, workspace.root)
    engine = find_or_build(note)
    with alone(workspace), its_sdks(workspace):
        prepared(workspace, values, fresh=options.fresh)
        host = workspace.host(engine)
        with (
            Session(engine, workspace, bool(options.faults), faults=faults, host=host, seed=existing) as session,
            struck(session, faults),
        ):
            yield engine, session


@contextmanager
def its_sdks(workspace: ForeignWorkspace) -> Iterator[None]:
    """Simulate the packages of the SDKs that the program imports, wherever they are installed."""
    use_environment(interpreter(workspace.environment_of_program.prefix))
    try:
        yield
    finally:
        use_environment(None)


def foreign(options: RehearseOptions, program: Path) -> tuple[ForeignWorkspace, dict[str, Any]]:
    """Where a program is rehearsed, and with which configuration; says what its user must know of both.

    Raises:
        ProgramError: the folder is no program, or what it is configured with cannot be read.
    """
    workspace = ForeignWorkspace(program.absolute(), own_name(options.stack), kept=ROOT)
    configuration = workspace.configuration(options.config, options.values)
    for notice in (*configuration.notices, *workspace.notices()):
        note(notice)
    return workspace, configuration.values
