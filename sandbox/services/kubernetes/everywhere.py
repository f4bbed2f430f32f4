"""What holds for every object: its metadata, id and outputs, its namespace, its definition, its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import block
from sandbox.model.outputs import Inputs, uuid
from sandbox.model.rows import Alike, everywhere
from sandbox.model.sources import Sources
from sandbox.services.kubernetes.custom.definitions import DEFINED
from sandbox.services.kubernetes.inventory import find, namespaces, served
from sandbox.services.kubernetes.kinds import NAMESPACE, is_custom, kind_of, name_of, namespace_of
from sandbox.services.kubernetes.metadata import METADATA
from sandbox.services.kubernetes.status import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.place import Place


def _id(name: str, inputs: Inputs, _seed: str) -> str:
    metadata = inputs.get("metadata") or {}
    named = str(metadata.get("name") or inputs.get("name") or name)
    namespace = metadata.get("namespace") or inputs.get("namespace")
    return f"{namespace}/{named}" if namespace else named


def _outputs(token: str, _name: str, inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    """What the API server adds to any object."""
    metadata: dict[str, Any] = {
        "uid": uuid(token, identity),
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "generation": 1,
    }
    if token == NAMESPACE:  # Kubernetes documentation, Namespaces, Automatic labelling
        own = {"kubernetes.io/metadata.name": name_of(inputs) or identity}
        metadata["labels"] = {**block(block(inputs, "metadata"), "labels"), **own}
    return {"metadata": metadata, **written(token, inputs, identity, place)} if "metadata" in inputs else {}


def _namespace(context: Context) -> Iterator[Violation]:
    kind = kind_of(context.token)
    if context.cloud is None or kind is None or not kind.namespaced:
        return
    wanted = namespace_of(context.inputs)
    if wanted is not None and wanted not in namespaces(context.cloud):
        yield Violation(
            "metadata.namespace", f'namespaces "{wanted}" not found; make the object depend on its namespace'
        )


def _definition(context: Context) -> Iterator[Violation]:
    kind = kind_of(context.token)
    if context.cloud is None or kind is None or not is_custom(context.token):
        return
    if not served(context.cloud, kind):
        yield Violation(
            "kind",
            f'no matches for kind "{kind.name}" in version "{kind.api_version}": nothing in the cluster brings its '
            "definition; make the object depend on the release or the CustomResourceDefinition that does",
        )


def _taken(context: Context) -> Iterator[Violation]:
    kind, name, namespace = kind_of(context.token), name_of(context.inputs), namespace_of(context.inputs)
    if context.cloud is None or kind is None or name is None or namespace is None or context.id:
        return
    bearer = find(context.cloud, kind, namespace, name)
    if bearer is not None:
        where = f" in {namespace}" if kind.namespaced else ""
        yield Violation(
            "metadata.name", f'{kind.name} "{name}" already exists{where}: it is {bearer.name} (AlreadyExists)'
        )


ALIKE = (
    Alike(
        "kubernetes:*",
        id=_id,
        outputs=_outputs,
        form=(DEFINED,),
        readable=everywhere,
        values=(METADATA,),
        state=(
            Rule(
                "namespace-exists",
                "Kubernetes API server, NamespaceLifecycle admission: a missing namespace answers NotFound",
                (),
                _namespace,
            ),
            Rule(
                "definition-exists",
                "Kubernetes documentation, Custom Resources; client-go RESTMapper, NoKindMatchError",
                (),
                _definition,
            ),
            Rule(
                "object-name-taken",
                "Kubernetes API conventions, AlreadyExists; pulumi-kubernetes pull request 4278: creation no longer "
                "upserts",
                (),
                _taken,
            ),
        ),
        sources=Sources(
            replacement="pulumi-kubernetes, provider/pkg/provider/diff.go, helm_release.go (July 2026)",
            outputs="Kubernetes API reference, ObjectMeta",
            doubts={"outputs": "of what controllers write into `status`, only addresses and that workloads are there"},
        ),
    ),
)
