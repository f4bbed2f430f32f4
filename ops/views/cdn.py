"""Shows what the edge does with a URL, what its audit found, and what became of a purge or of warming."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Section, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bailbondpro.edge.explain import Explanation
    from bailbondpro.edge.leaks import Audit
    from ops.answers.cdn.purge import PurgeResult
    from ops.answers.cdn.warm import Warmed
    from ops.document.blocks import Block


def answered(found: Explanation) -> Section:
    """What the edge does with one request, a fact on each line."""
    limit = found.rate_limit
    facts = (
        ("cacheable", f"{'yes' if found.cacheable else 'no'}: {found.reason}"),
        ("edge TTL", _seconds(found.edge_ttl)),
        ("browser TTL", _seconds(found.browser_ttl)),
        ("stale-while-revalidate", _seconds(found.stale_while_revalidate)),
        ("rules", ", ".join(found.rules) or "-"),
        ("cache tags", ", ".join(found.cache_tags) or "-"),
        ("rate limit", f"{limit.ref}, {limit.requests} requests in {limit.period} s" if limit else "-"),
        *(("response header", f"{name}: {value}") for name, value in found.response_headers),
    )
    return _section([Items(items=tuple(Item(text=f"{name}: {value}") for name, value in facts))])


def section(found: Audit | None) -> Section:
    """The outcome of an audit, every leak first."""
    return _section(audited(found))


def audited(found: Audit | None) -> Iterator[Block]:
    """Every leak, and one line on the outcome."""
    if found is None:
        yield Text(text="CDN audit: this stack owns no zone's rules")
        return
    if found.leaks:
        yield Items(caption="Leaks", items=tuple(Item(text=str(leak), state="bad") for leak in found.leaks))
    leaks = "leak" if len(found.leaks) == 1 else "leaks"
    yield Text(text=f"CDN audit: {found.requests:,} requests, {len(found.leaks)} {leaks}")


def purged(result: PurgeResult) -> Section:
    """What was purged and what was not."""
    done = "marked as stale" if result.soft else "purged"
    lines = [f"{done}  {value}" for value in result.purged]
    lines += [f"FAILED  {value}: {reason}" for value, reason in result.failed]
    return _section(Text(text=line) for line in lines)


def warmed(results: Sequence[Warmed]) -> Section:
    """How many addresses are in the cache now."""
    kept = sum(not one.reason for one in results)
    return _section([Text(text=f"{kept} of {len(results)} URLs are in the cache")])


def _seconds(value: int | None) -> str:
    return "-" if value is None else f"{value} s"


def _section(blocks: Iterator[Block] | Sequence[Block]) -> Section:
    return Section(id="cdn", title="CDN", blocks=tuple(blocks))
