"""Runs small programs on the real engine against a simulated cloud of their own.

A bench lives in one temporary folder and keeps its cloud and state between operations, so that a test can go on from
where the last program stopped:

    def test_something(bench: Bench) -> None:
        bench.up(first_program)
        assert bench.refusal(second_program) == ...
"""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.engine import find_or_build
from sandbox.faults import Faults
from sandbox.seed import Seed
from sandbox.session import EngineError, Session
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plan import Plan
    from sandbox.cloud import CloudObject
    from sandbox.engine import Engine


R = TypeVar("R")


@cache
def engine() -> Engine:
    """The engine of this machine, looked for once."""
    return find_or_build(print)


@dataclass
class Bench:
    """A project folder with nothing but a name, and the operations of the engine on it.

    Attributes:
        root: an empty folder.
        stack: the stack's name.
        faults: texts of faults as the command line takes them, for the operations that follow.
        seed: what exists beforehand, for the operations that follow.
    """

    root: Path
    stack: str = "dev"
    faults: tuple[str, ...] = ()
    seed: Seed = field(default_factory=Seed)
    cloud: list[CloudObject] = field(default_factory=list)
    """What exists after the last operation."""

    def __post_init__(self) -> None:
        (self.root / "Pulumi.yaml").write_text("name: bailbondpro\nruntime: python\n", encoding="utf-8")
        self.workspace = SandboxWorkspace(self.root, self.stack)
        self.workspace.prepare({})

    def session(self, program: Callable[[], object]) -> Session:
        """A session of the engine on this bench; a context manager."""
        faults = Faults.parse(self.faults)
        return Session(engine(), self.workspace, program=lambda: _run(program), faults=faults, seed=self.seed)

    def preview(self, program: Callable[[], object]) -> Plan:
        """What an update would do."""
        return self._on(program, lambda session: session.preview()[0])

    def up(self, program: Callable[[], object]) -> dict[str, Any]:
        """Update; returns the outputs."""
        return self._on(program, lambda session: session.up())

    def destroy(self) -> dict[str, int]:
        """Delete everything."""
        return self._on(lambda: None, lambda session: session.destroy())

    def refusal(self, program: Callable[[], object]) -> str:
        """The engine's messages for an update that must fail."""
        try:
            self.up(program)
        except EngineError as error:
            return "\n".join(error.diagnostics)
        raise AssertionError("the update was accepted")

    def objects(self, token: str) -> list[CloudObject]:
        """What exists of one type after the last operation."""
        return [item for item in self.cloud if item.token == token]

    def _on(self, program: Callable[[], object], act: Callable[[Session], R]) -> R:
        with self.session(program) as session:
            try:
                return act(session)
            except EngineError:
                gc.collect()  # what a failed run leaves behind complains now, inside the test that caused it
                raise
            finally:
                self.cloud = session.cloud.all()


def _run(program: Callable[[], object]) -> None:
    program()
