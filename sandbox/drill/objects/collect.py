"""Everything that runs pods in a stack, as the objects that are applied to a drill's cluster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from plan.tokens import ADDON, RELEASE
from sandbox.drill.objects.declared import declared, plain
from sandbox.drill.objects.model import Collected, DrillObject
from sandbox.drill.objects.order import ordered
from sandbox.drill.objects.rows import ADDON_ROWS, ROWS
from sandbox.drill.objects.stand_ins import Installed, stand_ins
from sandbox.drill.objects.unknown import DEFAULT_NAMESPACE, UNKNOWN, object_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from plan import Plan, PlannedResource

    Render = Callable[[Installed], "Rendered | None"]
    from sandbox.drill.objects.helm import Rendered

BORN = ("default", "kube-system", "kube-public", "kube-node-lease")
"""Namespaces that every cluster has (Kubernetes documentation, "Initial namespaces")."""


def objects(plan: Plan, render: Render | None = None) -> tuple[DrillObject, ...]:
    """The objects of a plan in the order of their application."""
    return collect(plan, render).objects


def collect(plan: Plan, render: Render | None = None) -> Collected:
    """The objects of a plan, with what was left out and what stands in for something.

    Args:
        plan: of a preview, or of a stack that stands.
        render: gives what Helm makes of a chart, or None where the chart is not at hand; None to have no charts.

    Raises:
        ChartError: a chart that is at hand cannot be rendered.
    """
    own = declared(plan)
    found = list(own.objects)
    omitted = list(own.omitted)
    said: list[str] = []
    for installed in _installed(plan):
        rendered = render(installed) if render is not None and not installed.addon else None
        row = (ADDON_ROWS if installed.addon else ROWS).get(installed.chart)
        if installed.create_namespace and installed.namespace not in BORN:
            found.append(_namespace(installed))
        if rendered is not None:
            found += rendered.objects
            omitted += rendered.omitted
            made = stand_ins(installed, row, made_by_operators_alone=True) if row is not None else []
            said += [f"{item.title} stands in for what {item.maker} makes of a custom resource" for item in _pods(made)]
        elif row is None:
            omitted.append(f"{installed.title} ({installed.name}): nothing is known of what it runs")
            continue
        else:
            made = stand_ins(installed, row)
            if _pods(made):
                names = ", ".join(item.name for item in _pods(made))
                word = "add-on" if installed.addon else "chart"
                said.append(f"{installed.title}: {names} made of the values that the program sets, not by the {word}")
        found += made
        said += [sentence for item in made for sentence in item.assumed]
    said += [f"{item.title}: {sentence}" for item in own.objects for sentence in item.assumed]
    return Collected(tuple(ordered(_once(found))), tuple(omitted), tuple(said))


def _pods(made: Iterable[DrillObject]) -> list[DrillObject]:
    return [item for item in made if item.pod_spec is not None]


def _once(found: Iterable[DrillObject]) -> Iterator[DrillObject]:
    """Each object once: what the program declares wins over what a chart brings along."""
    seen = set()
    for item in found:
        if item.identity not in seen:
            seen.add(item.identity)
            yield item


def _installed(plan: Plan) -> Iterator[Installed]:
    for item in plan.of_type(RELEASE):
        yield release(item)
    for item in plan.of_type(ADDON):
        name = str(item.inputs.get("addonName") or item.name)
        row = ADDON_ROWS.get(name)
        yield Installed(
            urn=item.urn,
            name=name,
            namespace=row.namespace if row is not None else "kube-system",
            chart=name,
            version=_text(item.inputs.get("addonVersion")),
            values=_settings(item.inputs.get("configurationValues")),
            addon=True,
            create_namespace=True,
        )


def release(item: PlannedResource) -> Installed:
    """A planned release of a chart."""
    inputs = plain(item.inputs)
    chart = _text(inputs.get("chart")).rstrip("/").rpartition("/")[2].removesuffix(".tgz")
    values = inputs.get("values")
    return Installed(
        urn=item.urn,
        name=object_name({"name": inputs.get("name")}, item.name),
        namespace=_text(inputs.get("namespace")) or DEFAULT_NAMESPACE,
        chart=chart,
        version=_text(inputs.get("version")),
        values=values if isinstance(values, dict) else {},
        create_namespace=inputs.get("createNamespace") is True,
    )


def _namespace(installed: Installed) -> DrillObject:
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": installed.namespace}}
    return DrillObject(manifest, installed.urn)


def _settings(value: object) -> dict[str, Any]:
    try:
        found = json.loads(value) if isinstance(value, str) else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) and value != UNKNOWN else ""
