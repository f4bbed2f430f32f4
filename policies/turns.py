"""Whether an update takes away what the pods that run log in with, or trust, before they have its successor.

Logins and keys that take turns need two updates: one that adds the next generation, and one that retires the one before
once every pod has rolled (docs/runbooks/rotate-secrets.md). A stack file shows one moment; the plan of an update shows
what runs beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.tokens import KUBERNETES_SECRET, TLS_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan, PlannedResource

LOGINS = "bailbondpro/logins"
"""The annotation of the pooler's configuration: generations of logins that it lets in, the one handed out first."""
_KEYS = {
    "bailbondpro:private_certificate:PrivateCertificate": "postgres.pooler",
    "bailbondpro:cdn:OriginCertificate": "cdn",
}
"""Components whose keys take turns, with the area of the stack file that has their generations."""


def locked_out(plan: Plan) -> list[tuple[str, str]]:
    """Why pods that run could not log in, or would trust nobody, until they have rolled: URN and a sentence of each."""
    return [*_logins(plan), *_keys(plan)]


def _logins(plan: Plan) -> Iterator[tuple[str, str]]:
    for item in plan.of_type(KUBERNETES_SECRET):
        old, new = _generations(item.old_inputs), _generations(item.inputs)
        if not old or not new or old[0] in new:
            continue
        yield (
            item.urn,
            f"pods that run log in at the pooler with generation {old[0]}, and this update lets in "
            f"{' and '.join(map(str, new))}: they could open no connection until they have rolled. "
            + (
                f"Set postgres.pooler.userGeneration to {old[0] + 1} and usersRetiredBefore to {old[0]} here; retire "
                f"generation {old[0]} in a deployment of its own"
                if new[0] > old[0]
                else f"Leave postgres.pooler.userGeneration at {old[0]}, or rotate to {old[0] + 1}: a generation that "
                "was is none to go back to"
            ),
        )


def _generations(inputs: dict[str, object]) -> list[int]:
    """Those that the annotation names; none where it is not there."""
    metadata = inputs.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    text = annotations.get(LOGINS) if isinstance(annotations, dict) else None
    return [int(part) for part in text.split(",") if part.isdecimal()] if isinstance(text, str) else []


def _keys(plan: Plan) -> Iterator[tuple[str, str]]:
    made: dict[str, list[PlannedResource]] = {}
    for item in plan:
        if item.type == TLS_KEY and item.parent:
            made.setdefault(item.parent, []).append(item)
    for parent, keys in made.items():
        area = _KEYS.get(parent.split("::")[2].split("$")[-1])
        stay = [item for item in keys if item.op in {"same", "update"}]
        gone = sorted(item.name for item in keys if item.op in {"delete", "replace"})
        come = [item for item in keys if item.op in {"create", "replace"}]
        if area and gone and come and not stay:
            reason = (
                f"all keys that are in use go ({', '.join(gone)}) in the update that makes their successors: who "
                "trusts the authority before would trust nobody until its pods have rolled. Raise "
                f"{area}.certificateGeneration alone, and {area}.certificatesRetiredBefore in a deployment of its own"
            )
            yield parent, reason
