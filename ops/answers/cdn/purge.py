"""Purges what the edge holds: by prefix, tag, host, URL or everything, in calls of a size that the API takes.

Every plan has every form (Cloudflare docs, Purge cache, Availability and limits). A purge by URL leaves the copies that
have another cache key: those of another query, or of a request with Origin, X-Forwarded-Host, X-Host, X-Original-URL,
X-Forwarded-Scheme, X-Rewrite-URL or Forwarded (Purge by single-file). A prefix takes them all, and what lies below it
(Purge by prefix).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bailbondpro.edge.cache_classes import IMAGES_FOLDER, image_hosts
from bailbondpro.edge.cache_key import variants
from bailbondpro.edge.cloudflare_plans import LIMITS
from bailbondpro.edge.exchange import Request
from bailbondpro.edge.rewrites import RENDITION_PREFIX, rendition_queries, rewrite_rules, rewritten
from ops.answers.cdn.api import PurgeApi, RefusedError, Selector, UnauthorisedError
from ops.answers.cdn.error import CdnError
from ops.answers.cdn.manifests import on_hosts
from ops.answers.cdn.paths import escaped, unheld
from ops.jsonable import picked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bailbondpro.edge.policy import EdgePolicy
    from bailbondpro.edge.rewrites import RewriteRule
    from ops.answers.cdn.journal import Journal

CHUNK = 30
"""Values in one call: what every plan and every edition of the documentation allows (Cloudflare docs, Purge cache)."""

MAX_SEPARATORS = 31
"""Slashes in a prefix (Cloudflare docs, Purge cache by prefix, Limitations)."""

MAX_TAG = 1024
"""Characters of a cache tag (Cloudflare docs, Purge cache by cache-tags)."""


@dataclass(frozen=True)
class Wanted:
    """What to purge; one kind of it, because a call of the API takes one."""

    selector: Selector
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class PurgeResult:
    """What was purged and what was not.

    Attributes:
        selector: what the values are.
        soft: marked as stale instead of deleted.
        purged: values that the API accepted.
        failed: the others, each with the reason.
    """

    selector: Selector
    soft: bool
    purged: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]

    @property
    def ok(self) -> bool:
        """Everything was accepted."""
        return not self.failed

    def as_json(self) -> dict[str, Any]:
        """The machine-readable result."""
        failed = [{"value": value, "reason": reason} for value, reason in self.failed]
        return {**picked(self, "selector", "soft", "purged"), "failed": failed}


def wanted(
    policy: EdgePolicy,
    *,
    prefixes: Sequence[str] = (),
    paths: Sequence[str] = (),
    tags: Sequence[str] = (),
    hosts: Sequence[str] = (),
    everything: bool = False,
    with_variants: bool = False,
) -> Wanted:
    """What the options ask for; a path means that path on every host of the stack, a URL itself alone.

    With `with_variants` every URL comes with its copies for pages of the stack's other hosts (`cache_key.variants`).

    Raises:
        CdnError: no kind or more than one is given, or a value is none of its kind.
    """
    given: list[Selector] = ["prefixes"] if prefixes else []
    given += ["files"] if paths else []
    given += ["tags"] if tags else []
    given += ["hosts"] if hosts else []
    given += ["everything"] if everything else []
    if len(given) != 1:
        raise CdnError(
            "give exactly one of --prefix, --tag, --host, --path and --everything: a purge call takes one kind"
        )
    if with_variants and not paths:
        raise CdnError("--variants goes with --path: every other form takes all copies")
    values = {
        "prefixes": tuple(prefix for text in prefixes for prefix in _prefixes(policy, text)),
        "files": tuple(file for path in paths for file in _files(policy, path, with_variants=with_variants)),
        "tags": tuple(map(_tag, tags)),
        "hosts": tuple(_host(policy, host) for host in hosts),
        "everything": (),
    }
    return Wanted(given[0], tuple(dict.fromkeys(values[given[0]])))


def purge(
    api: PurgeApi, policy: EdgePolicy, asked: Wanted, *, soft: bool = False, journal: Journal | None = None
) -> PurgeResult:
    """Purge in chunks; a chunk that the API refuses is divided until the refused values are known.

    Args:
        api: the calls of the zone.
        policy: says how many values one call of its plan takes.
        asked: what to purge.
        soft: mark as stale instead of delete.
        journal: what an earlier run has done is not asked for again; it is closed when nothing is left.

    Raises:
        UnauthorisedError: the token may purge nothing, found before anything was purged.
        OSError: the journal cannot be written.
    """
    values = asked.values or (asked.selector,)
    done = tuple(value for value in values if journal and value in journal.done)
    outcome: list[tuple[str, str]] = [(value, "") for value in done]
    left = tuple(value for value in values if value not in set(done))
    size = min(CHUNK, LIMITS[policy.plan].purge_urls_per_request)
    for start in range(0, len(left), size):
        try:
            tried = _attempt(api, asked.selector, left[start : start + size], soft=soft)
        except UnauthorisedError as error:
            if not outcome:
                raise
            outcome += [(value, str(error)) for value in left[start:]]
            break
        outcome += tried
        if journal:
            journal.add(value for value, reason in tried if not reason)
    purged = tuple(value for value, reason in outcome if not reason)
    failed = tuple((value, reason) for value, reason in outcome if reason)
    if journal and not failed:
        journal.close()
    return PurgeResult(asked.selector, soft, purged, failed)


def calls(policy: EdgePolicy, asked: Wanted) -> int:
    """How many calls it takes at least."""
    size = min(CHUNK, LIMITS[policy.plan].purge_urls_per_request)
    return max(1, -(-len(asked.values) // size))


def _attempt(api: PurgeApi, selector: Selector, values: tuple[str, ...], *, soft: bool) -> list[tuple[str, str]]:
    """(value, reason of its failure or "") for every value."""
    try:
        api.purge(selector, values, soft=soft)
    except RefusedError as error:
        if not error.divisible or len(values) == 1:
            return [(value, str(error)) for value in values]
        middle = len(values) // 2
        first = _attempt(api, selector, values[:middle], soft=soft)
        return [*first, *_attempt(api, selector, values[middle:], soft=soft)]
    return [(value, "") for value in values]


def _urls(policy: EdgePolicy, text: str, *, option: str = "--path") -> tuple[str, ...]:
    """A path on every host, because any of them may have cached it; a URL alone.

    What lies in the application's folder of images is on the image host without that folder, as well.
    """
    if "#" in text:
        raise CdnError(f"{option} {text}: leave out the fragment, which no client sends; a # of a name is %23")
    if text.startswith("/"):
        own, *shown = on_hosts(policy, [escaped(text)])
        found = (*(f"https://{host}{own}" for host in policy.host_names()), *shown)
        _require_held(option, text, found[0])
        return found
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise CdnError(f"{option} {text}: this is no URL: {error}") from error
    if parts.scheme != "https" or not parts.hostname:
        raise CdnError(f"{option} {text}: write a path that starts with / or an https:// URL")
    if parts.netloc.lower() != parts.hostname:
        raise CdnError(
            f"{option} {text}: leave out the user and the port: the edge has https://{parts.hostname}/ alone"
        )
    _host(policy, parts.hostname)
    path = escaped(parts.path + (f"?{parts.query}" if parts.query else ""))
    url = f"https://{parts.hostname}{path}"
    _require_held(option, text, url)
    return (url,)


def _require_held(option: str, text: str, url: str) -> None:
    if reason := unheld(url):
        raise CdnError(
            f"{option} {text}: {reason}. Leave it out; what was stored before the rules were goes with a --prefix "
            "above it, or with --everything"
        )


def _files(policy: EdgePolicy, text: str, *, with_variants: bool) -> Iterator[str]:
    """Each URL as visitors write it and as the rewrites make it; with variants those of its other entries as well.

    A purge of one URL takes the visitors' address (Cloudflare docs, Purge by single-file, Transform Rules; unverified);
    the entry has the other one, so that whichever the API compares, it goes.
    """
    rules = rewrite_rules(policy)
    for url in _urls(policy, text):
        asked = (url, *(_renditions(policy, url) if with_variants else ()))
        for one in dict.fromkeys(found for address in asked for found in (address, *_made(rules, address))):
            yield one
            if with_variants:
                yield from _copies(policy, one)


def _made(rules: Sequence[RewriteRule], url: str) -> Iterator[str]:
    """What the rewrites make of a URL, and the image that a transformation is made of."""
    asked = Request.of(url)
    made = rewritten(rules, asked)
    if made == asked:
        return
    yield f"https://{made.host}{made.path}{f'?{made.query}' if made.query else ''}"
    if made.path.startswith(RENDITION_PREFIX):
        yield f"https://{asked.host}{asked.path}"


def _renditions(policy: EdgePolicy, url: str) -> Iterator[str]:
    """Every address of a rendition of an image, where it is one of the image host's and asked for as it is."""
    parts = urlsplit(url)
    if policy.images.enabled and parts.hostname in image_hosts(policy) and not parts.query:
        yield from (f"{url}?{query}" for query in rendition_queries(policy.images))


def _copies(policy: EdgePolicy, url: str) -> Iterator[str]:
    """The URL's other entries, each as the URL, a space and the header that makes it."""
    own = f"https://{urlsplit(url).hostname}"
    yield from (f"{url} {name}: {value}" for name, value in variants(policy) if value != own)


def _prefixes(policy: EdgePolicy, text: str) -> tuple[str, ...]:
    """Host and path without scheme and query; a path on every host."""
    if "?" in text:
        raise CdnError(f"--prefix {text}: leave out the query: a prefix covers every query")
    # the folder of images itself is one that is below it, too: `/images` takes what `/images/` takes
    urls = _urls(policy, IMAGES_FOLDER if f"{text}/" == IMAGES_FOLDER else text, option="--prefix")
    found = tuple(url.removeprefix("https://").rstrip("/") for url in urls)
    for prefix in found:
        if prefix.count("/") > MAX_SEPARATORS:
            raise CdnError(f"--prefix {text}: at most {MAX_SEPARATORS} slashes are allowed; name a folder above it")
    return found


def _host(policy: EdgePolicy, host: str) -> str:
    if host not in policy.host_names():
        raise CdnError(f"{host} is no host of this stack; its hosts are {', '.join(policy.host_names())}")
    return host


def _tag(tag: str) -> str:
    if not tag or len(tag) > MAX_TAG or not tag.isascii() or not tag.isprintable() or {" ", ","} & set(tag):
        raise CdnError(f"--tag {tag}: a cache tag has 1 to {MAX_TAG} printable ASCII characters, no space, no comma")
    return tag
