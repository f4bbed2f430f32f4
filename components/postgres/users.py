"""Database users by role of use, made by Jobs inside the cluster: no program outside the VPC reaches the servers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s
import pulumi_random as random

from bailbondpro.facts import ports

from ..kubernetes.children import child_options
from ..kubernetes.network_policies import Peer, TrafficRule, dns, network_policy
from ..kubernetes.objects import service_account
from .database_trust import verified
from .users_args import DatabaseUsersArgs, UsersServer
from .users_job import (
    APP,
    AUTHORITY_FILE,
    RETIREMENT_FILE,
    SERVICE_FILE,
    USERS_FILE,
    Script,
    run_script,
    script_secret,
    service_file,
    users_identity,
)
from .users_sql import UserRole, UserVerifier, retirement_script, user_name, users_script, verifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..kubernetes.objects import Identity
    from ..security.turns import Turn

__all__ = ["DatabaseUsers", "DatabaseUsersArgs", "Login", "RetiredUsers", "UsersServer"]

CLIENT_APP = "bailbondpro-database-client"
"""The `app` label of pods that people start with one of the logins' Secrets, such as a migration: they may reach the
databases, and nothing else."""
PASSWORD_LENGTH = 40
LOGIN_SECRETS = {
    UserRole.MIGRATION: "db-migration-secret",
    UserRole.READER: "db-reader-secret",
    UserRole.EXPORTER: "db-exporter-secret",
}
"""Secrets of logins that no pod of the platform has, with the URL of each primary: `url`, `shard-0-url` and so on."""


@dataclass(frozen=True)
class Login:
    """Whoever logs in."""

    username: str
    password: pulumi.Output[str]


class DatabaseUsers(pulumi.ComponentResource):
    """Users of each server for application, migration, reading and exporters, two of each, which take turns.

    A Job for each server runs the statements as its master user; nothing else of the platform has that login. It is
    made anew when a password changes, and whoever hands logins out waits for it: see `ready`.

    Example:
        ```python
        primary = UsersServer(
            name="primary", host=host, database="app", master_username="app_admin", master_password=server_password
        )
        args = DatabaseUsersArgs(
            namespace="production",
            image=image,
            servers=(primary,),
            ca_bundle="-----BEGIN CERTIFICATE-----",
            database_cidrs=("10.20.104.0/24",),
        )
        users = DatabaseUsers("database-users", args)
        database_url = users.url("primary", UserRole.APPLICATION)
        ```
    """

    ready: tuple[pulumi.Resource, ...]
    """The Jobs: whoever logs in as one of the users starts after them."""

    def __init__(self, name: str, args: DatabaseUsersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:database_users:DatabaseUsers", name, None, opts)
        child = child_options(self, opts)
        self._servers = {server.name: server for server in args.servers}
        self._passwords = {server.name: _passwords(name, server, child) for server in args.servers}
        identity = users_identity(name, args, child)
        account = service_account(identity, APP)
        policies = [_policy(identity, app, args) for app in (APP, CLIENT_APP)]
        self._jobs = {
            server.name: self._job(identity.after(*policies), args, server, account.metadata.name)
            for server in args.servers
        }
        self.ready = tuple(self._jobs.values())
        for role, secret in LOGIN_SECRETS.items():
            self._login_secret(identity.after(*self.ready), role, secret)
        self.register_outputs({})

    def login(self, server: str, role: UserRole) -> Login:
        """Whoever is on turn; what holds the login depends on `ready`.

        Raises:
            KeyError: there is no such server.
        """
        turn = self._servers[server].turns.active
        return Login(user_name(role, turn), self._passwords[server][role, turn])

    def url(self, server: str, role: UserRole, host: pulumi.Input[str] | None = None) -> pulumi.Output[str]:
        """The connection URL of a server, or of its replica at another host; secret. It verifies who answers.

        Raises:
            KeyError: there is no such server.
        """
        login, known = self.login(server, role), self._servers[server]
        # Letters and digits only: nothing needs escaping.
        return verified(
            pulumi.Output.format(
                "postgresql://{0}:{1}@{2}:{3}/{4}",
                login.username,
                login.password,
                known.host if host is None else host,
                known.port,
                known.database,
            )
        )

    def _job(
        self, identity: Identity, args: DatabaseUsersArgs, server: UsersServer, account: pulumi.Input[str]
    ) -> k8s.batch.v1.Job:
        files = _files(args, server, self._passwords[server.name])
        secret = k8s.core.v1.Secret(
            f"{identity.name}-{server.name}-script",
            metadata=identity.metadata(script_secret(server.name)),
            type="Opaque",
            string_data=files,
            opts=identity.opts,
        )
        return run_script(
            identity.after(secret), args, server.name, account, Script("users", USERS_FILE, _digest(files))
        )

    def _login_secret(self, identity: Identity, role: UserRole, secret: str) -> None:
        urls = {_url_key(server): self.url(server, role) for server in self._servers}
        k8s.core.v1.Secret(
            f"{identity.name}-{role}",
            metadata=identity.metadata(secret),
            type="Opaque",
            string_data=urls,
            opts=identity.opts,
        )


class RetiredUsers(pulumi.ComponentResource):
    """The second step of a rotation: a Job for each server whose users took turns ends the login of those retired.

    Make it depend on everything that logs in: whoever still has the login before has then been replaced, even where
    both steps are one update.

    Example:
        ```python
        primary = UsersServer(
            name="primary",
            host=host,
            database="app",
            master_username="app_admin",
            master_password=server_password,
            generation=2,
            retired_before=2,
        )
        args = DatabaseUsersArgs(
            namespace="production",
            image=image,
            servers=(primary,),
            ca_bundle="-----BEGIN CERTIFICATE-----",
            database_cidrs=("10.20.104.0/24",),
        )
        RetiredUsers("retired-users", args)
        ```
    """

    jobs: tuple[pulumi.Resource, ...]
    """One for each server that was rotated."""

    def __init__(self, name: str, args: DatabaseUsersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:database_users:RetiredUsers", name, None, opts)
        identity = users_identity(name, args, child_options(self, opts))
        self.jobs = tuple(
            run_script(
                identity,
                args,
                server.name,
                APP,
                Script("retirement", RETIREMENT_FILE, pulumi.Output.from_input(_text_digest(_retirement(server)))),
            )
            for server in args.servers
            if server.generation > 1
        )
        self.register_outputs({})


def _passwords(
    name: str, server: UsersServer, opts: pulumi.ResourceOptions
) -> Mapping[tuple[UserRole, Turn], pulumi.Output[str]]:
    found = {}
    for role in UserRole:
        for turn in server.turns.made:
            generated = random.RandomPassword(
                f"{name}-{server.name}-{role}-{turn}-password",
                length=PASSWORD_LENGTH,
                special=False,
                keepers={"generation": str(server.turns.last(turn))},
                # a provider of Kubernetes, and what the Jobs wait for, are nothing to a password
                opts=pulumi.ResourceOptions(parent=opts.parent),
            )
            found[role, turn] = pulumi.Output.secret(generated.result)
    return found


def _files(
    args: DatabaseUsersArgs, server: UsersServer, passwords: Mapping[tuple[UserRole, Turn], pulumi.Output[str]]
) -> pulumi.Output[dict[str, str]]:
    """What the Jobs mount, secret as a whole: the master's login, and verifiers of all passwords."""
    valid = [(role, turn) for role in UserRole for turn in server.turns.valid]
    resolved = pulumi.Output.all(
        server.host,
        server.port,
        server.master_password,
        args.ca_bundle,
        *(passwords[key] for key in valid),
    )

    def render(values: list[object]) -> dict[str, str]:
        host, port, master, authority, *texts = map(str, values)
        users = tuple(
            UserVerifier(role=role, turn=turn, verifier=verifier(user_name(role, turn), text))
            for (role, turn), text in zip(valid, texts, strict=True)
        )
        login = (server.master_username, master)
        return {
            SERVICE_FILE: service_file(host, int(float(port)), server.database, login),
            AUTHORITY_FILE: authority,
            USERS_FILE: users_script(server.database, users),
            RETIREMENT_FILE: _retirement(server),
        }

    return pulumi.Output.secret(resolved.apply(render))


def _retirement(server: UsersServer) -> str:
    return retirement_script(server.turns)


def _policy(identity: Identity, app: str, args: DatabaseUsersArgs) -> k8s.networking.v1.NetworkPolicy:
    """Nobody connects to these pods; they reach the databases and nothing else."""
    databases = tuple(Peer(cidr=cidr) for cidr in args.database_cidrs)
    return network_policy(
        f"{identity.name}-network-policy" if app == APP else f"{identity.name}-client-network-policy",
        namespace=args.namespace,
        app=app,
        component=identity.component,
        ingress=(),
        egress=(dns(), TrafficRule(peers=databases, ports=(ports.POSTGRES,))),
        opts=replace(identity, app=app).opts,
    )


def _url_key(server: str) -> str:
    return "url" if server == "primary" else f"{server}-url"


def _text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _digest(files: pulumi.Output[dict[str, str]]) -> pulumi.Output[str]:
    """Deliberately no secret: a hash over random passwords of 40 characters tells nothing about them."""
    whole = files.apply(lambda texts: _text_digest("".join(texts[key] for key in (SERVICE_FILE, USERS_FILE))))
    return pulumi.Output.unsecret(whole)
