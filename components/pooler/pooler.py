"""PgBouncer between the pods and the databases: many clients share few server connections."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

import pulumi
import pulumi_kubernetes as k8s

from bailbondpro.facts import ports

from ..kubernetes.children import child_options
from ..kubernetes.exporters import (
    PGBOUNCER_EXPORTER_PORT,
    Exporter,
    exporter_container,
)
from ..kubernetes.namespace import GATEWAY_PRIORITY
from ..kubernetes.network_policies import Peer, TrafficRule, dns, network_policy
from ..kubernetes.objects import (
    Identity,
    ServicePort,
    deployment,
    disruption_budget,
    service,
    service_account,
)
from ..kubernetes.pods import (
    Annotation,
    Container,
    ContainerPort,
    FileMount,
    PodTemplate,
    Probe,
    ScratchMount,
    SecretEnvVar,
)
from .args import PoolerArgs, PoolerClient, PoolerEndpoint, PoolerTls
from .config import (
    CA_FILE_NAME,
    CERTIFICATE_FILE_NAME,
    CONFIG_DIRECTORY,
    GRACE_SPARE_SECONDS,
    INI_FILE_NAME,
    KEY_FILE_NAME,
    PRE_STOP_SECONDS,
    USERLIST_FILE_NAME,
    Endpoint,
    PoolerConfig,
    pgbouncer_ini,
    shown_sizes,
    stop_command,
    userlist,
)

__all__ = ["Pooler", "PoolerArgs", "PoolerClient", "PoolerEndpoint", "PoolerTls", "pooler_hosts"]

APP = "pgbouncer"
CONFIG_NAME = "pgbouncer-config"
EXPORTER_URL_KEY = "exporter-url"
LOGINS_ANNOTATION = "bailbondpro/logins"
"""Generations of logins that are let in, the one that is handed out first: `policies.turns` reads it."""
POOLS_ANNOTATION = "bailbondpro/pools"
"""Sizes of the pools, which a preview hides with the file that holds them: `planner.simulation` reads it."""


class Pooler(pulumi.ComponentResource):
    """PgBouncer in transaction mode with one pool per database server.

    Example:
        ```python
        primary = PoolerEndpoint(
            name="primary", host=host, database="app", username="app", password=server_password, pool_size=20
        )
        args = PoolerArgs(
            namespace="production",
            image=image,
            endpoints=(primary,),
            client_username="app",
            client_password=client_password,
            client_apps=("bailbondpro",),
            database_cidrs=("10.20.104.0/24",),
        )
        pooler = Pooler("pooler", args)
        database_url = pooler.url("primary")
        ```
    """

    service_name: pulumi.Output[str]
    host: pulumi.Output[str]
    deployment: k8s.apps.v1.Deployment
    authority: pulumi.Input[str] | None
    """PEM of whoever signed what clients are shown; None where they speak plainly."""

    def __init__(self, name: str, args: PoolerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:pooler:Pooler", name, None, opts)
        self._args = args
        self.authority = args.tls.authority if args.tls is not None else None
        identity = Identity(
            name=name, namespace=args.namespace, app=APP, component="pooler", opts=child_options(self, opts)
        )
        files = _files(args)
        secret = k8s.core.v1.Secret(
            f"{name}-config",
            metadata=identity.metadata(CONFIG_NAME, annotations=_shown(args)),
            type="Opaque",
            string_data=files,
            opts=identity.after(*args.users_ready).opts,
        )
        account = service_account(identity, APP)
        policy = _policy(identity, args)
        self.deployment = deployment(
            identity.after(policy), APP, _template(args, files, secret, account.metadata.name), args.replicas
        )
        front = service(identity, APP, (ServicePort(name="postgres", port=ports.POOLER, target_port=ports.POOLER),))
        if args.replicas > 1:
            disruption_budget(identity, APP)
        self.service_name = front.metadata.name
        # resolves when the pods are up: whoever has the host may connect
        resolved = pulumi.Output.all(front.metadata.name, args.namespace, self.deployment.metadata.name)
        self.host = resolved.apply(lambda names: f"{names[0]}.{names[1]}.svc.cluster.local")
        self.register_outputs({"serviceName": self.service_name, "host": self.host})

    def url(self, endpoint: str) -> pulumi.Output[str]:
        """The secret connection URL of one endpoint, by its name; it asks for TLS where the pooler has a certificate.

        Raises:
            KeyError: there is no such endpoint.
        """
        if endpoint not in {known.name for known in self._args.endpoints}:
            raise KeyError(f"no pooled endpoint {endpoint!r}")
        parts = pulumi.Output.all(self._args.client_username, self._args.client_password, self.host)
        query = "" if self._args.tls is None else "?sslmode=require"
        return pulumi.Output.secret(parts.apply(lambda values: _url(values[0], values[1], values[2], endpoint) + query))


def pooler_hosts(namespace: str) -> tuple[str, ...]:
    """Every name that pods of a namespace may call the pooler by, the one in its URLs last."""
    return (APP, f"{APP}.{namespace}", f"{APP}.{namespace}.svc", f"{APP}.{namespace}.svc.cluster.local")


def _url(username: str, password: str, host: str, database: str) -> str:
    return f"postgresql://{quote(username, safe='')}:{quote(password, safe='')}@{host}:{ports.POOLER}/{database}"


def _shown(args: PoolerArgs) -> dict[str, str]:
    """What a preview may know of the secret configuration."""
    pools = tuple((server.name, server.pool_size) for server in args.endpoints)
    return {LOGINS_ANNOTATION: _logins(args), POOLS_ANNOTATION: shown_sizes(pools, args.max_client_connections)}


def _logins(args: PoolerArgs) -> str:
    return ",".join(map(str, (args.client_generation, *(client.generation for client in args.former_clients))))


def _files(args: PoolerArgs) -> pulumi.Output[dict[str, str]]:
    """All files of the pooler, secret as a whole: the configuration itself holds passwords."""
    servers = [
        pulumi.Output.all(server.host, server.port, server.database, server.username, server.password)
        for server in args.endpoints
    ]
    certificate, key = ("", "") if args.tls is None else (args.tls.certificate, args.tls.private_key)
    own = (args.client_username, args.client_password, args.ca_bundle or "", certificate, key)
    former = pulumi.Output.all(*(client.password for client in args.former_clients))
    resolved = pulumi.Output.all(*own, former, *servers)

    def render(values: list[object]) -> dict[str, str]:
        username, password, authority, certificate_pem, key_pem, passwords, *connections = values
        assert isinstance(passwords, list)  # noqa: S101 - Output.all resolves to a list
        config = PoolerConfig(
            endpoints=tuple(
                _endpoint(server, connection) for server, connection in zip(args.endpoints, connections, strict=True)
            ),
            client_username=str(username),
            client_password=str(password),
            former_clients=tuple(
                (client.username, str(text)) for client, text in zip(args.former_clients, passwords, strict=True)
            ),
            max_client_connections=args.max_client_connections,
            max_prepared_statements=args.max_prepared_statements,
            idle_transaction_seconds=args.idle_transaction_seconds,
            verify_server=bool(authority),
            client_tls=args.tls is not None,
        )
        mode = "disable" if args.tls is None else "require"
        files = {
            INI_FILE_NAME: pgbouncer_ini(config),
            USERLIST_FILE_NAME: userlist(config),
            EXPORTER_URL_KEY: _url(config.client_username, config.client_password, "127.0.0.1", "pgbouncer")
            + f"?sslmode={mode}",
        }
        optional = {CA_FILE_NAME: authority, CERTIFICATE_FILE_NAME: certificate_pem, KEY_FILE_NAME: key_pem}
        return files | {name: str(pem) for name, pem in optional.items() if pem}

    return pulumi.Output.secret(resolved.apply(render))


def _endpoint(server: PoolerEndpoint, connection: object) -> Endpoint:
    assert isinstance(connection, list)  # noqa: S101 - Output.all resolves to a list
    host, port, database, username, password = connection
    return Endpoint(
        name=server.name,
        host=host,
        port=int(port),
        database=database,
        username=username,
        password=password,
        pool_size=server.pool_size,
    )


def _checksum(files: pulumi.Output[dict[str, str]]) -> pulumi.Output[str]:
    """Deliberately no secret: a hash over random passwords of 40 characters tells nothing about them."""
    digest = files.apply(
        lambda texts: hashlib.sha256("".join(texts[key] for key in sorted(texts)).encode()).hexdigest()
    )
    return pulumi.Output.unsecret(digest.apply(lambda text: text[:16]))


def _template(
    args: PoolerArgs,
    files: pulumi.Output[dict[str, str]],
    secret: k8s.core.v1.Secret,
    account: pulumi.Input[str],
) -> PodTemplate:
    return PodTemplate(
        app=APP,
        component="pooler",
        container=Container(
            name="pgbouncer",
            image=args.image,
            command=("pgbouncer", f"{CONFIG_DIRECTORY}/{INI_FILE_NAME}"),
            resources=args.resources,
            ports=(ContainerPort(name="postgres", number=ports.POOLER),),
            liveness=Probe(port=ports.POOLER, period_seconds=10),
            readiness=Probe(port=ports.POOLER, period_seconds=5),
            mounts=(
                FileMount(
                    kind="secret",
                    name="config",
                    object_name=pulumi.Output.unsecret(secret.metadata.name),
                    path=CONFIG_DIRECTORY,
                ),
                ScratchMount(name="tmp", path="/tmp"),  # noqa: S108 - a path inside the container
            ),
            pre_stop_seconds=PRE_STOP_SECONDS,
            pre_stop_command=stop_command(args.finish_seconds),
        ),
        sidecars=(_exporter(args),),
        service_account=account,
        # without the pooler no pod reaches a database: it ranks with the gateway
        priority_class=GATEWAY_PRIORITY,
        termination_grace_seconds=PRE_STOP_SECONDS + args.finish_seconds + GRACE_SPARE_SECONDS,
        longest_request_seconds=args.finish_seconds,
        annotations=(Annotation(key="checksum/config", value=_checksum(files)),),
        placement=args.placement,
    )


def _exporter(args: PoolerArgs) -> Container:
    url = SecretEnvVar(name="PGBOUNCER_EXPORTER_CONNECTION_STRING", secret=CONFIG_NAME, key=EXPORTER_URL_KEY)
    return exporter_container(Exporter(image=args.exporter_image, port=PGBOUNCER_EXPORTER_PORT, env=(url,)))


def _policy(identity: Identity, args: PoolerArgs) -> k8s.networking.v1.NetworkPolicy:
    return network_policy(
        f"{identity.name}-network-policy",
        namespace=args.namespace,
        app=APP,
        component="pooler",
        ingress=(
            TrafficRule(peers=tuple(Peer(app=app) for app in args.client_apps), ports=(ports.POOLER,)),
            TrafficRule(peers=(Peer(namespace=args.monitoring_namespace),), ports=(PGBOUNCER_EXPORTER_PORT,)),
        ),
        egress=(
            dns(),
            TrafficRule(peers=tuple(Peer(cidr=cidr) for cidr in args.database_cidrs), ports=(ports.POSTGRES,)),
        ),
        opts=identity.opts,
    )
