"""Shows what the edge does with a URL, what its audit found, and what became of a purge or of warming."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Section, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bailbondpro.edge.explain import Difference, Explanation
    from bailbondpro.edge.proof.leaks import Audit
    from ops.answers.cdn.forecast import Forecast
    from ops.answers.cdn.purge import PurgeResult, Wanted
    from ops.answers.cdn.warm import Warmed
    from ops.document.blocks import Block, State


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
        *(("cache key", f"{part.name} {part.value}") for part in found.cache_key if part.value),
        *(("other reading", _other(difference)) for difference in found.differences),
    )
    return _section([Items(items=tuple(Item(text=f"{name}: {value}") for name, value in facts))])


def _other(found: Difference) -> str:
    """What another reading of the vendor's documents leads to."""
    outcome = f"stored for {found.edge_ttl} s" if found.cacheable else "not stored"
    return f"{found.behaviour}: {found.reading}: then it is {outcome} (Cloudflare docs, {found.document})"


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
    if found.inputs:
        yield Text(text=f"Cache key: {found.inputs:,} changes of cached requests, followed to where each ends")


def forecasted(found: Forecast) -> Section:
    """A forecast: the rate, what is left, each rule's share, what it rests on."""
    return _section(tuple(_forecasted(found)))


def _forecasted(found: Forecast) -> Iterator[Block]:
    yield Text(
        text=f"{found.requests:,} requests in {found.hours:g} h; {found.lines:,} lines, {found.malformed:,} malformed"
    )
    left, peak = found.origin_bytes / 2**20, found.origin_peak_per_second
    facts = (
        f"answered by the edge: {found.hit_percent:.1f} % of the requests, {found.byte_hit_percent:.1f} % of the bytes",
        f"left for the origin: {found.origin_requests:,} requests, {left:,.1f} MiB",
        f"busiest minute: {found.peak_per_second:g} a second at the edge; {peak:g} at the origin, in its own",
        f"entries stored: {found.entries:,}; dropped for room: {found.evictions:,}",
        f"served stale and renewed: {found.stale_hits:,}",
    )
    yield Items(items=tuple(Item(text=fact) for fact in facts))
    shares = (
        f"{share.rule}: {share.requests:,} requests, {share.hits:,} hits, {share.saved_bytes / 2**20:,.1f} MiB saved"
        for share in found.rules
    )
    yield Items(caption="What each rule contributes", items=tuple(Item(text=text) for text in shares))
    yield Items(caption="Not judged", items=tuple(Item(text=text) for text in found.not_judged))
    yield Text(text=f"the same load in the simulation: ./bbp simulate STACK {' '.join(found.simulate)}")
    if found.too_little:
        yield Items(caption="Too little to judge", items=tuple(Item(text=t, state="bad") for t in found.too_little))
    elif found.target is not None:
        reached = found.hit_percent >= found.target
        state: State = "good" if reached else "bad"
        text = f"the target of {found.target:g} % is {'reached' if reached else 'missed'}"
        yield Items(caption="Target", items=(Item(text=text, state=state),))


def purged(result: PurgeResult) -> Section:
    """What was purged and what was not."""
    done = "marked as stale" if result.soft else "purged"
    lines = [f"{done}  {value}" for value in result.purged]
    lines += [f"FAILED  {value}: {reason}" for value, reason in result.failed]
    return _section(Text(text=line) for line in lines)


def would_purge(planned: tuple[Wanted, int]) -> Section:
    """What a purge would ask for."""
    asked, calls = planned
    lines = [f"would purge  {value}" for value in asked.values or (asked.selector,)]
    return _section(Text(text=line) for line in (*lines, f"{calls} calls of the kind {asked.selector}"))


def would_warm(urls: Sequence[str]) -> Section:
    """What would be requested."""
    return _section(Text(text=f"would request  {url}") for url in urls)


def warmed(results: Sequence[Warmed]) -> Section:
    """How many addresses are in the cache now."""
    kept = sum(not one.reason for one in results)
    return _section([Text(text=f"{kept} of {len(results)} URLs are in the cache")])


def _seconds(value: int | None) -> str:
    return "-" if value is None else f"{value} s"


def _section(blocks: Iterator[Block] | Sequence[Block]) -> Section:
    return Section(id="cdn", title="CDN", blocks=tuple(blocks))
