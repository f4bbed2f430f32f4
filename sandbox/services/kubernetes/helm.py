"""Helm releases: a chart is one opaque object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On
from sandbox.model.names import Named
from sandbox.model.replacement import Replaced
from sandbox.model.rows import Row, nowhere
from sandbox.services.kubernetes.inventory import namespaces
from sandbox.services.kubernetes.kinds import RELEASE
from sandbox.services.kubernetes.names import SUBDOMAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place


def _outputs(name: str, inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    named = str(inputs.get("name") or name)
    return {
        "name": named,
        "status": {
            "name": named,
            "namespace": inputs.get("namespace") or "default",
            "chart": inputs.get("chart"),
            "version": inputs.get("version"),
            "revision": 1,
            "status": "deployed",
        },
    }


def _release_namespace(context: Context) -> Iterator[Violation]:
    wanted = context.inputs.get("namespace")
    if context.cloud is None or not isinstance(wanted, str) or context.inputs.get("createNamespace"):
        return
    if wanted not in namespaces(context.cloud):
        yield Violation("namespace", f'namespaces "{wanted}" not found; set createNamespace or depend on the namespace')


def _release_taken(context: Context) -> Iterator[Violation]:
    if context.cloud is None or context.id:
        return
    name, namespace = context.inputs.get("name"), context.inputs.get("namespace") or "default"
    for item in context.cloud.of_type(RELEASE):
        if known(name) and item.inputs.get("name") == name and (item.inputs.get("namespace") or "default") == namespace:
            yield Violation("name", f"{name!r} is the release {item.name}: cannot re-use a name that is still in use")


_on = On("release", source="Helm documentation, helm install: release names")
ROWS = (
    Row(
        token=RELEASE,
        name=Named(),
        outputs=_outputs,
        replaced=Replaced(
            (
                "name",
                "namespace",
            )
        ),
        references=(),
        unique=(),
        values=(
            _on.longest("name", 53),
            _on.matches("name", SUBDOMAIN.pattern, "lower-case letters, digits, '-' or '.'"),
        ),
        state=(
            Rule("release-namespace", "Helm documentation, helm install --create-namespace", (), _release_namespace),
            Rule("release-name-taken", "Helm documentation, helm install", (), _release_taken),
        ),
        readable=nowhere,  # values are kept in a Secret of Helm's own (Helm documentation, Storage backends)
    ),
)
