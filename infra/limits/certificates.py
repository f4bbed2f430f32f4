"""Limits of keys and certificates that take turns: the same for each pair of keys of the stack file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings


@rule(
    "certificates-take-turns",
    source="two generations at a time (docs/runbooks/rotate-secrets.md)",
    areas=("cdn", "postgres"),
)
def two_generations_at_most(settings: Settings) -> Iterator[Finding]:
    """The newest generation is never retired, and a third one would need a third authority to trust."""
    for area, turns in (("cdn", settings.cdn), ("postgres.pooler", settings.postgres.pooler)):
        newest, retired = turns.certificate_generation, turns.certificates_retired_before
        if retired > newest:
            yield Finding(
                path=f"{area}.certificatesRetiredBefore",
                value=retired,
                allowed=f"at most {area}.certificateGeneration ({newest})",
                fix=f"set it to {newest}; rotate by raising {area}.certificateGeneration first",
            )
        elif newest > retired + 1:
            yield Finding(
                path=f"{area}.certificateGeneration",
                value=newest,
                allowed=f"at most one more than {area}.certificatesRetiredBefore ({retired})",
                fix=f"go back to {retired + 1} and retire the generation before it first, in a deployment of its own",
            )


RULES = (two_generations_at_most,)
