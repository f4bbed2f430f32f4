"""What every lane shares: no test reaches a network, and only the lanes with servers may talk to this machine."""

from __future__ import annotations

import gc
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.support.order import longest_first
from tests.support.surroundings import isolate

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

if not __debug__:
    raise pytest.UsageError("Python runs without assertions (-O or PYTHONOPTIMIZE): every test would pass")

isolate()

# The SDKs hold millions of objects that never die: walking them for garbage took a fifth of the unit lane's time
# (24 s with it, 19 s without).
gc.disable()

# A shell ignores Ctrl-C for what it starts in the background, and so does all that is started from there: a test that
# sends it would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Whether an example is drawn within a second says what else the machine does: no verdict rests on it. The rest stays
# as it is, also what Hypothesis sets with CI=true.
settings.register_profile("no-wall-time", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no-wall-time")

LANES_WITH_SERVERS = ("engine", "real")
LOOPBACK = ["127.0.0.1", "::1"]
TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not item.path.is_relative_to(TESTS):
            continue
        if item.path.relative_to(TESTS).parts[0] in LANES_WITH_SERVERS:
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
    items[:] = longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Hands out whole groups of tests. (pytest-xdist's own way for that, `--dist loadgroup`, writes a test's group into
    a field that pytest 9.2 no longer reads, and gives every test to whoever is free.)"""
    from tests.support.groups import ByGroup

    return ByGroup(config, log)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000, 20, 100)
