"""Every function that is answered by computation alone, by token."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.invokes import packages, standard
from sandbox.invokes.aws import arns, identity, policy_documents
from sandbox.invokes.kubernetes import manifests, rendering

if TYPE_CHECKING:
    from sandbox.invokes.answers import Asked

Answer = Callable[["Asked"], dict[str, Any] | None]
"""What a function answers; None where it cannot be computed and must stand in the seed file."""

COMPUTED: dict[str, Answer] = {
    **identity.FUNCTIONS,
    **arns.FUNCTIONS,
    **policy_documents.FUNCTIONS,
    **packages.FUNCTIONS,
    **standard.FUNCTIONS,
    "kubernetes:yaml:decode": manifests.decode,
    "kubernetes:helm:template": rendering.template,
    "kubernetes:kustomize:directory": rendering.directory,
}
