"""Every field of the guide's YAML blocks has a row of the ledger that says the guide's value."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from bailbondpro.guide import ledger
from tests.support.paths import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def blocks() -> dict[str, Any]:
    found = yaml.safe_load((DATA / "guide_blocks.yaml").read_text())
    assert isinstance(found, dict)
    return found


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - YAML of any shape
    """Every value with its path: `spec.ports[0].port`."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, value


def fields() -> dict[str, Any]:
    """Every field of every block, by `block path`."""
    return {f"{block} {path}": value for block, content in blocks().items() for path, value in leaves(content)}


def test_every_field_of_the_guide_is_a_row_of_the_ledger_once_and_in_order() -> None:
    parts = [entry.row.part for entry in ledger() if entry.row.part.split(" ")[0] in blocks()]
    assert parts == list(fields())
    assert len(parts) > 100


def test_a_row_says_the_value_that_the_guide_has() -> None:
    wanted = fields()
    for entry in ledger():
        if entry.row.part in wanted:
            assert entry.row.says.endswith(f": {wanted[entry.row.part]}"), entry.row.id


def test_what_stands_in_the_plan_is_the_guides_value_or_its_other_spelling() -> None:
    wanted = fields()
    other = {
        entry.row.id: (wanted[entry.row.part], entry.row.value)
        for entry in ledger()
        if entry.row.part in wanted and entry.row.answer == "exact" and entry.row.value != wanted[entry.row.part]
    }
    plain = {name: pair for name, pair in other.items() if not same(*pair)}
    assert plain.keys() == {
        # what compose hands in from outside comes from Secrets and a ConfigMap
        *("compose.services.app.environment.0", "compose.services.app.environment.1"),
        *("compose.services.app.environment.2", "compose.services.nginx.volumes.0", "compose.services.nginx.volumes.1"),
        # KEDA has a trigger for each metric, of the metric's type
        *("hpa-b.spec.metrics.0.type", "hpa-b.spec.metrics.1.type", "hpa-b.spec.metrics.2.type"),
    }


def same(guide: object, ours: object) -> bool:
    """Whether both are one amount, or one port, in two spellings."""
    if str(guide) == str(ours) or str(guide) == f"{ours}:{ours}":
        return True
    return amount(str(guide)) == amount(str(ours)) is not None


def amount(text: str) -> float | None:
    """An amount as Docker and Kubernetes write it, in thousandths of a core or MiB."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(m|Mi?|Gi?)?", text)
    factors = {None: 1000.0, "m": 1.0, "M": 1.0, "Mi": 1.0, "G": 1024.0, "Gi": 1024.0}
    return float(found[1]) * factors[found[2]] if found else None
