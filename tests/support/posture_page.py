"""docs/posture.md, made of policies/posture/posture.yaml and of the plans that it judges.

.venv/bin/python -m tests.support.posture_page            says whether the page differs
.venv/bin/python -m tests.support.posture_page --write    brings it up to date
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from bootstrap.account import Account, AccountArgs, StackArgs
from bootstrap.needs import read_needs
from policies.posture import posture_of, record
from tests.support.generated_page import brought_up_to_date
from tests.support.paths import ROOT
from tests.support.plans import changed_plan, plan_of, stack_plan
from tests.support.recording import record as recording
from tests.support.stack import CHECKED_IN, EVERY_STACK, EVERYTHING, raw, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plan import Plan
    from policies.posture import Control

DOCUMENT = ROOT / "docs" / "posture.md"
BOOTSTRAP = ("bootstrap", "account")
RESTORED = ("prod", "restored")
"""Production beside a server as it was at some moment (docs/restore.md)."""
HEAD = """\
# Security posture

What AWS Security Hub's standards ask of the types of resources in these stacks, and the answer to each control. It is
kept in `policies/posture/posture.yaml`; this page is made of it by `.venv/bin/python -m tests.support.posture_page
--write`.

A control is *met* by a check on the inputs of every planned resource, or *accepted* with a reason; a scan of the
account reports what is accepted, and the reason is to be entered there. `./bbp report prod --out report` counts them
for a stack (Policies). Tests break each property once and see its control turn red; a type that nobody judged is named
by a test and by the report.

The lists of controls of both standards were read on 2026-11-30. The text of a control was read in the user guide of
AWS Security Hub CSPM (*guide*), in the last public source of that guide, of June 2023 (*archive*), or not at all: then
what it asks is unverified beyond its *title*.
"""


@cache
def plans() -> dict[tuple[str, str], Plan]:
    """Every plan that is judged: all stacks in all their phases, and the bootstrap."""
    stacks = tuple(
        StackArgs(name=name, regions=("us-east-1",), needs=read_needs(name), bounded=True) for name in ("dev", "prod")
    )
    args = AccountArgs(
        account_id="123456789012",
        partition="aws",
        region="us-east-1",
        repository="bail/platform",
        existing_provider=False,
        stacks=stacks,
        images_name="bailbondpro",
        keep_images=100,
        protect=True,
    )
    bootstrap = plan_of(recording(lambda: Account("account", args)))
    return {
        BOOTSTRAP: bootstrap,
        RESTORED: restored_plan(),
        **{at: stack_plan(*at) for at in EVERY_STACK if at != EVERYTHING},
        EVERYTHING: stack_plan(*EVERYTHING),
    }


@cache
def restored_plan() -> Plan:
    """Production's plan while a restored server stands beside its primary."""
    postgres = {**raw("prod", "horizontal").get("postgres", {}), "restored": {"source": "primary"}}
    return changed_plan("prod", "horizontal", postgres=postgres)


def environment_of(stack: tuple[str, str]) -> str:
    """Whose reasons count; the bootstrap is production, and so is a stack beside what it restores."""
    return "prod" if stack in (BOOTSTRAP, RESTORED) else settings(*stack).environment.value


def text() -> str:
    """The page."""
    return "\n".join([HEAD, *_counts(), *_accepted(), *_met(), *_account(), *_checkov(), ""])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _table(*columns: str) -> list[str]:
    return [_row(*columns), "|" + "---|" * len(columns)]


def _counts() -> list[str]:
    known = record()
    rows = []
    for stack in (*CHECKED_IN, BOOTSTRAP):
        tallies = posture_of(plans()[stack], environment_of(stack)).tallies
        name = " ".join(stack) if stack != BOOTSTRAP else "bootstrap"
        rows.append(_row(name, *(f"{one.met} met, {one.accepted} accepted, {one.open} open" for one in tallies)))
    of_account = ", ".join(f"{len(ids)} of {known.standards[key]}" for key, ids in known.account.items())
    return [
        "## Counts",
        "",
        *_table("plan", *known.standards.values()),
        *rows,
        "",
        f"Beside them, of the account: {of_account}.",
        "",
        _texts(),
    ]


def _texts() -> str:
    """How many controls were read where."""
    counts = Counter(control.read for control in record().controls)
    return (
        f"Texts: {counts['guide']} in the guide, {counts['archive']} in the archive, {counts['title']} by title only."
    )


def _standards(control: Control) -> str:
    return ", ".join(control.of)


def _accepted() -> list[str]:
    rows = []
    for control in record().controls:
        said = []
        for reason in control.accepted:
            where = [*reason.environments, *(f"`{name}`" for name in reason.names)]
            said.append(f"{', '.join(where)}: {reason.because}" if where else reason.because)
        if said:
            rows.append(_row(control.id, _standards(control), control.read, control.asks, "; ".join(said)))
    head = "Where resources or an environment are named, everything else meets it."
    return ["", "## Accepted", "", head, "", *_table("control", "of", "read", "asks for", "why not"), *rows]


def _met() -> list[str]:
    rows = [
        _row(
            one.id,
            _standards(one),
            one.read,
            one.asks,
            ", ".join(f"`{token.rsplit(':', 1)[-1]}`" for token in one.types),
        )
        for one in record().controls
        if not one.accepted
    ]
    return ["", "## Met everywhere", "", *_table("control", "of", "read", "asks for", "checked on"), *rows]


def _account() -> list[str]:
    known = record()
    lines = [f"- {key}: {', '.join(ids)}" for key, ids in known.account.items()]
    return ["", "## Of the account", "", f"They are {known.account_because}.", "", *lines]


def _checkov() -> list[str]:
    rows = [_row(found.id, found.asks, found.because) for found in record().checkov]
    head = "What it found on plans and Kubernetes objects when it was last run; it is no dependency. The file says how."
    return ["", "## checkov", "", head, "", *_table("check", "asks for", "why it stays"), *rows]


def main(arguments: Sequence[str] | None = None) -> int:
    """Says whether the page differs, 1 if it does; with `--write` brings it up to date."""
    return brought_up_to_date(DOCUMENT, text(), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
