"""PgBouncer's configuration as data, and its text. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bailbondpro.facts import ports

INI_FILE_NAME = "pgbouncer.ini"
USERLIST_FILE_NAME = "userlist.txt"
CONFIG_DIRECTORY = "/etc/pgbouncer"
CA_FILE_NAME = "ca.crt"
CERTIFICATE_FILE_NAME = "tls.crt"
KEY_FILE_NAME = "tls.key"
PRE_STOP_SECONDS = 15
"""How long a stopping pod serves on while the Service forgets it (our choice)."""
GRACE_SPARE_SECONDS = 15
"""What the grace period has beyond preStop and the transactions (our choice)."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One database server behind the pooler.

    Attributes:
        name: what clients connect to as the database name, such as "primary", "replica_1" or "shard_0".
        host: DNS name of the server.
        port: TCP port.
        database: the real database name.
        username: PostgreSQL user on this server.
        password: its password.
        pool_size: connections to this server that EACH pooler pod holds at most.
    """

    name: str
    host: str
    port: int
    database: str
    username: str
    password: str
    pool_size: int


QUERY_WAIT_SECONDS = 15
"""How long a query may wait for a server connection before it is refused.

Longer than the guide's connectionTimeoutMillis of 2000 for new connections, short of its proxy timeout of 30 s.
"""


@dataclass(frozen=True, kw_only=True)
class PoolerConfig:
    """A pooler in transaction mode.

    Attributes:
        endpoints: the servers.
        client_username: the user that clients connect as.
        client_password: its password.
        former_clients: further users and their passwords: the login before, for clients that still have it.
        max_client_connections: clients of one pooler pod; a client costs about 2 KiB (PgBouncer documentation).
        max_prepared_statements: protocol-level prepared statements kept per server connection (PgBouncer 1.21).
        idle_transaction_seconds: how long a client may keep a transaction open without a query before it is
            disconnected and its server connection freed (PgBouncer's idle_transaction_timeout; its own default 0 never
            ends one, and a few forgotten transactions hold a whole pool).
        verify_server: check the server's certificate against the mounted authority and its name.
        client_tls: show clients the mounted certificate and refuse those without TLS.
    """

    endpoints: tuple[Endpoint, ...]
    client_username: str
    client_password: str
    former_clients: tuple[tuple[str, str], ...] = ()
    max_client_connections: int = 2000
    max_prepared_statements: int = 200
    idle_transaction_seconds: int = 60
    verify_server: bool = False
    client_tls: bool = False


def connection_value(value: str) -> str:
    """A value of a connection string, quoted as PgBouncer reads it."""
    return "'" + value.replace("'", "''") + "'"


def userlist_value(value: str) -> str:
    """A field of userlist.txt, quoted as PgBouncer reads it."""
    return '"' + value.replace('"', '""') + '"'


def _sizes(pool_size: int) -> dict[str, str]:
    # the pool is the whole budget: no reserve, no second pool of another user may open more
    return {"pool_size": str(pool_size), "max_db_connections": str(pool_size)}


def _pairs(parts: dict[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in parts.items())


def shown_sizes(pools: tuple[tuple[str, int], ...], max_client_connections: int) -> str:
    """The sizes and the longest wait of a configuration without its secrets, as lines of it after each other.

    Args:
        pools: name and size of each endpoint.
        max_client_connections: clients of one pooler pod.

    >>> shown_sizes((("primary", 20),), 2000)
    'primary = pool_size=20 max_db_connections=20; max_client_conn = 2000; query_wait_timeout = 15'
    """
    lines = [f"{name} = {_pairs(_sizes(size))}" for name, size in pools]
    own = (f"max_client_conn = {max_client_connections}", f"query_wait_timeout = {QUERY_WAIT_SECONDS}")
    return "; ".join([*lines, *own])


def _database(endpoint: Endpoint) -> str:
    parts = {
        "host": endpoint.host,
        "port": str(endpoint.port),
        "dbname": connection_value(endpoint.database),
        "user": connection_value(endpoint.username),
        "password": connection_value(endpoint.password),
        **_sizes(endpoint.pool_size),
    }
    return f"{endpoint.name} = {_pairs(parts)}"


def pgbouncer_ini(config: PoolerConfig) -> str:
    """The text of pgbouncer.ini. It holds passwords."""
    largest = max(endpoint.pool_size for endpoint in config.endpoints)
    settings = {
        "listen_addr": "0.0.0.0",  # noqa: S104 - a pod has to listen on its own address
        "listen_port": str(ports.POOLER),
        "unix_socket_dir": "",
        "auth_type": "scram-sha-256",
        "auth_file": f"{CONFIG_DIRECTORY}/{USERLIST_FILE_NAME}",
        "pool_mode": "transaction",
        "max_client_conn": str(config.max_client_connections),
        "default_pool_size": str(largest),
        "max_prepared_statements": str(config.max_prepared_statements),
        "query_wait_timeout": str(QUERY_WAIT_SECONDS),
        "idle_transaction_timeout": str(config.idle_transaction_seconds),
        # drivers send these at start-up; a transaction pool cannot keep them
        "ignore_startup_parameters": "extra_float_digits,options",
        "server_tls_sslmode": "verify-full" if config.verify_server else "require",
        "server_login_retry": "1",
        "server_connect_timeout": "5",
        "server_lifetime": "3600",
        "server_idle_timeout": "600",
        # RDS fails over by changing what the name resolves to
        "dns_max_ttl": "5",
        "tcp_keepalive": "1",
        "log_connections": "0",
        "log_disconnections": "0",
        "stats_users": config.client_username,
    }
    if config.verify_server:
        settings["server_tls_ca_file"] = f"{CONFIG_DIRECTORY}/{CA_FILE_NAME}"
    if config.client_tls:
        settings["client_tls_sslmode"] = "require"
        settings["client_tls_cert_file"] = f"{CONFIG_DIRECTORY}/{CERTIFICATE_FILE_NAME}"
        settings["client_tls_key_file"] = f"{CONFIG_DIRECTORY}/{KEY_FILE_NAME}"
    lines = ["[databases]", *(_database(endpoint) for endpoint in config.endpoints), "", "[pgbouncer]"]
    return "\n".join([*lines, *(f"{key} = {value}" for key, value in settings.items())]) + "\n"


def userlist(config: PoolerConfig) -> str:
    """The text of userlist.txt: everybody who may connect."""
    clients = ((config.client_username, config.client_password), *config.former_clients)
    return "".join(f"{userlist_value(name)} {userlist_value(password)}\n" for name, password in clients)


def stop_command(finish_seconds: int) -> tuple[str, ...]:
    """What a stopping pod runs.

    SIGINT lets running transactions end, then sends clients away to another pod, then stops. SIGTERM, which the
    kubelet would send, waits for all clients to leave of themselves, which pooled clients never do (PgBouncer, change
    of the shutdown signals in 1.23).
    """
    return ("sh", "-c", f"sleep {PRE_STOP_SECONDS}; kill -INT 1; sleep {finish_seconds}")
