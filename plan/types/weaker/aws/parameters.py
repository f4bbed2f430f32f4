"""Parameters of databases and caches that take data, room or a way with them.

Sources: PostgreSQL documentation, Server Configuration; Amazon RDS User Guide, Parameters on your RDS for PostgreSQL DB
instance; Amazon ElastiCache User Guide, Valkey and Redis OSS parameters; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.model import Loses, Weaker, becomes, changes, no_less, number, stays
from plan.types.weaker.ways import named, no_more

if TYPE_CHECKING:
    from collections.abc import Callable

    Than = Callable[[Any, Any], bool]

CACHE_PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"
_SECOND = 1000
"""Milliseconds: what ends earlier ends statements that are well (our choice)."""
_ON, _OFF = ("1", "on", "true", 1, True), ("0", "off", "false", 0, False)
_LARGER = 8
"""How many times as much memory a parameter may take: a class of three sizes more (our choice)."""
_POSTGRESQL = "PostgreSQL documentation, Server Configuration"
_CACHES = "Amazon ElastiCache User Guide, Valkey and Redis OSS parameters"


def _too_short(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether what takes a second is ended, and was not: 0 and none are for ever."""
    before, after = (number(value) or float("inf") for value in (old, new))
    return after < _SECOND <= before


def _ends_idle(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether connections are ended sooner than before: 0 and none are for ever."""
    before, after = (number(value) or float("inf") for value in (old, new))
    return after < before


def _unloaded(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a list in a text has lost an entry."""
    before, after = ({part.strip() for part in str(value or "").split(",")} - {""} for value in (old, new))
    return bool(before - after)


_WHOLE = "its rows are whole after a crash"
_ROOM = "it has room for its load"
_ROWS: tuple[tuple[str, Than, str, Loses], ...] = (
    *(
        (name, becomes(*_ON), "programs write to it", "way")
        for name in ("default_transaction_read_only", "transaction_read_only")
    ),
    *((name, becomes(*_OFF), _WHOLE, "copies") for name in ("fsync", "full_page_writes")),
    ("session_replication_role", becomes("replica"), "its triggers and foreign keys hold", "copies"),
    ("row_security", becomes(*_OFF), "its policies of rows hold", "defence"),
    ("autovacuum", becomes(*_OFF), "what was deleted in it is cleared away", "room"),
    *(
        (name, no_less, _ROOM, "room")
        for name in ("max_connections", "max_worker_processes", "rds.max_connections", "max_locks_per_transaction")
    ),
    *(
        (name, no_more(_LARGER), _ROOM, "room")
        for name in ("work_mem", "shared_buffers", "maintenance_work_mem", "autovacuum_work_mem", "temp_buffers")
    ),
    *(
        (name, _too_short, "statements end when they are done", "way")
        for name in ("statement_timeout", "lock_timeout", "transaction_timeout")
    ),
    *(
        (name, _too_short, "connections are kept open", "way")
        for name in ("idle_session_timeout", "idle_in_transaction_session_timeout")
    ),
    *(
        (name, becomes("0", 0), "its replicas and copies follow it", "redundancy")
        for name in ("max_wal_senders", "max_replication_slots")
    ),
    ("shared_preload_libraries", _unloaded, "somebody sees which statements take long", "defence"),
    ("log_statement", becomes("all", "mod"), "what people write does not stand in its log", "defence"),
    *(
        (name, stays("0", 0), "what people write does not stand in its log", "defence")
        for name in ("log_parameter_max_length", "log_parameter_max_length_on_error")
    ),
)
_OF_CACHES: tuple[tuple[str, Than, str, Loses], ...] = (
    ("maxmemory-policy", changes, "it makes room as its programs expect", "room"),
    ("reserved-memory-percent", no_more(2), _ROOM, "room"),
    ("timeout", _ends_idle, "connections are kept open", "way"),
    ("cluster-enabled", changes, "clients ask its shards themselves", "way"),
)
PARAMETERS_WEAKER: tuple[Weaker, ...] = tuple(
    Weaker(
        token=token,
        path=("parameters",),
        than=named(name, "name", "value", than),
        says=says,
        loses=loses,
        source=source,
        label=f"parameters.{name}",
        own=True,
    )
    for token, rows, source in ((tokens.PARAMETER_GROUP, _ROWS, _POSTGRESQL), (CACHE_PARAMETERS, _OF_CACHES, _CACHES))
    for name, than, says, loses in rows
)
