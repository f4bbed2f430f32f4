"""How many requests of an access log the edge would answer: the log, replayed through the rules and a cache of a size.

The cache is one: that of a data centre, or of an upper tier that all share. It drops what was used least recently when
it is full. What the log does not say is assumed in the edge's favour and said (`Forecast.not_judged`).
"""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_key import cache_key
from bailbondpro.edge.exchange import Exchange, Request, Response
from bailbondpro.edge.explain import arriving, evaluate
from bailbondpro.edge.origin import expected_response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.cdn.access_log import Asked, LogReader
    from ops.answers.cdn.edge import Edge

MIN_REQUESTS = 1_000
"""Requests below which a rate says nothing: one in a thousand is the least that is told apart."""
MIN_SECONDS = 3_600
"""Seconds that a log has to span: a page's lifetime in the guide, so that one expires."""
MIN_MINUTES = MIN_SECONDS // 60 // 2
"""Minutes of these that have requests at least: one line with a wrong time spans a log, and fills no minutes."""
MAX_MALFORMED_PERCENT = 5
"""Share of lines that may be none of the formats, or out of the order of time; above it, what was left out may differ
from what was read, and what is stored later would have answered what came before."""
MAX_ENTRIES = 1_000_000
"""Entries that a replay remembers, besides its size in bytes: some hundreds of megabytes."""
MAX_DECISIONS = 20_000
"""Requests whose decision is remembered."""
MAX_BACK_SECONDS = 60
"""How much earlier than the latest line another may be: servers write a line when an answer ends, and stamp it with
that moment or with the request's (nginx documentation, ngx_http_log_module, $msec and $time_local; unverified)."""


@dataclass
class RuleShare:
    """What one rule contributes.

    Attributes:
        rule: the ref of the cache rule that decides; `firewall` for what is refused.
        cached: the rule lets requests into the cache.
        requests: that it decided.
        hits: of these, answered by the edge.
        saved_bytes: of these hits.
    """

    rule: str
    cached: bool
    requests: int = 0
    hits: int = 0
    saved_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """The outcome of a replay; percentages of requests or bytes, sizes in bytes.

    Attributes:
        lines: of the log.
        malformed: of these, left out.
        requests: judged.
        hours: that the log spans.
        hit_percent: share of the requests that the edge answers.
        byte_hit_percent: share of the bytes.
        stale_hits: hits on a stale copy, renewed behind the visitor's back.
        entries: different entries that were stored.
        evictions: entries that were dropped because the cache was full.
        origin_requests: what is left for the origin, renewals included.
        origin_bytes: bytes of these.
        peak_per_second: requests a second in the busiest minute, before the edge.
        origin_peak_per_second: what is left of it in the origin's busiest minute.
        rules: each rule's share, the largest first.
        target: percent that was asked for, or None.
        not_judged: what the log does not say, in words.
        too_little: why the log is no evidence; empty where it is.
    """

    lines: int
    malformed: int
    requests: int
    hours: float
    hit_percent: float
    byte_hit_percent: float
    stale_hits: int
    entries: int
    evictions: int
    origin_requests: int
    origin_bytes: int
    peak_per_second: float
    origin_peak_per_second: float
    rules: tuple[RuleShare, ...]
    target: float | None
    not_judged: tuple[str, ...]
    too_little: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """The log is enough, and the target is reached where there is one."""
        return not self.too_little and (self.target is None or self.hit_percent >= self.target)

    @property
    def simulate(self) -> tuple[str, str]:
        """Arguments of `./bbp simulate` that bring the same load with this hit rate."""
        rate = max(self.peak_per_second, 0.01)
        return (f"--peak-rps {rate:.2f}", f"--assume cdn_hit_percent={self.hit_percent:.2f}")


@dataclass(frozen=True)
class _Decision:
    """What the edge does with a request, without the cache's state; `key` is empty where it is not cached."""

    rule: str
    cached: bool
    refused: bool
    key: bytes
    stored: bool
    lifetime: int
    stale: int


@dataclass
class _Cache:
    """Entries by key, the one used least recently first: (fresh until, usable until, bytes)."""

    size: int
    used: int = 0
    evictions: int = 0
    stored: int = 0
    entries: OrderedDict[bytes, tuple[float, float, int]] = field(default_factory=OrderedDict)

    def look(self, key: bytes, at: float) -> tuple[str, int]:
        """(`fresh`, `stale` or `` for none, bytes of the copy)."""
        found = self.entries.get(key)
        if found is None:
            return "", 0
        fresh, usable, size = found
        if at >= usable:
            return "", 0
        self.entries.move_to_end(key)
        return ("fresh" if at < fresh else "stale"), size

    def store(self, key: bytes, at: float, decision: _Decision, size: int) -> None:
        """Keep a response, and drop others until it fits."""
        if size > self.size:
            return
        previous = self.entries.pop(key, None)
        self.used -= previous[2] if previous else 0
        self.stored += previous is None
        fresh = at + decision.lifetime
        self.entries[key] = (fresh, fresh + decision.stale, size)
        self.used += size
        while self.used > self.size or len(self.entries) > MAX_ENTRIES:
            _, (_, _, dropped) = self.entries.popitem(last=False)
            self.used -= dropped
            self.evictions += 1


@dataclass
class _Peak:
    """Events of each minute, since the lines of a log need not be in the order of time."""

    minutes: Counter[int] = field(default_factory=Counter)

    def add(self, at: float) -> None:
        self.minutes[int(at // 60)] += 1

    @property
    def most(self) -> int:
        """Of the busiest minute."""
        return max(self.minutes.values(), default=0)


@dataclass
class _Replay:
    """The state of a replay."""

    edge: Edge
    host: str
    cache: _Cache
    shares: dict[tuple[str, bool], RuleShare] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    peak: _Peak = field(default_factory=_Peak)
    origin_peak: _Peak = field(default_factory=_Peak)
    first: float | None = None
    last: float = 0.0
    back: int = 0
    """Requests that are much earlier than one before them."""

    def ask(self, asked: Asked, decision: _Decision) -> None:
        """One request of the log."""
        self.first = asked.at if self.first is None else min(self.first, asked.at)
        self.back += asked.at < self.last - MAX_BACK_SECONDS
        self.last = max(self.last, asked.at)
        share = self.shares.setdefault((decision.rule, decision.cached), RuleShare(decision.rule, decision.cached))
        share.requests += 1
        self.counts.update(requests=1, bytes=asked.size)
        self.peak.add(asked.at)
        if decision.refused:
            self.counts["refused"] += 1
            return
        state, size = self.cache.look(decision.key, asked.at) if decision.key else ("", 0)
        if state:
            saved = asked.size
            share.hits += 1
            share.saved_bytes += saved
            self.counts.update(hits=1, hit_bytes=saved)
        if state != "fresh":
            self.counts.update(origin=1, origin_bytes=0 if state else asked.size, stale=state == "stale")
            self.origin_peak.add(asked.at)
            if state == "stale":
                self.cache.store(decision.key, asked.at, decision, size)
            elif decision.stored and asked.method == "GET" and asked.status == 200:  # noqa: PLR2004 - a whole answer
                self.cache.store(decision.key, asked.at, decision, asked.size)


def forecast(edge: Edge, log: LogReader, *, size: int, host: str = "", target: float | None = None) -> Forecast:
    """Replay a log.

    Args:
        edge: the rules.
        log: read once, from its beginning to its end.
        size: bytes that the cache holds.
        host: whose log it is, where its lines do not say; the application's host otherwise.
        target: percent of the requests that the edge has to answer.
    """
    replay = _Replay(edge, host or edge.policy.hosts.app, _Cache(size))
    decide = lru_cache(maxsize=MAX_DECISIONS)(lambda asked: _decided(edge, replay.host, asked))
    own = frozenset(edge.policy.host_names())
    for asked in log:
        if asked.host and asked.host not in own:
            replay.counts["foreign"] += 1
        else:
            replay.ask(asked, decide(replace(asked, at=0.0, size=0)))
    counts, seconds = replay.counts, replay.last - (replay.first or 0.0)
    requests = counts["requests"]
    return Forecast(
        lines=log.lines,
        malformed=log.malformed,
        requests=requests,
        hours=round(seconds / 3600, 2),
        hit_percent=_percent(counts["hits"], requests),
        byte_hit_percent=_percent(counts["hit_bytes"], counts["bytes"]),
        stale_hits=counts["stale"],
        entries=replay.cache.stored,
        evictions=replay.cache.evictions,
        origin_requests=counts["origin"],
        origin_bytes=counts["origin_bytes"],
        peak_per_second=round(replay.peak.most / 60, 3),
        origin_peak_per_second=round(replay.origin_peak.most / 60, 3),
        rules=tuple(sorted(replay.shares.values(), key=lambda share: (-share.hits, -share.requests, share.rule))),
        target=target,
        not_judged=tuple(_not_judged(edge, log, replay)),
        too_little=tuple(_too_little(log, replay, seconds)),
    )


def _percent(part: int, whole: int) -> float:
    """With two places, never rounded up: a target is not met by rounding, nor is nothing left for the origin by it."""
    return 10_000 * part // whole / 100 if whole else 0.0


def _decided(edge: Edge, host: str, asked: Asked) -> _Decision:
    try:
        target = Request.of(f"https://{asked.host or host}{asked.target}", method=asked.method)
    except ValueError:  # no client sends such an address to an edge
        return _Decision("unreadable address", cached=False, refused=True, key=b"", stored=False, lifetime=0, stale=0)
    request = replace(target, headers=asked.headers)
    said = {name for name, _ in asked.answered}
    expected = (pair for pair in expected_response(edge.policy, request).headers if pair[0] not in said)
    found = evaluate(edge.rules, request, Response(asked.status, (*expected, *asked.answered)))
    before = Exchange(arriving(edge.rules, request))
    matching = (rule for rule in reversed(edge.rules.cache) if rule.enabled and rule.when.holds(before))
    rule = next(matching, None)
    cached = rule is not None and rule.cache
    key = hashlib.blake2b(repr(cache_key(arriving(edge.rules, request))).encode(), digest_size=16).digest()
    return _Decision(
        rule=found.blocked_by or (rule.ref if rule else "no rule"),
        cached=cached and found.blocked_by is None,
        refused=found.blocked_by is not None,
        key=key if cached and asked.method in {"GET", "HEAD"} else b"",
        stored=found.cacheable,
        lifetime=found.edge_ttl or 0,
        stale=found.stale_while_revalidate or 0,
    )


def _not_judged(edge: Edge, log: LogReader, replay: _Replay) -> Iterator[str]:
    if log.broken:
        yield log.broken
    if not log.has_hosts:
        yield f"the log names no hosts: every request counts as one for {replay.host}"
    if replay.counts["foreign"]:
        yield f"{replay.counts['foreign']:,} requests are for hosts that are none of this stack's, and left out"
    if not log.has_queries:
        yield "the log has no queries: addresses that differ in nothing else count as one entry"
    if not log.has_cookies:
        yield "the log has no cookies: every visitor counts as unknown, so pages and data are an upper bound"
    yield "a log behind an edge lacks what that edge answered: use one of everything that visitors asked"
    yield "lifetimes are those of an application that sends the guide's headers, where the log has none"
    yield "one cache is replayed: several data centres without a shared tier hit less often"
    if not (edge.policy.public_html_paths or edge.policy.public_api_prefixes):
        yield "no page and no data is opted in (cdn.publicHtmlPaths, cdn.publicApiPrefixes): files alone can hit"


def _too_little(log: LogReader, replay: _Replay, seconds: float) -> Iterator[str]:
    requests = replay.counts["requests"]
    if replay.back * 100 > requests * MAX_MALFORMED_PERCENT:
        yield f"{replay.back:,} lines are earlier than one above them; sort the lines by time, of all pods together"
    if requests < MIN_REQUESTS:
        yield f"{requests:,} requests; {MIN_REQUESTS:,} are the least"
    if seconds < MIN_SECONDS:
        yield f"{seconds:,.0f} s of time; {MIN_SECONDS:,} s are the least"
    elif (busy := len(replay.peak.minutes)) < MIN_MINUTES:
        yield f"requests in {busy:,} minutes alone; {MIN_MINUTES:,} are the least: look for a line with a wrong time"
    if log.malformed * 100 > log.lines * MAX_MALFORMED_PERCENT:
        yield f"{log.malformed:,} of {log.lines:,} lines are malformed; {MAX_MALFORMED_PERCENT} % are the most"
    if log.broken:
        yield log.broken
