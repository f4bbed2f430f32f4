"""The table of docs/windows.md, made of a plan: `python -m tests.support.windows_page --write` writes it there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bailbondpro.facts.windows import week_minute
from plan.tokens import ADDON, CLUSTER, NODE_GROUP
from policies.windows import meetings, patched
from tests.support.generated_page import brought_up_to_date
from tests.support.paths import ROOT
from tests.support.plans import stack_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plan import Plan
    from policies.windows import Patched

PAGE = ROOT / "docs" / "windows.md"
STACK = ("prod", "microservices")
BEGIN, END = "<!-- windows: python -m tests.support.windows_page --write -->\n", "<!-- end of windows -->\n"
WRITE = "python -m tests.support.windows_page --write brings docs/windows.md up to date"
UNWINDOWED = {
    CLUSTER: "none: Kubernetes versions change in a deployment",
    ADDON: "none: versions change in a deployment",
    NODE_GROUP: "none: EKS replaces the nodes one by one in the deployment that changes them",
}
"""What is patched without a window, by type (Amazon EKS User Guide, "Update a managed node group for your cluster")."""


def table(plan: Plan) -> str:
    """The windows of a plan in their order, then what has none."""
    lines = ["| server | patched, UTC | copied daily, UTC |", "|---|---|---|"]
    lines += (_row(item) for item in patched(plan))
    lines += _without(plan)
    return "\n".join([*lines, "", _verdict(plan)]) + "\n"


def _row(item: Patched) -> str:
    role = f" (replica of `{item.source}`)" if item.source else ""
    return f"| `{item.name}`{role} | {item.maintenance} | {item.copies or 'by its primary'} |"


def _without(plan: Plan) -> Iterator[str]:
    for token, said in UNWINDOWED.items():
        names = [item.name for item in plan if item.type == token]
        listed = ", ".join(f"`{name}`" for name in sorted(names))
        yield f"| {listed} | {said} | - |"


def _verdict(plan: Plan) -> str:
    found = patched(plan)
    days = sorted({week_minute(item.maintenance.split("-")[0]) // 1440 for item in found})
    met = "; ".join(meetings(plan)) or "No two of them meet that must not."
    return f"{len(found)} servers on {len(days)} days. {met}"


def page() -> str:
    """The page with its table as the plan has it."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table(stack_plan(*STACK))}\n{END}{rest.partition(END)[2]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Says whether the page has the table, 1 if not; with `--write` puts it in."""
    return brought_up_to_date(PAGE, page(), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
