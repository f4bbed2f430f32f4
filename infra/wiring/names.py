"""The platform's own names: what is called what in this stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.settings import Settings

PROJECT = "bailbondpro"
APP = "bailbondpro"
"""The `app` label of the application's pods (scaling guide, Kubernetes Deployment)."""
GATEWAY_APP = "bailbondpro-gateway"
"""The `app` label of the gateway's pods."""
WARM_UP_APP = "bailbondpro-cache-warm-up"
"""The `app` label of the pods that fill the cache."""
POOLER_APP = "pgbouncer"
"""The `app` label of the pooler's pods."""


@dataclass(frozen=True)
class Names:
    """Physical names shared by several components; they hold the stack's name and never the phase.

    Attributes:
        stack: the stack's own name, such as prod; two stacks of one account have two names.
        environment: `dev` or `prod`, for tags alone: which defaults the stack has.
    """

    stack: str
    environment: str

    @property
    def prefix(self) -> str:
        """Beginning of explicit physical names, for example `bailbondpro-prod`."""
        return f"{PROJECT}-{self.stack}"

    @property
    def cluster(self) -> str:
        """Name of the EKS cluster."""
        return self.prefix

    @property
    def data_key_alias(self) -> str:
        """Alias of the encryption key."""
        return f"alias/{self.prefix}-data"

    @property
    def shard_map_path(self) -> str:
        """SSM path of the published shard map."""
        return f"/{PROJECT}/{self.stack}/db/shards"

    @property
    def tags(self) -> dict[str, str]:
        """Tags of every AWS resource. The phase is no tag: it would change every resource with every phase."""
        return {
            "Project": PROJECT,
            "Environment": self.environment,
            "Stack": self.prefix,
            "ManagedBy": "pulumi",
        }


def names_of(settings: Settings) -> Names:
    """The names of a stack."""
    return Names(stack=settings.stack, environment=settings.environment.short)
