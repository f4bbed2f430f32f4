"""Settings of the PgBouncer tier, between the pods and every database endpoint."""

from typing import Annotated

from pydantic import Field

from infra.settings.base import Area, Image, Resources, resources

Generation = Annotated[int, Field(ge=1, le=10_000)]
"""A rotation counter."""


class PoolerSettings(Area):
    """PgBouncer in transaction mode between the pods and every database endpoint."""

    enabled: bool = Field(description="Whether pods connect through PgBouncer. Default by phase: no, yes, yes.")
    replicas: int = Field(ge=1, le=20, description="PgBouncer pods. Default: 1 in dev, 2 in prod.")
    image: Image = Field(
        default="docker.io/edoburu/pgbouncer:v1.24.1-p1",
        description="PgBouncer 1.21 or newer (prepared statements in transaction mode).",
    )
    max_prepared_statements: int = Field(
        default=200, ge=0, le=10_000, description="Prepared statements tracked per connection (PgBouncer; 0: off)."
    )
    idle_transaction_seconds: int = Field(
        default=60,
        ge=1,
        le=3600,
        description="Seconds a transaction may stay open without a query before its client is disconnected (PgBouncer, "
        "idle_transaction_timeout); forgotten ones would hold a pool for ever. Default: 60, the longest request.",
    )
    user_generation: Generation = Field(
        default=1,
        description="Raise by one for another login of the pods at the pooler; the one before it stays valid until "
        "usersRetiredBefore.",
    )
    users_retired_before: Generation = Field(
        default=1,
        description="Logins at the pooler of generations before this one are valid no more. Set it to userGeneration "
        "in a deployment of its own, once every pod has the newest.",
    )
    resources: Resources = Field(default=resources(100, 128, 500, 256), description="Requests and limits of a pod.")
    certificate_generation: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description="Raise by one to make another authority, key and certificate of the pooler at the next "
        "deployment: pods roll to trust both authorities, and the pooler shows the old certificate until "
        "certificatesRetiredBefore.",
    )
    certificates_retired_before: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description="Keys and certificates of generations before this one are deleted. Set it to "
        "certificateGeneration in a deployment of its own, once every pod trusts both: the pooler shows the new "
        "certificate, then the pods forget the old authority.",
    )
