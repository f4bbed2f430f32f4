"""Shows the addresses that the load balancer admits, and whether they are still Cloudflare's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Section, Text

if TYPE_CHECKING:
    from components.network.cloudflare_ranges import CloudflareRanges
    from ops.answers.cloudflare_ranges import Comparison


def section(found: Comparison, *, written: bool) -> Section:
    """What is new, what is retired, and what became of the stored copy."""
    lines = [*(f"new     {block}" for block in found.added), *(f"retired {block}" for block in found.removed)]
    verdict = "current" if found.equal else "replaced: review the change and deploy it" if written else "compared"
    return _section(*lines, f"stored list of {found.stored.date}: {verdict}")


def stored(ranges: CloudflareRanges) -> Section:
    """The stored copy, its date, and how far it has been checked."""
    return _section(*ranges.all, f"{ranges.source}, {ranges.date}: {ranges.note}")


def _section(*lines: str) -> Section:
    return Section(id="ranges", title="Cloudflare's ranges", blocks=tuple(Text(text=line) for line in lines))
