"""The servers' configurations as the stack will ship them, for reading and for trying them out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bailbondpro.facts import ports
from components.gateway.guide import guide_config
from components.gateway.render import render
from components.pooler.config import INI_FILE_NAME, USERLIST_FILE_NAME, Endpoint, PoolerConfig, pgbouncer_ini, userlist
from components.postgres.users_sql import UserRole, user_name
from infra.limits import pool_sizes
from infra.wiring.database_users import pooler_turns, pooler_user, primary_turns, shard_turns
from infra.wiring.gateway import guide_gateway
from infra.wiring.names import names_of
from ops.answers.render.annotate import NGINX, PGBOUNCER, annotated
from sandbox.cache import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from components.security.turns import Turn
    from infra.settings import Settings

HIDDEN = "<secret>"
"""Stands where a password would stand."""
_PASSWORD_BYTES = 30


class RenderError(ValueError):
    """There is nothing to render, or nowhere to write it."""


@dataclass(frozen=True)
class PoolerFiles:
    """PgBouncer's two files; with passwords or without."""

    ini: str
    users: str

    @property
    def text(self) -> str:
        """Both files below each other, for reading."""
        return f"# {INI_FILE_NAME}\n{self.ini}\n# {USERLIST_FILE_NAME}\n{self.users}"


def nginx_conf(settings: Settings) -> str:
    """The gateway's nginx.conf with the reasons; it names the files of certificate and key and holds no secret."""
    return annotated(render(guide_config(guide_gateway(settings))), NGINX)


def pooler_config(settings: Settings) -> PoolerConfig:
    """The pooler's configuration before deployment: `<secret>` for passwords, and hosts that AWS has yet to complete.

    Raises:
        RenderError: the stack has no pooler.
    """
    postgres = settings.postgres
    if not postgres.pooler.enabled:
        raise RenderError(
            "this stack has no pooler: pods connect to the databases themselves "
            "(set bailbondpro:postgres pooler.enabled, or choose another --phase)"
        )
    sizes, turns = pool_sizes(settings), pooler_turns(settings)
    names = [("primary", "primary", sizes.primary)]
    names += [(f"replica_{n}", f"primary-replica-{n}", sizes.replica) for n in range(1, postgres.replicas + 1)]
    names += [(f"shard_{i}", f"shard-{i}", sizes.shard) for i in range(postgres.shards_reached)]
    endpoints = tuple(
        Endpoint(
            name=name,
            host=f"{names_of(settings).prefix}-{server}.<account>.{settings.region}.rds.amazonaws.com",
            port=ports.POSTGRES,
            database=postgres.database_name,
            username=user_name(*_login(settings, name)),
            password=HIDDEN,
            pool_size=size,
        )
        for name, server, size in names
    )
    return PoolerConfig(
        endpoints=endpoints,
        client_username=pooler_user(turns.active),
        client_password=HIDDEN,
        former_clients=tuple((pooler_user(turn), HIDDEN) for turn in turns.valid if turn != turns.active),
        max_client_connections=sizes.max_client_connections,
        max_prepared_statements=postgres.pooler.max_prepared_statements,
        verify_server=True,
        client_tls=True,
    )


def _login(settings: Settings, endpoint: str) -> tuple[UserRole, Turn]:
    """Whose login an endpoint has: the reader's on a replica."""
    if endpoint.startswith("shard_"):
        return UserRole.APPLICATION, shard_turns(settings, int(endpoint.removeprefix("shard_"))).active
    role = UserRole.READER if endpoint.startswith("replica_") else UserRole.APPLICATION
    return role, primary_turns(settings).active


def pooler_files(config: PoolerConfig) -> PoolerFiles:
    """Both files of a configuration, the first with the reasons."""
    return PoolerFiles(annotated(pgbouncer_ini(config), PGBOUNCER), userlist(config))


def with_passwords(config: PoolerConfig) -> PoolerConfig:
    """The same with new random passwords, as the stack generates them: all replicas have one."""
    passwords = {_server(endpoint): secrets.token_urlsafe(_PASSWORD_BYTES) for endpoint in config.endpoints}
    return replace(
        config,
        endpoints=tuple(replace(endpoint, password=passwords[_server(endpoint)]) for endpoint in config.endpoints),
        client_password=secrets.token_urlsafe(_PASSWORD_BYTES),
        former_clients=tuple((name, secrets.token_urlsafe(_PASSWORD_BYTES)) for name, _ in config.former_clients),
    )


def _server(endpoint: Endpoint) -> str:
    return "replicas" if endpoint.name.startswith("replica_") else endpoint.name


def write_secret(file: Path, files: PoolerFiles) -> tuple[Path, Path]:
    """Write the configuration with passwords; both files are readable by their owner only (mode 0600).

    Args:
        file: where the ini goes; the list of users goes beside it, as `userlist.txt`.
        files: what to write.

    Raises:
        RenderError: the file is the list of users.
        OSError: the folder cannot be written.
    """
    users = file.with_name(USERLIST_FILE_NAME)
    if file == users:
        raise RenderError(f"{file} is the name of the list of users; choose another one for the configuration")
    write_atomically(file, files.ini, mode=0o600)
    write_atomically(users, files.users, mode=0o600)
    return file, users
