"""The Jobs that run statements on a server: psql with the login of its master user, which nothing else has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..kubernetes.batch import BatchPod, job_spec
from ..kubernetes.objects import Identity
from ..kubernetes.pods import Annotation, EnvVar, FileMount

if TYPE_CHECKING:
    from .users_args import DatabaseUsersArgs

APP = "bailbondpro-database-users"
DIRECTORY = "/etc/bailbondpro/database-users"
SERVICE_FILE, AUTHORITY_FILE = "pg_service.conf", "ca.crt"
USERS_FILE, RETIREMENT_FILE = "users.sql", "retirement.sql"
SERVICE = "database"
RETRIES = 4
"""A locked table, a server that restarts, a master password that is a moment old: each is over within minutes."""
DEADLINE_SECONDS = 480
"""All tries; short of the ten minutes that Pulumi waits for a Job (pulumi-kubernetes documentation, await logic)."""


@dataclass(frozen=True)
class Script:
    """What a Job runs.

    Attributes:
        kind: end of the Job's name; "users" adds nothing.
        file: of the server's Secret.
        checksum: a change of it is a new Job, which runs.
    """

    kind: str
    file: str
    checksum: pulumi.Output[str]


def script_secret(server: str) -> str:
    """The Secret with a server's statements and the login of its master user, for the Jobs alone."""
    return f"{APP}-{server}"


def service_file(host: str, port: int, database: str, login: tuple[str, str]) -> str:
    """How psql reaches a server: a file, so that the password is on no command line and in no environment."""
    entries = {
        "host": host,
        "port": str(port),
        "dbname": database,
        "user": login[0],
        "password": login[1],
        "connect_timeout": "10",
        "sslmode": "verify-full",
        "sslrootcert": f"{DIRECTORY}/{AUTHORITY_FILE}",
    }
    return "\n".join([f"[{SERVICE}]", *(f"{key}={value}" for key, value in entries.items())]) + "\n"


def psql_command(file: str) -> tuple[str, ...]:
    """Runs a file of statements and ends at the first that fails."""
    return (
        *("psql", "--no-psqlrc", "--no-password", "--quiet", "--set=ON_ERROR_STOP=1"),
        *(f"--file={DIRECTORY}/{file}", f"service={SERVICE}"),
    )


def run_script(
    identity: Identity, args: DatabaseUsersArgs, server: str, account: pulumi.Input[str], script: Script
) -> k8s.batch.v1.Job:
    """A job's pod never changes: another text of the script is another job, and the one before goes first."""
    ending = "" if script.kind == "users" else f"-{script.kind}"
    pod = BatchPod(
        app=APP,
        component="database-users",
        image=args.image,
        command=psql_command(script.file),
        env=(EnvVar(name="PGSERVICEFILE", value=f"{DIRECTORY}/{SERVICE_FILE}"),),
        mounts=(FileMount(kind="secret", name="script", object_name=script_secret(server), path=DIRECTORY),),
        resources=args.resources,
        service_account=account,
        retries=RETRIES,
        deadline_seconds=DEADLINE_SECONDS,
        annotations=(Annotation(key="checksum/script", value=script.checksum),),
        placement=args.placement,
    )
    return k8s.batch.v1.Job(
        f"{identity.name}-{server}-job",
        metadata=identity.metadata(f"{APP}-{server}{ending}"),
        spec=job_spec(pod),
        opts=pulumi.ResourceOptions.merge(identity.opts, pulumi.ResourceOptions(delete_before_replace=True)),
    )


def users_identity(name: str, args: DatabaseUsersArgs, opts: pulumi.ResourceOptions) -> Identity:
    """What the objects of the Jobs share."""
    return Identity(name=name, namespace=args.namespace, app=APP, component="database-users", opts=opts)
