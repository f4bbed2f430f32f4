"""Pods of the sample application for tests in which pods come and go: real processes before a real PostgreSQL.

Some requests are slow because the database is, as they are in a cluster: nothing of the application is made for tests.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support import programs
from tests.support.constant_load import Request, Visits
from tests.support.live_postgres import SMALL, Login, Postgres
from tests.support.sample import APPLICATION, pod, sources
from tests.support.servers import free_port, scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.servers import Server

PASSWORD = "of-a-test"  # noqa: S105 - of a server that stops with the test
PATIENCE_MS = 20_000
SLOW = """
INSERT INTO clients VALUES ('fast', 'Jane'), ('slow', 'Jane');
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON clients FOR EACH ROW WHEN (NEW.id LIKE 'slow-%') EXECUTE FUNCTION slow();
CREATE TRIGGER slow BEFORE INSERT ON bonds FOR EACH ROW WHEN (NEW.client_id = 'slow') EXECUTE FUNCTION slow();
"""
_BOND = b'{"amountCents": 5000}'
VISITS = Visits(
    (Request("GET", "/"), Request("POST", "/api/clients/fast/bonds", _BOND, "201")),
    (Request("GET", "/api/clients/fast"), Request("POST", "/api/clients/fast/bonds", _BOND, "201")),
    (
        Request("PUT", "/api/clients/slow-{n}", b'{"name": "Jane"}'),
        Request("POST", "/api/clients/slow/bonds", _BOND, "201"),
    ),
)
"""Pages, data, and what the database is slow with. The gateway repeats no POST."""


@dataclass(eq=False)
class SamplePod:
    """One process of the application."""

    address: str
    ports: Mapping[int, int]
    variables: Mapping[str, str]
    program: Path
    log: Path
    stack: ExitStack
    server: Server | None = None

    @property
    def busy(self) -> int:
        """Whether the process is there: it ends by itself once its requests are answered."""
        return int(self.server is not None and self.server.process.poll() is None)

    async def start(self) -> None:
        """Begin, and wait until it listens."""
        running = pod(self.program, self.address, self.ports, self.variables, self.log)
        self.server = await asyncio.to_thread(self.stack.enter_context, running)

    def finish(self) -> None:
        """What the kubelet sends first."""
        if self.server is not None:
            self.server.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """What it sends last."""
        if self.busy and self.server is not None:
            self.server.kill()


@dataclass
class SampleApp:
    """The application's program, and the database of all its pods."""

    folder: Path
    database: Postgres
    stack: ExitStack

    def __call__(self, address: str, ports: Mapping[int, int]) -> SamplePod:
        """A pod that has yet to be started."""
        login = self.database.login
        variables = {
            "DATABASE_URL": f"postgresql://{login.username}:{PASSWORD}@127.0.0.1:{self.database.port}/postgres",
            "REDIS_URL": f"redis://127.0.0.1:{free_port()}",
            # how long a slow machine takes is not what is asked here
            "DATABASE_POOL_CONNECTION_TIMEOUT_MS": str(PATIENCE_MS),
            "DATABASE_QUERY_TIMEOUT_MS": str(PATIENCE_MS),
        }
        program, log = self.folder / "application" / "server.js", self.folder / f"{address}.log"
        return SamplePod(address, ports, variables, program, log, self.stack)


@contextmanager
def sample_app(slow_seconds: float) -> Iterator[SampleApp]:
    """The application without a cache, and with a database that takes so long for what `VISITS` calls slow."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        database = Postgres(programs.postgres_17(), folder, Login("bbp_admin", PASSWORD, "postgres"), SMALL)
        database.initialise(tls=False)
        stack.enter_context(database.running())
        database.run((APPLICATION / "schema.sql").read_text() + SLOW.format(seconds=slow_seconds))
        sources(folder / "application")
        yield SampleApp(folder, database, stack)
        if database.server is not None:
            database.server.kill()
